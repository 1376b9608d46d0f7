// What the management API's answers look like, as schemas: the reference shows them, and tests hold `shapes.ts` to them.
// In: nothing. Out: schemas; one with a title stands in the reference once, under that name.
import { type TSchema, t } from "elysia";
import {
  componentStatuses,
  impacts,
  incidentStatuses,
  maintenanceStatuses,
  metricTransforms,
} from "../model/view.ts";
import { automationAnswer } from "./automation.ts";
import { oneOf } from "./fields.ts";
import { pageFieldsKept } from "./shapes.ts";

export const orNull = <Schema extends TSchema>(schema: Schema) => t.Union([schema, t.Null()]);
export const id = () => t.String({ minLength: 1 });
/** In UTC, with milliseconds. */
export const time = () => t.String({ format: "date-time" });
const anyStatus = [...new Set([...incidentStatuses, ...maintenanceStatuses])];

const component = t.Object(
  {
    id: id(),
    page_id: id(),
    group_id: orNull(id()),
    created_at: orNull(time()),
    updated_at: orNull(time()),
    group: t.Boolean(),
    name: t.String(),
    description: orNull(t.String()),
    position: t.Number(),
    status: oneOf(componentStatuses),
    showcase: t.Boolean(),
    only_show_if_degraded: t.Boolean(),
    automation_email: orNull(t.String()),
    start_date: orNull(t.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" })),
  },
  { title: "Component" },
);

const affected = t.Object({
  code: id(),
  name: t.String(),
  old_status: oneOf(componentStatuses),
  new_status: oneOf(componentStatuses),
});

const incidentUpdate = t.Object(
  {
    id: id(),
    incident_id: id(),
    affected_components: orNull(t.Array(affected)),
    body: t.String(),
    created_at: time(),
    updated_at: time(),
    display_at: time(),
    deliver_notifications: t.Boolean(),
    status: oneOf(anyStatus),
    custom_tweet: orNull(t.String()),
    tweet_id: orNull(t.String()),
    twitter_updated_at: orNull(time()),
    wants_twitter_update: t.Boolean(),
  },
  { title: "IncidentUpdate" },
);

const incident = t.Object(
  {
    id: id(),
    page_id: id(),
    name: t.String(),
    status: oneOf(anyStatus),
    impact: oneOf(impacts),
    impact_override: orNull(oneOf(impacts)),
    components: t.Array(component),
    incident_updates: t.Array(incidentUpdate),
    created_at: time(),
    updated_at: time(),
    started_at: orNull(time()),
    monitoring_at: orNull(time()),
    resolved_at: orNull(time()),
    scheduled_for: orNull(time()),
    scheduled_until: orNull(time()),
    shortlink: orNull(t.String()),
    postmortem_body: orNull(t.String()),
    postmortem_body_last_updated_at: orNull(time()),
    postmortem_published_at: orNull(time()),
    postmortem_ignored: t.Boolean(),
    postmortem_notified_subscribers: t.Boolean(),
    postmortem_notified_twitter: t.Boolean(),
    incident_impacts: t.Array(t.Unknown()),
    ...automationAnswer,
    scheduled_reminded_at: orNull(time()),
    metadata: t.Record(t.String(), t.Unknown()),
    reminder_intervals: t.Unknown(),
  },
  { title: "Incident" },
);

/** Kept as they were set, where they can be set at all. */
const kept = Object.fromEntries(
  pageFieldsKept.map((name) => [name, orNull(t.Union([t.String(), t.Boolean()]))] as const),
);

const page = t.Object(
  {
    ...kept,
    id: id(),
    created_at: time(),
    updated_at: time(),
    name: t.String(),
    page_description: orNull(t.String()),
    domain: orNull(t.String()),
    url: t.String(),
    time_zone: t.String(),
    uptime_badges: t.Boolean(),
    uptime_partial_weight: t.Number(),
    sla_target: orNull(t.Number()),
    headline: orNull(t.String()),
    support_url: orNull(t.String()),
    brand_color: orNull(t.String()),
    css_link_color: orNull(t.String()),
    logo: orNull(t.String()),
    transactional_logo: orNull(t.String()),
    favicon: orNull(t.String()),
    favicon_logo: orNull(t.String()),
    header_links: t.Array(t.Object({ name: t.String(), url: t.String() })),
    footer_links: t.Array(t.Object({ name: t.String(), url: t.String() })),
    footer_text: orNull(t.String()),
    languages: t.Array(t.String()),
  },
  { title: "Page" },
);

const postmortem = t.Object(
  {
    preview_key: orNull(t.String()),
    body: orNull(t.String()),
    body_updated_at: orNull(time()),
    body_draft: orNull(t.String()),
    body_draft_updated_at: orNull(time()),
    published_at: orNull(time()),
    notify_subscribers: t.Boolean(),
    notify_twitter: t.Boolean(),
    custom_tweet: orNull(t.String()),
    created_at: orNull(time()),
    updated_at: orNull(time()),
  },
  { title: "Postmortem" },
);

const metric = t.Object(
  {
    id: id(),
    metrics_provider_id: orNull(id()),
    metric_identifier: orNull(t.String()),
    name: t.String(),
    display: t.Boolean(),
    tooltip_description: orNull(t.String()),
    y_axis_min: orNull(t.Number()),
    y_axis_max: orNull(t.Number()),
    y_axis_hidden: t.Boolean(),
    suffix: t.String(),
    decimal_places: t.Number(),
    transform: oneOf(metricTransforms),
    position: t.Number(),
    most_recent_data_at: orNull(time()),
    backfilled: t.Boolean(),
    backfill_percentage: t.Number(),
    last_fetched_at: orNull(time()),
    reference_name: orNull(t.String()),
    created_at: orNull(time()),
    updated_at: orNull(time()),
  },
  { title: "Metric" },
);

/** What is said where there is nothing to tell. */
export const nothing = t.Object({}, { title: "Nothing" });

/** By what they tell of. */
export const answers = { page, component, incident, incidentUpdate, postmortem, metric };

/** What a refusal says: a sentence, or with 422 one for each field. With 412 there are both versions, where the entity has one. */
const errorAnswer = t.Object({ error: t.String() }, { title: "Error" });
const errorsAnswer = t.Object({ error: t.Array(t.String(), { minItems: 1 }) }, { title: "Errors" });
const version = (etag: TSchema) => t.Object({ etag, body: t.Unknown() });
const staleAnswer = t.Object(
  {
    error: t.String(),
    based_on: t.Optional(version(t.String())),
    current: t.Optional(version(orNull(t.String()))),
  },
  { title: "Stale" },
);

export function errorAnswerOf(status: string): TSchema {
  if (status === "412") return staleAnswer;
  return status === "422" ? errorsAnswer : errorAnswer;
}

/** What a write says with `?dry_run=true`, whatever it says else. */
export const dryRunAnswer = t.Object(
  {
    dry_run: t.Literal(true),
    status: orNull(t.Integer({ description: "what a real run would answer" })),
    answer: t.Unknown(),
    page: orNull(
      t.Object({
        id: id(),
        status: t.Object({ indicator: t.String(), description: t.String() }),
      }),
    ),
    documents: t.Array(t.String()),
    documents_total: t.Integer({ minimum: 0 }),
  },
  { title: "DryRun" },
);
