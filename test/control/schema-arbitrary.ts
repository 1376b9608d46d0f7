// Values for a schema of the document: valid ones, and the same with one place gone wrong. In: a schema. Out: arbitraries.
// Ids are written as words (`§own component_id 0§`) that a request is given its ids for when it is sent: by then others may have come and gone.
import fc from "fast-check";
import type { Document, Schema } from "./api-document.ts";

/** Whose id a word stands for: of this page, of another page, of what was deleted, of nothing. */
const owners = ["own", "own", "own", "other", "gone", "none"] as const;
export const idWord = (kind: string): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...owners), fc.nat(3)).map(([owner, place]) => `§${owner} ${kind} ${place}§`);

/** By the name of a field or a parameter, whichever the spelling. */
export function idKindOf(name: string): string | null {
  const plain = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/_ids$/, "_id");
  const kind = idKinds[plain] ?? plain;
  return /_(id|key)$/.test(kind) && !noIds.has(kind) ? kind : null;
}

const idKinds: Readonly<Record<string, string>> = {
  components: "component_id",
  metrics: "metric_id",
  subscribers: "subscriber_id",
  page_access_user: "page_access_user_id",
};
const noIds: ReadonlySet<string> = new Set(["api_key", "application_key", "tweet_id", "from_id"]);

const times = [
  ..."1969-12-31T23:59:59Z 0000-01-01T00:00:00Z -000001-01-01T00:00:00Z 9999-12-31T23:59:59.999Z".split(" "),
  ..."+010000-01-01T00:00:00Z +275760-09-13T00:00:00Z +275760-09-14T00:00:00Z 2026-02-29 2028-02-29".split(
    " ",
  ),
  ..."2026-03-29T02:30:00+01:00 2026-01-02T03:04:05Z 2026-01-01 1970-01-01 2026-13-01 2026-01-01T25:00 now".split(
    " ",
  ),
  ..."2025-11-01T00:00:00.123456789Z 2026-05-07T03:00 20260101T000000Z 0 -1 1767225600".split(" "),
];
const rules = [
  "FREQ=DAILY",
  "FREQ=WEEKLY;BYDAY=MO",
  "FREQ=SECONDLY",
  "FREQ=MINUTELY;INTERVAL=1",
  "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
  "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
  "FREQ=DAILY;COUNT=999999999",
  "FREQ=DAILY;INTERVAL=999999999",
  "FREQ=DAILY;INTERVAL=0",
  "FREQ=DAILY;UNTIL=99991231T235959Z",
  "FREQ=DAILY;UNTIL=19600101T000000Z",
  "FREQ=DAILY;BYSETPOS=400;BYHOUR=25",
  "FREQ=DAILY;WKST=MO;FREQ=WEEKLY",
  "RRULE:FREQ=DAILY",
  "FREQ=DAILY\nDTSTART:20200101T000000Z",
  ";;;",
  "FREQ=",
];
const texts: Readonly<Record<string, readonly string[]>> = {
  rule: rules,
  start: ["2026-01-11T02:30", "2026-03-29T02:30", "2026-10-25T02:30", "2024-02-29T00:00", ...times],
  email: [
    "ann@example.com",
    "ANN@example.com",
    "a@b",
    "@",
    "a\r\nb: c@example.com",
    "a@[127.0.0.1]",
    '"a b"@example.com',
  ],
  endpoint: [
    "https://example.com/hook",
    "http://127.0.0.1/",
    "javascript:alert(1)",
    "https://",
    "file:///etc/passwd",
  ],
  phone_number: ["2025550105", "+49 30 123456", "0", "one"],
  time_zone: ["Europe/Berlin", "UTC", "Mars/Olympus", "../../etc", "europe/berlin"],
  domain: ["status.example.com", "STATUS.example.com", "a..b", "-", "xn--", "status.other.example"],
  brand_color: ["#123456", "red", "#fff", "url(x)"],
  logo: ["data:image/svg+xml;base64,PHN2Zy8+", "PHN2Zz48c2NyaXB0Lz48L3N2Zz4=", "====", "data:,x"],
  expires_at: ["2027-01-01", "1969-01-01", ...times],
  cursor: ["", "0", "1.1", "-1", "MA", "99999999999999999999"],
  title: ["{{components}}", "{{nothing}}", "{{", "Down"],
};
const timeWord = /(_at|_for|_until|_date|At|Date|since|until|end)$/;

export const hostile = fc.constantFrom<unknown>(
  ...[
    "",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "\udfff\ud800",
    "\ufffe<script>&",
    "\u202e\u2066",
    "__proto__",
    "constructor",
  ],
  ...[
    "null",
    "true",
    "0",
    "..",
    "a/b",
    "%00",
    "a\r\nb",
    "{{now}}",
    "x".repeat(600),
    "y".repeat(30_000),
    "é".repeat(300),
  ],
  ...[0, -0, -1, 1.5, 1e308, -1e308, 2 ** 53, 1e21, 5e-324, 253402300800000, -62167219200001],
  ...[null, true, false, [], {}, [[]], [null], { toString: 1 }, { length: 5 }, { "": "" }],
);

