// /api/pharos/v1/pages/{page_id}/alert_sources. In: calls. Out: which other systems may tell of alerts, what follows from theirs, and the address of each: it is
// told once, when it is made, for its last part is a secret that is kept hashed.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import {
  type AlertSource,
  type SourceFormat,
  type StandingAlert,
  severities,
  sourceFormats,
} from "../model/alert-source.ts";
import { checkActs, outageStatuses } from "../model/check.ts";
import type { PageView } from "../model/view.ts";
import { byOf } from "../people/principal.ts";
import type { PageRows } from "../store/page-rows.ts";
import type { By } from "../store/tokens.ts";
import { keepRows } from "./access-rows.ts";
import { newSourceBody, sourceBody, sourceFrom, unsetSource } from "./alert-source-shape.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { id, orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { oneOf } from "./fields.ts";
import { isoOf } from "./own-fields.ts";

/** What takes alerts. */
export interface AlertDesk {
  standing(page: string): readonly StandingAlert[];
  /** A new address, on the device when it is told; the one before it ends. */
  renew(page: string, source: AlertSource, by: By): Promise<string>;
  /** Its settings are others, or it is gone. */
  look(page: string): Promise<void>;
  /** What to write into the other system. */
  setUp(format: SourceFormat): string;
}

const alertAnswer = t.Object({
  key: t.String(),
  name: t.String(),
  severity: oneOf(severities),
  component_id: orNull(id()),
  said: orNull(t.String()),
  since: time(),
  heard_at: time(),
});
const path = () => orNull(t.String());
const fields = {
  ...{ id: id(), page_id: id(), name: t.String(), format: oneOf(sourceFormats) },
  ...{ component_id: orNull(id()), component_label: t.String(), template_id: orNull(id()) },
  ...{ act: oneOf(checkActs), outage_status: oneOf(outageStatuses) },
  places: orNull(
    t.Object({
      ...{ list: path(), key: path(), name: path(), state: t.String(), standing: t.Array(t.String()) },
      ...{ component: path(), severity: path() },
    }),
  ),
  set_up: t.String(),
  alerts: t.Array(alertAnswer),
  ...{ created_at: time(), updated_at: time() },
};
const sourceAnswer = t.Object(fields, { title: "AlertSource" });
const madeAnswer = t.Object({ ...fields, address: t.String() }, { title: "MadeAlertSource" });

function shape({ page }: PageView, source: AlertSource, desk: AlertDesk) {
  return {
    ...{ id: source.id, page_id: page.id, name: source.name, format: source.format, places: source.places },
    ...{ component_id: source.componentId, component_label: source.componentLabel },
    ...{ template_id: source.templateId, act: source.act, outage_status: source.outageStatus },
    set_up: desk.setUp(source.format),
    alerts: desk
      .standing(page.id)
      .filter((alert) => alert.source === source.id)
      .map(({ key, name, severity, componentId, said, sinceMs, heardMs }) => ({
        ...{ key, name, severity, component_id: componentId, said },
        ...{ since: isoOf(sinceMs), heard_at: isoOf(heardMs) },
      })),
    ...{ created_at: isoOf(source.createdAt), updated_at: isoOf(source.updatedAt) },
  };
}

export const alertSources = (rows: Pick<PageRows, "list">, page: string): readonly AlertSource[] =>
  [...rows.list<AlertSource>(page, "alert-source")].sort((a, b) => a.createdAt - b.createdAt);

function sourceOf(rows: PageRows, { page }: PageView, wanted: string | undefined): AlertSource {
  const source = rows.get<AlertSource>(page.id, "alert-source", wanted ?? "");
  if (source === null) throw new ApiRefusal(notFound("Alert source"));
  return source;
}

const base = "/pages/:page_id/alert_sources";
const one = `${base}/:alert_source_id` as const;

