// What the uptime pages are made of. In: a view and its day. Out: months, each with a print of all that its page shows of the past.
// Days count once they are over. So a change of today leaves these pages alone, and a midnight only changes this month's.
import { limits } from "../base/limits.ts";
import { knownSince } from "../model/uptime.ts";
import type { Component, PageView, Transition } from "../model/view.ts";
import { monthOf, startOfDate } from "../model/zone.ts";
import { keyOf } from "./key.ts";
import { addMonths, boundsOf } from "./months.ts";

export interface UptimeMonth {
  /** YYYY-MM */
  readonly name: string;
  readonly from: number;
  /** Of days that are over: the end of the month, or the start of today. */
  readonly until: number;
  /** Changes with everything that the month's page shows, words aside. */
  readonly print: string;
}

/** Months of which a day is over, newest first. */
export function uptimeMonths(view: PageView, day: string): readonly UptimeMonth[] {
  return spansOf(view, day).map((span) => ({ ...span, print: printOf(view, span.from, span.until) }));
}

/** Their names alone. */
export function uptimeMonthNames(view: PageView, day: string): readonly string[] {
  return spansOf(view, day).map(({ name }) => name);
}

function spansOf(view: PageView, day: string): readonly Omit<UptimeMonth, "print">[] {
  const zone = view.page.timeZone;
  const today = startOfDate(day, zone);
  const since = knownSince(view);
  if (since === null || since >= today) return [];
  const oldest = monthOf(since, zone);
  const months: Omit<UptimeMonth, "print">[] = [];
  for (
    let name = day.slice(0, 7);
    name >= oldest && months.length < limits.uptimeMonthsMax;
    name = addMonths(name, -1)
  ) {
    const { from, until } = boundsOf(name, zone);
    if (from >= today) continue;
    months.push({ name, from, until: Math.min(until, today) });
  }
  return months;
}

function printOf(view: PageView, from: number, until: number): string {
  return keyOf("uptime-month", [
    view.page.createdAt,
    view.page.partialWeight,
    until,
    ...view.components.map(shapeOf),
    ...view.components.map(({ id }) => pastOf(view.transitions.get(id) ?? noTransitions, from, until)),
  ]);
}

/** Everything of the months together, without looking into each: equal where none of them differs. */
export function pastPrint(view: PageView, day: string): string {
  const { page, components, transitions } = view;
  const today = startOfDate(day, page.timeZone);
  return keyOf("uptime-past", [
    page.createdAt,
    page.partialWeight,
    page.timeZone,
    today,
    ...components.map(shapeOf),
    ...components.map(({ id }) => wholePast(transitions.get(id) ?? noTransitions, today)),
  ]);
}

const noTransitions: readonly Transition[] = [];
const shapes = new WeakMap<Component, string>();

/** What a component is called, where it stands and since when it counts: its status is of today. */
function shapeOf(component: Component): string {
  const known = shapes.get(component);
  if (known !== undefined) return known;
  const { id, name, group, groupId, startDate, createdAt } = component;
  const made = JSON.stringify([id, name, group, groupId, startDate, createdAt]);
  shapes.set(component, made);
  return made;
}

const pasts = new WeakMap<readonly Transition[], { readonly until: number; readonly print: string }>();

function wholePast(transitions: readonly Transition[], until: number): string {
  if (transitions.length === 0) return "operational";
  const known = pasts.get(transitions);
  if (known?.until === until) return known.print;
  const print = pastOf(transitions, Number.NEGATIVE_INFINITY, until);
  pasts.set(transitions, { until, print });
  return print;
}

/** The status with which a span begins, and what changes within it. */
function pastOf(transitions: readonly Transition[], from: number, until: number): string {
  let status = "operational";
  const changes: (string | number)[] = [];
  for (const transition of transitions) {
    if (transition.at >= until) break;
    if (transition.at <= from) status = transition.status;
    else changes.push(transition.at, transition.status);
  }
  return changes.length === 0 ? status : keyOf("past", [status, ...changes]);
}