export interface Values {
  valid(schema: Schema, name?: string): fc.Arbitrary<unknown>;
  /** Of a valid one: a place exchanged, taken away, or beside what nobody asked for. */
  nearly(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown>;
}

export function valuesOf({ open }: Document): Values {
  const valid = (given: Schema, name = "", depth = 0): fc.Arbitrary<unknown> => {
    const schema = open(given);
    const { anyOf, type, items, properties, required = [], additionalProperties } = schema;
    if (anyOf !== undefined) return fc.oneof(...anyOf.map((one) => valid(one, name, depth)));
    if ("const" in schema) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    switch (type) {
      case "string":
        return textOf(schema, name);
      case "number":
      case "integer":
        return numberOf(schema, name);
      case "boolean":
        return fc.boolean();
      case "null":
        return fc.constant(null);
      case "array": {
        const { minItems: minLength = 0, maxItems = 3 } = schema;
        return fc.array(valid(items ?? {}, name, depth + 1), {
          minLength,
          maxLength: Math.max(minLength, Math.min(3, maxItems)),
        });
      }
      case "object": {
        if (additionalProperties === true)
          return fc.dictionary(fc.string({ maxLength: 20 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
        if (additionalProperties !== undefined) {
          const kind = idKindOf(name) ?? (name === "data" ? "metric_id" : null);
          const key = kind === null ? fc.string({ maxLength: 20 }) : idWord(kind);
          return fc.dictionary(key, valid(additionalProperties, "", depth + 1), { maxKeys: 3 });
        }
        const fields = Object.entries(properties ?? {}).map(
          ([field, one]) => [field, lazy(() => valid(one, field, depth + 1))] as const,
        );
        return sometimes(fields, required);
      }
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  };
  return {
    valid: (schema, name) => valid(schema, name),
    nearly: (value) => fc.tuple(value, change).map(([one, how]) => changed(one, how)),
  };
}

const lazy = (make: () => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.constant(null).chain(make);

/** What is required, and a few of the others: a body of all fields is refused for one of them. */
function sometimes(
  fields: readonly (readonly [string, fc.Arbitrary<unknown>])[],
  required: readonly string[],
): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const others = fields.map(([name]) => name).filter((name) => !required.includes(name));
  return fc.subarray(others, { maxLength: Math.min(others.length, 4) }).chain((chosen) => {
    const wanted = fields.filter(([name]) => required.includes(name) || chosen.includes(name));
    return fc.record(Object.fromEntries(wanted));
  });
}

function textOf(
  { pattern, format, minLength = 0, maxLength = 60 }: Schema,
  name: string,
): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const plain = fc.string({
    minLength,
    maxLength: Math.min(Math.max(minLength, 40), maxLength),
    unit: "binary",
  });
  const kind = idKindOf(name);
  if (kind !== null) return fc.oneof({ weight: 5, arbitrary: idWord(kind) }, plain);
  const known = texts[name] ?? (format === "date-time" || timeWord.test(name) ? times : undefined);
  return known === undefined ? plain : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, plain);
}

function numberOf(
  { type, multipleOf, minimum = -1e9, maximum = 1e9 }: Schema,
  name: string,
): fc.Arbitrary<number> {
  const edge = fc.constantFrom(minimum, maximum, ...(minimum <= 1 && maximum >= 1 ? [1] : []));
  if (name === "timestamp") return fc.oneof(fc.constantFrom(1_767_225_600, 0, -1, 253_402_300_800), edge);
  const whole = type === "integer" || multipleOf === 1;
  const any = whole
    ? fc.integer({ min: Math.max(minimum, -(2 ** 31)), max: Math.min(maximum, 2 ** 31 - 1) })
    : fc.double({ min: minimum, max: maximum, noNaN: true });
  return fc.oneof(edge, any);
}

type Change = { readonly how: "exchange" | "take" | "add"; readonly place: number; readonly by: unknown };

const change: fc.Arbitrary<Change> = fc.record({
  how: fc.constantFrom("exchange", "exchange", "exchange", "take", "add"),
  place: fc.nat(200),
  by: fc.oneof({ weight: 3, arbitrary: hostile }, fc.jsonValue({ maxDepth: 2 })),
});

/** The same value with one of its places changed, counted in the order in which they stand. */
function changed(value: unknown, { how, place, by }: Change): unknown {
  const copy = structuredClone(value);
  const places: (readonly [Record<string, unknown>, string])[] = [];
  const walk = (inside: unknown): void => {
    if (typeof inside !== "object" || inside === null) return;
    for (const key of Object.keys(inside)) {
      places.push([inside as Record<string, unknown>, key]);
      walk((inside as Record<string, unknown>)[key]);
    }
  };
  walk(copy);
  const [table, key] = places[place % Math.max(1, places.length)] ?? [];
  if (table === undefined || key === undefined) return by;
  if (how === "exchange") table[key] = by;
  else if (how === "take") delete table[key];
  // As JSON.parse makes it: a field of its own, and no prototype.
  else
    Object.defineProperty(table, "__proto__", {
      value: by,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return copy;
}
