// Statuses that components take by rule. In: a view, an incident that begins or ends. Out: the statuses that its components take then.
// Each incident holds the statuses that it set. When it ends, a component goes back to what it was, unless another open incident holds it
// (then to what that one says), or somebody set it since (then it stays).
import { severityOf } from "./group.ts";
import { closedAt, isClosed } from "./order.ts";
import type { ComponentStatus, Incident, PageView } from "./view.ts";

type Statuses = Readonly<Record<string, ComponentStatus>>;

/** A status that an incident gave a component. */
interface Setting {
  readonly at: number;
  readonly toldAt: number;
  readonly oldStatus: ComponentStatus;
  readonly newStatus: ComponentStatus;
}

/** Work on components begins: they are under maintenance, but for those that another incident says are at fault. */
export function beginningStatuses(view: PageView, id: string, componentIds: readonly string[]): Statuses {
  return statusesOf(view, componentIds, (code) => {
    const held = heldBy(view, id, code);
    const atFault = held !== null && severityOf[held] > severityOf.under_maintenance;
    return atFault ? null : "under_maintenance";
  });
}

/** An incident ends: what it set is put back. */
export function endingStatuses(
  view: PageView,
  incident: Incident,
  componentIds: readonly string[],
): Statuses {
  return statusesOf(view, componentIds, (code) => {
    const last = settingsOf(incident, code).at(-1);
    if (last === undefined || setSince(view, code, last)) return null;
    return heldBy(view, incident.id, code) ?? before(view, incident, code, new Set([incident.id]));
  });
}

function statusesOf(
  view: PageView,
  componentIds: readonly string[],
  statusOf: (code: string) => ComponentStatus | null,
): Statuses {
  return Object.fromEntries(
    componentIds.flatMap((code) => {
      const status = view.componentById.has(code) ? statusOf(code) : null;
      return status === null ? [] : [[code, status]];
    }),
  );
}

/** The statuses that an incident gave a component since it was opened last, oldest first. */
function settingsOf({ updates }: Incident, code: string): readonly Setting[] {
  const settings: Setting[] = [];
  for (const update of updates) {
    if (isClosed(update)) break;
    for (const { code: told, oldStatus, newStatus } of update.affectedComponents ?? [])
      if (told === code && oldStatus !== newStatus)
        settings.push({
          at: update.displayAt,
          toldAt: Math.max(update.displayAt, update.createdAt),
          oldStatus,
          newStatus,
        });
  }
  return settings.reverse();
}

/** Whether somebody set another status since, or this one anew. What other incidents told of is theirs to hold or to put back. */
function setSince(view: PageView, code: string, last: Setting): boolean {
  if (view.componentById.get(code)?.status !== last.newStatus) return true;
  const later = view.transitions.get(code)?.filter(({ at }) => at > last.toldAt) ?? [];
  return later.some(({ at, status }) => !isTold(view, code, at, status));
}

/** Whether an update of an incident gave the component this status at that moment. */
function isTold(view: PageView, code: string, at: number, status: ComponentStatus): boolean {
  const tells = ({ updatedAt, updates }: Incident): boolean =>
    updatedAt >= at &&
    updates.some(
      ({ displayAt, affectedComponents }) =>
        displayAt === at && affectedComponents?.some((it) => it.code === code && it.newStatus === status),
    );
  return view.incidents.some(tells) || view.maintenances.some(tells);
}

/** The worst that open incidents other than `id` say of the component; null when none says anything but that it works. */
function heldBy(view: PageView, id: string, code: string): ComponentStatus | null {
  let worst: ComponentStatus | null = null;
  for (const list of [view.incidents, view.maintenances])
    for (const other of list) {
      if (other.id === id || isClosed(other) || !other.componentIds.includes(code)) continue;
      const status = settingsOf(other, code).at(-1)?.newStatus ?? "operational";
      if (severityOf[status] > severityOf[worst ?? "operational"]) worst = status;
    }
  return worst;
}

/**
 * What a component was before the incident set it. A status that an incident gave it which was open then and is over now was lent,
 * too: then what it was before that one.
 */
function before(
  view: PageView,
  incident: Incident,
  code: string,
  seen: ReadonlySet<string>,
): ComponentStatus {
  const first = settingsOf(isClosed(incident) ? reopened(incident) : incident, code)[0];
  if (first === undefined || first.oldStatus === "operational") return "operational";
  for (const list of [view.incidents, view.maintenances])
    for (const other of list) {
      if (seen.has(other.id) || !isClosed(other) || closedAt(other) < first.at) continue;
      if (!other.componentIds.includes(code)) continue;
      const lent = settingsOf(reopened(other), code).some(
        ({ at, newStatus }) => at <= first.at && newStatus === first.oldStatus,
      );
      if (lent) return before(view, other, code, new Set([...seen, other.id]));
    }
  return first.oldStatus;
}

/** A closed incident as it was before it was closed. */
function reopened(incident: Incident): Incident {
  const closing = incident.updates.findIndex((update) => !isClosed(update));
  return { ...incident, updates: closing === -1 ? [] : incident.updates.slice(closing) };
}
