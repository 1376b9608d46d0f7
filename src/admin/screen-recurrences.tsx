// /admin/p/<page>/recurring: maintenance that recurs, with when it does next. It is made and changed on a screen of its own.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { PageView, Recurrence } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { Head, Lamp } from "./field.tsx";
import { Listing, partOf } from "./listing.tsx";
import { wordsOf } from "./recurrence-said.ts";
import { recurrenceState, timesOf } from "./recurrence-times.tsx";
import { pageAt, screen, shown, type Visit } from "./screen.ts";
import { says } from "./speech.ts";

export const recurrencesScreen = screen({
  path: "/admin/p/:page/recurring",
  title: "Recurring",
  needs: "read",
  menu: "page",
  done: { ended: "It is over. Occurrences that had not begun are gone." },
  show(visit) {
    const { path, query, view } = visit;
    const part = partOf(view.recurrences, query, (it, question) => says(question, it.name, it.body));
    return shown(
      <>
        <Head title="Recurring maintenance">
          {visit.may("edit") ? (
            <a class="btn" href={attribute(pageAt(view.page.id, "/recurring/new"))}>
              New
            </a>
          ) : (
            ""
          )}
        </Head>
        <Listing
          part={part}
          path={path}
          noun="recurring maintenance"
          empty="None. Work that is done every week or month is planned once here, and announced by itself each time."
        >
          <ul class="list">
            {part.items.map((recurrence) => (
              <Row visit={visit} recurrence={recurrence} />
            ))}
          </ul>
        </Listing>
      </>,
    );
  },
});

function Row({
  visit: { nowMs, view },
  recurrence,
}: {
  readonly visit: Visit<PageView>;
  readonly recurrence: Recurrence;
}): JSX.Element {
  const to = pageAt(view.page.id, `/recurring/${encodeURIComponent(recurrence.id)}`);
  const [next] = timesOf(view, recurrence, nowMs, 1);
  const { mark, words } = recurrenceState(view, recurrence, nowMs);
  return (
    <li>
      <div>
        <a class="whole" href={attribute(to)} dir="auto" safe>
          {recurrence.name}
        </a>
        <small class="sub" safe>
          {[wordsOf(recurrence.rule), ...(next === undefined ? [] : [`next ${next.text}`])].join(" · ")}
        </small>
      </div>
      <Lamp mark={mark} words={words} />
    </li>
  );
}
