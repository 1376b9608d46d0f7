// Calendar months by name (YYYY-MM). In: a month, a zone, a view. Out: its neighbours, days, moments, and what began in it.
import type { Incident, PageView } from "../model/view.ts";
import { startOfDate } from "../model/zone.ts";
import { monthIn } from "./selection.ts";

/** `count` months after (before, if negative). */
export function addMonths(month: string, count: number): string {
  const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + count;
  return `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}`;
}

/** How many days it has. */
export function daysOf(month: string): number {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 0)).getUTCDate();
}

/** YYYY-MM-DD of the day that is `at` days after the first. */
export const dayIn = (month: string, at: number): string => `${month}-${String(at + 1).padStart(2, "0")}`;

/** Its first weekday, 0 being Monday. */
export function firstWeekday(month: string): number {
  return (new Date(`${month}-01T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** Its first moment, and that of the month after it, ms. */
export function boundsOf(month: string, zone: string): { readonly from: number; readonly until: number } {
  return { from: startOfDate(`${month}-01`, zone), until: startOfDate(`${addMonths(month, 1)}-01`, zone) };
}

const byView = new WeakMap<PageView["incidentById"], { readonly zone: string; readonly months: ByMonth }>();

/** Incidents and maintenances by the month in which they began, in no order. */
export type ByMonth = ReadonlyMap<string, readonly Incident[]>;

/** Several kinds of page ask, in each language. */
export function incidentsByMonth({ incidentById, page }: PageView): ByMonth {
  const known = byView.get(incidentById);
  if (known?.zone === page.timeZone) return known.months;
  const months = new Map<string, Incident[]>();
  for (const incident of incidentById.values()) {
    const name = monthIn(incident, page.timeZone);
    const there = months.get(name);
    if (there === undefined) months.set(name, [incident]);
    else there.push(incident);
  }
  byView.set(incidentById, { zone: page.timeZone, months });
  return months;
}
