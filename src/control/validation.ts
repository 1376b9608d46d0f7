// Why a body or a query does not fit its schema, as a person reads it. In: Elysia's validation error. Out: sentences.
import type { ValidationError } from "elysia";

interface Found {
  readonly path?: string;
  readonly message?: string;
  readonly schema?: Readonly<Record<string, unknown>>;
}

const sentencesMax = 20;

/** One sentence a field: `Incident status must be one of investigating, …`. */
export function sentencesOf(error: ValidationError): readonly string[] {
  const found = error.all as unknown as readonly Found[];
  return [...new Set(found.slice(0, sentencesMax).map(sentence))];
}

function sentence({ path = "", schema = {}, message = "" }: Found): string {
  const name = nameOf(path);
  const wanted = wantedBy(schema);
  return wanted === null ? `${name}: ${message.toLowerCase()}` : `${name} ${wanted}`;
}

/** `/incident/component_ids/0` -> `Incident component ids 0`. */
function nameOf(path: string): string {
  const words = path.split("/").filter(Boolean).join(" ").replaceAll("_", " ").slice(0, 200);
  return words === "" ? "The body" : words.charAt(0).toUpperCase() + words.slice(1);
}

function wantedBy(schema: Readonly<Record<string, unknown>>): string | null {
  const choices = Array.isArray(schema.anyOf) ? (schema.anyOf as Record<string, unknown>[]) : [schema];
  for (const choice of choices) {
    const { type, minLength, maxLength, pattern } = choice;
    if (Array.isArray(choice.enum)) return `must be one of ${choice.enum.join(", ")}`;
    if (pattern !== undefined) return `must look like ${String(pattern)}`;
    if (type === "string" && typeof minLength === "number" && minLength > 0)
      return `can't be blank${typeof maxLength === "number" ? ` and has at most ${maxLength} characters` : ""}`;
    if (type === "string" && typeof maxLength === "number")
      return `is a text of at most ${maxLength} characters`;
    if (type === "boolean") return "must be true or false";
    if (type === "array") return "must be a list";
    if (type === "object") return "must be a table of fields";
    if (type === "number" || type === "integer") return "must be a number in its range";
  }
  return null;
}
