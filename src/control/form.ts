// Form bodies as Rails reads them. In: `incident[name]=x&incident[component_ids][]=a`. Out: the nested value, or a sentence.
import { ok, type Result, refuse } from "../base/result.ts";

/** Text, list of texts, or a nested table. Tables have no prototype, so that no key means more than its name. */
export type FormValue = string | FormValue[] | { [key: string]: FormValue };
type FormTable = { [key: string]: FormValue };

const pairsMax = 10_000;
const depthMax = 5;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for; a form says them by %.
const control = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/** Reads an urlencoded body. The first meaning of a name stands: `a=1&a[b]=2` is refused. */
export function parseForm(text: string): Result<FormTable, string> {
  const root: FormTable = Object.create(null);
  let pairs = 0;
  // Any text would be a form, the name of a field without a value: broken JSON or bytes would say nothing, and to a row that takes "all" where nothing is said, all.
  if (text !== "" && (!text.includes("=") || control.test(text)))
    return refuse("The body is neither JSON nor a form.");
  for (const [name, value] of new URLSearchParams(text)) {
    pairs += 1;
    if (pairs > pairsMax) return refuse(`A form has at most ${pairsMax} fields.`);
    const keys = keysOf(name);
    if (keys === null || !put(root, keys, value))
      return refuse(`The form field ${JSON.stringify(name.slice(0, 100))} cannot be read.`);
  }
  return ok(root);
}

/** `incident[component_ids][]` -> incident, component_ids, "". */
function keysOf(name: string): readonly string[] | null {
  const found = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (found === null) return null;
  const inner = [...(found[2] ?? "").matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1] ?? "");
  return inner.length < depthMax ? [found[1] ?? "", ...inner] : null;
}

function put(root: FormTable, keys: readonly string[], value: string): boolean {
  let table = root;
  for (const [at, key] of keys.entries()) {
    const rest = keys.slice(at + 1);
    if (key === "") return false;
    if (rest.length === 0) {
      if (typeof table[key] === "object") return false;
      table[key] = value;
      return true;
    }
    if (rest[0] === "") return rest.length === 1 && append(table, key, value);
    table[key] ??= Object.create(null) as FormTable;
    const next = table[key];
    if (typeof next === "string" || Array.isArray(next)) return false;
    table = next;
  }
  return false;
}

function append(table: FormTable, key: string, value: string): boolean {
  table[key] ??= [];
  const list = table[key];
  if (!Array.isArray(list)) return false;
  list.push(value);
  return true;
}
