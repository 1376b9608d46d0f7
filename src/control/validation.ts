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
  return [...new Set(found.slice(0, sentencesMax).map(sentenceOf))];
}

export function sentenceOf({ path = "", schema = {}, message = "" }: Found): string {
  const name = nameOf(path);
  const wanted = wantedBy(schema);
  return wanted === null ? `${name}: ${message.toLowerCase()}` : `${name} ${wanted}`;
}

/** `/incident/component_ids/0` -> `Incident component ids 0`. */
function nameOf(path: string): string {
  const words = path.split("/").filter(Boolean).join(" ").replaceAll("_", " ").slice(0, 200);
  return words === "" ? "The body" : words.charAt(0).toUpperCase() + words.slice(1);
}

type Schema = Readonly<Record<string, unknown>>;

/** What the first choice that says something wants; null where none does. */
function wantedBy(schema: Schema): string | null {
  if (Array.isArray(schema.anyOf))
    return (schema.anyOf as Schema[]).map(wantedBy).find((wanted) => wanted !== null) ?? null;
  const { type, minLength, maxLength, description } = schema;
  if (Array.isArray(schema.enum)) return `must be one of ${schema.enum.join(", ")}`;
  if (typeof description === "string") return `must be ${description}`;
  switch (type) {
    case "string":
      if (minLength === 1) return `can't be blank, and has at most ${String(maxLength)} characters`;
      return maxLength === undefined ? null : `must be a text of at most ${String(maxLength)} characters`;
    case "boolean":
      return "must be true or false";
    case "array":
      return "must be a list";
    case "object":
      return "must be a table of fields";
    case "number":
    case "integer":
      return "must be a number in its range";
    default:
      return null;
  }
}
