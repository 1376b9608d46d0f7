// /v1/pages/{page_id}/metrics, and the points of metrics. In: calls. Out: metrics as they are, new ones, changes; points go past the op-log.
// Statuspage makes a metric below a provider (metrics-providers.ts), and has no order of them: POST on the list and `metrics/order` are ours.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { MetricFields } from "../model/command.ts";
import { type MetricPoint, refusalOf } from "../model/series.ts";
import { type Metric, metricTransforms, type PageView } from "../model/view.ts";
import { byOf } from "../people/principal.ts";
import type { SeriesStore } from "../store/series.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { answers } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, maybe, name, oneOf, pageOf, paging, said, text } from "./fields.ts";
import { metricShape } from "./shapes.ts";

const bound = t.Optional(t.Union([t.Numeric(), t.Null(), t.Literal("")]));
const fields = {
  name: maybe(text(limits.nameCharsMax)),
  metric_identifier: t.Optional(t.Union([text(limits.nameCharsMax), t.Null()])),
  suffix: t.Optional(t.Union([text(limits.seriesSuffixCharsMax), t.Null()])),
  decimal_places: maybe(t.Numeric({ minimum: 0, maximum: 5, multipleOf: 1 })),
  display: maybe(flag()),
  tooltip_description: t.Optional(t.Union([text(limits.nameCharsMax), t.Null()])),
  y_axis_min: bound,
  y_axis_max: bound,
  y_axis_hidden: maybe(flag()),
  transform: maybe(oneOf(metricTransforms)),
  position: maybe(t.Numeric({ minimum: 0, maximum: 1_000_000, multipleOf: 1 })),
};
const metricBody = t.Object({ metric: t.Object(fields) });
export const newMetricBody = t.Object({ metric: t.Object({ ...fields, name: name() }) });

type Said = (typeof metricBody)["static"]["metric"];

