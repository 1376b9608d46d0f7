// A value together with the place it came from. In: a document's name and text. Out: typed reads that refuse with file and place.
// Every refusal is a Fault `import-refused`: `incidents.json, incidents[3].status: "foo" is not one of …`.
import { Fault } from "../base/fault.ts";
import { misplacedJson } from "./json-place.ts";

export interface Spot {
  readonly file: string;
  /** `incidents[3].status`; "" for the whole document. */
  readonly path: string;
  readonly value: unknown;
}

const remedy = "Nothing was changed. Fetch the file again, or repair it at that place.";

/** The refusal of a document at a place. */
export function refusedAt(file: string, place: string, sentence: string): Fault {
  return new Fault("import-refused", `${file}${place === "" ? "" : `, ${place}`}: ${sentence}`, remedy);
}

/** Parses a JSON document. */
export function jsonSpot(file: string, text: string): Spot {
  try {
    return { file, path: "", value: JSON.parse(text) as unknown };
  } catch {
    const { line, column, what } = misplacedJson(text);
    throw refusedAt(file, `line ${line} column ${column}`, `${what}; this is not (all of) a JSON document.`);
  }
}

function wrong(spot: Spot, wanted: string): Fault {
  if (spot.value === undefined) return refusedAt(spot.file, spot.path, "this field is missing.");
  const shown = JSON.stringify(spot.value);
  return refusedAt(
    spot.file,
    spot.path,
    `${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown} is not ${wanted}.`,
  );
}

export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field of a table; its value is undefined when the table has none. */
export function at(spot: Spot, name: string): Spot {
  if (!isTable(spot.value)) throw wrong(spot, "an object");
  const value = Object.hasOwn(spot.value, name) ? spot.value[name] : undefined;
  return { file: spot.file, path: spot.path === "" ? name : `${spot.path}.${name}`, value };
}

/** True when a field says something: neither absent nor null. */
export function isSaid(spot: Spot): boolean {
  return spot.value !== undefined && spot.value !== null;
}

/** The entries of a list; none when it is absent or null. */
export function entriesOf(spot: Spot): readonly Spot[] {
  if (!isSaid(spot)) return [];
  if (!Array.isArray(spot.value)) throw wrong(spot, "a list");
  return spot.value.map((value, index) => ({ file: spot.file, path: `${spot.path}[${index}]`, value }));
}

export function textOf(spot: Spot): string {
  if (typeof spot.value !== "string") throw wrong(spot, "a text");
  return spot.value.toWellFormed();
}

export function numberOf(spot: Spot): number {
  if (typeof spot.value !== "number" || !Number.isFinite(spot.value)) throw wrong(spot, "a number");
  return spot.value;
}

export function flagOf(spot: Spot): boolean {
  if (typeof spot.value !== "boolean") throw wrong(spot, "true or false");
  return spot.value;
}

export function wordOf<Word extends string>(spot: Spot, words: readonly Word[]): Word {
  const found = words.find((word) => word === spot.value);
  if (found === undefined) throw wrong(spot, `one of ${words.join(", ")}`);
  return found;
}

/** ISO 8601 with an offset or Z, to ms. */
export function timeOf(spot: Spot): number {
  const text = typeof spot.value === "string" ? spot.value : "";
  const ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(ms)) throw wrong(spot, "a time such as 2026-05-07T03:00:00.000Z");
  return ms;
}

/** `read`, or null where the field is null, or undefined where it is absent. */
export function maybe<Value>(spot: Spot, read: (spot: Spot) => Value): Value | null | undefined {
  return spot.value === undefined ? undefined : spot.value === null ? null : read(spot);
}

/** `read`, or undefined where the field says nothing. */
export function said<Value>(spot: Spot, read: (spot: Spot) => Value): Value | undefined {
  return isSaid(spot) ? read(spot) : undefined;
}

/** The same table without its undefined fields: what is not known is not said. */
export function known<Table extends object>(
  table: Table,
): { [Key in keyof Table]: Exclude<Table[Key], undefined> } {
  return Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined)) as never;
}
