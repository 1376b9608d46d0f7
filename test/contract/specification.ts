// The public specification of the management API, and whether an answer keeps to it. In: ../shared/reference. Out: operations, faults of an answer.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const file = join(resolve(import.meta.dirname, "../.."), "../shared/reference/statuspage-openapi.json");

export const specificationPresent: boolean = existsSync(file);

interface Schema {
  readonly $ref?: string;
  readonly type?: "string" | "number" | "integer" | "boolean" | "array" | "object";
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Said {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

export interface Operation {
  /** `GET /pages/{page_id}` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Status codes that it may answer with. */
  readonly statuses: readonly number[];
  readonly responses: Readonly<Record<string, Said>>;
}

interface Specification {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { responses: Operation["responses"] }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const specification: Specification = specificationPresent
  ? (JSON.parse(readFileSync(file, "utf8")) as Specification)
  : { paths: {}, components: { schemas: {} } };

/** Every operation, in the specification's order. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries(specification.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const statuses = Object.keys(responses).map(Number);
      return [name, { name, method: method.toUpperCase(), path, statuses, responses }] as const;
    }),
  ),
);

/** What of an answer is not as the specification says; a status that it describes without a body has no faults. */
export function faultsOf(operation: Operation, status: number, value: unknown): readonly string[] {
  const schema = Object.values(operation.responses[String(status)]?.content ?? {})[0]?.schema;
  // Statuspage itself leaves `message` out of its errors; clients read `error`.
  const given = status >= 400 ? { message: "", ...(value as object) } : value;
  return schema === undefined ? [] : faults(schema, given, "");
}

function faults(given: Schema, value: unknown, at: string): readonly string[] {
  const schema =
    given.$ref === undefined
      ? given
      : (specification.components.schemas[given.$ref.split("/").at(-1) ?? ""] ?? {});
  if (value === null)
    return schema.nullable === true || isLoose(schema) ? [] : [`${at || "the answer"} is null`];
  const { anyOf, allOf = [] } = schema;
  if (anyOf !== undefined) {
    const tried = anyOf.map((one) => faults(one, value, at));
    return tried.some((found) => found.length === 0) ? [] : (tried[0] ?? []);
  }
  return [...allOf.flatMap((one) => faults(one, value, at)), ...own(schema, value, at)];
}

/** Says nothing of its type. */
const isLoose = ({ type, anyOf, allOf }: Schema): boolean =>
  type === undefined && anyOf === undefined && allOf === undefined;

function own(schema: Schema, value: unknown, at: string): readonly string[] {
  const wrong = (what: string): readonly string[] => [
    `${at || "the answer"} is ${what}: ${JSON.stringify(value)}`,
  ];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return wrong("none of the words allowed");
  switch (schema.type) {
    case "string":
      if (typeof value !== "string") return wrong("no text");
      return schema.format === "date-time" && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)
        ? wrong("no time with three digits")
        : [];
    case "integer":
      return Number.isInteger(value) ? [] : wrong("no whole number");
    case "number":
      return typeof value === "number" ? [] : wrong("no number");
    case "boolean":
      return typeof value === "boolean" ? [] : wrong("neither true nor false");
    case "array":
      if (!Array.isArray(value)) return wrong("no list");
      return value.flatMap((entry, place) => faults(schema.items ?? {}, entry, `${at}[${place}]`));
    case "object":
      return typeof value === "object" && !Array.isArray(value)
        ? inside(schema, value as Record<string, unknown>, at)
        : wrong("no table");
    default:
      return [];
  }
}

/** Names that stand for an id in the specification's examples: the answer has ids there. */
const placeholders = ["metric_id", "page_id"];

function inside({ properties = {} }: Schema, value: Record<string, unknown>, at: string): readonly string[] {
  const names = Object.keys(properties);
  const [only = ""] = names;
  if (names.length === 1 && placeholders.includes(only) && !Object.hasOwn(value, only))
    return Object.entries(value).flatMap(([name, entry]) =>
      faults(properties[only] ?? {}, entry, `${at}.${name}`),
    );
  return Object.entries(properties).flatMap(([name, schema]) =>
    Object.hasOwn(value, name)
      ? faults(schema, value[name], `${at}.${name}`)
      : [`${at}.${name} is not there`],
  );
}
