// Requests to one operation of the document: valid, nearly valid, and hostile. In: an operation. Out: an arbitrary of what is sent.
import fc from "fast-check";
import type { Operation, Schema } from "./api-document.ts";
import { hostile, idKindOf, idWord, type Values } from "./schema-arbitrary.ts";

type Body = string | Uint8Array<ArrayBuffer> | null;

/** Ids stand in it as words; `body` is null where none is sent. */
export interface Wanted {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Body;
}

/** 10 MB each, made once. */
const bulk = 10 * 1024 * 1024;
const huge: readonly (() => string)[] = [
  () => "[".repeat(bulk),
  () => `{"incident":{"name":"${"x".repeat(bulk)}"}}`,
  () => `incident[name]=${"x".repeat(bulk)}`,
];
const made = new Map<number, string>();
function hugeBody(which: number): string {
  const text = made.get(which) ?? huge[which]?.() ?? "";
  made.set(which, text);
  return text;
}

const latin = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, "latin1"));
/** Tables inside of each other, so many, and closed again. */
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
/** What no schema has anything to do with. */
export const brokenBodies: readonly (string | Uint8Array<ArrayBuffer>)[] = [
  ...'  |null|true|0|""|[]|[[]]|{}|{|}|{"a":|{"a":1,}|\ufeff{}|=&=&=|a[b[c]]=1|%|&|a=1&a[b]=2'.split("|"),
  '{"incident":1e999}',
  '{"incident":{"name":"x","name":"y"}}',
  '{"component":{"name":"\\ud800\\udfff\\u0000"}}',
  '{"__proto__":{"incident":{"name":"x"}}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  "incident[__proto__][x]=1&__proto__[y]=2",
  "incident[name]=%00%ff",
  "[".repeat(100_000),
  `{"incident":${'{"a":'.repeat(50_000)}`,
  `a${"[b]".repeat(5_000)}=1`,
  "a=1&".repeat(20_000),
  ...[500, 5_000, 50_000].flatMap((depth) => [
    `{"incident":${nested(depth)}}`,
    `{"incident":{"name":"Deep","metadata":{"a":${nested(depth)}},"reminder_intervals":${nested(depth)}}}`,
  ]),
  latin("\xff\xfe{\x00}\x00"),
  latin('{"incident":{"name":"\xc3\x28\xed\xa0\x80"}}'),
  latin("\x00\x01\x02"),
];

/** One thing of it may be wrong, or everything. */
const moods = ["valid", "valid", "valid", "path", "query", "headers", "body", "body", "all"] as const;
type Mood = (typeof moods)[number];

export function requestTo(operation: Operation, values: Values): fc.Arbitrary<Wanted> {
  // Without bias: a few runs of each operation are to be of all moods.
  return fc.noBias(fc.constantFrom(...moods)).chain((mood) => requestIn(mood, operation, values));
}

function requestIn(mood: Mood, operation: Operation, values: Values): fc.Arbitrary<Wanted> {
  const { method, path, parameters } = operation;
  const isWrong = (part: Mood): boolean => mood === "all" || mood === part;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const place = fc.noBias(fc.nat(1));
  const queried = parameters.filter((one) => one.in === "query" && one.name !== "dry_run");
  const wholePath = place.chain((at) => {
    const own = (name: string): string => `§own ${kindIn(path, name)} ${at}§`;
    const given = names.map((name) =>
      isWrong("path") ? wrongSegment(kindIn(path, name)) : fc.constant(own(name)),
    );
    return fc.tuple(...given).map((all) => path.replaceAll(/\{\w+\}/g, () => encoded(all.shift() ?? "x")));
  });
  return fc.record({
    method: fc.constant(method),
    path: wholePath,
    query: fc
      .tuple(
        fc.tuple(...queried.map((one) => queryOf(one.name, one.schema, values, isWrong("query")))),
        dryRun(isWrong("query")),
      )
      .map(([asked, dry]) => [...asked.filter((one) => one !== null), ...dry]),
    headers: isWrong("headers") ? oddHeaders : fc.constant([]),
    body: method === "GET" ? fc.constant(null) : bodyOf(operation, values, isWrong("body")),
  });
}

const asText = (value: unknown): string =>
  typeof value === "string" ? value : String(JSON.stringify(value));

