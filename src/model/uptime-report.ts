// Uptime as it is promised and reported: windows of 24 hours to five years, months, and what is left of an error budget. In: a view, the moment. Out: figures,
// all of them of `uptime` (uptime.ts), so that a page, a badge, the API and a report say the same.
import { type Uptime, uptime } from "./uptime.ts";
import type { Component, PageView } from "./view.ts";
import { addDays, dayOf, startOfDate } from "./zone.ts";

const dayMs = 24 * 3_600_000;

/** By name: calendar days of the page's zone, today is one of them; without, the last 24 hours. As the badges count. */
export const uptimeWindows = [
  { name: "24h", days: null },
  { name: "7d", days: 7 },
  { name: "30d", days: 30 },
  { name: "90d", days: 90 },
  { name: "1y", days: 365 },
  { name: "2y", days: 730 },
  { name: "5y", days: 1_826 },
] as const;
export type UptimeWindow = (typeof uptimeWindows)[number]["name"];

export interface Span {
  readonly from: number;
  readonly until: number;
}

export function windowSpan({ page }: PageView, window: UptimeWindow, now: number): Span {
  const days = uptimeWindows.find(({ name }) => name === window)?.days ?? null;
  if (days === null) return { from: now - dayMs, until: now };
  return { from: startOfDate(addDays(dayOf(now, page.timeZone), 1 - days), page.timeZone), until: now };
}

/** What a promise leaves. Times in ms. */
export interface Budget {
  /** Percent. */
  readonly target: number;
  /** Downtime that the promise allows in the time that counts. */
  readonly allowedMs: number;
  /** Below 0 where it is broken. */
  readonly leftMs: number;
  readonly isKept: boolean;
}

/** Null without a promise, or where nothing is known. */
export function budgetOf({ countedMs, downMs }: Uptime, target: number | null): Budget | null {
  if (target === null || countedMs === 0) return null;
  // In whole ms: what is promised as 99.9 % must not be broken by the last digit of a float.
  const allowedMs = Math.round((countedMs * (100 - target)) / 100);
  const leftMs = Math.round(allowedMs - downMs);
  return { target, allowedMs, leftMs, isKept: leftMs >= 0 };
}

export interface UptimeRow {
  readonly component: Component;
  readonly uptime: Uptime;
  readonly budget: Budget | null;
}

/** Every component and group over one span. */
export function uptimeRows(view: PageView, { from, until }: Span): readonly UptimeRow[] {
  return view.components.map((component) => {
    const measured = uptime(view, component.id, from, until);
    return { component, uptime: measured, budget: budgetOf(measured, view.page.slaTarget) };
  });
}

export interface UptimeMonthReport extends Span {
  /** YYYY-MM */
  readonly month: string;
  readonly rows: readonly UptimeRow[];
}

/** The months up to the one that is not over, newest first. */
export function uptimeMonthReports(view: PageView, count: number, now: number): readonly UptimeMonthReport[] {
  const zone = view.page.timeZone;
  const reports: UptimeMonthReport[] = [];
  let first = `${dayOf(now, zone).slice(0, 7)}-01`;
  let until = now;
  for (let at = 0; at < count; at++) {
    const from = startOfDate(first, zone);
    reports.push({ month: first.slice(0, 7), from, until, rows: uptimeRows(view, { from, until }) });
    until = from;
    first = `${addDays(first, -1).slice(0, 7)}-01`;
  }
  return reports;
}
