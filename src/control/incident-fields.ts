// What a body says of an incident. In: a decoded body, the incident as it is (null for a new one). Out: the command's fields, or
// the sentences that refuse it.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import type { IncidentFields } from "../model/command.ts";
import {
  componentStatuses,
  type Incident,
  impacts,
  incidentStatuses,
  maintenanceStatuses,
} from "../model/view.ts";
import { automationFields, automationOf } from "./automation.ts";
import { flag, maybe, name, oneOf, said, text } from "./fields.ts";
import { incidentTweets, refuseIncidentTweets } from "./tweets.ts";

const time = () => t.String({ maxLength: 64 });
const fields = {
  name: maybe(text(limits.nameCharsMax)),
  status: maybe(oneOf([...incidentStatuses.filter((it) => it !== "postmortem"), ...maintenanceStatuses])),
  body: maybe(text(limits.updateCharsMax)),
  impact_override: t.Optional(t.Union([oneOf(impacts), t.Null(), t.Literal("")])),
  component_ids: maybe(t.Array(text(limits.idCharsMax), { maxItems: limits.componentsPerCommandMax })),
  components: maybe(t.Record(t.String(), maybe(oneOf(componentStatuses)))),
  scheduled_for: maybe(time()),
  scheduled_until: maybe(time()),
  deliver_notifications: maybe(flag()),
  backfilled: maybe(flag()),
  backfill_date: maybe(time()),
  ...automationFields,
  reminder_intervals: t.Optional(
    t.Union([
      text(200),
      t.Array(t.Integer({ minimum: 0, maximum: 8_760 }), { maxItems: limits.reminderIntervalsMax }),
      t.Null(),
    ]),
  ),
  metadata: maybe(t.Record(t.String(), t.Record(t.String(), t.Any()))),
  ...incidentTweets,
};

export const incidentBody = t.Object({ incident: t.Object(fields) });
export const newIncidentBody = t.Object({ incident: t.Object({ ...fields, name: name() }) });

export type IncidentSaid = (typeof incidentBody)["static"]["incident"];

/** The fields that the body speaks of; a window that is half said is completed from the incident. */
export function incidentFieldsOf(
  body: IncidentSaid,
  incident: Incident | null,
): Result<IncidentFields, readonly string[]> {
  refuseIncidentTweets(body);
  const sentences: string[] = [];
  const window = windowOf(body, incident, sentences);
  const at = backfilledAt(body, sentences);
  if (sentences.length > 0) return refuse(sentences);
  const newName = said(body.name);
  const status = said(body.status);
  const text = said(body.body);
  const componentIds = said(body.component_ids);
  const deliverNotifications = said(body.deliver_notifications);
  const components = statusesOf(body.components);
  const automation = automationOf(body);
  const metadata = said(body.metadata);
  return ok({
    ...(newName === undefined ? {} : { name: newName }),
    ...(status === undefined ? {} : { status }),
    ...(text === undefined ? {} : { body: text }),
    ...(componentIds === undefined ? {} : { componentIds: componentIds.filter((it) => it !== "") }),
    ...(deliverNotifications === undefined ? {} : { deliverNotifications }),
    ...(components === undefined ? {} : { components }),
    ...(body.impact_override === undefined ? {} : { impactOverride: body.impact_override || null }),
    ...(window === undefined ? {} : { window }),
    ...(at === undefined ? {} : { at }),
    ...(automation === undefined ? {} : { automation }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(body.reminder_intervals === undefined ? {} : { reminderIntervals: body.reminder_intervals }),
  });
}

export function windowOf(
  body: Pick<IncidentSaid, "scheduled_for" | "scheduled_until">,
  incident: Incident | null,
  sentences: string[],
): IncidentFields["window"] {
  const from = timeOf("Scheduled for", body.scheduled_for, sentences) ?? incident?.window?.from;
  const until = timeOf("Scheduled until", body.scheduled_until, sentences) ?? incident?.window?.until;
  if (said(body.scheduled_for) === undefined && said(body.scheduled_until) === undefined) return undefined;
  if (from === undefined) sentences.push("Scheduled for can't be blank when scheduled until is given");
  if (until === undefined) sentences.push("Scheduled until can't be blank when scheduled for is given");
  return from === undefined || until === undefined ? undefined : { from, until };
}

function backfilledAt(body: IncidentSaid, sentences: string[]): number | undefined {
  const at = timeOf("Backfill date", body.backfill_date, sentences);
  if (body.backfilled === true && at === undefined && said(body.backfill_date) === undefined)
    sentences.push("Backfill date can't be blank for a backfilled incident");
  return at;
}

/** ISO 8601 to ms; a time without an offset is UTC. */
export function timeOf(
  name: string,
  given: string | null | undefined,
  sentences: string[],
): number | undefined {
  const text = said(given);
  if (text === undefined) return undefined;
  const found = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(
    text,
  );
  const zoned = found?.[1] === undefined && text.length > 10 ? `${text}Z` : text;
  const ms = found === null ? Number.NaN : Date.parse(zoned.replace(" ", "T").replace(/\s+/g, ""));
  if (!Number.isNaN(ms)) return ms;
  sentences.push(`${name} is not a time such as 2026-05-07T03:00:00Z`);
  return undefined;
}

function statusesOf(given: IncidentSaid["components"]): IncidentFields["components"] {
  const table = said(given);
  if (table === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(table).flatMap(([component, status]) => {
      const word = said(status);
      return word === undefined ? [] : [[component, word]];
    }),
  );
}
