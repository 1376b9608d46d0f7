// /api/pharos/v1/pages/{page_id}/uptime. In: a window, or a count of months. Out: uptime of all components, and what is left of what is promised.
// One rule for page, badge and API: model/uptime.ts.
import { t } from "elysia";
import {
  type UptimeRow,
  uptimeMonthReports,
  uptimeRows,
  uptimeWindows,
  windowSpan,
} from "../model/uptime-report.ts";
import { id, orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { isoOf } from "./own-fields.ts";

const names = uptimeWindows.map(({ name }) => name);
/** Five years of months. */
const monthsMax = 60;
const seconds = (description: string) => t.Integer({ description: `seconds: ${description}` });

const row = t.Object(
  {
    component_id: id(),
    name: t.String(),
    group: t.Boolean(),
    uptime_percentage: orNull(t.Number({ minimum: 0, maximum: 100 })),
    counted: seconds("the span without maintenance, from when something is known"),
    down: seconds("by weight"),
    major_outage: seconds("whole"),
    partial_outage: seconds("whole"),
    degraded: seconds("counts as up"),
    maintenance: seconds("counts as neither"),
    budget: orNull(
      t.Object({
        target: t.Number({ description: "percent" }),
        allowed: seconds("downtime that the promise allows"),
        left: seconds("below 0: the promise is broken"),
        kept: t.Boolean(),
      }),
    ),
  },
  { title: "UptimeRow" },
);
const common = { partial_weight: t.Number(), sla_target: orNull(t.Number()) };
const windowAnswer = t.Object(
  { window: t.String(), from: time(), until: time(), ...common, components: t.Array(row) },
  { title: "UptimeWindow" },
);
const monthsAnswer = t.Object(
  {
    ...common,
    months: t.Array(
      t.Object({
        month: t.String({ pattern: "^\\d{4}-\\d{2}$" }),
        ...{ from: time(), until: time(), components: t.Array(row) },
      }),
    ),
  },
  { title: "UptimeMonths" },
);

const wholeSeconds = (ms: number): number => Math.round(ms / 1_000);

function shape({ component, uptime, budget }: UptimeRow) {
  return {
    component_id: component.id,
    name: component.name,
    group: component.group,
    uptime_percentage: uptime.ratio === null ? null : Math.round(uptime.ratio * 1_000_000) / 10_000,
    counted: wholeSeconds(uptime.countedMs),
    down: wholeSeconds(uptime.downMs),
    major_outage: wholeSeconds(uptime.outageMs),
    partial_outage: wholeSeconds(uptime.partialMs),
    degraded: wholeSeconds(uptime.degradedMs),
    maintenance: wholeSeconds(uptime.maintenanceMs),
    budget:
      budget === null
        ? null
        : {
            target: budget.target,
            allowed: wholeSeconds(budget.allowedMs),
            left: wholeSeconds(budget.leftMs),
            kept: budget.isKept,
          },
  };
}

export const ownUptimeEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/uptime",
    summary: "Read the uptime of all components, and what is left of the promised one",
    description:
      "Windows are days of the page's zone, today included; 24h is the last 24 hours. Maintenance counts as neither up nor down, a partial outage by the page's `uptime_partial_weight`.",
    needs: "read",
    answers: { 200: windowAnswer },
    // No UnionEnum: of those Elysia takes the first where nothing is asked.
    query: t.Object({ window: t.Optional(t.Union(names.map((name) => t.Literal(name)))) }),
    example: { query: { window: "90d" } },
    answer({ view, query, nowMs }) {
      const window = query.window ?? "90d";
      const span = windowSpan(view, window, nowMs());
      return answer(200, {
        ...{ window, from: isoOf(span.from), until: isoOf(span.until) },
        ...{ partial_weight: view.page.partialWeight, sla_target: view.page.slaTarget },
        components: uptimeRows(view, span).map(shape),
      });
    },
  }),
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/uptime/months",
    summary: "Report uptime month by month, newest first; the first is not over",
    needs: "read",
    answers: { 200: monthsAnswer },
    query: t.Object({ count: t.Optional(t.Numeric({ minimum: 1, maximum: monthsMax, multipleOf: 1 })) }),
    example: { query: { count: "3" } },
    answer({ view, query, nowMs }) {
      const reports = uptimeMonthReports(view, query.count ?? 12, nowMs());
      return answer(200, {
        ...{ partial_weight: view.page.partialWeight, sla_target: view.page.slaTarget },
        months: reports.map(({ month, from, until, rows }) => ({
          ...{ month, from: isoOf(from), until: isoOf(until), components: rows.map(shape) },
        })),
      });
    },
  }),
];
