// The view of a page state. In: a state, with the keys that changed since its last view. Out: the next view, or the same one.
// Work grows with the change: unchanged entities keep their object, unchanged lists their array.
import { componentFrom, incidentFrom, metricFrom, pageFrom } from "./entities.ts";
import { isDeleted, numberOf, oneOf } from "./fields.ts";
import { type EntityRecord, type PageState, recordKey } from "./fold.ts";
import { withGroupStatuses } from "./group.ts";
import { byPosition, listedBefore, startsBefore } from "./order.ts";
import { type Component, componentStatuses, type Incident, type PageView, type Transition } from "./view.ts";

const noView: Omit<PageView, "page"> = {
  components: [],
  componentById: new Map(),
  incidents: [],
  maintenances: [],
  incidentById: new Map(),
  transitions: new Map(),
  metrics: [],
  version: "",
};

/** The state's view; null while the page itself has not been created. */
export function viewOf(state: PageState): PageView | null {
  if (state.changed.size === 0) return state.view;
  const pageRecord = state.records.get(recordKey("page", state.page));
  const page = pageRecord === undefined ? null : pageFrom(pageRecord);
  if (page === null) {
    // What changed meanwhile stays in `changed`, for the view that the page's arrival makes.
    state.view = null;
    for (const key of state.records.keys()) state.changed.add(key);
    return null;
  }
  const before = state.view ?? noView;
  const changedIds = splitKeys(state.changed);
  state.view = {
    page,
    ...nextComponents(state, before, changedIds.component),
    ...nextIncidents(state, before, changedIds.incident),
    transitions: nextTransitions(state, before.transitions, changedIds.component),
    metrics: nextMetrics(state, before.metrics, changedIds.metric),
    version: state.version,
  };
  state.changed.clear();
  return state.view;
}

/** Ids of the changed components, incidents and metrics; changed children have put their parents among them. */
function splitKeys(
  changed: ReadonlySet<string>,
): Record<"component" | "incident" | "metric", readonly string[]> {
  const ids = { component: [] as string[], incident: [] as string[], metric: [] as string[] };
  for (const key of changed) {
    if (key.startsWith("component/")) ids.component.push(key.slice("component/".length));
    else if (key.startsWith("incident/")) ids.incident.push(key.slice("incident/".length));
    else if (key.startsWith("metric/")) ids.metric.push(key.slice("metric/".length));
  }
  return ids;
}

function childrenOf(state: PageState, parent: string): readonly EntityRecord[] {
  return [...(state.children.get(parent) ?? [])].flatMap((key) => state.records.get(key) ?? []);
}

function nextComponents(
  state: PageState,
  before: Omit<PageView, "page">,
  changed: readonly string[],
): Pick<PageView, "components" | "componentById"> {
  const own = new Map<string, Component>();
  for (const id of [...before.componentById.keys(), ...changed]) {
    const record = state.records.get(recordKey("component", id));
    const component = record === undefined ? null : componentFrom(record);
    if (component !== null) own.set(id, component);
  }
  const sorted = [...own.values()].sort(byPosition);
  const components = withGroupStatuses(sorted, before.componentById);
  if (sameItems(components, before.components))
    return { components: before.components, componentById: before.componentById };
  return { components, componentById: new Map(components.map((component) => [component.id, component])) };
}

function nextIncidents(
  state: PageState,
  before: Omit<PageView, "page">,
  changed: readonly string[],
): Pick<PageView, "incidents" | "maintenances" | "incidentById"> {
  const { incidents, maintenances, incidentById } = before;
  if (changed.length === 0) return { incidents, maintenances, incidentById };
  const byId = new Map(incidentById);
  const removed = new Set<Incident>();
  const added: Incident[] = [];
  for (const id of changed) {
    const known = byId.get(id);
    if (known !== undefined) removed.add(known);
    const key = recordKey("incident", id);
    const record = state.records.get(key);
    const incident = record === undefined ? null : incidentFrom(record, childrenOf(state, key));
    if (incident === null) {
      byId.delete(id);
    } else {
      byId.set(id, incident);
      added.push(incident);
    }
  }
  return {
    incidents: relist(
      incidents,
      removed,
      added.filter((it) => it.window === null),
      listedBefore,
    ),
    maintenances: relist(
      maintenances,
      removed,
      added.filter((it) => it.window !== null),
      startsBefore,
    ),
    incidentById: byId,
  };
}

/** `list` without `removed` and with `added`, in order; the same array when nothing in it changes. */
function relist(
  list: readonly Incident[],
  removed: ReadonlySet<Incident>,
  added: readonly Incident[],
  order: (a: Incident, b: Incident) => number,
): readonly Incident[] {
  const kept = removed.size === 0 ? list : list.filter((incident) => !removed.has(incident));
  if (added.length === 0) return kept.length === list.length ? list : kept;
  if (added.length > insertedOneByOneMax) return [...kept, ...added].sort(order);
  const next = kept.slice();
  for (const incident of added) next.splice(placeOf(incident, next, order), 0, incident);
  return next;
}

/** Above this many, sorting the whole list is cheaper than moving its tail for each. */
const insertedOneByOneMax = 64;

/** Where `incident` belongs in a sorted list. */
function placeOf(
  incident: Incident,
  list: readonly Incident[],
  order: (a: Incident, b: Incident) => number,
): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = list[middle];
    if (there !== undefined && order(there, incident) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nextMetrics(
  state: PageState,
  before: PageView["metrics"],
  changed: readonly string[],
): PageView["metrics"] {
  if (changed.length === 0) return before;
  const ids = new Set([...before.map(({ id }) => id), ...changed]);
  const metrics = [...ids].flatMap((id) => {
    const record = state.records.get(recordKey("metric", id));
    return (record === undefined ? null : metricFrom(record)) ?? [];
  });
  metrics.sort(byPosition);
  return sameItems(metrics, before) ? before : metrics;
}

function nextTransitions(
  state: PageState,
  before: PageView["transitions"],
  changed: readonly string[],
): PageView["transitions"] {
  if (changed.length === 0) return before;
  const next = new Map(before);
  for (const id of changed) {
    const list = transitionsFrom(childrenOf(state, recordKey("component", id)));
    const known = before.get(id);
    if (list.length === 0) next.delete(id);
    else if (known === undefined || !sameTransitions(known, list)) next.set(id, list);
  }
  return next;
}

/** Oldest first. Two records of one moment: the later written one counts. */
function transitionsFrom(records: readonly EntityRecord[]): readonly Transition[] {
  const byMoment = new Map<number, { readonly status: Transition["status"]; readonly latest: string }>();
  for (const record of records) {
    const at = numberOf(record, "at");
    const status = oneOf(record, "status", componentStatuses);
    if (at === null || status === null || isDeleted(record)) continue;
    const latest = record.latest + record.id;
    const known = byMoment.get(at);
    if (known === undefined || known.latest < latest) byMoment.set(at, { status, latest });
  }
  return [...byMoment].map(([at, { status }]) => ({ at, status })).sort((a, b) => a.at - b.at);
}

function sameTransitions(a: readonly Transition[], b: readonly Transition[]): boolean {
  return a.length === b.length && a.every(({ at, status }, i) => b[i]?.at === at && b[i]?.status === status);
}

function sameItems<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}
