// Imports a picture of a page from elsewhere. In: view, bundle, moment. Out: ops for what differs, none when nothing does.
// Ids and times are kept. What the bundle does not know (undefined) or does not list stays as it is.
import { firstOf } from "./checks.ts";
import type { DecideContext, Decision, ImportBundle, ImportedIncident } from "./command.ts";
import { hostsFrom } from "./decide-page.ts";
import { componentsChange, decided, differing, opOf, refused } from "./drafts.ts";
import { checkBundle } from "./import-check.ts";
import { feedUpdatesReplaced, weighed } from "./import-feed.ts";
import { withoutGone } from "./import-gone.ts";
import { transitionOps } from "./import-history.ts";
import { keptOps } from "./import-kept.ts";
import { ranksFor } from "./import-order.ts";
import { looksGiven } from "./looks.ts";
import type { Json, OpDraft } from "./op.ts";
import { type Component, type Incident, type IncidentUpdate, noAutomation, type PageView } from "./view.ts";

type ImportedComponent = ImportBundle["components"][number];

/** What entities are without any field: a first op says only what differs from it. */
const blankComponent: Partial<Component> = {
  status: "operational",
  showcase: false,
  group: false,
  onlyShowIfDegraded: false,
};
const blankUpdate: Partial<IncidentUpdate> = { deliverNotifications: true };
const blankIncident: Pick<Incident, "automation" | "componentIds" | "componentTags" | "updates"> &
  Partial<Incident> = {
  automation: noAutomation,
  componentIds: [],
  componentTags: [],
  metadata: {},
  updates: [],
};

export function decideImport(view: PageView | null, bundle: ImportBundle, context: DecideContext): Decision {
  const { id } = bundle.page;
  if (view !== null && view.page.id !== id)
    return refused(409, `The import is of page "${id}", but this page is "${view.page.id}".`);
  const wrong = checkBundle(view, bundle);
  if (wrong.length > 0) return refused(422, ...firstOf(wrong));
  return importOps(view, view === null ? bundle : withoutGone(view, bundle), context);
}

function importOps(view: PageView | null, bundle: ImportBundle, context: DecideContext): Decision {
  const { id } = bundle.page;
  const incidents = bundle.incidents.map((it) => weighed(view, it));
  const realTime = incidents.filter((it) => !isMaintenance(view, it));
  const maintenances = incidents.filter((it) => isMaintenance(view, it));
  const ops = [
    ...componentOps(view, bundle),
    ...metricOps(view, bundle),
    // Of two with equal times the later written stands first, so the last of the list is written first.
    ...[...realTime.toReversed(), ...maintenances].flatMap((it) => incidentOps(view, id, it)),
    ...transitionOps(view, bundle, context.now),
  ];
  return decided(id, [
    ...ops,
    ...pageOps(view, bundle, ops.length > 0, context.now),
    ...keptOps(view, bundle, context.now),
  ]);
}

function isMaintenance(view: PageView | null, { id, window }: ImportedIncident): boolean {
  const held = view?.incidentById.get(id)?.window ?? null;
  return (window === undefined ? held : window) !== null;
}

function pageOps(
  view: PageView | null,
  bundle: ImportBundle,
  changed: boolean,
  now: number,
): readonly OpDraft[] {
  const { id, name, url, timeZone, description, indicatorRule, languages, uptimeBadges, updatedAt } =
    bundle.page;
  const address = url ?? view?.page.url ?? "";
  const hosts = hostsFrom(address, bundle.page.hosts ?? view?.page.hosts ?? []);
  const { partialWeight, slaTarget } = bundle.page;
  const counted = { uptimeBadges, partialWeight, slaTarget };
  const plain = { name, url, hosts, timeZone, description, indicatorRule, languages, ...counted };
  const said = { ...plain, ...looksGiven(bundle.page) };
  if (view === null)
    return opOf(id, "page", id, {
      ...differing({}, said),
      createdAt: bundle.page.createdAt ?? firstMoment(bundle) ?? now,
      updatedAt: updatedAt ?? now,
    });
  const changes = differing({ ...view.page, ...view.page.looks }, said);
  const differs = changed || Object.keys(changes).length > 0;
  // An older picture does not make the page older than what was changed here since.
  const told =
    updatedAt === undefined ? (differs ? now : undefined) : Math.max(updatedAt, view.page.updatedAt);
  return opOf(id, "page", id, { ...changes, ...differing(view.page, { updatedAt: told }) });
}

