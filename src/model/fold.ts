// Folds ops into records: one record an entity, merged field by field. In: ops in any order, doubled or not. Out: records
// (what the store keeps) inside a page state that knows which entities changed since its last view.
import { assert } from "../base/fault.ts";
import { canonicalJson, mergeRegister, type Register } from "../crdt/lww.ts";
import { changeOrSet, emptyOrSet, type OrSetState } from "../crdt/or-set.ts";
import type { EntityKind, Json, Op } from "./op.ts";
import type { PageView } from "./view.ts";

/** One entity, merged. Plain JSON, immutable: a merge that changes it makes a new one. */
export interface EntityRecord {
  readonly page: string;
  readonly kind: EntityKind;
  readonly id: string;
  readonly fields: Readonly<Record<string, Register<Json>>>;
  readonly sets: Readonly<Record<string, OrSetState>>;
  /** Greatest stamp of the ops folded into it. */
  readonly latest: string;
}

/** Records by `recordKey`. A Map is one; the store's reads what did not change lately from its table, for 100,000 of them would be 150 MB. */
export interface Records {
  get(key: string): EntityRecord | undefined;
  has(key: string): boolean;
  set(key: string, record: EntityRecord): unknown;
  /** Only of what was set and never kept. */
  delete(key: string): unknown;
  keys(): Iterable<string>;
  values(): Iterable<EntityRecord>;
}

/** All records of one page, an index from parents to children, and the view of them. Mutable: `applyOp` changes it. */
export interface PageState {
  readonly page: string;
  readonly records: Records;
  /** Keys of updates by incident key, keys of transitions by component key, in the order in which they came. */
  readonly children: Children;
  /** Called with the key of a parent before a child of it comes, changes or goes. */
  readonly beforeChange: (parent: string) => void;
  /** Keys of the records that changed since the last view. */
  readonly changed: Set<string>;
  /** Those of them that were not there before. */
  readonly fresh: Set<string>;
  /** Keys of parents that have a changed child. */
  readonly touched: Set<string>;
  /** Keys of parents that lost a child to another one. */
  readonly lost: Set<string>;
  /** Greatest stamp folded in. */
  version: string;
  view: PageView | null;
}

export interface Children {
  get(parent: string): string[] | undefined;
  set(parent: string, keys: string[]): unknown;
  delete(parent: string): unknown;
}

/** The name of a record among those of its page. */
export function recordKey(kind: EntityKind, id: string): string {
  return `${kind}/${id}`;
}

export function emptyPageState(page: string, records: Records = new Map()): PageState {
  const sets = { changed: new Set<string>(), fresh: new Set<string>() };
  const ofParents = { touched: new Set<string>(), lost: new Set<string>() };
  return {
    ...{ page, records, children: new Map(), beforeChange: () => undefined },
    ...{ ...sets, ...ofParents, version: "", view: null },
  };
}

/** The state that folding the records' ops gave. */
export function loadPageState(page: string, records: Iterable<EntityRecord>): PageState {
  const state = emptyPageState(page);
  for (const record of records) {
    assert(record.page === page, `Page ${page}: a record of page ${record.page} was loaded into it.`);
    put(state, record, undefined);
    raiseVersion(state, record.latest);
  }
  return state;
}

/** Merges one op and returns the entity's record; an op that was folded before leaves the record as it is. */
export function applyOp(state: PageState, op: Op): EntityRecord {
  assert(op.page === state.page, `Page ${state.page}: an op of page ${op.page} was folded into it.`);
  const held = state.records.get(recordKey(op.kind, op.id));
  const record = mergeOp(held, op);
  raiseVersion(state, op.hlc);
  if (record !== held) put(state, record, held);
  return record;
}

/**
 * Takes over a record as another process folded `op` into it. False, and nothing changed, where it may have been another parent's: then the
 * page is to be opened anew.
 */
