// /admin/p/<page>/checks: what is checked from POPs, with what is so of each now and what each POP found last.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Check } from "../model/check.ts";
import { targetSaid } from "../model/check-target.ts";
import type { PageView } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { checkState, everyWords, kindWords, probeMarks } from "./check-said.ts";
import { Head, Lamp } from "./field.tsx";
import { Listing, partOf } from "./listing.tsx";
import { pageAt, screen, shown, type Visit } from "./screen.ts";
import { says } from "./speech.ts";

export const checkAt = (page: string, id: string): string =>
  pageAt(page, `/checks/${encodeURIComponent(id)}`);

export const checksScreen = screen({
  path: "/admin/p/:page/checks",
  title: "Checks",
  needs: "read",
  menu: "page",
  done: { deleted: "Deleted. What it had set stays as it is." },
  show(visit) {
    const { path, query, view } = visit;
    const part = partOf(view.checks, query, (it, question) => says(question, it.name, targetSaid(it.target)));
    return shown(
      <>
        <Head title="Checks">
          {visit.may("edit") ? (
            <a class="btn" href={attribute(pageAt(view.page.id, "/checks/new"))}>
              New
            </a>
          ) : (
            ""
          )}
        </Head>
        <Listing
          part={part}
          path={path}
          noun="check"
          empty="None. A check asks your systems from each POP, and says on the page when a majority of them finds it down."
        >
          <ul class="list">
            {part.items.map((check) => (
              <Row visit={visit} check={check} />
            ))}
          </ul>
        </Listing>
      </>,
    );
  },
});

function Row({
  visit: { places, view },
  check,
}: {
  readonly visit: Visit<PageView>;
  readonly check: Check;
}): JSX.Element {
  const { target } = check;
  const found = [...places.checks.last(view.page.id, check.id)].sort(([a], [b]) => (a < b ? -1 : 1));
  const facts = [
    kindWords[target.kind].name,
    targetSaid(target),
    ...(target.kind === "heartbeat" ? [] : [everyWords(check.everyMs)]),
  ];
  const { mark, words } = checkState(view, check, places.checks);
  return (
    <li>
      <div>
        <a class="whole" href={attribute(checkAt(view.page.id, check.id))} dir="auto" safe>
          {check.name}
        </a>
        <small class="sub" safe>
          {facts.join(" · ")}
        </small>
        {found.length === 0 ? (
          ""
        ) : (
          <small class="sub" safe>
            {found
              .map(
                ([pop, { ms, state }]) =>
                  `${pop}: ${probeMarks[state][1].toLowerCase()}${ms === null ? "" : ` ${ms} ms`}`,
              )
              .join(", ")}
          </small>
        )}
      </div>
      <Lamp mark={mark} words={words} />
    </li>
  );
}
