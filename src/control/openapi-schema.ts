// A schema of the table as the reference shows it. In: a TypeBox schema. Out: JSON Schema 2020-12 without what only Elysia reads.
// A schema with a title is put aside once, under its title, and referred to.
import { assert } from "../base/fault.ts";

export type Schema = { readonly [key: string]: unknown };
/** Put aside, by title. */
export type Schemas = Map<string, Schema>;

export function plainSchema(schema: object, aside: Schemas): Schema {
  const given = schema as Schema;
  const { title } = given;
  if (typeof title !== "string") return plainFields(given, aside);
  const made = plainFields(given, aside);
  const known = aside.get(title);
  assert(
    known === undefined || JSON.stringify(known) === JSON.stringify(made),
    `Two schemas have the title ${title}.`,
  );
  aside.set(title, made);
  return { $ref: `#/components/schemas/${title}` };
}

/** What a form sends where a number or a yes or no is asked for: Elysia reads texts by these formats, which no one else knows. */
const texts: Readonly<Record<string, Schema>> = {
  numeric: { type: "string", pattern: "^-?\\d+(\\.\\d+)?$" },
  integer: { type: "string", pattern: "^-?\\d+$" },
  boolean: { type: "string", enum: ["true", "false"] },
};

function plainFields(given: Schema, aside: Schemas): Schema {
  const made: Record<string, unknown> = {};
  const text = typeof given.format === "string" ? texts[given.format] : undefined;
  if (text !== undefined) return text;
  for (const [key, value] of Object.entries(given)) {
    // Elysia's defaults are of its own making, and what is nullable says so in `anyOf`.
    if (key === "default" || key === "nullable" || key === "title") continue;
    if (key === "patternProperties") made.additionalProperties = plainSchema(anyOf(value), aside);
    else if (key === "properties") made[key] = mapped(value as Schema, aside);
    else if (key === "anyOf" || key === "allOf" || key === "oneOf")
      made[key] = (value as object[]).map((one) => plainSchema(one, aside));
    else if (key === "items" || (key === "additionalProperties" && typeof value === "object"))
      made[key] = plainSchema(value as object, aside);
    else made[key] = value;
  }
  // A bound beside `anyOf` stands inside, too.
  if (made.anyOf !== undefined) for (const key of ["minimum", "maximum", "multipleOf"]) delete made[key];
  return typeof given.title === "string" ? { title: given.title, ...made } : made;
}

function mapped(properties: Schema, aside: Schemas): Schema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, plainSchema(schema as object, aside)]),
  );
}

/** A table's values are of one kind, whatever the key. */
function anyOf(patterns: unknown): object {
  const [first, ...others] = Object.values(patterns as Record<string, object>);
  assert(first !== undefined && others.length === 0, "A table of the API has values of one kind.");
  return first;
}
