// The served OpenAPI document as a test reads it: as somebody else's client would. In: an API. Out: its operations, and what of a value does not fit a schema.

export type Schema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | true;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
};

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: Schema;
}

interface Said {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>;
}

export interface Operation {
  /** `PATCH /v1/pages/{page_id}` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Null where none is read. */
  readonly body: Schema | null;
  readonly example: unknown;
  /** Its body is lines of JSON, or its answer. */
  readonly lines: "in" | "out" | null;
  /** By status; null: no body. */
  readonly answers: ReadonlyMap<number, Schema | null>;
}

export interface Document {
  readonly operations: readonly Operation[];
  /** What a reference means. */
  open(schema: Schema): Schema;
  /** What of a value is not as the schema says; none where it fits. */
  faults(schema: Schema, value: unknown): readonly string[];
}

export async function readDocument(api: (request: Request) => Promise<Response>): Promise<Document> {
  const text = await (await api(new Request("http://api.example/openapi.json"))).text();
  const document = JSON.parse(text);
  const at = (ref: string): unknown =>
    ref
      .slice(2)
      .split("/")
      .reduce((inside, key) => inside[key], document);
  const open = (schema: Schema): Schema => (schema.$ref === undefined ? schema : (at(schema.$ref) as Schema));
  const contentOf = (said: Said) => {
    const opened = said.$ref === undefined ? said : (at(said.$ref) as Said);
    const [type, content] = Object.entries(opened.content ?? {})[0] ?? [];
    return type === undefined || content === undefined ? null : { type, ...content };
  };
  const operations = Object.entries<Record<string, Raw>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody, responses }]): Operation => {
      const body = requestBody === undefined ? null : contentOf(requestBody);
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        parameters,
        body: body?.schema ?? null,
        example: body?.example,
        lines: body?.type === linesType ? "in" : answersLines(responses) ? "out" : null,
        answers: new Map(
          Object.entries(responses).map(([status, said]) => [
            Number(status),
            contentOf(said)?.schema ?? null,
          ]),
        ),
      };
    }),
  );
  return { operations, open, faults: (schema, value) => faultsOf(schema, value, "", open) };
}

const linesType = "application/x-ndjson";
const answersLines = (responses: Raw["responses"]): boolean =>
  Object.values(responses).some(({ content = {} }) => linesType in content);

interface Raw {
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Said;
  readonly responses: Readonly<Record<string, Said>>;
}

type Open = Document["open"];

function faultsOf(given: Schema, value: unknown, at: string, open: Open): readonly string[] {
  const schema = open(given);
  const { anyOf } = schema;
  const wrong = (what: string): readonly string[] => [`${at || "It"} ${what}: ${short(value)}`];
  if (anyOf !== undefined) {
    const tried = anyOf.map((one) => faultsOf(one, value, at, open));
    return tried.some((found) => found.length === 0) ? [] : (tried[0] ?? []);
  }
  if ("const" in schema && value !== schema.const) return wrong(`is not ${String(schema.const)}`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) return wrong("is none of the words allowed");
  if (schema.type !== undefined && !kinds[schema.type]?.(value)) return wrong(`is no ${schema.type}`);
  if (typeof value === "string" && !fitsText(schema, value)) return wrong("does not keep to its bounds");
  if (typeof value === "number" && !fitsNumber(schema, value)) return wrong("does not keep to its bounds");
  if (Array.isArray(value))
    return value.flatMap((one, place) => inside(schema.items, one, `${at}/${place}`, open));
  return typeof value === "object" && value !== null
    ? tableFaults(schema, value as Record<string, unknown>, at, open)
    : [];
}

const inside = (schema: Schema | undefined, value: unknown, at: string, open: Open): readonly string[] =>
  schema === undefined ? [] : faultsOf(schema, value, at, open);

/** A field that is not promised is a fault: nobody could know of it. */
function tableFaults(
  { type, properties, required = [], additionalProperties }: Schema,
  value: Readonly<Record<string, unknown>>,
  at: string,
  open: Open,
): readonly string[] {
  if (type === undefined) return [];
  return [
    ...required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${at}/${name} is not there`),
    ...Object.entries(value).flatMap(([name, one]) => {
      const schema =
        properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
      if (schema === true) return [];
      return schema === undefined
        ? [`${at}/${name} is not promised`]
        : faultsOf(schema, one, `${at}/${name}`, open);
    }),
  ];
}

const kinds: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

function fitsText(
  { pattern, format, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: Schema,
  value: string,
): boolean {
  if (value.length < minLength || value.length > maxLength) return false;
  if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) return false;
  return format !== "date-time" || /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
}

function fitsNumber({ minimum, maximum, multipleOf }: Schema, value: number): boolean {
  if (minimum !== undefined && value < minimum) return false;
  if (maximum !== undefined && value > maximum) return false;
  return multipleOf === undefined || Number.isInteger(value / multipleOf);
}

const short = (value: unknown): string => String(JSON.stringify(value)).slice(0, 200);
