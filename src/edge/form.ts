// In which form an answer of the POP's own is understood. In: a path, Accept as it was sent. Out: a form.
import { weightOf } from "./negotiate.ts";

/** `page`: a browser that opens it by itself. `html`: someone who takes anything, HTML too. */
export type Form = "page" | "html" | "json" | "text";

/** By media range; what stands here first wins where a client likes several the same. */
const ranges: readonly (readonly [range: string, form: Form])[] = [
  ["text/html", "page"],
  ["application/xhtml+xml", "page"],
  ["application/json", "json"],
  ["text/*", "html"],
  ["*/*", "html"],
];
const forms = new Map(ranges);
const rankOf = new Map(ranges.map(([, form], at) => [form, -at]));

/** Does the path alone say the form? Then no `Vary` belongs on the answer. */
export function isJsonPath(path: string): boolean {
  return path.startsWith("/api/") || path.endsWith(".json");
}

/** Programs that ask for JSON get JSON; of the others, those that name HTML are people. Without a wish HTML is what was always sent. */
export function formOf(path: string, accept: string | null): Form {
  if (isJsonPath(path)) return "json";
  if (accept === null || accept === "" || accept === "*/*") return "html";
  // Every browser.
  if (accept.startsWith("text/html,")) return "page";
  let best: Form = "text";
  let bestWeight = 0;
  for (const element of accept.split(",")) {
    const [range = "", ...parameters] = element.split(";").map((text) => text.trim().toLowerCase());
    const form = forms.get(range);
    const weight = weightOf(parameters) ?? 0;
    if (form === undefined || weight === 0 || weight < bestWeight) continue;
    if (weight === bestWeight && (rankOf.get(form) ?? 0) < (rankOf.get(best) ?? 0)) continue;
    best = form;
    bestWeight = weight;
  }
  return best;
}
