// Alerts of Prometheus' Alertmanager: its webhook, version 4 (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
// In: a group of alerts, standing and over. Out: each by its fingerprint, which is made of its labels. A group is sent again while it stands.
import { ok, type Result, refuse } from "../base/result.ts";
import type { Alert, AlertSource } from "../model/alert-source.ts";
import type { IngestFormat } from "./ingest.ts";
import { isTable, keyOf, nameOf, saidOf, severityOf, tableOf } from "./ingest-fields.ts";

export const alertmanagerFormat: IngestFormat = {
  title: "Prometheus Alertmanager",
  setUp: "receivers: a webhook_configs entry with this address as url, and send_resolved: true",
  takes: "json",
  read: (body, source) => alertsIn(body, source),
};

/** Grafana sends the same shape. */
export function alertsIn(body: unknown, { componentLabel }: AlertSource): Result<readonly Alert[], string> {
  const list = isTable(body) ? body.alerts : undefined;
  if (!Array.isArray(list)) return refuse('There is no list "alerts" in it.');
  const alerts: Alert[] = [];
  for (const one of list) {
    const { annotations, endsAt: _, fingerprint, labels, status } = tableOf(one);
    if (status !== "firing" && status !== "resolved")
      return refuse('The status of an alert is neither "firing" nor "resolved".');
    const [label, note] = [tableOf(labels), tableOf(annotations)];
    alerts.push({
      key: keyOf(fingerprint ?? label),
      name: nameOf(label.alertname) ?? nameOf(note.summary) ?? "An alert",
      stands: status === "firing",
      severity: severityOf(label.severity),
      component: nameOf(label[componentLabel]),
      said: saidOf(note.summary) ?? saidOf(note.description) ?? saidOf(note.message),
    });
  }
  return ok(alerts);
}
