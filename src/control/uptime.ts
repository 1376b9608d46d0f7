// Uptime of a component or a group over a range of days, in Statuspage's words. In: start and end. Out: percentage, seconds of outage, incidents.
// One rule for page, badge and API: model/uptime.ts. Days are those of the page's zone; the last one counts up to now.
import { t } from "elysia";
import { membersByGroup } from "../model/group.ts";
import { uptime } from "../model/uptime.ts";
import type { Component, Incident, PageView } from "../model/view.ts";
import { addDays, dayOf, startOfDate } from "../model/zone.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { id, orNull } from "./answers.ts";
import { groupOf } from "./component-groups.ts";
import { componentOf } from "./components.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, maybe, text } from "./fields.ts";

const query = t.Object({
  skip_related_events: maybe(flag()),
  start: t.Optional(text(40)),
  end: t.Optional(text(40)),
});

type Query = (typeof query)["static"];

const day = () => t.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" });
const incidentName = () => t.Object({ id: id() });
const common = {
  range_start: day(),
  range_end: day(),
  uptime_percentage: orNull(t.Number({ minimum: 0, maximum: 100 })),
  major_outage: t.Integer({ minimum: 0, description: "seconds" }),
  partial_outage: t.Integer({ minimum: 0, description: "seconds" }),
  warnings: t.Array(t.String()),
  id: id(),
  name: t.String(),
};
const componentUptime = t.Object(
  {
    ...common,
    related_events: t.Optional(t.Object({ id: orNull(id()), incidents: t.Array(incidentName()) })),
  },
  { title: "ComponentUptime" },
);
const groupUptime = t.Object(
  {
    ...common,
    related_events: t.Optional(
      t.Object({
        component_id: orNull(id()),
        incidents: orNull(incidentName()),
        components: t.Array(t.Object({ component_id: id(), incidents: t.Array(incidentName()) })),
      }),
    ),
  },
  { title: "ComponentGroupUptime" },
);

const monthsMax = 6;
const defaultDays = 90;

interface Range {
  readonly start: string;
  readonly end: string;
  readonly warnings: readonly string[];
}

/** A year, a month or a day: its first day or its last. A time behind the day says nothing more. */
function dayIn(given: string, edge: "start" | "end"): string {
  const found = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?$/.exec(given.trim());
  const [, year = "", month, day] = found ?? [];
  const first = `${year}-${month ?? (edge === "start" ? "01" : "12")}`;
  const whole = day === undefined ? (edge === "start" ? `${first}-01` : lastOf(first)) : `${first}-${day}`;
  const ms = Date.parse(`${whole}T00:00:00Z`);
  const real = found !== null && !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(whole);
  if (!real || ms < 0)
    throw new ApiRefusal(
      unprocessable(
        `${edge === "start" ? "Start" : "End"} must be a year, a month or a day from 1970 on, such as 2026-05-07`,
      ),
    );
  return whole;
}

function lastOf(month: string): string {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year ?? 0, number ?? 0, 0)).toISOString().slice(0, 10);
}

/** The day so many calendar months later. */
function monthsAfter(day: string, months: number): string {
  const [year, month, date] = day.split("-").map(Number);
  const last = Number(
    lastOf(new Date(Date.UTC(year ?? 0, (month ?? 1) - 1 + months)).toISOString().slice(0, 7)).slice(8),
  );
  return new Date(Date.UTC(year ?? 0, (month ?? 1) - 1 + months, Math.min(date ?? 1, last)))
    .toISOString()
    .slice(0, 10);
}

function rangeOf(asked: Query, knownFrom: string, today: string): Range {
  const warnings: string[] = [];
  const usual = addDays(today, 1 - defaultDays);
  let start = asked.start ? dayIn(asked.start, "start") : usual > knownFrom ? usual : knownFrom;
  let end = asked.end ? dayIn(asked.end, "end") : today;
  if (start > end) throw new ApiRefusal(unprocessable("Start must not be after end"));
  if (end > monthsAfter(start, monthsMax))
    throw new ApiRefusal(unprocessable(`A range has at most ${monthsMax} calendar months`));
  if (end > today) {
    warnings.push(`The range ends with ${today}, which is today.`);
    end = today;
  }
  if (start < knownFrom && end >= knownFrom) {
    warnings.push(`The range begins with ${knownFrom}: nothing is known before.`);
    start = knownFrom;
  }
  // Nothing is known of days to come.
  if (start > end) start = end;
  return { start, end, warnings };
}

/** The day from which on something is known of a component. */
function knownFrom(view: PageView, { startDate, createdAt }: Component): string {
  return startDate ?? dayOf(createdAt ?? view.page.createdAt, view.page.timeZone);
}

function incidentsOf(view: PageView, id: string, from: number, until: number): readonly Incident[] {
  return [...view.incidents, ...view.maintenances].filter(
    (incident) =>
      incident.componentIds.includes(id) &&
      (incident.startedAt ?? incident.createdAt) <= until &&
      (incident.resolvedAt ?? until) > from,
  );
}

/** What both answers say; `members` are those whose history it is. */
function shapeOf(view: PageView, of: Component, members: readonly Component[], asked: Query, now: number) {
  const zone = view.page.timeZone;
  const known = members.map((member) => knownFrom(view, member)).sort();
  const range = rangeOf(asked, known[0] ?? knownFrom(view, of), dayOf(now, zone));
  const [from, until] = [
    startOfDate(range.start, zone),
    Math.min(startOfDate(addDays(range.end, 1), zone), now),
  ];
  const { ratio, outageMs, partialMs } = uptime(view, of.id, from, until);
  const shape = {
    range_start: range.start,
    range_end: range.end,
    uptime_percentage: ratio === null ? null : Math.round(ratio * 1_000_000) / 10_000,
    major_outage: Math.round(outageMs / 1_000),
    partial_outage: Math.round(partialMs / 1_000),
    warnings: range.warnings,
    id: of.id,
    name: of.name,
  };
  const idsOf = (id: string) => incidentsOf(view, id, from, until).map((incident) => ({ id: incident.id }));
  return { shape, idsOf };
}

export const uptimeEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/components/:component_id/uptime",
    summary: "Read the uptime of a component",
    answers: { 200: componentUptime },
    needs: "read",
    query,
    answer({ view, params, query: asked, nowMs }) {
      const component = componentOf(view, params.component_id);
      const { shape, idsOf } = shapeOf(view, component, [component], asked, nowMs());
      if (asked.skip_related_events === true) return answer(200, shape);
      // Statuspage's specification has one id here; a list beside it names all.
      const incidents = idsOf(component.id);
      return answer(200, { ...shape, related_events: { id: incidents[0]?.id ?? null, incidents } });
    },
  }),
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/component-groups/:id/uptime",
    summary: "Read the uptime of a group of components",
    answers: { 200: groupUptime },
    needs: "read",
    query,
    answer({ view, params, query: asked, nowMs }) {
      const group = groupOf(view, params.id);
      const members = membersByGroup(view.components).get(group.id) ?? [];
      const { shape, idsOf } = shapeOf(view, group, members, asked, nowMs());
      if (asked.skip_related_events === true) return answer(200, shape);
      const components = members.map(({ id }) => ({ component_id: id, incidents: idsOf(id) }));
      const first = components.find(({ incidents }) => incidents.length > 0);
      return answer(200, {
        ...shape,
        related_events: {
          component_id: first?.component_id ?? null,
          incidents: first?.incidents[0] ?? null,
          components,
        },
      });
    },
  }),
];
