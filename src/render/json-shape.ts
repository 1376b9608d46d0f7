// The Statuspage API v2 shapes. In: entities of a view. Out: plain objects whose keys stand in the order of the captures.
// Times carry three fractional digits and the page's zone.
import { membersByGroup } from "../model/group.ts";
import type { Component, Incident, IncidentUpdate, Page, PageView } from "../model/view.ts";
import { isoIn } from "../model/zone.ts";

export const jsonType = "application/json; charset=utf-8";

type Shape = Readonly<Record<string, unknown>>;

const timeIn = (ms: number | null, zone: string): string | null => (ms === null ? null : isoIn(ms, zone));

/** `page` of every response. */
export function pageShape(page: Page): Shape {
  return {
    id: page.id,
    name: page.name,
    url: page.url,
    time_zone: page.timeZone,
    updated_at: isoIn(page.updatedAt, page.timeZone),
  };
}

function componentShape(component: Component, page: Page): Shape {
  return {
    id: component.id,
    name: component.name,
    status: component.status,
    created_at: timeIn(component.createdAt, page.timeZone),
    updated_at: timeIn(component.updatedAt, page.timeZone),
    position: component.position,
    description: component.description,
    showcase: component.showcase,
    start_date: component.startDate,
    group_id: component.groupId,
    page_id: page.id,
    group: component.group,
    only_show_if_degraded: component.onlyShowIfDegraded,
  };
}

/**
 * All components of a page as a JSON list, groups and members in one; a group also lists the ids of its members, in their order. Two
 * documents list all of them, and most publishes change one.
 */
export function componentsJson(view: PageView): string {
  const members = membersByGroup(view.components);
  const items = view.components.map((component) => {
    if (!component.group) return memberJson(component, view.page);
    const components = (members.get(component.id) ?? []).map((member) => member.id);
    return JSON.stringify({ ...componentShape(component, view.page), components });
  });
  return `[${items.join(",")}]`;
}

const memberTexts = new WeakMap<
  Component,
  { readonly zone: string; readonly page: string; readonly text: string }
>();

function memberJson(component: Component, page: Page): string {
  const known = memberTexts.get(component);
  if (known?.zone === page.timeZone && known.page === page.id) return known.text;
  const text = JSON.stringify(componentShape(component, page));
  memberTexts.set(component, { zone: page.timeZone, page: page.id, text });
  return text;
}

function updateShape(update: IncidentUpdate, zone: string): Shape {
  return {
    id: update.id,
    status: update.status,
    body: update.body,
    incident_id: update.incidentId,
    created_at: isoIn(update.createdAt, zone),
    updated_at: isoIn(update.updatedAt, zone),
    display_at: isoIn(update.displayAt, zone),
    affected_components:
      update.affectedComponents?.map(({ code, name, oldStatus, newStatus }) => ({
        code,
        name,
        old_status: oldStatus,
        new_status: newStatus,
      })) ?? null,
    deliver_notifications: update.deliverNotifications,
    custom_tweet: update.customTweet,
    tweet_id: update.tweetId,
  };
}

/** An incident or maintenance with its affected components as they are now, in the incident's own order. */
export function incidentShape(incident: Incident, page: Page, affected: readonly Component[]): Shape {
  const zone = page.timeZone;
  const window =
    incident.window === null
      ? {}
      : {
          scheduled_for: isoIn(incident.window.from, zone),
          scheduled_until: isoIn(incident.window.until, zone),
        };
  return {
    id: incident.id,
    name: incident.name,
    status: incident.status,
    created_at: isoIn(incident.createdAt, zone),
    updated_at: isoIn(incident.updatedAt, zone),
    monitoring_at: timeIn(incident.monitoringAt, zone),
    resolved_at: timeIn(incident.resolvedAt, zone),
    impact: incident.impact,
    shortlink: incident.shortlink,
    started_at: timeIn(incident.startedAt, zone),
    page_id: page.id,
    incident_updates: incident.updates.map((update) => updateShape(update, zone)),
    components: affected.map((component) => componentShape(component, page)),
    ...window,
    reminder_intervals: incident.reminderIntervals,
  };
}

/** The components that an incident names, as they are now; one that is gone is left out. */
export function affectedComponents(view: PageView, incident: Incident): readonly Component[] {
  return incident.componentIds.flatMap((id) => view.componentById.get(id) ?? []);
}
