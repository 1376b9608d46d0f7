// The shapes of the Statuspage management API. In: entities of a view. Out: plain objects, times in UTC with three digits.
// A field that Statuspage has and we do not keep is null, as its own answers say it.
import type { Component, Incident, IncidentUpdate, Page, PageView } from "../model/view.ts";

type Shape = Readonly<Record<string, unknown>>;

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

export function pageShape(page: Page): Shape {
  return {
    id: page.id,
    created_at: time(page.createdAt),
    updated_at: time(page.updatedAt),
    name: page.name,
    page_description: page.description,
    headline: null,
    branding: null,
    subdomain: null,
    domain: page.hosts[0] ?? null,
    url: page.url,
    support_url: null,
    time_zone: page.timeZone,
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

function updateShape(update: IncidentUpdate): Shape {
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
    custom_tweet: null,
    deliver_notifications: update.deliverNotifications,
    display_at: time(update.displayAt),
    status: update.status,
    tweet_id: null,
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
    metadata: {},
    monitoring_at: time(incident.monitoringAt),
    name: incident.name,
    page_id: page.id,
    postmortem_body: null,
    postmortem_body_last_updated_at: null,
    postmortem_ignored: false,
    postmortem_notified_subscribers: false,
    postmortem_notified_twitter: false,
    postmortem_published_at: null,
    resolved_at: time(incident.resolvedAt),
    scheduled_auto_completed: false,
    scheduled_auto_in_progress: false,
    scheduled_for: time(incident.window?.from ?? null),
    scheduled_remind_prior: false,
    scheduled_reminded_at: null,
    scheduled_until: time(incident.window?.until ?? null),
    shortlink: incident.shortlink,
    started_at: time(incident.startedAt),
    status: incident.status,
    updated_at: time(incident.updatedAt),
    reminder_intervals: incident.reminderIntervals,
  };
}
