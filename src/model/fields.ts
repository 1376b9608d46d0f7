// Reads merged fields in the types of the view. In: a record, a field's name. Out: its value, or what stands for a missing one.
// A value of an unexpected type (written by a later release) counts as missing: a view is made in any case.
import type { Living } from "../crdt/or-set.ts";
import type { EntityRecord } from "./fold.ts";
import type { Json } from "./op.ts";

/** A record that is looked at while it is read and not kept: valid until the next one. */
export interface RecordRow {
  readonly id: string;
  readonly latest: string;
  value(name: string): Json | undefined;
  /** "" where the field was never written. */
  stamp(name: string): string;
  /** Elements of a set with their tags. */
  living(set: string): Living;
}

export type AnyRecord = EntityRecord | RecordRow;

/** As it was written, of whatever type. */
export function rawOf(record: AnyRecord, name: string): Json | undefined {
  if (!("fields" in record)) return record.value(name);
  return Object.hasOwn(record.fields, name) ? record.fields[name]?.value : undefined;
}

export function livingOf(record: AnyRecord, set: string): Living {
  return "fields" in record ? Object.entries(record.sets[set]?.live ?? {}) : record.living(set);
}

export function textOf(record: AnyRecord, name: string): string | null {
  const value = rawOf(record, name);
  return typeof value === "string" ? value : null;
}

export function numberOf(record: AnyRecord, name: string): number | null {
  const value = rawOf(record, name);
  return typeof value === "number" ? value : null;
}

export function flagOf(record: AnyRecord, name: string, missing: boolean): boolean {
  const value = rawOf(record, name);
  return typeof value === "boolean" ? value : missing;
}

export function oneOf<Word extends string>(
  record: AnyRecord,
  name: string,
  words: readonly Word[],
): Word | null {
  const value = rawOf(record, name);
  return words.find((word) => word === value) ?? null;
}

/** A list, or null when there is none (which is not the same as an empty one). */
export function listOf(record: AnyRecord, name: string): readonly Json[] | null {
  const value = rawOf(record, name);
  return Array.isArray(value) ? value : null;
}

export function objectOf(record: AnyRecord, name: string): { readonly [key: string]: Json } | null {
  const value = rawOf(record, name);
  if (value === undefined || value === null || typeof value !== "object" || Array.isArray(value)) return null;
  return value as { readonly [key: string]: Json };
}

export function jsonOf(record: AnyRecord, name: string): Json {
  return rawOf(record, name) ?? null;
}

/** The stamp under which a field was last written; "" when it never was. */
export function stampOf(record: AnyRecord, name: string): string {
  return "fields" in record ? (record.fields[name]?.stamp ?? "") : record.stamp(name);
}

export function laterStamp(a: string, b: string): string {
  if (a > b) return a;
  return b;
}

/** Deleted for good: the record stays, so that a late op of the same entity does not bring it back. */
export function isDeleted(record: AnyRecord): boolean {
  return flagOf(record, "deleted", false);
}
