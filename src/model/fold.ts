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

/** All records of one page, an index from parents to children, and the view of them. Mutable: `applyOp` changes it. */
export interface PageState {
  readonly page: string;
  /** By `recordKey`. */
  readonly records: Map<string, EntityRecord>;
  /** Keys of updates by incident key, keys of transitions by component key. */
  readonly children: Map<string, Set<string>>;
  /** Record keys that the next view has to look at. */
  readonly changed: Set<string>;
  /** Greatest stamp folded in. */
  version: string;
  view: PageView | null;
}

/** The name of a record among those of its page. */
export function recordKey(kind: EntityKind, id: string): string {
  return `${kind}/${id}`;
}

export function emptyPageState(page: string): PageState {
  return { page, records: new Map(), children: new Map(), changed: new Set(), version: "", view: null };
}

/** The state that folding the records' ops gave. */
export function loadPageState(page: string, records: Iterable<EntityRecord>): PageState {
  const state = emptyPageState(page);
  for (const record of records) {
    assert(record.page === page, `Page ${page}: a record of page ${record.page} was loaded into it.`);
    put(state, record);
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
  if (record !== held) put(state, record);
  return record;
}

/** Makes the record of `key` what it was before ops changed it; undefined: there was none. Which keys changed is the caller's to restore. */
export function putBack(state: PageState, key: string, record: EntityRecord | undefined): void {
  if (record === undefined) forget(state, key);
  else put(state, record);
}

function forget(state: PageState, key: string): void {
  const parent = parentOf(state.records.get(key));
  state.records.delete(key);
  if (parent === null) return;
  const siblings = state.children.get(parent);
  siblings?.delete(key);
  if (siblings?.size === 0) state.children.delete(parent);
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

function put(state: PageState, record: EntityRecord): void {
  const key = recordKey(record.kind, record.id);
  const [was, is] = [parentOf(state.records.get(key)), parentOf(record)];
  state.records.set(key, record);
  state.changed.add(key);
  if (was !== is && was !== null) {
    state.children.get(was)?.delete(key);
    state.changed.add(was);
  }
  if (is === null) return;
  state.changed.add(is);
  const siblings = state.children.get(is);
  if (siblings === undefined) state.children.set(is, new Set([key]));
  else siblings.add(key);
}

/** The key of the record whose view shows this one. */
function parentOf(record: EntityRecord | undefined): string | null {
  if (record?.kind === "update") return keyFrom("incident", record.fields.incidentId);
  if (record?.kind === "transition") return keyFrom("component", record.fields.componentId);
  return null;
}

function keyFrom(kind: EntityKind, register: Register<Json> | undefined): string | null {
  return typeof register?.value === "string" ? recordKey(kind, register.value) : null;
}

function raiseVersion(state: PageState, stamp: string): void {
  if (stamp > state.version) state.version = stamp;
}
