// The tables of endpoints as an OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.1). In: tables. Out: a plain JSON value, the same for the same tables.
// Our own and not a plugin's: responses, headers, dry runs and examples stand in the rows, and Elysia's routes know none of them.
import { type TSchema, t } from "elysia";
import { dryRunAnswer, errorAnswerOf } from "./answers.ts";
import type { Endpoint } from "./endpoint.ts";
import { linesType } from "./lines.ts";
import { plainSchema, type Schema, type Schemas } from "./openapi-schema.ts";
import {
  errorSentences,
  headers,
  type Parameter,
  parametersOf,
  refusalHeaders,
  refusalsOf,
  security,
} from "./openapi-words.ts";
import type { Table } from "./table.ts";

type Method = Endpoint["methods"][number];

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: RequestBody;
  readonly responses: Readonly<Record<string, Said>>;
  /** Which role it takes. */
  readonly "x-needs": string;
}

export interface RequestBody {
  /** False where a request without any says enough. */
  readonly required: boolean;
  readonly content: Content;
}

type Content = Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>;
type Said =
  | { readonly $ref: string }
  | {
      readonly description: string;
      readonly headers?: Readonly<Record<string, Schema>>;
      readonly content?: Content;
      readonly links?: Readonly<Record<string, Link>>;
    };

