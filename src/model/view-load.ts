// The state of a page whose records lie elsewhere. In: a way to read the records of each kind. Out: a state with its view.
// Each record is looked at once and let go of: of a page of 20,000 incidents there are 100,000.
import { LayeredMap } from "../base/layered-map.ts";
import { componentFrom, incidentFrom, newestFirst, pageFrom, type Told, toldFrom } from "./entities.ts";
import { isDeleted } from "./fields.ts";
import {
  addChild,
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
import type { Component, Incident, PageView, Transition } from "./view.ts";
import { transitionsFrom } from "./view-components.ts";
import { nextView, noView } from "./view-of.ts";

export type ReadKind = (kind: EntityKind) => Iterable<EntityRecord>;

/** Kinds of which there are many, each made into the view as it is read. */
const manyKinds: ReadonlySet<EntityKind> = new Set(["component", "incident", "update", "transition"]);

export function openPageState(page: string, records: Records, read: ReadKind): PageState {
  const state = emptyPageState(page, records);
  const gone = new Set<string>();
  const seen = function* (kind: EntityKind): Generator<EntityRecord> {
    for (const record of read(kind)) {
      raiseVersion(state, record.latest);
      if (isDeleted(record)) gone.add(recordKey(kind, record.id));
      yield record;
    }
  };
  const many = {
    ...incidentsFrom(state, seen),
    ...componentsFrom(seen("component")),
    transitions: transitionsOf(state, seen("transition"), gone),
  };
  for (const kind of entityKinds)
    if (!manyKinds.has(kind)) for (const { id } of seen(kind)) state.changed.add(recordKey(kind, id));
  const record = records.get(recordKey("page", page));
  const own = record === undefined ? null : pageFrom(record);
  // A page that is not there shows nothing of what it has, until it comes.
  if (own === null) for (const key of records.keys()) state.changed.add(key);
  else nextView(state, own, { ...noView, ...many, gone });
  return state;
}

function incidentsFrom(
  state: PageState,
  seen: ReadKind,
): Pick<PageView, "incidents" | "maintenances" | "incidentById"> {
  const told = new Map<string, Told[]>();
  for (const record of seen("update")) {
    const parent = parentOf(record);
    if (parent === null) continue;
    const known = told.get(parent);
    if (known === undefined) told.set(parent, [toldFrom(record)]);
    else known.push(toldFrom(record));
  }
  for (const [parent, own] of told)
    state.children.set(
      parent,
      own.map(({ id }) => recordKey("update", id)),
    );
  const byId = new Map<string, Incident>();
  for (const record of seen("incident")) {
    const key = recordKey("incident", record.id);
    const incident = incidentFrom(record, newestFirst(told.get(key) ?? []));
    if (incident !== null) byId.set(record.id, incident);
  }
  const all = [...byId.values()];
  return {
    incidents: all.filter(({ window }) => window === null).sort(listedBefore),
    maintenances: all.filter(({ window }) => window !== null).sort(startsBefore),
    incidentById: LayeredMap.over(byId),
  };
}

function componentsFrom(records: Iterable<EntityRecord>): Pick<PageView, "components" | "componentById"> {
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