/** The earliest time in the bundle: the page existed then. */
function firstMoment({ page, components, incidents }: ImportBundle): number | null {
  const moments = [
    page.updatedAt,
    ...components.map((it) => it.createdAt),
    ...incidents.map((it) => it.createdAt),
  ];
  return moments.reduce<number | null>(
    (first, at) => (typeof at === "number" && (first === null || at < first) ? at : first),
    null,
  );
}

function componentOps(view: PageView | null, bundle: ImportBundle): readonly OpDraft[] {
  const ranks = ranksFor(view, bundle.components);
  return bundle.components.flatMap((imported, at) => {
    const held = view?.componentById.get(imported.id);
    const fields = { ...componentFields(imported, at, held === undefined), rank: ranks[at] };
    return opOf(bundle.page.id, "component", imported.id, differing(held ?? blankComponent, fields));
  });
}

function metricOps(view: PageView | null, { page, metrics = [] }: ImportBundle): readonly OpDraft[] {
  return metrics.flatMap(({ id, createdAt, updatedAt = createdAt, ...fields }, at) => {
    const held = view?.metrics.find((metric) => metric.id === id);
    const fresh = held === undefined ? { rank: at + 1, position: at + 1 } : {};
    return opOf(page.id, "metric", id, differing(held ?? {}, { ...fresh, ...fields, createdAt, updatedAt }));
  });
}

/** A group's status is derived, so the one given is not kept. Without a position the place in the list is one. */
function componentFields(imported: ImportedComponent, at: number, fresh: boolean) {
  const { name, status, description, groupId, group, showcase, startDate, onlyShowIfDegraded } = imported;
  return {
    name,
    description,
    groupId,
    group,
    showcase,
    startDate,
    onlyShowIfDegraded,
    status: group === true ? undefined : status,
    position: imported.position ?? (fresh ? at + 1 : undefined),
    createdAt: imported.createdAt,
    updatedAt: imported.updatedAt,
  };
}

function incidentOps(view: PageView | null, page: string, imported: ImportedIncident): readonly OpDraft[] {
  const held = view?.incidentById.get(imported.id) ?? blankIncident;
  const wanted =
    imported.componentIds === undefined ? held.componentIds : [...new Set(imported.componentIds)];
  return [
    ...opOf(
      page,
      "incident",
      imported.id,
      {
        ...differing(held, incidentFields(imported)),
        ...differing(held.automation, imported.automation ?? {}),
      },
      { components: componentsChange(held, wanted) },
    ),
    ...feedUpdatesReplaced(view, page, imported),
    ...imported.updates.toReversed().flatMap((update) => {
      const known = held.updates.find((it) => it.id === update.id);
      return opOf(page, "update", update.id, {
        ...(known === undefined ? { incidentId: imported.id } : {}),
        ...differing(known ?? blankUpdate, updateFields(update)),
      });
    }),
  ];
}

function incidentFields(imported: ImportedIncident) {
  const { name, status, impact, startedAt, monitoringAt, resolvedAt, shortlink, window, feedNumber } =
    imported;
  return {
    name,
    status: status ?? imported.updates[0]?.status,
    impact,
    createdAt: imported.createdAt,
    updatedAt: imported.updatedAt,
    startedAt,
    monitoringAt,
    resolvedAt,
    shortlink,
    window: window && { from: window.from, until: window.until },
    feedNumber,
    // Kept as it came (null, a text or a list): nothing here reads it.
    reminderIntervals: imported.reminderIntervals as Json | undefined,
    impactOverride: imported.impactOverride,
    metadata: imported.metadata,
    reminded: imported.reminded && { ...imported.reminded },
    recurrence: imported.recurrence && { ...imported.recurrence },
    postmortem: imported.postmortem && { ...imported.postmortem },
    postmortemDraft: imported.postmortemDraft && { ...imported.postmortemDraft },
  };
}

function updateFields(update: ImportedIncident["updates"][number]) {
  const { status, body, createdAt, updatedAt, displayAt, deliverNotifications, customTweet, tweetId } =
    update;
  return {
    status,
    body,
    createdAt,
    updatedAt,
    displayAt,
    // Null says that it was not told, an empty list that none was affected.
    affectedComponents:
      update.affectedComponents?.map((it): Json => ({ ...it })) ?? update.affectedComponents,
    deliverNotifications,
    customTweet,
    tweetId,
  };
}
