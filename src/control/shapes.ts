// The shapes of the Statuspage management API. In: entities of a view. Out: plain objects, times in UTC with three digits.
// A field that Statuspage has and we do not keep is null, as its own answers say it.
import type { Component, Incident, IncidentUpdate, Metric, Page, PageView } from "../model/view.ts";
import { automationShape } from "./automation.ts";
import { looksShape } from "./looks.ts";

type Shape = Readonly<Record<string, unknown>>;

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** What Statuspage keeps of a page, and no part of Pharos asks for: its feeds and its doors are settled elsewhere, and one colour does for all of its. */
export const pageFieldsKept: readonly string[] = [
  "branding subdomain hidden_from_search allow_page_subscribers allow_incident_subscribers",
  "allow_email_subscribers allow_sms_subscribers allow_rss_atom_feeds allow_webhook_subscribers",
  "notifications_from_email notifications_email_footer activity_score twitter_username",
  "viewers_must_be_team_members ip_restrictions city state country css_body_background_color css_font_color",
  "css_light_font_color css_greens css_yellows css_oranges css_blues css_reds css_border_color css_graph_color",
  "css_no_data hero_cover email_logo twitter_logo",
].flatMap((names) => names.split(" "));
const notKeptOfPage = Object.fromEntries(pageFieldsKept.map((name) => [name, null]));

export function pageShape(page: Page): Shape {
  return {
    ...notKeptOfPage,
    ...looksShape(page),
    id: page.id,
    created_at: time(page.createdAt),
    updated_at: time(page.updatedAt),
    name: page.name,
    page_description: page.description,
    domain: page.hosts[0] ?? null,
    url: page.url,
    time_zone: page.timeZone,
    uptime_badges: page.uptimeBadges,
    uptime_partial_weight: page.partialWeight,
    sla_target: page.slaTarget,
  };
}

export function componentShape(component: Component, page: Page): Shape {
  return {
    id: component.id,
    page_id: page.id,
    group_id: component.groupId,
    created_at: time(component.createdAt),
    updated_at: time(component.updatedAt),
    group: component.group,
    name: component.name,
    description: component.description,
    position: component.position,
    status: component.status,
    showcase: component.showcase,
    only_show_if_degraded: component.onlyShowIfDegraded,
    automation_email: null,
    start_date: component.startDate,
  };
}

export function updateShape(update: IncidentUpdate): Shape {
  return {
    id: update.id,
    incident_id: update.incidentId,
    affected_components:
      update.affectedComponents?.map(({ code, name, oldStatus, newStatus }) => ({
        code,
        name,
        old_status: oldStatus,
        new_status: newStatus,
      })) ?? null,
    body: update.body,
    created_at: time(update.createdAt),
    custom_tweet: update.customTweet,
    deliver_notifications: update.deliverNotifications,
    display_at: time(update.displayAt),
    status: update.status,
    tweet_id: update.tweetId,
    twitter_updated_at: null,
    updated_at: time(update.updatedAt),
    wants_twitter_update: false,
  };
}

/** An incident or maintenance with its components as they are now. */
export function incidentShape(incident: Incident, { page, componentById }: PageView): Shape {
  return {
    id: incident.id,
    components: incident.componentIds
      .flatMap((id) => componentById.get(id) ?? [])
      .map((component) => componentShape(component, page)),
    created_at: time(incident.createdAt),
    impact: incident.impact,
    impact_override: incident.impactOverride,
    incident_updates: incident.updates.map(updateShape),
    incident_impacts: [],
    metadata: incident.metadata,
    monitoring_at: time(incident.monitoringAt),
    name: incident.name,
    page_id: page.id,
    postmortem_body: incident.postmortem?.body ?? null,
    postmortem_body_last_updated_at: time(incident.postmortem?.updatedAt ?? null),
    postmortem_ignored: false,
    postmortem_notified_subscribers: false,
    postmortem_notified_twitter: false,
    postmortem_published_at: time(incident.postmortem?.publishedAt ?? null),
    resolved_at: time(incident.resolvedAt),
    ...automationShape(incident.automation),
    scheduled_for: time(incident.window?.from ?? null),
    scheduled_reminded_at: time(incident.reminded?.at ?? null),
    scheduled_until: time(incident.window?.until ?? null),
    shortlink: incident.shortlink,
    started_at: time(incident.startedAt),
    status: incident.status,
    updated_at: time(incident.updatedAt),
    reminder_intervals: incident.reminderIntervals,
  };
}

/** A post-mortem: what is published, and what is still written. Statuspage's fields of notifications that we do not keep are false. */
export function postmortemShape({ postmortem, postmortemDraft }: Incident): Shape {
  return {
    preview_key: null,
    body: postmortem?.body ?? null,
    body_updated_at: time(postmortem?.updatedAt ?? null),
    body_draft: postmortemDraft?.body ?? null,
    body_draft_updated_at: time(postmortemDraft?.updatedAt ?? null),
    published_at: time(postmortem?.publishedAt ?? null),
    notify_subscribers: false,
    notify_twitter: false,
    custom_tweet: null,
    created_at: time(postmortem?.publishedAt ?? postmortemDraft?.updatedAt ?? null),
    updated_at: time(postmortemDraft?.updatedAt ?? postmortem?.updatedAt ?? null),
  };
}

/** `lastAt` (ms) is when its latest point was measured, null where there is none. */
export function metricShape(metric: Metric, lastAt: number | null): Shape {
  return {
    id: metric.id,
    metrics_provider_id: metric.providerId,
    metric_identifier: metric.identifier,
    name: metric.name,
    display: metric.display,
    tooltip_description: metric.tooltipDescription,
    backfilled: false,
    y_axis_min: metric.yAxisMin,
    y_axis_max: metric.yAxisMax,
    y_axis_hidden: metric.yAxisHidden,
    suffix: metric.suffix,
    decimal_places: metric.decimalPlaces,
    transform: metric.transform,
    position: metric.position,
    most_recent_data_at: time(lastAt),
    created_at: time(metric.createdAt),
    updated_at: time(metric.updatedAt),
    last_fetched_at: null,
    backfill_percentage: 0,
    reference_name: null,
  };
}
