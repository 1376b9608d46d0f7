// When a maintenance occurs next, on the page's clock. In: a rule, its start and length. Out: the next times, as words; how it is.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { checkRule, occurrencesAfter } from "../model/rule.ts";
import type { Incident, PageView, Recurrence } from "../model/view.ts";
import { windowText } from "../render/moment.ts";
import type { Mark } from "../render/severity.ts";
import { Refused } from "./field.tsx";
import { voiceFor } from "./speech.ts";

/** So many are shown before it is saved. */
export const timesShown = 5;

export interface Time {
  readonly at: number;
  /** "Mon 23 Nov 2026, 22:00 – 23:30 UTC+1" */
  readonly text: string;
  /** Null where readers do not see it yet. */
  readonly announced: Incident | null;
}

type Recurs = Pick<Recurrence, "id" | "rule" | "start" | "durationMs" | "skips">;

/** The next times that are not left out. */
export function timesOf(view: PageView, of: Recurs, now: number, count: number): readonly Time[] {
  const zone = view.page.timeZone;
  const voice = voiceFor(view);
  return occurrencesAfter(of, zone, now, count + of.skips.length)
    .filter((at) => !of.skips.includes(at))
    .slice(0, count)
    .map((at) => ({
      at,
      text: windowText(at, at + of.durationMs, voice),
      announced:
        view.maintenances.find((it) => it.recurrence?.id === of.id && it.recurrence.at === at) ?? null,
    }));
}

export function recurrenceState(
  view: PageView,
  of: Recurrence,
  now: number,
): { readonly mark: Mark; readonly words: string } {
  if (of.paused) return { mark: "inf", words: "Paused" };
  if (timesOf(view, of, now, 1).length === 0) return { mark: "inf", words: "Over" };
  return { mark: "mnt", words: "Recurs" };
}

/** Beside the form, before it is saved. */
export function NextTimes({
  view,
  of,
  now,
}: {
  readonly view: PageView;
  readonly of: Recurs;
  readonly now: number;
}): JSX.Element {
  const wrong = checkRule(of.rule, of.start, of.durationMs, view.page.timeZone, now);
  return (
    <section class="when" id="preview" aria-labelledby="preview-h">
      <h2 id="preview-h">When that is</h2>
      <p class="hint" safe>{`On the clock of ${view.page.timeZone}.`}</p>
      {wrong.length > 0 ? (
        <Refused sentences={wrong} />
      ) : (
        <ol class="list" aria-live="polite">
          {timesOf(view, of, now, timesShown).map(({ text }) => (
            <li safe>{text}</li>
          ))}
        </ol>
      )}
    </section>
  );
}