/** The fields that a body speaks of. */
export function metricFieldsOf(body: Said): MetricFields {
  const told = {
    name: said(body.name),
    decimalPlaces: said(body.decimal_places),
    display: said(body.display),
    yAxisHidden: said(body.y_axis_hidden),
    transform: said(body.transform),
    position: said(body.position),
    suffix: body.suffix === undefined ? undefined : (body.suffix ?? ""),
    identifier: body.metric_identifier === undefined ? undefined : body.metric_identifier || null,
    tooltipDescription: body.tooltip_description === undefined ? undefined : body.tooltip_description || null,
    yAxisMin: body.y_axis_min === "" ? null : body.y_axis_min,
    yAxisMax: body.y_axis_max === "" ? null : body.y_axis_max,
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

const point = t.Object({ timestamp: t.Numeric(), value: t.Numeric() });
const pointBody = t.Object({ data: point });
const pointsBody = t.Object({
  data: t.Record(t.String(), t.Array(point, { maxItems: limits.seriesPointsPerRequestMax })),
});
const orderBody = t.Object({
  metrics: t.Array(text(limits.idCharsMax), { maxItems: limits.seriesPerPageMax }),
});

type Point = (typeof point)["static"];

export function metricOf(view: PageView, wanted: string | undefined): Metric {
  const metric = view.metrics.find(({ id }) => id === wanted);
  if (metric === undefined) throw new ApiRefusal(notFound("Metric"));
  return metric;
}

/** All of them, or a refusal that names the first few that cannot be taken. */
function pointsOf(points: readonly Point[], nowMs: number): readonly MetricPoint[] {
  const taken = points.map(({ timestamp, value }) => ({ at: timestamp * 1_000, value }));
  const wrong = taken.flatMap((one) => refusalOf(one, nowMs) ?? []);
  if (wrong.length === 0) return taken;
  const more = wrong.length > 3 ? [`${wrong.length - 3} more points of ${points.length} are refused.`] : [];
  throw new ApiRefusal(unprocessable(...wrong.slice(0, 3), ...more));
}

export const metricShapeOf = (view: PageView, metric: Metric, series: SeriesStore) =>
  metricShape(metric, series.spans(view.page.id, metric.id)?.last.at ?? null);

export const metricEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/metrics",
    summary: "List the metrics of a page",
    answers: { 200: t.Array(answers.metric) },
    needs: "read",
    query: t.Object(paging),
    answer: ({ view, query, series }) =>
      answer(
        200,
        pageOf(view.metrics, query).map((metric) => metricShapeOf(view, metric, series)),
      ),
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/metrics",
    summary: "Create a metric",
    answers: { 201: answers.metric },
    example: { body: { metric: { name: "Response time", suffix: "ms" } } },
    needs: "edit",
    body: newMetricBody,
    async answer({ body, submit, series }) {
      const { name } = body.metric;
      const made = await submit({ kind: "metric.create", fields: { ...metricFieldsOf(body.metric), name } });
      return answer(201, metricShapeOf(made.view, metricOf(made.view, made.id), series));
    },
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/metrics/order",
    summary: "Put metrics into an order",
    answers: { 200: t.Array(answers.metric) },
    example: { body: { metrics: ["{metric_id}"] } },
    needs: "edit",
    body: orderBody,
    async answer({ body, submit, series }) {
      const { view } = await submit({ kind: "metric.reorder", ids: body.metrics });
      return answer(
        200,
        view.metrics.map((metric) => metricShapeOf(view, metric, series)),
      );
    },
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/metrics/data",
    summary: "Add points to metrics",
    answers: { 202: pointsBody.properties.data },
    example: { body: { data: { "{metric_id}": [{ timestamp: "{now}", value: 120 }] } } },
    needs: "edit",
    body: pointsBody,
    async answer({ view, body, series, nowMs, effect }) {
      const entries = Object.entries(body.data);
      const count = entries.reduce((sum, [, points]) => sum + points.length, 0);
      if (count > limits.seriesPointsPerRequestMax)
        throw new ApiRefusal(
          unprocessable(`A request has at most ${limits.seriesPointsPerRequestMax} points, not ${count}.`),
        );
      const taken = new Map(
        entries.map(([id, points]) => [metricOf(view, id).id, pointsOf(points, nowMs())] as const),
      );
      if (count > 0) await effect(() => series.add(view.page.id, taken));
      return answer(202, body.data);
    },
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/metrics/:metric_id/data",
    summary: "Add a point to a metric",
    answers: { 201: pointBody },
    example: { body: { data: { timestamp: "{now}", value: 120 } } },
    needs: "edit",
    body: pointBody,
    async answer({ view, params, body, series, nowMs, effect }) {
      const { id } = metricOf(view, params.metric_id);
      const points = new Map([[id, pointsOf([body.data], nowMs())]]);
      await effect(() => series.add(view.page.id, points));
      return answer(201, { data: body.data });
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: "/pages/:page_id/metrics/:metric_id/data",
    summary: "Forget the points of a metric",
    answers: { 200: answers.metric },
    needs: "edit",
    async answer({ view, params, principal, install, series, effect }) {
      const metric = metricOf(view, params.metric_id);
      await effect(() => series.forget(view.page.id, metric.id));
      await install.audit.record({
        ...byOf(principal),
        ...{ what: "metric.forget", subject: { kind: "metric", id: metric.id, name: metric.name } },
        ...{ pages: [view.page.id], before: null, after: null },
      });
      return answer(200, metricShapeOf(view, metric, series));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/metrics/:metric_id",
    summary: "Read a metric",
    answers: { 200: answers.metric },
    needs: "read",
    answer: ({ view, params, series }) =>
      answer(200, metricShapeOf(view, metricOf(view, params.metric_id), series)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: "/pages/:page_id/metrics/:metric_id",
    summary: "Change a metric",
    answers: { 200: answers.metric },
    example: { body: { metric: { decimal_places: 1 } } },
    needs: "edit",
    body: metricBody,
    async answer({ view, params, body, submit, series }) {
      const { id } = metricOf(view, params.metric_id);
      const changed = await submit({ kind: "metric.update", id, fields: metricFieldsOf(body.metric) });
      return answer(200, metricShapeOf(changed.view, metricOf(changed.view, id), series));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: "/pages/:page_id/metrics/:metric_id",
    summary: "Delete a metric and its points",
    answers: { 200: answers.metric },
    needs: "edit",
    async answer({ view, params, submit, series, effect }) {
      const metric = metricOf(view, params.metric_id);
      const shape = metricShapeOf(view, metric, series);
      await submit({ kind: "metric.delete", id: metric.id });
      await effect(() => series.forget(view.page.id, metric.id));
      return answer(200, shape);
    },
  }),
];
