// The view of a page state. In: a state, with the keys that changed since its last view. Out: the next view, or the same one.
// Work grows with the change: unchanged entities keep their object, unchanged lists their array.
import {
  componentFrom,
  incidentFrom,
  metricFrom,
  pageFrom,
  recurrenceFrom,
  tellingFrom,
  templateFrom,
} from "./entities.ts";
import { isDeleted, numberOf, oneOf } from "./fields.ts";
import { type EntityRecord, type PageState, recordKey } from "./fold.ts";
import { withGroupStatuses } from "./group.ts";
import type { EntityKind } from "./op.ts";
import { byName, byPosition, listedBefore, publishedBefore, startsBefore } from "./order.ts";
import {
  type Component,
  componentStatuses,
  type Incident,
  type Metric,
  type PageView,
  type Recurrence,
  type TellingDraft,
  type Template,
  type Transition,
} from "./view.ts";

const noView: Omit<PageView, "page"> = {
  components: [],
  componentById: new Map(),
  incidents: [],
  maintenances: [],
  incidentById: new Map(),
  transitions: new Map(),
  metrics: [],
  templates: [],
  recurrences: [],
  drafts: [],
  gone: new Set(),
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
    metrics: nextList(state, before.metrics, changedIds.metric, metricList),
    templates: nextList(state, before.templates, changedIds.template, templateList),
    recurrences: nextList(state, before.recurrences, changedIds.recurrence, recurrenceList),
    drafts: nextList(state, before.drafts, changedIds.draft, draftList),
    gone: nextGone(state, before.gone),
    version: state.version,
  };
  state.changed.clear();
  return state.view;
}

const listedKinds = ["component", "incident", "metric", "template", "recurrence", "draft"] as const;

/** Ids of what changed, by kind; changed children have put their parents among them. */
function splitKeys(changed: ReadonlySet<string>): Record<(typeof listedKinds)[number], readonly string[]> {
  const ids = Object.fromEntries(listedKinds.map((kind) => [kind, [] as string[]])) as Record<
    (typeof listedKinds)[number],
    string[]
  >;
  for (const key of changed) {
    const cut = key.indexOf("/");
    const kind = listedKinds.find((it) => it === key.slice(0, cut));
    if (kind !== undefined) ids[kind].push(key.slice(cut + 1));
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

interface ListOf<Item> {
  readonly kind: EntityKind;
  from(record: EntityRecord): Item | null;
  order(a: Item, b: Item): number;
}

/** A list that is short enough to be made anew. */
function nextList<Item extends { readonly id: string }>(
  state: PageState,
  before: readonly Item[],
  changed: readonly string[],
  of: ListOf<Item>,
): readonly Item[] {
  if (changed.length === 0) return before;
  const ids = new Set([...before.map(({ id }) => id), ...changed]);
  const list = [...ids].flatMap((id) => {
    const record = state.records.get(recordKey(of.kind, id));
    return (record === undefined ? null : of.from(record)) ?? [];
  });
  list.sort(of.order);
  return sameItems(list, before) ? before : list;
}

const metricList: ListOf<Metric> = { kind: "metric", from: metricFrom, order: byPosition };
const templateList: ListOf<Template> = { kind: "template", from: templateFrom, order: byName };
const recurrenceList: ListOf<Recurrence> = { kind: "recurrence", from: recurrenceFrom, order: byName };
const draftList: ListOf<TellingDraft> = { kind: "draft", from: tellingFrom, order: publishedBefore };

function nextGone(state: PageState, before: PageView["gone"]): PageView["gone"] {
  const [fresh, back] = [[] as string[], [] as string[]];
  for (const key of state.changed) {
    const record = state.records.get(key);
    const gone = record !== undefined && isDeleted(record);
    if (gone !== before.has(key)) (gone ? fresh : back).push(key);
  }
  if (fresh.length + back.length === 0) return before;
  const next = new Set(before);
  for (const key of fresh) next.add(key);
  for (const key of back) next.delete(key);
  return next;
}

function nextTransitions(
  state: PageState,
  before: PageView["transitions"],
  changed: readonly string[],
): PageView["transitions"] {
  if (changed.length === 0) return before;
  const next = new Map(before);
  for (const id of changed) {
    const key = recordKey("component", id);
    const component = state.records.get(key);
    // Its history goes with a component.
    const gone = component !== undefined && isDeleted(component);
    const list = gone ? [] : transitionsFrom(childrenOf(state, key));
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
