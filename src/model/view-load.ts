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
import { createRecall, type Recall, recalledIncident } from "./recall.ts";
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
}

/** Kinds of which there are many, each made into the view as it is read. */
const manyKinds: ReadonlySet<EntityKind> = new Set(["component", "incident", "update", "transition"]);

export function openPageState(
  page: string,
  records: Records,
  read: ReadKind,
  { rows = read, peek = (key) => records.get(key) }: QuickReads = {},
): PageState {
  const recall = createRecall((id) => {
    const record = peek(recordKey("update", id));
    return record === undefined ? null : updateFrom(record);
  });
  const state = {
    ...emptyPageState(page, records),
    children: childrenBehind(recall),
    beforeChange: recall.keep,
  };
  const gone = new Set<string>();
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
    ...incidentsFrom(recall, seen("update", rows), () => seen("incident", rows)),
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
function childrenBehind(recall: Recall): Children {
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
  };
}

/** `incidents` are read after the updates. */
function incidentsFrom(
  recall: Recall,
  updates: Iterable<AnyRecord>,
  incidents: () => Iterable<AnyRecord>,
): Pick<PageView, "incidents" | "maintenances" | "incidentById"> {
  const heard = new Map<string, Heard[]>();
  for (const record of updates) {
    const parent = textOf(record, "incidentId");
    if (parent === null) continue;
    const known = heard.get(parent);
    if (known === undefined) heard.set(parent, [heardFrom(record)]);
    else known.push(heardFrom(record));
  }
  const recalled = new Map(
    Array.from(heard, ([id, own]) => [id, recall.learn(recordKey("incident", id), own)]),
  );
  const byId = new Map<string, Incident>();
  for (const record of incidents()) {
    const own = recalled.get(record.id);
    const incident = incidentFrom(record, own === undefined ? noTellings : { ...noTellings, ...own });
    if (incident !== null)
      byId.set(record.id, own === undefined ? incident : recalledIncident(incident, own));
  }
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
