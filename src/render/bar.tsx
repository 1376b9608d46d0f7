// Ninety days of one component as a picture. In: days with their worst status. Out: an SVG of a few hundred bytes, and its words.
// Calm lies on the water and trouble rises from it, so that the picture reads without colour; quiet days are one dashed line.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { severityOf } from "../model/group.ts";
import type { DayBar } from "../model/uptime.ts";
import type { ComponentStatus } from "../model/view.ts";
import { uptimeDays } from "./days.ts";
import { dateText, durationText, percentText } from "./moment.ts";
import { componentMarks } from "./severity.ts";
import type { Words } from "./words.ts";

/** Top of a day's stroke in a picture that is 8 high: the worse, the higher. */
const tops: Readonly<Record<Exclude<ComponentStatus, "operational">, number>> = {
  under_maintenance: 4,
  degraded_performance: 2.6,
  partial_outage: 1.3,
  major_outage: 0,
};

/**
 * The picture of days of which all are known and quiet: most rows of most pages, so that it is drawn once and referred to. It also says which day
 * is the last of every bar, for the script, which names them: it has no other way to know where the page's zone stands.
 */
export function CalmWater({ day }: { readonly day: string }): JSX.Element {
  return (
    <svg class="def" id="p-day" data-day={day} aria-hidden="true">
      <symbol id="calm" viewBox={`0 0 ${uptimeDays} 8`} preserveAspectRatio="none">
        <path class="q" d={`M.13 6.5H${uptimeDays}`} />
      </symbol>
    </svg>
  );
}

/** The picture, silent: its words (`barText`) stand beside it. `spoken` names each bad day for a pointer that rests on it. */
export function Bar({
  days,
  spoken,
  words,
}: {
  readonly days: readonly DayBar[];
  readonly spoken: boolean;
  readonly words: Words;
}): JSX.Element {
  const unknown = days.findIndex((day) => day.status !== null);
  const known = unknown === -1 ? days.length : unknown;
  const isCalm =
    known === 0 && days.length === uptimeDays && days.every((day) => day.status === "operational");
  if (isCalm) return `<svg aria-hidden="true"><use href="#calm"/></svg>`;
  const before = known > 0 ? `<path class="x" d="M.13 7.5H${known}"/>` : "";
  const since = known < days.length ? `<path class="q" d="M${known}.13 6.5H${days.length}"/>` : "";
  const bad = days.map((day, at) => badDay(day, at, spoken ? words : null)).join("");
  return `<svg viewBox="0 0 ${days.length} 8" preserveAspectRatio="none" aria-hidden="true">${before}${since}${bad}</svg>`;
}

/** Written out, as marks are: a page has thousands. Its words are our own, and escaped all the same. */
function badDay(day: DayBar, at: number, words: Words | null): string {
  const { status } = day;
  if (status === null || status === "operational") return "";
  const path = `<path class="${componentMarks[status]}" d="M${at}.5 ${tops[status]}V8"`;
  if (words === null) return `${path}/>`;
  const said = words.bars.withUptime(dayText(day, status, words), percentText(day.ratio, words));
  return `${path}><title>${Html.escapeHtml(said)}</title></path>`;
}

/** "9 Nov 2026: partial outage, 42 min": the time in the worst status of the day. */
export function dayText(day: DayBar, status: ComponentStatus, words: Words): string {
  return words.bars.day(dateText(day.day, words), status, durationText(spentIn(day, status), words));
}

/** How long (ms) a component was in its worst status on a day. */
export function spentIn(day: DayBar, status: ComponentStatus): number {
  const spent: Readonly<Record<ComponentStatus, number>> = {
    operational: 0,
    under_maintenance: day.maintenanceMs,
    degraded_performance: day.degradedMs,
    partial_outage: day.partialMs,
    major_outage: day.outageMs,
  };
  return spent[status];
}

/** The picture in words: how many days are known, how many were bad, and the worst of them. */
export function barText(days: readonly DayBar[], words: Words): string {
  const { bars } = words;
  const known = days.filter((day) => day.status !== null);
  if (known.length === 0) return bars.unknown;
  const bad = known.filter((day) => severityOf[day.status ?? "operational"] > 0);
  const [first] = bad;
  if (first === undefined) return bars.well(known.length);
  const worst = bad.reduce((a, b) => (gravity(b) > gravity(a) ? b : a), first);
  return bars.bad(known.length, bad.length, dayText(worst, worst.status ?? "operational", words));
}

const gravity = (day: DayBar): number => severityOf[day.status ?? "operational"];