export const ownAlertSourceEndpoints = [
  endpoint({
    methods: ["GET"],
    path: base,
    summary: "List the systems that tell of alerts, with the alerts that stand",
    answers: { 200: t.Array(sourceAnswer) },
    needs: "read",
    answer: ({ view, rows, alerts }) =>
      answer(
        200,
        alertSources(rows, view.page.id).map((source) => shape(view, source, alerts)),
      ),
  }),
  endpoint({
    methods: ["POST"],
    path: base,
    summary: "Let another system tell of alerts",
    description:
      "`address` is told once: the system POSTs there. Formats: Prometheus Alertmanager, Grafana, PagerDuty (webhooks v3, and events v2 in PagerDuty's place), JSON by path, mail piped by your mail server. An alert speaks for `component_id`, else for the component that its label `component_label` names. What a person changes is theirs, as with checks.",
    answers: { 201: madeAnswer },
    needs: "edit",
    body: newSourceBody,
    example: { body: { alert_source: { name: "Prometheus", format: "alertmanager", act: "component" } } },
    async answer({ view, rows, principal, effect, body: { alert_source: asked }, alerts, nowMs }) {
      if (alertSources(rows, view.page.id).length >= limits.alertSourcesPerPageMax)
        throw new ApiRefusal(
          unprocessable(`A page has at most ${limits.alertSourcesPerPageMax} alert sources`),
        );
      const [made, now] = [rows.newId(), nowMs()];
      const { name, format } = asked;
      const row = sourceFrom(view, asked, {
        ...unsetSource,
        ...{ id: made, name, format, createdAt: now, updatedAt: now },
      });
      await keepRows({ view, rows, principal, effect }, () => [{ kind: "alert-source", id: made, row }]);
      const address = await effect(
        () => alerts.renew(view.page.id, row, byOf(principal)),
        async () => `/ingest/${view.page.id}.${made}.…`,
      );
      return answer(201, { ...shape(view, row, alerts), address });
    },
  }),
  endpoint({
    methods: ["GET"],
    path: one,
    summary: "Read a system that tells of alerts",
    answers: { 200: sourceAnswer },
    needs: "read",
    answer: ({ view, rows, params, alerts }) =>
      answer(200, shape(view, sourceOf(rows, view, params.alert_source_id), alerts)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: one,
    summary: "Change what follows from a system's alerts",
    answers: { 200: sourceAnswer },
    needs: "edit",
    body: sourceBody,
    example: { body: { alert_source: { act: "incident", outage_status: "partial_outage" } } },
    async answer({ view, rows, principal, effect, params, body, alerts, nowMs }) {
      const held = sourceOf(rows, view, params.alert_source_id);
      const row = { ...sourceFrom(view, body.alert_source, held), updatedAt: nowMs() };
      await keepRows({ view, rows, principal, effect }, () => [{ kind: "alert-source", id: row.id, row }]);
      await effect(
        () => alerts.look(view.page.id),
        async () => undefined,
      );
      return answer(200, shape(view, row, alerts));
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${one}/address`,
    summary: "Give a system another address",
    description: "The one before it ends at once.",
    answers: { 201: madeAnswer },
    needs: "edit",
    async answer({ view, rows, principal, effect, params, alerts }) {
      const source = sourceOf(rows, view, params.alert_source_id);
      const address = await effect(
        () => alerts.renew(view.page.id, source, byOf(principal)),
        async () => `/ingest/${view.page.id}.${source.id}.…`,
      );
      return answer(201, { ...shape(view, source, alerts), address });
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: one,
    summary: "Take no more alerts of a system",
    description: "What its alerts did stays until somebody changes it.",
    answers: { 200: sourceAnswer },
    needs: "edit",
    async answer({ view, rows, principal, effect, params, alerts }) {
      const source = sourceOf(rows, view, params.alert_source_id);
      const was = shape(view, source, alerts);
      await keepRows({ view, rows, principal, effect }, () => [
        { kind: "alert-source", id: source.id, row: null },
      ]);
      await effect(
        () => alerts.look(view.page.id),
        async () => undefined,
      );
      return answer(200, was);
    },
  }),
];
