// Uptime from status history: one rule for page, API and badge. In: a view, a component, a span of time. Out: ratio and the
// time in each status. A component without an entry was operational; a group is at each moment as bad as its worst member.
import { membersByGroup, severityOf, worstOf } from "./group.ts";
import {
  type Component,
  type ComponentStatus,
  componentStatuses,
  type Page,
  type PageView,
  type Transition,
} from "./view.ts";
import { addDays, dayOf, startOfDate } from "./zone.ts";

/** How much of a second in each status counts as down; of a partial outage it is the page's setting. */
export const downWeights = ({ partialWeight }: Page): Readonly<Record<ComponentStatus, number>> => ({
  operational: 0,
  under_maintenance: 0,
  degraded_performance: 0,
  partial_outage: partialWeight,
  major_outage: 1,
});

const countedStatuses = componentStatuses.filter((status) => status !== "under_maintenance");

/** Times in ms. */
export interface Uptime {
  /** 1 is always up; null when nothing is known of the span (before the start date, or all of it maintenance). */
  readonly ratio: number | null;
  /** Time that counts: the span, less maintenance and what was before the component's start. */
  readonly countedMs: number;
  /** Weighted downtime within `countedMs`. */
  readonly downMs: number;
  readonly outageMs: number;
  readonly partialMs: number;
  readonly degradedMs: number;
  readonly maintenanceMs: number;
}

/** One day of the bars, in the page's zone: 23 or 25 hours long when clocks change. */
export interface DayBar extends Uptime {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly from: number;
  /** End of the day, also of one that is not over. */
  readonly until: number;
  /** The worst status of the day; null when nothing is known of it. */
  readonly status: ComponentStatus | null;
}

/** Statuses from `since` on; the first entry is at or before `since`. */
interface Timeline {
  readonly since: number;
  /** What a second of partial outage counts. */
  readonly partialWeight: number;
  readonly entries: readonly Transition[];
}

const timelines = new WeakMap<PageView, Map<string, Timeline>>();

/** The first moment of which anything is known of any component, ms; null where there is none. */
export function knownSince(view: PageView): number | null {
  let first: number | null = null;
  for (const component of view.components) {
    if (component.group) continue;
    const { since } = timelineOf(view, component.id);
    if (first === null || since < first) first = since;
  }
  return first;
}

/** Uptime of a component or group over [from, until), ms. An unknown id has no known time. */
export function uptime(view: PageView, componentId: string, from: number, until: number): Uptime {
  return measure(timelineOf(view, componentId), from, until).uptime;
}

/** The last `days` days up to the one that `asOf` is in, oldest first; the last one is measured up to `asOf`. */
export function dayBars(view: PageView, componentId: string, asOf: number, days: number): readonly DayBar[] {
  const { timeZone } = view.page;
  const today = dayOf(asOf, timeZone);
  // A day that has just begun is known by how it began.
  return daysTo(view, componentId, today, days, Math.max(asOf, startOfDate(today, timeZone) + 1));
}

/** The `days` days up to `last` (YYYY-MM-DD), oldest first, as far as they are measured: up to `asOf` (ms). Of a day after it nothing is known. */
export function daysTo(
  view: PageView,
  componentId: string,
  last: string,
  days: number,
  asOf: number,
): readonly DayBar[] {
  const timeline = timelineOf(view, componentId);
  return calendar(last, days, view.page.timeZone).map((day) => {
    const until = Math.min(day.until, asOf);
    if (until <= timeline.since) return sharedBar(unknownBars, neverKnown, day, until);
    if (isQuiet(timeline, day.from, until)) return sharedBar(quietBars, alwaysUp, day, until);
    return barOf(timeline, day, until);
  });
}

function barOf(timeline: Timeline, { day, from, until }: Day, measuredUntil: number): DayBar {
  const { uptime: measured, worst } = measure(timeline, from, measuredUntil);
  return { day, from, until, status: worst, ...measured };
}

/** Known and operational from `from` until `until`: most days of most components. */
function isQuiet({ since, entries }: Timeline, from: number, until: number): boolean {
  if (since > from || from >= until) return false;
  const last = entryAt(entries, from);
  const next = entries[last + 1];
  return (
    (entries[last]?.status ?? "operational") === "operational" && (next === undefined || next.at >= until)
  );
}

/** Bars that many components share: of days on which nothing happened, and of days before the component's own. */
type SharedBars = WeakMap<Day, { readonly until: number; readonly bar: DayBar }>;
const quietBars: SharedBars = new WeakMap();
const unknownBars: SharedBars = new WeakMap();
const alwaysUp: Timeline = { since: 0, partialWeight: 0, entries: [] };
const neverKnown: Timeline = { ...alwaysUp, since: Number.POSITIVE_INFINITY };

