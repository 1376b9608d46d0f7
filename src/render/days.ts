// The last ninety days of a component: what bars, figures and tables are drawn from. In: a view, a component, the day. Out: days and a ratio.
// Worked out once a view: the front page, the component's own page and each of their languages ask for the same.
import { type DayBar, dayBars, uptime } from "../model/uptime.ts";
import type { PageView } from "../model/view.ts";
import { startOfDate } from "../model/zone.ts";
import type { Shown } from "./types.ts";

/** Days of the bars and of the uptime figure. */
export const uptimeDays = 90;

export interface Ninety {
  /** Oldest first. */
  readonly days: readonly DayBar[];
  /** How many of them anything is known of. */
  readonly known: number;
  /** How many were worse than operational. */
  readonly bad: number;
  /** 1 is always up; null when nothing is known. */
  readonly ratio: number | null;
}

interface Counted {
  readonly until: number;
  readonly byId: Map<string, Ninety>;
}

const counted = new WeakMap<PageView, Counted>();

/** Up to the data's own time or the start of the day, never to the render's: the same view and day give the same figures. */
export function countedUntil({ view: { page }, day }: Pick<Shown, "view" | "day">): number {
  return Math.max(page.updatedAt, startOfDate(day, page.timeZone));
}

/** Of a component or group. */
export function ninetyDays(shown: Pick<Shown, "view" | "day">, id: string): Ninety {
  const { view } = shown;
  const until = countedUntil(shown);
  let known = counted.get(view);
  if (known?.until !== until) {
    known = { until, byId: new Map() };
    counted.set(view, known);
  }
  const kept = known.byId.get(id);
  if (kept !== undefined) return kept;
  const made = count(view, id, until);
  known.byId.set(id, made);
  return made;
}

function count(view: PageView, id: string, until: number): Ninety {
  const days = dayBars(view, id, until, uptimeDays);
  let [known, bad] = [0, 0];
  for (const { status } of days) {
    if (status !== null) known++;
    if (status !== null && status !== "operational") bad++;
  }
  const quiet = known === 0 ? null : 1;
  return {
    days,
    known,
    bad,
    ratio: bad === 0 ? quiet : uptime(view, id, days[0]?.from ?? until, until).ratio,
  };
}
