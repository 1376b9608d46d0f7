// /admin/import: a page as it is elsewhere. In: an address, or a file of it. Out: what would change here, then the change.
// What was read is held between the two: whoever agrees agrees to that, and not to what the other side says by then.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { readSource } from "../control/import-source.ts";
import { bundleOf, type SourceText } from "../control/import-statuspage.ts";
import type { ImportBundle } from "../model/command.ts";
import type { PageView } from "../model/view.ts";
import { Button, Head, Hidden, Line, Post, Refused } from "./field.tsx";
import { formFrom } from "./form.ts";
import { go, pageAt, type Reply, type Sent, screen, shown, statusOf, type Visit } from "./screen.ts";
import { counted } from "./speech.ts";

const nothing = new URLSearchParams();

export const importScreen = screen({
  path: "/admin/import",
  title: "Import",
  needs: "administer",
  menu: "install",
  bytesMax: limits.adminImportBytesMax,
  show: (visit) => askFor(visit, []),
  async take(sent) {
    const { form, places, who } = sent;
    if (form.text("do") === "import") {
      const bundle = places.imports.at(form.text("read"), who.principal.id);
      if (bundle === null) return askFor(sent, ["What was read is no longer held. Read it again."]);
      const done = await sent.submit({ kind: "import", bundle });
      return done.ok ? go(pageAt(done.view.page.id)) : askFor(sent, done.sentences);
    }
    return looked(sent);
  },
});

/** Reads everything, and says what it would do. */
async function looked(sent: Sent<null>): Promise<Reply> {
  const { form, places, who } = sent;
  try {
    const texts = await textsIn(sent);
    if (texts.length === 0) return askFor(sent, ["Name an address, or choose a file."], form);
    const known = places.ledger.pages().flatMap((id) => {
      const page = places.ledger.view(id)?.page;
      return page === undefined ? [] : [{ id, name: page.name, hosts: page.hosts }];
    });
    const wanted = form.text("page");
    const bundle = bundleOf(texts, { known, ...(wanted === "" ? {} : { page: wanted }) });
    const previewed = sent.preview({ kind: "import", bundle });
    if (!previewed.ok) return askFor(sent, previewed.sentences, form);
    const read = places.imports.hold(bundle, who.principal.id);
    return pictureOf(sent, {
      bundle,
      read,
      before: places.ledger.view(bundle.page.id),
      after: previewed.view,
    });
  } catch (thrown) {
    // What a source refuses, or is refused for, is a sentence for whoever named it.
    if (thrown instanceof Fault) return askFor(sent, [thrown.message, thrown.remedy], form);
    throw thrown;
  }
}

/** A file as it was sent, or what an address has. A path of this machine is not read for a browser. */
async function textsIn({ form }: Sent<null>): Promise<readonly SourceText[]> {
  const file = form.file("file");
  if (file !== null) return [{ name: file.name.slice(0, 200), text: new TextDecoder().decode(file.bytes) }];
  const address = form.text("address");
  if (address === "") return [];
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address))
    throw new Fault(
      "usage",
      `"${address.slice(0, 200)}" is no http or https address.`,
      "Such as https://www.githubstatus.com.",
    );
  return readSource(address, { onDocument: () => undefined });
}

/** What was typed stands there again; a file has to be chosen again, which no page can do. */
function askFor({ path, who }: Visit<null>, sentences: readonly string[], form = formFrom(nothing)): Reply {
  return shown(
    <>
      <Head title="Import" />
      <p>
        Takes over a page of Statuspage, or of anything that speaks its API: components, incidents,
        maintenances, with their ids and times. A second time changes nothing.
      </p>
      <Refused sentences={sentences} />
      <Post who={who} to={path} file={true}>
        <Line
          name="address"
          label="Address of the status page"
          hint="Such as https://www.githubstatus.com"
          type="url"
          value={form.text("address")}
        />
        <label>
          <span>Or a file of it</span>
          <small class="hint">summary.json, incidents.json or history.atom.</small>
          <input type="file" name="file" accept=".json,.atom,application/json,application/atom+xml" />
        </label>
        <Line
          name="page"
          label="Id of the page"
          hint="Only where the documents are of several."
          value={form.text("page")}
        />
        <div class="acts">
          <Button does="look" label="See what would change" />
        </div>
      </Post>
    </>,
    { status: statusOf(sentences) },
  );
}

interface Picture {
  readonly bundle: ImportBundle;
  /** Where the bundle is held. */
  readonly read: string;
  /** Null for a page that is not here yet. */
  readonly before: PageView | null;
  readonly after: PageView;
}

function pictureOf({ path, who }: Visit<null>, { bundle, read, before, after }: Picture): Reply {
  const rows = [
    ["Components", changesOf(before?.componentById, after.componentById)],
    ["Incidents and maintenances", changesOf(before?.incidentById, after.incidentById)],
  ] as const;
  return shown(
    <>
      <Head title={after.page.name} />
      {before === null ? (
        <p safe>{`This page is not here yet. It would get the id ${bundle.page.id}.`}</p>
      ) : (
        <p>This page is here already. What differs would change; nothing is taken away.</p>
      )}
      <div class="tb">
        <table>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">New</th>
              <th scope="col">Changed</th>
              <th scope="col">As they are</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, { added, changed, same }]) => (
              <tr>
                <th scope="row">{name}</th>
                <td class="n">{added.length}</td>
                <td class="n">{changed.length}</td>
                <td class="n">{same}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.map(([name, { added, changed }]) => (
        <Names title={name} names={[...added.map((it) => `+ ${it}`), ...changed.map((it) => `~ ${it}`)]} />
      ))}
      <Post who={who} to={path}>
        <Hidden name="read" value={read} />
        <div class="acts end">
          <Button does="import" label="Import it" />
          <a href="/admin/import">Another one</a>
        </div>
      </Post>
    </>,
    { title: after.page.name },
  );
}

function Names({ title, names }: { readonly title: string; readonly names: readonly string[] }): JSX.Element {
  if (names.length === 0) return "";
  const more = names.length - limits.adminListMax;
  return (
    <section>
      <h2 safe>{title}</h2>
      <ul class="diff">
        {names.slice(0, limits.adminListMax).map((name) => (
          <li dir="auto" safe>
            {name}
          </li>
        ))}
      </ul>
      {more > 0 ? <p class="hint" safe>{`and ${counted(more, "other")}`}</p> : ""}
    </section>
  );
}

/** Which entities are new and which differ: what did not change is the same object (model/). */
function changesOf<Entity extends { readonly name: string }>(
  before: ReadonlyMap<string, Entity> | undefined,
  after: ReadonlyMap<string, Entity>,
): { readonly added: readonly string[]; readonly changed: readonly string[]; readonly same: number } {
  const added: string[] = [];
  const changed: string[] = [];
  for (const [id, entity] of after) {
    const was = before?.get(id);
    if (was === undefined) added.push(entity.name);
    else if (was !== entity) changed.push(entity.name);
  }
  return { added, changed, same: after.size - added.length - changed.length };
}