function sharedBar(bars: SharedBars, timeline: Timeline, day: Day, until: number): DayBar {
  const known = bars.get(day);
  // The day that is not over yet grows.
  if (known?.until === until) return known.bar;
  const bar = barOf(timeline, day, until);
  bars.set(day, { until, bar });
  return bar;
}

type Day = Pick<DayBar, "day" | "from" | "until">;

/** Calendars in use at one time: one for each zone and length of bars, and midnight's successors. */
const calendarsMax = 64;
const calendars = new Map<string, readonly Day[]>();

/** The last `days` days up to `today`. All components of a page ask for the same ones. */
function calendar(today: string, days: number, zone: string): readonly Day[] {
  const key = `${today} ${days} ${zone}`;
  const known = calendars.get(key);
  if (known !== undefined) return known;
  const made = Array.from({ length: days }, (_, at) => {
    const day = addDays(today, at - days + 1);
    return { day, from: startOfDate(day, zone), until: startOfDate(addDays(day, 1), zone) };
  });
  if (calendars.size >= calendarsMax) calendars.clear();
  calendars.set(key, made);
  return made;
}

function timelineOf(view: PageView, componentId: string): Timeline {
  const known = timelines.get(view) ?? new Map<string, Timeline>();
  timelines.set(view, known);
  const kept = known.get(componentId);
  if (kept !== undefined) return kept;
  const component = view.componentById.get(componentId);
  const made =
    component === undefined
      ? neverKnown
      : component.group
        ? groupTimeline(view, componentId)
        : ownTimeline(view, component);
  known.set(componentId, made);
  return made;
}

/** Known since its start date; without one, since it was made. */
function ownTimeline(view: PageView, component: Component): Timeline {
  const { startDate, createdAt } = component;
  const since =
    startDate === null ? (createdAt ?? view.page.createdAt) : startOfDate(startDate, view.page.timeZone);
  const { partialWeight } = view.page;
  return { since, partialWeight, entries: view.transitions.get(component.id) ?? [] };
}

/** The worst of the members that are known at each moment. Of several entries of one moment the last counts: the others last no time. */
function groupTimeline(view: PageView, groupId: string): Timeline {
  const members = membersByGroup(view.components).get(groupId) ?? [];
  const lines = members.map((member) => timelineOf(view, member.id));
  const since = Math.min(...lines.map((line) => line.since));
  const changes = lines
    .flatMap((line, member) =>
      [
        { at: line.since, status: statusAt(line, line.since) },
        ...line.entries.filter((it) => it.at > line.since),
      ].map((entry) => ({ ...entry, member })),
    )
    .sort((a, b) => a.at - b.at);
  const current = new Map<number, ComponentStatus>();
  const entries: Transition[] = [];
  for (const { at, status, member } of changes) {
    current.set(member, status);
    const worst = worstOf(current.values());
    if (entries.at(-1)?.status !== worst) entries.push({ at, status: worst });
  }
  return { since, partialWeight: view.page.partialWeight, entries };
}

/** Place of the last entry at or before a moment; -1 when there is none. */
function entryAt(entries: readonly Transition[], ms: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.at ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function statusAt(line: Timeline, ms: number): ComponentStatus {
  return line.entries[entryAt(line.entries, ms)]?.status ?? "operational";
}

function measure(
  line: Timeline,
  from: number,
  until: number,
): { readonly uptime: Uptime; readonly worst: ComponentStatus | null } {
  const spent: Record<ComponentStatus, number> = {
    operational: 0,
    under_maintenance: 0,
    degraded_performance: 0,
    partial_outage: 0,
    major_outage: 0,
  };
  let worst: ComponentStatus | null = null;
  let at = Math.max(from, line.since);
  for (let next = entryAt(line.entries, at) + 1; at < until; next++) {
    const end = Math.min(until, line.entries[next]?.at ?? until);
    const status = line.entries[next - 1]?.status ?? "operational";
    spent[status] += end - at;
    if (worst === null || severityOf[status] > severityOf[worst]) worst = status;
    at = end;
  }
  return { uptime: uptimeFrom(spent, line.partialWeight), worst };
}

function uptimeFrom(spent: Readonly<Record<ComponentStatus, number>>, partialWeight: number): Uptime {
  let counted = 0;
  for (const status of countedStatuses) counted += spent[status];
  const down = spent.major_outage + spent.partial_outage * partialWeight;
  return {
    ratio: counted === 0 ? null : 1 - down / counted,
    countedMs: counted,
    downMs: down,
    outageMs: spent.major_outage,
    partialMs: spent.partial_outage,
    degradedMs: spent.degraded_performance,
    maintenanceMs: spent.under_maintenance,
  };
}
