// What the reference says of every endpoint alike: headers, refusals, keys, parameters. In: a row. Out: parts of the OpenAPI document.
import { limits } from "../base/limits.ts";
import type { Endpoint } from "./endpoint.ts";
import { entityOf } from "./entity-versions.ts";
import type { Schema } from "./openapi-schema.ts";

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
  readonly example?: unknown;
}

/** The three ways in which a key is sent. */
export const security = {
  oauth: {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description: "`Authorization: OAuth <key>`, as clients of Statuspage send it.",
  },
  bearer: { type: "http", scheme: "bearer" },
  api_key: { type: "apiKey", in: "query", name: "api_key" },
} as const;

/** What stands in the head of a refusal, by its status. */
export const refusalHeaders: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  "429": { "Retry-After": { description: "In how many seconds.", schema: { type: "integer", minimum: 1 } } },
};

/** What stands in the head of an answer. */
export const headers: Readonly<Record<string, Schema>> = {
  ETag: {
    description: "The version of the entity that the answer tells; what `If-Match` names.",
    schema: { type: "string" },
  },
  "Idempotency-Replayed": {
    description: "`true`: the answer was given before, under the same `Idempotency-Key`.",
    schema: { type: "string" },
  },
  RateLimit: {
    description: "Requests that are left to this key, and in how many seconds all of them are again.",
    schema: { type: "string" },
  },
  "RateLimit-Policy": {
    description: "How many requests the key may send in how many seconds.",
    schema: { type: "string" },
  },
};

export const errorSentences: Readonly<Record<string, string>> = {
  "400": "The address or the body cannot be read.",
  "401": "No key, or one that is not known.",
  "403": "The key's role may not do this here.",
  "404": "There is none, or none that this key may know of.",
  "409": "It exists already, or a request with this Idempotency-Key is still under way.",
  "412": "It was changed since the version that If-Match names; the body has both. Or it has no version.",
  "413": "The body is over the limit.",
  "422": "A value is not allowed: one sentence each.",
  "429": "The key asks too often: Retry-After says when to ask again.",
  "501": "Statuspage does it, Pharos does not.",
  "503": "The disk is full, or failed: nothing was written.",
};

/** With which of them a row refuses: a read reads no body and changes nothing, and has no 404 where no name stands in its address. */
export function refusalsOf(
  { path, query, unable }: Endpoint,
  method: Endpoint["methods"][number],
): readonly string[] {
  const read = method === "GET";
  return [
    ...["400", "401", "403"],
    ...(read && !path.includes("/:") ? [] : ["404"]),
    ...(read ? [] : ["409", "412", "413"]),
    ...(read && query === undefined ? [] : ["422"]),
    "429",
    ...(unable === undefined ? [] : ["501"]),
    "503",
  ];
}

const dryRun: Parameter = {
  name: "dry_run",
  in: "query",
  required: false,
  description: "`true`: say what would become of it, and write nothing.",
  schema: { type: "boolean" },
};

const idempotencyKey: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "The same key and request again: the same answer, and nothing is done twice. Kept for 24 hours.",
  schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[!-~]+$" },
};

const ifMatch: Parameter = {
  name: "If-Match",
  in: "header",
  required: false,
  description: "The ETag that the edit is based on; 412 where it is another by now.",
  schema: { type: "string" },
};

export function parametersOf(
  endpoint: Endpoint,
  method: Endpoint["methods"][number],
  plain: (schema: object) => Schema,
): Parameter[] {
  const { path, query, example } = endpoint;
  const inPath = [...path.matchAll(/:(\w+)/g)].map(
    ([, name = ""]): Parameter => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string", minLength: 1, maxLength: limits.idCharsMax },
    }),
  );
  const { properties = {}, required = [] } = (query ?? {}) as {
    readonly properties?: Readonly<Record<string, object>>;
    readonly required?: readonly string[];
  };
  const inQuery = Object.entries(properties).map(([name, schema]): Parameter => {
    const shown = example?.query?.[name];
    return {
      name,
      in: "query",
      required: required.includes(name),
      schema: plain(schema),
      ...(shown === undefined ? {} : { example: shown }),
    };
  });
  const isEdit = entityOf(endpoint, {}) !== null;
  const ofWrites = [dryRun, idempotencyKey, ...(isEdit ? [ifMatch] : [])];
  return [...inPath, ...inQuery, ...(method === "GET" ? [] : ofWrites)];
}
