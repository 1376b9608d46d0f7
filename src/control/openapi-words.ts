// What the reference says of every endpoint alike: headers, refusals, keys, parameters. In: a row. Out: parts of the OpenAPI document.
import { limits } from "../base/limits.ts";
import type { Endpoint } from "./endpoint.ts";
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

export const headers: Readonly<Record<string, Schema>> = {};

export const errorSentences: Readonly<Record<string, string>> = {
  "400": "The address or the body cannot be read.",
  "401": "No key, or one that is not known.",
  "403": "The key's role may not do this here.",
  "404": "There is none, or none that this key may know of.",
  "409": "It exists already.",
  "413": "The body is over the limit.",
  "422": "A value is not allowed: one sentence each.",
  "503": "The disk is full, or failed: nothing was written.",
};

const dryRun: Parameter = {
  name: "dry_run",
  in: "query",
  required: false,
  description: "`true`: say what would become of it, and write nothing.",
  schema: { type: "boolean" },
};

export function parametersOf(
  { path, query, example }: Endpoint,
  method: Endpoint["methods"][number],
  plain: (schema: object) => Schema,
): Parameter[] {
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
  return [...inPath, ...inQuery, ...(method === "GET" ? [] : [dryRun])];
}
