// The state of a page whose records lie elsewhere. In: a way to read the records of each kind. Out: a state with its view.
// Each record is looked at once and let go of: of a page of 20,000 incidents there are 100,000.
import { LayeredMap } from "../base/layered-map.ts";
import {
  componentFrom,
  type Heard,
  heardFrom,
  incidentFrom,
  noTellings,
  pageFrom,
  updateFrom,
} from "./entities.ts";
import { type AnyRecord, isDeleted, textOf } from "./fields.ts";
import {
  addChild,
  type Children,
  type EntityRecord,
  emptyPageState,
  type PageState,
  parentOf,
  type Records,
  raiseVersion,
  recordKey,
} from "./fold.ts";
import { withGroupStatuses } from "./group.ts";
import { type EntityKind, entityKinds } from "./op.ts";
import { byPosition, listedBefore, startsBefore } from "./order.ts";
import { createRecall, lyingOf, type Recall, recalledIncident } from "./recall.ts";
import { incidentsOnShelf, type Lies, type Shelf, type Since } from "./shelf.ts";
import type { Component, Incident, PageView, Transition } from "./view.ts";
import { transitionsFrom } from "./view-components.ts";
import { nextView, noView } from "./view-of.ts";

export type ReadKind = (kind: EntityKind) => Iterable<EntityRecord>;

/** Cheaper ways to read than making records, where a store has them. */
export interface QuickReads {
  /** Each is looked at before the next is asked for. */
  readonly rows?: (kind: EntityKind) => Iterable<AnyRecord>;
  /** A record as it is on the device, which need not be remembered. */
  readonly peek?: Records["get"];
  /** What is known of the incidents without looking at their records, and what changed since. */
  readonly shelf?: { readonly was: Shelf; readonly since: Since } | null;
}

/** A state that can say where the updates of its incidents lie. */
export interface OpenedState extends PageState {
  readonly lies: Lies;
}

/** Kinds of which there are many, each made into the view as it is read. */
const manyKinds: ReadonlySet<EntityKind> = new Set(["component", "incident", "update", "transition"]);

export function openPageState(
  page: string,
  records: Records,
  read: ReadKind,
  { rows = read, peek = (key) => records.get(key), shelf = null }: QuickReads = {},
): OpenedState {
  const recall = createRecall((id) => {
    const record = peek(recordKey("update", id));
    return record === undefined ? null : updateFrom(record);
  });
  const children = childrenBehind(recall);
  const state = {
    ...{ ...emptyPageState(page, records), children, lies: children },
    beforeChange: recall.keep,
  };
  const shelved = shelf === null ? null : incidentsOnShelf(shelf.was, shelf.since, recall, peek);
  const gone = shelved?.gone ?? new Set<string>();
  raiseVersion(state, shelved?.version ?? "");
  const seen = function* <One extends AnyRecord>(
    kind: EntityKind,
    from: (kind: EntityKind) => Iterable<One>,
  ): Generator<One> {
    for (const record of from(kind)) {
      raiseVersion(state, record.latest);
      if (isDeleted(record)) gone.add(recordKey(kind, record.id));
      yield record;
    }
  };
  const many = {
    ...incidentLists(
      shelved?.incidents ?? incidentsFrom(recall, seen("update", rows), () => seen("incident", rows)),
    ),
    ...componentsFrom(seen("component", rows)),
    transitions: transitionsOf(state, seen("transition", read), gone),
  };
  for (const kind of entityKinds)
    if (!manyKinds.has(kind)) for (const { id } of seen(kind, read)) state.changed.add(recordKey(kind, id));
  const record = records.get(recordKey("page", page));
  const own = record === undefined ? null : pageFrom(record);
  // A page that is not there shows nothing of what it has, until it comes.
  if (own === null) for (const key of records.keys()) state.changed.add(key);
  else nextView(state, own, { ...noView, ...many, gone });
  return state;
}

/** What is there of each incident from the start on; what changes stands before it. */
function childrenBehind(recall: Recall): Children & Lies {
  const changed = new Map<string, string[]>();
  const none: string[] = [];
  return {
    get(parent) {
      const known = changed.get(parent);
      if (known !== undefined) return known === none ? undefined : known;
      const first = recall.idsOf(parent)?.map((id) => recordKey("update", id));
      if (first !== undefined) changed.set(parent, first);
      return first;
    },
    set: (parent, keys) => changed.set(parent, keys),
    delete: (parent) => changed.set(parent, none),
    idsOf: (parent) =>
      changed.get(parent)?.map((key) => key.slice(key.indexOf("/") + 1)) ?? recall.idsOf(parent) ?? none,
    *incidents() {
      yield* recall.incidents();
      for (const key of changed.keys()) if (key.startsWith("incident/")) yield key;
    },
  };
}

/** `incidents` are read after the updates. */
function incidentsFrom(
  recall: Recall,
  updates: Iterable<AnyRecord>,
  incidents: () => Iterable<AnyRecord>,
): ReadonlyMap<string, Incident> {
  const heard = new Map<string, Heard[]>();
  for (const record of updates) {
    const parent = textOf(record, "incidentId");
    if (parent === null) continue;
    const known = heard.get(parent);
    if (known === undefined) heard.set(parent, [heardFrom(record)]);
    else known.push(heardFrom(record));
  }
  const recalled = new Map(
    Array.from(heard, ([id, own]) => {
      const lying = lyingOf(own);
      const { toldAt, latest } = lying;
      const updates = recall.learn(recordKey("incident", id), lying);
      return [id, { updates, tellings: { ...noTellings, toldAt, latest } }];
    }),
  );
  const byId = new Map<string, Incident>();
  for (const record of incidents()) {
    const own = recalled.get(record.id);
    const incident = incidentFrom(record, own?.tellings ?? noTellings);
    if (incident !== null)
      byId.set(record.id, own === undefined ? incident : recalledIncident(incident, own.updates));
  }
  return byId;
}

function incidentLists(
  byId: ReadonlyMap<string, Incident>,
): Pick<PageView, "incidents" | "maintenances" | "incidentById"> {
  const all = [...byId.values()];
  return {
    incidents: all.filter(({ window }) => window === null).sort(listedBefore),
    maintenances: all.filter(({ window }) => window !== null).sort(startsBefore),
    incidentById: LayeredMap.over(byId),
  };
}

function componentsFrom(records: Iterable<AnyRecord>): Pick<PageView, "components" | "componentById"> {
  const own: Component[] = [];
  for (const record of records) {
    const component = componentFrom(record);
    if (component !== null) own.push(component);
  }
  const components = withGroupStatuses(own.sort(byPosition), new Map());
  return {
    components,
    componentById: LayeredMap.over(new Map(components.map((component) => [component.id, component]))),
  };
}

/** `gone` has the deleted components: their history went with them. */
function transitionsOf(
  state: PageState,
  records: Iterable<EntityRecord>,
  gone: ReadonlySet<string>,
): PageView["transitions"] {
  const byComponent = new Map<string, EntityRecord[]>();
  for (const record of records) {
    const parent = parentOf(record);
    if (parent === null) continue;
    addChild(state, parent, recordKey("transition", record.id));
    const known = byComponent.get(parent);
    if (known === undefined) byComponent.set(parent, [record]);
    else known.push(record);
  }
  const transitions = new Map<string, readonly Transition[]>();
  for (const [key, own] of byComponent) {
    const list = gone.has(key) ? [] : transitionsFrom(own);
    if (list.length > 0) transitions.set(key.slice(key.indexOf("/") + 1), list);
  }
  return LayeredMap.over(transitions);
}
