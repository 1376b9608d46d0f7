// The OpenAPI document against the rules of OpenAPI 3.1 and of JSON Schema 2020-12, as far as they can be broken by a row.
import { describe, expect, test } from "bun:test";
import { type Link, openApiOf } from "../../src/control/openapi.ts";
import { tables } from "../../src/control/table.ts";

type Json = Readonly<Record<string, unknown>>;

const api = JSON.parse(JSON.stringify(openApiOf(tables)));
const operations: readonly (readonly [string, string, Json])[] = Object.entries<Json>(api.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [path, method, operation as Json] as const),
);

/** Every object of the document, with the place where it stands. */
function* objects(value: unknown, place = "#"): Iterable<readonly [string, Json]> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield [place, value as Json];
  for (const [key, inner] of Object.entries(value)) yield* objects(inner, `${place}/${key}`);
}

/** Every schema: what stands under `schema`, the named ones, and what these hold. */
function* schemas(): Iterable<readonly [string, Json]> {
  const inner = function* (place: string, schema: Json): Iterable<readonly [string, Json]> {
    yield [place, schema];
    for (const key of ["items", "additionalProperties"])
      if (typeof schema[key] === "object") yield* inner(`${place}/${key}`, schema[key] as Json);
    for (const [name, one] of Object.entries((schema.properties ?? {}) as Json))
      yield* inner(`${place}/${name}`, one as Json);
    for (const one of (schema.anyOf ?? []) as Json[]) yield* inner(`${place}/anyOf`, one);
  };
  for (const [place, value] of objects(api.paths))
    if (typeof value.schema === "object") yield* inner(place, value.schema as Json);
  for (const [name, schema] of Object.entries(api.components.schemas)) yield* inner(name, schema as Json);
}

const keywords = new Set(
  [
    "type const enum anyOf properties required items additionalProperties format pattern title description $ref",
    "minLength maxLength minimum maximum multipleOf minItems maxItems uniqueItems minProperties maxProperties examples",
  ].flatMap((words) => words.split(" ")),
);

describe("the OpenAPI document", () => {
  test("has an operation for each method of each row, each with a name of its own", () => {
    const rows = tables.flatMap(({ endpoints }) => endpoints.flatMap(({ methods }) => methods));
    expect(operations.length).toBe(rows.length);
    const names = operations.map(([, , { operationId }]) => operationId);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test("refers to nothing that is not there", () => {
    const lost = [...objects(api)].flatMap(([place, { $ref }]) => {
      if (typeof $ref !== "string") return [];
      const found = $ref
        .slice(2)
        .split("/")
        .reduce<unknown>((inside, key) => (inside as Json | undefined)?.[key], api);
      return found === undefined ? [`${place} -> ${$ref}`] : [];
    });
    expect(lost).toEqual([]);
  });

  test("declares the parameters of each path, all of them and once", () => {
    for (const [path, method, operation] of operations) {
      const declared = operation.parameters as { name: string; in: string; required: boolean }[];
      const inPath = declared.filter((one) => one.in === "path");
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
      expect([path, method, inPath.map(({ name }) => name)]).toEqual([path, method, wanted]);
      expect(inPath.every(({ required }) => required)).toBe(true);
      const keys = declared.map((one) => `${one.in} ${one.name}`);
      expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
    }
  });

  test("leads from what makes something to all operations on it, each with its path's names", () => {
    const byId = new Map(
      operations.map(([path, , operation]) => [operation.operationId, { path, operation }]),
    );
    const linked = operations.flatMap(([path, , { responses }]) => {
      const { links = {} } = ((responses as Json)["201"] ?? {}) as {
        readonly links?: Readonly<Record<string, Link>>;
      };
      return Object.values(links).map((link) => ({ path, link }));
    });
    for (const { path, link } of linked) {
      const to = byId.get(link.operationId);
      const wanted = [...(to?.path ?? "").matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
      expect([path, Object.keys(link.parameters).sort()]).toEqual([path, wanted.sort()]);
      expect(to?.path.startsWith(`${path}/{`)).toBe(true);
    }
    const ids = linked.map(({ link }) => link.operationId);
    for (const kind of [
      "incidents_incident_id",
      "components_component_id",
      "component_groups_id",
      "metrics_metric_id",
    ])
      for (const method of ["get", "patch", "delete"])
        expect(ids).toContain(`${method}_v1_pages_page_id_${kind}`);
  });

  test("says of each operation what a success answers, and with which words it refuses", () => {
    for (const [path, method, { responses, summary, tags }] of operations) {
      const statuses = Object.keys(responses as Json);
      expect([path, method, statuses.some((status) => /^(2|501)/.test(status))]).toEqual([
        path,
        method,
        true,
      ]);
      expect([path, method, statuses.includes("401"), typeof summary]).toEqual([
        path,
        method,
        true,
        "string",
      ]);
      for (const tag of tags as string[])
        expect(api.tags.map(({ name }: { name: string }) => name)).toContain(tag);
    }
  });

  test("says what each success has in it: no row without a schema, no schema that says nothing, no body only with 204", () => {
    for (const [path, method, { responses }] of operations) {
      const successes = Object.entries(responses as Json).filter(([status]) => status < "300");
      expect([path, method, successes.length > 0]).toEqual([path, method, true]);
      for (const [status, said] of successes) {
        const { content = {} } = said as { content?: Readonly<Record<string, { schema: Json }>> };
        const [one] = Object.values(content);
        const kinds = ["$ref", "type", "anyOf"].filter((word) => one?.schema[word] !== undefined);
        expect([path, method, status, kinds.length]).toEqual([
          path,
          method,
          status,
          status === "204" ? 0 : 1,
        ]);
      }
    }
  });

  test("has schemas that only say what JSON Schema knows", () => {
    for (const [place, schema] of schemas()) {
      expect([place, Object.keys(schema).filter((key) => !keywords.has(key))]).toEqual([place, []]);
      const {
        properties = {},
        required = [],
        pattern,
      } = schema as {
        properties?: Json;
        required?: string[];
        pattern?: string;
      };
      expect([place, required.filter((name) => !(name in properties))]).toEqual([place, []]);
      if (pattern !== undefined) expect(() => new RegExp(pattern, "u")).not.toThrow();
    }
  });
});
