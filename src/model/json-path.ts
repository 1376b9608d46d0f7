// A place in a JSON value, as people write it: `status.indicator`, `$.checks[0].state`, `["a.b"].c`. In: a path, a value. Out: what stands there.
// Names and numbers alone; no searching: what a check compares is one value.
import { limits } from "../base/limits.ts";

const step = /\.?([^.[\]"'\s]+)|\[(\d{1,9})\]|\[(?:"([^"]*)"|'([^']*)')\]/y;

/** The names and indices of a path; null for a text that is none. */
export function jsonPathOf(text: string): readonly string[] | null {
  const path = text.trim().replace(/^\$(?=[.[]|$)/, "");
  const steps: string[] = [];
  for (let at = 0; at < path.length; ) {
    step.lastIndex = at;
    const found = step.exec(path);
    if (found === null || steps.length >= limits.jsonPathStepsMax) return null;
    steps.push(found[1] ?? found[2] ?? found[3] ?? found[4] ?? "");
    at = step.lastIndex;
  }
  return path.startsWith(".") && path.length === 1 ? null : steps;
}

/** Undefined where nothing stands there. */
export function jsonAt(value: unknown, steps: readonly string[]): unknown {
  let here = value;
  for (const name of steps) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, name)) return undefined;
    if (Array.isArray(here) && !/^\d+$/.test(name)) return undefined;
    here = (here as Readonly<Record<string, unknown>>)[name];
  }
  return here;
}

/** As it is compared with what somebody typed: texts as they are, all else as JSON. */
export function jsonText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
}
