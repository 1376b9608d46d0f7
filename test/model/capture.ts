// Captured v2 responses as import bundles, as plainly as can be. In: files of ../shared/data. Out: bundles, or null without them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportBundle, ImportedIncident } from "../../src/model/command.ts";
import type { ComponentStatus, Impact, IncidentStatus } from "../../src/model/view.ts";
import { skipUnless } from "../support/skip.ts";

const folder = join(import.meta.dir, "../../../shared/data");

/** `test` where the captures are. */
export const testWithCaptures = skipUnless(existsSync(folder), "../shared/data is absent");

export type Captured = Readonly<Record<string, unknown>>;

export function readCapture(file: string): Captured {
  return JSON.parse(readFileSync(join(folder, file), "utf8"));
}

const ms = (time: unknown): number | null | undefined =>
  time === undefined ? undefined : time === null ? null : Date.parse(String(time));

const known = <Shape>(fields: Record<string, unknown>): Shape =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Shape;

const list = (value: unknown): readonly Captured[] => (Array.isArray(value) ? value : []);

/** One bundle of several responses of one page; what an earlier one lists is not taken again from a later one. */
export function bundleFrom(...captures: readonly Captured[]): ImportBundle {
  const page = captures.map((capture) => capture.page as Captured).find((it) => it !== undefined) ?? {};
  const components = firstOfEach(captures.flatMap((it) => list(it.components)));
  const incidents = firstOfEach(
    captures.flatMap((it) => [...list(it.incidents), ...list(it.scheduled_maintenances)]),
  );
  return {
    page: known({
      id: page.id,
      name: page.name,
      url: page.url,
      timeZone: page.time_zone,
      updatedAt: ms(page.updated_at),
    }),
    components: components.map((it) =>
      known({
        id: it.id,
        name: it.name,
        status: it.status as ComponentStatus,
        createdAt: ms(it.created_at),
        updatedAt: ms(it.updated_at),
        position: it.position,
        description: it.description,
        showcase: it.showcase,
        startDate: it.start_date,
        groupId: it.group_id,
        group: it.group,
        onlyShowIfDegraded: it.only_show_if_degraded,
      }),
    ),
    incidents: incidents.map(incidentFrom),
  };
}

function firstOfEach(items: readonly Captured[]): readonly Captured[] {
  return [...new Map(items.toReversed().map((it) => [it.id, it])).values()].toReversed();
}

function incidentFrom(it: Captured): ImportedIncident {
  return known({
    id: it.id,
    name: it.name,
    status: it.status as IncidentStatus,
    impact: it.impact as Impact,
    createdAt: ms(it.created_at),
    updatedAt: ms(it.updated_at),
    startedAt: ms(it.started_at),
    monitoringAt: ms(it.monitoring_at),
    resolvedAt: ms(it.resolved_at),
    shortlink: it.shortlink,
    window:
      it.scheduled_for === undefined ? null : { from: ms(it.scheduled_for), until: ms(it.scheduled_until) },
    componentIds:
      it.components === undefined ? undefined : list(it.components).map((component) => component.id),
    reminderIntervals: it.reminder_intervals,
    updates: list(it.incident_updates).map((update) =>
      known({
        id: update.id,
        status: update.status,
        body: update.body,
        createdAt: ms(update.created_at),
        updatedAt: ms(update.updated_at),
        displayAt: ms(update.display_at),
        affectedComponents:
          update.affected_components &&
          list(update.affected_components).map((affected) => ({
            code: affected.code,
            name: affected.name,
            oldStatus: affected.old_status,
            newStatus: affected.new_status,
          })),
        deliverNotifications: update.deliver_notifications,
        customTweet: update.custom_tweet,
        tweetId: update.tweet_id,
      }),
    ),
  });
}
