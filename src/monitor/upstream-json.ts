// Looks into JSON of others without trusting its shape. In: text, and names. Out: values of the type that was hoped for, or what stands for none.
import { type Read, unread } from "./upstream-types.ts";

export type Json = unknown;
export type Dict = Readonly<Record<string, Json>>;

/** Reads a document; what is none is said in words of its own, HTML above all: it is what a wall in front of a status page answers. */
export function readJson(text: string, read: (document: Json) => Read): Read {
  if (text.trimStart().startsWith("<")) return unread("HTML came in place of JSON");
  let document: Json;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return unread("what came is not (all of) a JSON document");
  }
  return read(document);
}

export const dictOf = (value: Json): Dict | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Dict) : null;

export const listOf = (value: Json): readonly Json[] | null => (Array.isArray(value) ? value : null);

export const dictsOf = (value: Json): readonly Dict[] =>
  (listOf(value) ?? []).map(dictOf).filter((one) => one !== null);

export const textOf = (value: Json): string | null => (typeof value === "string" ? value : null);

/** What is named by people: without a difference between cases. */
export const wordOf = (value: Json): string => (typeof value === "string" ? value.trim().toLowerCase() : "");

/** A moment as ISO 8601 or RFC 822 write it; null where it is none. */
export function timeOf(value: Json): number | null {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) ? ms : null;
}

/** The latest of some moments. */
export const latestOf = (times: Iterable<number | null>): number | null => {
  let latest: number | null = null;
  for (const time of times) if (time !== null && (latest === null || time > latest)) latest = time;
  return latest;
};

/** Whether one of these names, of any case, is the one that is meant. */
export const isNamed = (wanted: string, ...names: readonly Json[]): boolean =>
  names.some((name) => wordOf(typeof name === "number" ? String(name) : name) === wordOf(wanted));
