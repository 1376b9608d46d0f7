// Alerts of Grafana: the webhook of a contact point, which speaks as Alertmanager does, and that of its older alerting (before version 9: a rule and its state).
// In: a body. Out: alerts. "No data" is no fault of what is watched: an older rule without data neither begins nor ends.
import { ok, type Result, refuse } from "../base/result.ts";
import type { Alert, AlertSource } from "../model/alert-source.ts";
import type { IngestFormat } from "./ingest.ts";
import { alertsIn } from "./ingest-alertmanager.ts";
import { isTable, keyOf, nameOf, saidOf, severityOf, type Table, tableOf } from "./ingest-fields.ts";

export const grafanaFormat: IngestFormat = {
  title: "Grafana",
  setUp: "Alerting, Contact points: an integration Webhook with this address as URL",
  takes: "json",
  read: (body, source) =>
    isTable(body) && !Array.isArray(body.alerts) && (body.ruleId !== undefined || body.ruleName !== undefined)
      ? olderAlert(body, source)
      : alertsIn(body, source),
};

function olderAlert(
  { message, ruleId, ruleName, state, tags, title }: Table,
  { componentLabel }: AlertSource,
): Result<readonly Alert[], string> {
  if (state === "no_data" || state === "pending" || state === "paused") return ok([]);
  if (state !== "alerting" && state !== "ok") return refuse(`"state" is neither "alerting" nor "ok".`);
  const tag = tableOf(tags);
  return ok([
    {
      key: `rule-${keyOf(ruleId ?? ruleName)}`,
      name: nameOf(ruleName) ?? nameOf(title) ?? "An alert",
      stands: state === "alerting",
      severity: severityOf(tag.severity),
      component: nameOf(tag[componentLabel]),
      said: saidOf(message) ?? saidOf(title),
    },
  ]);
}
