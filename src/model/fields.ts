// Reads merged fields in the types of the view. In: a record, a field's name. Out: its value, or what stands for a missing one.
// A value of an unexpected type (written by a later release) counts as missing: a view is made in any case.
import type { EntityRecord } from "./fold.ts";
import type { Json } from "./op.ts";

const rawOf = (record: EntityRecord, name: string): Json | undefined =>
  Object.hasOwn(record.fields, name) ? record.fields[name]?.value : undefined;

export function textOf(record: EntityRecord, name: string): string | null {
  const value = rawOf(record, name);
  return typeof value === "string" ? value : null;
}

export function numberOf(record: EntityRecord, name: string): number | null {
  const value = rawOf(record, name);
  return typeof value === "number" ? value : null;
}

export function flagOf(record: EntityRecord, name: string, missing: boolean): boolean {
  const value = rawOf(record, name);
  return typeof value === "boolean" ? value : missing;
}

export function oneOf<Word extends string>(
  record: EntityRecord,
  name: string,
  words: readonly Word[],
): Word | null {
  const value = rawOf(record, name);
  return words.find((word) => word === value) ?? null;
}

/** A list, or null when there is none (which is not the same as an empty one). */
export function listOf(record: EntityRecord, name: string): readonly Json[] | null {
  const value = rawOf(record, name);
  return Array.isArray(value) ? value : null;
}

export function objectOf(record: EntityRecord, name: string): { readonly [key: string]: Json } | null {
  const value = rawOf(record, name);
  if (value === undefined || value === null || typeof value !== "object" || Array.isArray(value)) return null;
  return value as { readonly [key: string]: Json };
}

export function jsonOf(record: EntityRecord, name: string): Json {
  return rawOf(record, name) ?? null;
}

/** The stamp under which a field was last written; "" when it never was. */
export function stampOf(record: EntityRecord, name: string): string {
  return record.fields[name]?.stamp ?? "";
}

export function laterStamp(a: string, b: string): string {
  if (a > b) return a;
  return b;
}

/** Deleted for good: the record stays, so that a late op of the same entity does not bring it back. */
export function isDeleted(record: EntityRecord): boolean {
  return flagOf(record, "deleted", false);
}
