// /v1/pages/{page_id}/metrics_providers. In: calls. Out: providers as they are kept, and metrics below one.
// Nothing is pulled: metrics of other products' providers are refused, and the secrets of a provider are not kept, for nothing would use them.
import { t } from "elysia";
import type { Command } from "../model/command.ts";
import type { PageView } from "../model/view.ts";
import type { PageRows } from "../store/page-rows.ts";
import { keepRows } from "./access-rows.ts";
import { ApiRefusal, notFound, notImplemented } from "./answer.ts";
import { answers, id, orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { oneOf, pageOf, paging, text } from "./fields.ts";
import { metricFieldsOf, metricOf, metricShapeOf, newMetricBody } from "./metrics.ts";

export const providerTypes = ["Pingdom", "NewRelic", "Librato", "Datadog", "Self"] as const;

interface Provider {
  readonly id: string;
  readonly type: (typeof providerTypes)[number];
  readonly metricBaseUri: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const secret = () => t.Optional(t.Union([text(1_000), t.Null()]));
const fields = {
  type: t.Optional(oneOf(providerTypes)),
  metric_base_uri: t.Optional(t.Union([text(2_000), t.Null()])),
  email: secret(),
  password: secret(),
  api_key: secret(),
  api_token: secret(),
  application_key: secret(),
};
const body = t.Object({ metrics_provider: t.Object(fields) });
const newBody = t.Object({ metrics_provider: t.Object({ ...fields, type: oneOf(providerTypes) }) });

function providerOf(rows: PageRows, view: PageView, id: string | undefined): Provider {
  const provider = rows.get<Provider>(view.page.id, "metrics-provider", id ?? "");
  if (provider === null) throw new ApiRefusal(notFound("Metrics provider"));
  return provider;
}

function shape(provider: Provider, { page }: PageView): object {
  return {
    id: provider.id,
    type: provider.type,
    disabled: false,
    metric_base_uri: provider.metricBaseUri,
    last_revalidated_at: null,
    created_at: new Date(provider.createdAt).toISOString(),
    updated_at: new Date(provider.updatedAt).toISOString(),
    page_id: page.id,
  };
}

const providerAnswer = t.Object(
  {
    id: id(),
    type: oneOf(providerTypes),
    disabled: t.Boolean(),
    metric_base_uri: orNull(t.String()),
    last_revalidated_at: orNull(time()),
    created_at: time(),
    updated_at: time(),
    page_id: id(),
  },
  { title: "MetricsProvider" },
);

const base = "/pages/:page_id/metrics_providers";
const one = `${base}/:metrics_provider_id` as const;

export const metricsProviderEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/metrics_providers",
    summary: "List the providers of metrics",
    answers: { 200: t.Array(providerAnswer) },
    needs: "read",
    answer: ({ view, rows }) =>
      answer(
        200,
        [...rows.list<Provider>(view.page.id, "metrics-provider")]
          .sort((a, b) => a.createdAt - b.createdAt)
          .map((provider) => shape(provider, view)),
      ),
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/metrics_providers",
    summary: "Create a provider of metrics",
    answers: { 201: providerAnswer },
    example: { body: { metrics_provider: { type: "Self" } } },
    needs: "edit",
    body: newBody,
    async answer({ view, rows, principal, effect, body, nowMs }) {
      const [id, now] = [rows.newId(), nowMs()];
      const { type, metric_base_uri: uri } = body.metrics_provider;
      const row: Provider = { id, type, metricBaseUri: uri || null, createdAt: now, updatedAt: now };
      await keepRows({ view, rows, principal, effect }, () => [{ kind: "metrics-provider", id, row }]);
      return answer(201, shape(row, view));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: one,
    summary: "Read a provider of metrics",
    answers: { 200: providerAnswer },
    needs: "read",
    answer: ({ view, rows, params }) =>
      answer(200, shape(providerOf(rows, view, params.metrics_provider_id), view)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: one,
    summary: "Change a provider of metrics",
    answers: { 200: providerAnswer },
    example: { body: { metrics_provider: { metric_base_uri: "https://metrics.example.com" } } },
    needs: "edit",
    body,
    async answer({ view, rows, principal, effect, params, body, nowMs }) {
      const { id } = providerOf(rows, view, params.metrics_provider_id);
      const { type, metric_base_uri: uri } = body.metrics_provider;
      await keepRows({ view, rows, principal, effect }, () => {
        const held = providerOf(rows, view, id);
        const metricBaseUri = uri === undefined ? held.metricBaseUri : uri || null;
        const row: Provider = { ...held, type: type ?? held.type, metricBaseUri, updatedAt: nowMs() };
        return [{ kind: "metrics-provider", id, row }];
      });
      return answer(200, shape(providerOf(rows, view, id), view));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: one,
    summary: "Delete a provider of metrics; its metrics stay, below none",
    answers: { 200: providerAnswer },
    needs: "edit",
    async answer({ view, rows, principal, effect, params, submit }) {
      const provider = providerOf(rows, view, params.metrics_provider_id);
      const free = view.metrics.flatMap(({ id, providerId }): Command[] =>
        providerId === provider.id ? [{ kind: "metric.update", id, fields: { providerId: null } }] : [],
      );
      if (free.length > 0) await submit(free);
      await keepRows({ view, rows, principal, effect }, () => [
        { kind: "metrics-provider", id: provider.id, row: null },
      ]);
      return answer(200, shape(provider, view));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${one}/metrics`,
    summary: "List the metrics below a provider",
    answers: { 200: t.Array(answers.metric) },
    needs: "read",
    query: t.Object(paging),
    answer({ view, rows, params, query, series }) {
      const { id } = providerOf(rows, view, params.metrics_provider_id);
      const found = view.metrics.filter(({ providerId }) => providerId === id);
      return answer(
        200,
        pageOf(found, query).map((metric) => metricShapeOf(view, metric, series)),
      );
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${one}/metrics`,
    summary: "Create a metric below a provider",
    unable:
      "The provider is another product's, and Pharos pulls no metrics: make it below a provider of type Self, and send its points.",
    answers: { 201: answers.metric },
    example: { body: { metric: { name: "Response time", suffix: "ms" } } },
    needs: "edit",
    body: newMetricBody,
    async answer({ view, rows, params, body, submit, series }) {
      const { id: providerId, type } = providerOf(rows, view, params.metrics_provider_id);
      if (type !== "Self")
        throw new ApiRefusal(
          notImplemented(
            `Pharos pulls no metrics from ${type}: make the metric below a provider of type Self, and send its points to metrics/{metric_id}/data.`,
          ),
        );
      const { name } = body.metric;
      const asked = { ...metricFieldsOf(body.metric), name, providerId };
      const made = await submit({ kind: "metric.create", fields: asked });
      return answer(201, metricShapeOf(made.view, metricOf(made.view, made.id), series));
    },
  }),
];
