// A schema of the OpenAPI document as a table of its fields. In: a schema, those that it refers to. Out: HTML.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Schema } from "./openapi-schema.ts";

type Schemas = Readonly<Record<string, object>>;

interface Known extends Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Known[];
  readonly items?: Known;
  readonly properties?: Readonly<Record<string, Known>>;
  readonly additionalProperties?: Known;
  readonly required?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
}

/** One line a field; a body's wrapper (`incident`) is opened, entities inside an answer stand where they are first spoken of. */
export function Fields({
  schema,
  schemas,
}: {
  readonly schema: Schema | null;
  readonly schemas: Schemas;
}): string {
  if (schema === null) return (<p>No body.</p>) as string;
  const rows = fieldsOf(schema, schemas, "", 0);
  if (rows.length === 0)
    return (
      <p>
        <Kind schema={schema} />
      </p>
    ) as string;
  return (
    <details>
      <summary>
        <Kind schema={schema} />
      </summary>
      <table>
        {rows.map(({ name, field, required }) => (
          <tr>
            <th scope="row" safe>
              {name}
            </th>
            <td>
              <Kind schema={field} />
            </td>
            <td>{required ? "required" : ""}</td>
          </tr>
        ))}
      </table>
    </details>
  ) as string;
}

interface Field {
  readonly name: string;
  readonly field: Schema;
  readonly required: boolean;
}

const depthMax = 2;

function fieldsOf(given: Schema, schemas: Schemas, under: string, depth: number): readonly Field[] {
  const schema = opened(given as Known, schemas);
  const rows: Field[] = [];
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const full = under + name;
    rows.push({ name: full, field, required: schema.required?.includes(name) ?? false });
    const inner = opened(field, schemas);
    if (depth < depthMax && inner.properties !== undefined && field.$ref === undefined)
      rows.push(...fieldsOf(inner, schemas, `${full}.`, depth + 1));
  }
  return rows;
}

/** What a reference means, what a list is of, and the first of several. */
function opened(schema: Known, schemas: Schemas): Known {
  const [first] = schema.anyOf ?? [];
  if (first !== undefined) return opened(first, schemas);
  if (schema.items !== undefined) return opened(schema.items, schemas);
  if (schema.$ref === undefined) return schema;
  return (schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}) as Known;
}

/** What a value is, in few words. */
export function Kind({ schema }: { readonly schema: Schema }): string {
  return (<span safe>{kindOf(schema as Known)}</span>) as string;
}

function kindOf(schema: Known): string {
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1) ?? "";
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(kindOf))].join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.join(", ");
  const { type = "anything", description, format, pattern } = schema;
  if (type === "array") return `list of ${kindOf(schema.items ?? {})}`;
  if (schema.additionalProperties !== undefined) return `table of ${kindOf(schema.additionalProperties)}`;
  const noted = description ?? format ?? (pattern === undefined ? null : `matching ${pattern}`);
  return [type, noted, boundsOf(schema)].filter((word) => word !== null).join(", ");
}

function boundsOf({ maxLength, minimum, maximum }: Known): string | null {
  if (maxLength !== undefined) return `at most ${maxLength} characters`;
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  return minimum === undefined ? null : `from ${minimum}`;
}