/** Where the name of what was made is asked for. */
export interface Link {
  readonly operationId: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface OpenApi {
  readonly openapi: "3.1.1";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<Lowercase<Method>, Operation>>>>>;
  readonly components: Readonly<Record<string, unknown>>;
}

/** Of the API, not of the release: raised where a client would have to be changed. */
const version = "1";

export function openApiOf(tables: readonly Table[]): OpenApi {
  const schemas: Schemas = new Map();
  const refOf = (schema: object): Schema => plainSchema(schema, schemas);
  const paths: Record<string, Partial<Record<Lowercase<Method>, Operation>>> = {};
  for (const table of tables)
    for (const endpoint of table.endpoints)
      for (const method of endpoint.methods) {
        const path = templateOf(table.prefix + endpoint.path);
        paths[path] = {
          ...paths[path],
          [method.toLowerCase()]: operationOf(table, endpoint, method, refOf),
        };
      }
  const responses = Object.entries(errorSentences).map(([status, description]) => [
    status,
    {
      description,
      ...(refusalHeaders[status] === undefined ? {} : { headers: refusalHeaders[status] }),
      content: { "application/json": { schema: refOf(errorAnswerOf(status)) } },
    },
  ]);
  return {
    openapi: "3.1.1",
    info: {
      title: "Pharos",
      version,
      description:
        "The management API of a Pharos control plane: Statuspage's under /v1, and what is ours alone under /api/pharos/v1.",
    },
    servers: [{ url: "/" }],
    tags: tables.flatMap((table) =>
      [...new Set(table.endpoints.map((endpoint) => areaOf(table, endpoint)))].map((name) => ({
        name,
        description: table.title,
      })),
    ),
    security: Object.keys(security).map((scheme) => ({ [scheme]: [] })),
    paths,
    components: {
      schemas: Object.fromEntries(schemas),
      responses: Object.fromEntries(responses),
      headers,
      securitySchemes: security,
    },
  };
}

/** `/pages/:page_id` -> `/pages/{page_id}`. */
const templateOf = (path: string): string => path.replaceAll(/:(\w+)/g, "{$1}");

/** What endpoints of one family share in their path: the first word that names no page. */
export function areaOf({ prefix }: Table, { path }: Endpoint): string {
  const word = /^\/(?:pages\/:page_id\/)?([\w-]+)/.exec(path)?.[1] ?? "pages";
  const name = word.replaceAll(/[_-]/g, " ");
  return prefix === "/v1" ? name : `pharos: ${name}`;
}

function operationOf(
  table: Table,
  endpoint: Endpoint,
  method: Method,
  refOf: (schema: object) => Schema,
): Operation {
  const { summary, description, body, answers, needs, example, unable, lines, text } = endpoint;
  const path = templateOf(table.prefix + endpoint.path);
  const content = (schema: object, shown?: unknown): Content["x"] => ({
    schema: refOf(schema),
    ...(shown === undefined ? {} : { example: shown }),
  });
  const success = promisedOf(endpoint, method).map(([status, schema]) => [
    status,
    {
      description: answers[Number(status)] === undefined ? "With `dry_run=true`." : `${summary}: done.`,
      headers: Object.fromEntries(
        Object.keys(headers).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
      ),
      ...(schema === null
        ? {}
        : { content: { [lines === "out" ? linesType : "application/json"]: content(schema) } }),
      ...(status === "201" && method === "POST" && hasId(schema)
        ? { links: linksFrom(table, endpoint.path) }
        : {}),
    },
  ]);
  const refused = refusalsOf(endpoint, method).map((status) => [
    status,
    status === "501"
      ? { description: unable, content: { "application/json": content(errorAnswerOf(status)) } }
      : { $ref: `#/components/responses/${status}` },
  ]);
  const shown = example?.body === undefined ? undefined : withSamples(example.body);
  return {
    operationId: operationIdOf(method, path),
    tags: [areaOf(table, endpoint)],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: parametersOf(endpoint, method, refOf),
    ...(body === undefined || text !== undefined || method === "GET"
      ? {}
      : {
          requestBody: {
            required: Array.isArray(body.required) && body.required.length > 0,
            content: {
              "application/json": content(named(body, endpoint), shown),
              "application/x-www-form-urlencoded": content(named(body, endpoint)),
            },
          },
        }),
    ...(text === undefined
      ? {}
      : { requestBody: { required: true, content: { [text]: content(t.String(), example?.text) } } }),
    ...(lines === "in"
      ? { requestBody: { required: true, content: { [linesType]: content(t.String()) } } }
      : {}),
    responses: Object.fromEntries([...success, ...refused]),
    "x-needs": needs,
  };
}

const operationIdOf = (method: Method, path: string): string =>
  `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+/g, "_")}`.replace(/_$/, "");

const hasId = (schema: TSchema | null): boolean => Object.hasOwn((schema?.properties ?? {}) as object, "id");

/** Of a POST to a list: the operations on what it made. */
function linksFrom({ prefix, endpoints }: Table, list: string): Readonly<Record<string, Link>> {
  const linked = endpoints.flatMap(({ path, methods }) => {
    const [own, name] = /^\/:(\w+)(?=\/|$)/.exec(path.startsWith(list) ? path.slice(list.length) : "") ?? [];
    const others = [...path.matchAll(/:(\w+)/g)].map(([, other = ""]) => other);
    const known = [...list.matchAll(/:(\w+)/g)].map(([, other = ""]) => other);
    if (own === undefined || name === undefined || others.length !== known.length + 1) return [];
    const parameters = {
      ...Object.fromEntries(known.map((other) => [other, `$request.path.${other}`])),
      [name]: "$response.body#/id",
    };
    return methods.map((method) => ({
      operationId: operationIdOf(method, templateOf(prefix + path)),
      parameters,
    }));
  });
  return Object.fromEntries(linked.map((link) => [link.operationId, link]));
}

/** What an operation may say where it refuses nothing: a write also what a dry run says. */
export function promisedOf(
  { answers }: Endpoint,
  method: Method,
): readonly (readonly [string, TSchema | null])[] {
  if (method === "GET") return Object.entries(answers);
  const { 200: real, ...others } = answers;
  const dry = real ? t.Union([real, dryRunAnswer]) : dryRunAnswer;
  return Object.entries({ ...others, 200: dry });
}

/** Examples name things by their parameter; a document has values. */
export function withSamples(example: unknown, sampleOf: (name: string) => unknown = sample): unknown {
  if (typeof example === "string") {
    const name = /^\{(\w+)\}$/.exec(example)?.[1];
    return name === undefined ? example : sampleOf(name);
  }
  if (Array.isArray(example)) return example.map((entry) => withSamples(entry, sampleOf));
  if (typeof example !== "object" || example === null) return example;
  return Object.fromEntries(
    Object.entries(example).map(([key, value]) => [
      String(withSamples(key, sampleOf)),
      withSamples(value, sampleOf),
    ]),
  );
}

const sample = (name: string): unknown => (name === "now" ? 1_767_225_600 : "8kq3vx0tz5ma");

/** A body stands in the document once, for JSON and forms and all methods of its row. */
function named(body: TSchema, { summary }: Endpoint): object {
  const words = summary.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return { title: `${words.join("")}Body`, ...body };
}
