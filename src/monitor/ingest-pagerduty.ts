// Alerts as PagerDuty speaks of them, in both directions: events that are sent to it (Events API v2: this address takes its place), and webhooks that it sends
// (v3, `event.event_type`). In: one event. Out: the alert that it speaks of, by its dedup key; none for events that neither begin nor end one.
import { ok, type Result, refuse } from "../base/result.ts";
import type { Alert, AlertSource } from "../model/alert-source.ts";
import type { IngestFormat } from "./ingest.ts";
import { isTable, keyOf, nameOf, saidOf, severityOf, type Table, tableOf } from "./ingest-fields.ts";

export const pagerdutyFormat: IngestFormat = {
  title: "PagerDuty, and what can speak to it",
  setUp:
    "as the address of a webhook subscription (v3), or in place of https://events.pagerduty.com/v2/enqueue",
  takes: "json",
  read(body, source) {
    if (!isTable(body)) return refuse("It is no JSON object.");
    if (isTable(body.event)) return webhook(body.event, source);
    if (body.event_action !== undefined) return sent(body, source);
    return refuse('It has neither "event" (a webhook) nor "event_action" (an event that is sent).');
  },
};

const actions: Readonly<Record<string, boolean>> = { trigger: true, acknowledge: true, resolve: false };

function sent(body: Table, { componentLabel }: AlertSource): Result<readonly Alert[], string> {
  const stands = actions[String(body.event_action)];
  if (stands === undefined)
    return refuse('"event_action" is none of "trigger", "acknowledge" and "resolve".');
  const payload = tableOf(body.payload);
  const key = body.dedup_key ?? payload.summary;
  if (key === undefined) return refuse('There is neither "dedup_key" nor "payload.summary".');
  // An acknowledgement says that somebody looks: what stands goes on, and nothing begins by it.
  if (body.event_action === "acknowledge") return ok([]);
  const details = tableOf(payload.custom_details);
  return ok([
    {
      ...{ key: keyOf(key), stands, severity: severityOf(payload.severity) },
      name: nameOf(payload.summary) ?? nameOf(body.dedup_key) ?? "An alert",
      component: nameOf(payload[componentLabel]) ?? nameOf(details[componentLabel]),
      said: saidOf(payload.summary),
    },
  ]);
}

const began = /^(?:incident|alert)\.(?:triggered|reopened|unacknowledged|escalated)$/;
const ended = /^(?:incident|alert)\.resolved$/;

function webhook({ data, event_type: type }: Table, _: AlertSource): Result<readonly Alert[], string> {
  const stands = began.test(String(type)) ? true : ended.test(String(type)) ? false : null;
  if (stands === null) return ok([]);
  const about = tableOf(data);
  const key = about.incident_key ?? about.alert_key ?? about.id;
  if (key === undefined) return refuse('There is no "event.data.id".');
  const title = nameOf(about.title) ?? nameOf(about.summary) ?? "An incident";
  return ok([
    {
      ...{ key: keyOf(key), name: title, stands, severity: severityOf(about.urgency) },
      component: nameOf(tableOf(about.service).summary),
      said: saidOf(title),
    },
  ]);
}