export function takeOver(state: PageState, record: EntityRecord, op: Op): boolean {
  const key = recordKey(record.kind, record.id);
  const parent = parentOf(record);
  if (parent !== null) {
    state.beforeChange(parent);
    const isKnown = state.children.get(parent)?.includes(key) === true;
    if (!isKnown && Object.values(record.fields).some(({ stamp }) => stamp < op.hlc)) return false;
    if (!isKnown) addChild(state, parent, key);
    state.touched.add(parent);
  }
  state.records.set(key, record);
  state.changed.add(key);
  raiseVersion(state, record.latest);
  return true;
}

/** Makes the record of `key` what it was before ops changed it; undefined: there was none. Which keys changed is the caller's to restore. */
export function putBack(state: PageState, key: string, record: EntityRecord | undefined): void {
  const held = state.records.get(key);
  if (record !== undefined) {
    put(state, record, held);
    return;
  }
  const parent = parentOf(held);
  state.records.delete(key);
  if (parent !== null) removeChild(state, parent, key);
}

/** All records, in no order that means anything. */
export function recordsOf(state: PageState): EntityRecord[] {
  return [...state.records.values()];
}

/** The record with `op` in it: the same object when nothing in it changes. */
function mergeOp(held: EntityRecord | undefined, op: Op): EntityRecord {
  const latest = held === undefined || op.hlc > held.latest ? op.hlc : held.latest;
  let changed = latest !== held?.latest;
  const fields: Record<string, Register<Json>> = { ...held?.fields };
  for (const [name, value] of Object.entries(op.fields)) {
    const merged = mergeRegister(fields[name], { value, stamp: op.hlc });
    changed ||= merged !== fields[name];
    fields[name] = merged;
  }
  const sets: Record<string, OrSetState> = { ...held?.sets };
  for (const [name, change] of Object.entries(op.sets ?? {})) {
    const before = sets[name] ?? emptyOrSet;
    const merged = changeOrSet(before, change, op.hlc);
    changed ||= canonicalJson(merged) !== canonicalJson(before);
    sets[name] = merged;
  }
  return held !== undefined && !changed
    ? held
    : { page: op.page, kind: op.kind, id: op.id, fields, sets, latest };
}

function put(state: PageState, record: EntityRecord, held: EntityRecord | undefined): void {
  const key = recordKey(record.kind, record.id);
  const [was, is] = [parentOf(held), parentOf(record)];
  for (const parent of [was, is]) if (parent !== null) state.beforeChange(parent);
  state.records.set(key, record);
  state.changed.add(key);
  if (held === undefined) state.fresh.add(key);
  if (was !== is && was !== null) {
    removeChild(state, was, key);
    state.touched.add(was);
    state.lost.add(was);
  }
  if (is === null) return;
  state.touched.add(is);
  if (was !== is) addChild(state, is, key);
}

/** `key` is none of the parent's yet. */
export function addChild({ children }: PageState, parent: string, key: string): void {
  const siblings = children.get(parent);
  if (siblings === undefined) children.set(parent, [key]);
  else siblings.push(key);
}

function removeChild({ children }: PageState, parent: string, key: string): void {
  const siblings = children.get(parent);
  const at = siblings?.lastIndexOf(key) ?? -1;
  if (at !== -1) siblings?.splice(at, 1);
  if (siblings?.length === 0) children.delete(parent);
}

/** The key of the record whose view shows this one. */
export function parentOf(record: EntityRecord | undefined): string | null {
  if (record?.kind === "update") return keyFrom("incident", record.fields.incidentId);
  if (record?.kind === "transition") return keyFrom("component", record.fields.componentId);
  return null;
}

function keyFrom(kind: EntityKind, register: Register<Json> | undefined): string | null {
  return typeof register?.value === "string" ? recordKey(kind, register.value) : null;
}

export function raiseVersion(state: PageState, stamp: string): void {
  if (stamp > state.version) state.version = stamp;
}