function wrongSegment(kind: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: idWord(kind) },
    { weight: 1, arbitrary: fc.oneof(hostile.map(asText), fc.string({ unit: "binary" })) },
  );
}

/** `id` alone is that of a group of components; an incident's subscribers are others than the page's. */
function kindIn(path: string, name: string): string {
  if (name === "id") return "group_id";
  return name === "subscriber_id" && path.includes("/incidents/") ? "incident_subscriber_id" : name;
}

/** A path cannot be written with half a surrogate, and dots alone lead elsewhere before it is sent; what else is odd goes in. */
function encoded(text: string): string {
  if (text.startsWith("§")) return text;
  return /^(\.|%2e)*$/i.test(text) ? "%20" : encodeURIComponent(text.toWellFormed());
}

type Pair = readonly [string, string];

function queryOf(name: string, schema: Schema, { valid }: Values, wrong: boolean): fc.Arbitrary<Pair | null> {
  const kind = idKindOf(name);
  const fits = fc.oneof(valid(schema, name), kind === null ? valid(schema, name) : idWord(kind));
  const some = wrong ? fc.oneof(fits, hostile, fc.string({ unit: "binary" })) : fits;
  const written = some.map((one): Pair => [name, asText(one)]);
  return fc.option(written, { freq: wrong ? 4 : 2 });
}

function dryRun(wrong: boolean): fc.Arbitrary<readonly Pair[]> {
  const words = wrong ? [null, "true", "1", "", "TRUE"] : [null, null, null, null, null, "true", "false"];
  return fc
    .noBias(fc.constantFrom(...words))
    .map((word): readonly Pair[] => (word === null ? [] : [["dry_run", word]]));
}

const types = [
  "application/json",
  "application/x-www-form-urlencoded",
  "text/plain",
  "application/xml",
  "multipart/form-data",
  "x/y; charset=utf-16",
];

const oddHeaders: fc.Arbitrary<readonly Pair[]> = fc
  .tuple(
    fc.option(fc.constantFrom(...types), { freq: 4 }),
    fc.option(fc.constantFrom("one", '"two"', "", "a b", "x".repeat(300), "é"), { freq: 2 }),
    fc.option(fc.constantFrom("*", '"x"', 'W/"x"', "", ",,", '"'), { freq: 2 }),
  )
  .map(([type, key, tag]) =>
    [
      ["content-type", type],
      ["idempotency-key", key],
      ["if-match", tag],
    ].flatMap(([name, value]) => (value === null ? [] : [[name, value] as Pair])),
  );

function bodyOf({ body, example }: Operation, values: Values, wrong: boolean): fc.Arbitrary<Body> {
  const plain = body === null ? fc.constant({}) : values.valid(body);
  const fits = example === undefined ? plain : fc.noBias(fc.oneof(fc.constant(example), plain));
  const written = (value: unknown): string =>
    typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  if (!wrong)
    return fc.noBias(
      fc.oneof({ weight: 4, arbitrary: fits.map(written) }, { weight: 1, arbitrary: fits.map(formOf) }),
    );
  return fc.noBias(
    fc.oneof<fc.MaybeWeightedArbitrary<Body>[]>(
      { weight: 6, arbitrary: values.nearly(fits).map(written) },
      { weight: 1, arbitrary: values.nearly(fits).map(formOf) },
      {
        weight: 1,
        arbitrary: fc.tuple(fits.map(written), fc.nat(400)).map(([text, at]) => text.slice(0, at)),
      },
      { weight: 2, arbitrary: fc.constantFrom(...brokenBodies) },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
  );
}

/** As a form says it; what a form cannot say is left out. */
function formOf(value: unknown): string {
  const pairs: string[] = [];
  const walk = (inside: unknown, name: string): void => {
    if (inside === null || typeof inside !== "object")
      pairs.push(`${name}=${encodeURIComponent(String(inside).toWellFormed())}`);
    else if (Array.isArray(inside)) for (const one of inside) walk(one, `${name}[]`);
    else
      for (const [key, one] of Object.entries(inside))
        walk(one, name === "" ? key.toWellFormed() : `${name}[${encodeURIComponent(key.toWellFormed())}]`);
  };
  walk(value, "");
  return pairs.join("&");
}

/** Every way of being too long, to any operation that reads a body. */
export const hugeBodies: readonly string[] = huge.map((_, which) => hugeBody(which));
