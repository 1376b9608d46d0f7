// /admin/: the pages that somebody may see; one alone is opened at once. In: the name and address of a new one. Out: that page.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { overallStatus } from "../model/status.ts";
import type { PageView } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { indicatorMark } from "../render/severity.ts";
import { Button, Head, Lamp, Line, Post, Refused } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { Listing, partOf } from "./listing.tsx";
import { go, pageAt, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";
import { overallWord, says } from "./speech.ts";

export const pagesScreen = screen({
  path: "/admin/",
  title: "Pages",
  needs: "read",
  changes: "administer",
  menu: "install",
  show(visit) {
    const [first, second] = pagesOf(visit);
    const asked = visit.query.has("all") || visit.query.has("q");
    if (first !== undefined && second === undefined && !asked) return go(pageAt(first.page.id));
    return listFor(visit, formFrom(new URLSearchParams()), []);
  },
  async take(sent) {
    const { form } = sent;
    const fields = {
      name: form.text("name"),
      url: form.text("url"),
      timeZone: form.text("zone") || "Etc/UTC",
    };
    const done = await sent.submit({ kind: "page.create", fields });
    return done.ok ? go(pageAt(done.view.page.id)) : listFor(sent, form, done.sentences);
  },
});

/** Pages that whom it speaks to may know of, by name. */
function pagesOf({ may, places: { ledger } }: Visit<null>): readonly PageView[] {
  return ledger
    .pages()
    .flatMap((id) => (may("read", id) ? (ledger.view(id) ?? []) : []))
    .sort((a, b) => a.page.name.localeCompare(b.page.name, "en"));
}

function listFor(visit: Visit<null>, form: Form, sentences: readonly string[]): Reply {
  const { may, path, query, who } = visit;
  const part = partOf(pagesOf(visit), query, ({ page }, question) => says(question, page.name, page.url));
  return shown(
    <>
      <Head title="Pages" />
      <Refused sentences={sentences} />
      <Listing part={part} path={path} noun="page">
        <ul class="list">
          {part.items.map((view) => (
            <PageRow view={view} />
          ))}
        </ul>
      </Listing>
      {may("administer") ? (
        <section aria-labelledby="new-h">
          <h2 id="new-h">New page</h2>
          <Post who={who} to={path}>
            <Line
              name="name"
              label="Name"
              value={form.text("name")}
              max={limits.nameCharsMax}
              required={true}
            />
            <Line
              name="url"
              label="Address"
              hint="Where readers find it, such as https://status.example.com."
              type="url"
              value={form.text("url")}
              required={true}
            />
            <Line
              name="zone"
              label="Time zone"
              hint="Such as Europe/Berlin."
              value={form.text("zone") || "Etc/UTC"}
            />
            <div class="acts">
              <Button does="create" label="Create" />
            </div>
          </Post>
        </section>
      ) : (
        ""
      )}
    </>,
    { status: statusOf(sentences) },
  );
}

function PageRow({ view }: { readonly view: PageView }): JSX.Element {
  const { description, indicator } = overallStatus(view);
  return (
    <li>
      <div>
        <a class="whole" href={attribute(pageAt(view.page.id))} dir="auto" safe>
          {view.page.name}
        </a>
        <small class="sub" safe>
          {view.page.url}
        </small>
      </div>
      <Lamp mark={indicatorMark(indicator)} words={overallWord(description)} />
    </li>
  );
}
