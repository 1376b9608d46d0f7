// Pages as files, of every word that a file knows: of a field that comes, values come by its kind. In: nothing. Out: arbitraries.
import fc from "fast-check";
import type { ConfigField, ListWord } from "../../src/control/config-shape.ts";
import { fieldsOf, lists, pageFields } from "../../src/control/config-shape.ts";
import { type CheckKind, checkKinds } from "../../src/model/check.ts";
import type { Json } from "../../src/model/op.ts";
import { png } from "./config-world.ts";

export type Said = { readonly [word: string]: Json };

/** What YAML would like to read as something else, and what needs care to be written. */
const odd =
  "null|~|yes|1.0|- a|a: b|#x|'|\"|\\n|2026-01-05|!!str|  lead|[x|{y|*z|&a|%b|@c|a # b|\u2028x|🙂".split("|");
const texts = fc.oneof(
  fc.constantFrom(...odd, "a\nb\n", "Two\n\n  lines: 1\n"),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== ""),
);
const zones = ["Etc/UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Chatham"];
const link = fc.record({
  name: texts,
  url: fc.constantFrom("https://acme.example/?a=b#c", "mailto:help@acme.example"),
});
const emblem = { type: "image/png", base64: Buffer.from(png).toString("base64") };

/** What only some texts can be. */
const own: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  url: fc.constantFrom("https://status.acme.example", "http://other.example/"),
  hosts: fc.subarray(["a.example", "b.example", "status3.acme.example"]),
  time_zone: fc.constantFrom(...zones),
  support_url: fc.constantFrom(null, "https://help.example", "mailto:a@b.example"),
  brand: fc.constantFrom(null, "#0055cc", "#008340"),
  uptime_partial_weight: fc.constantFrom(0, 0.3, 0.55, 1),
  sla_target: fc.constantFrom(null, 99.9, 99.95),
  start_date: fc.constantFrom(null, "2026-01-05", "2024-02-29"),
  decimal_places: fc.integer({ min: 0, max: 5 }),
  suffix: fc.constantFrom("", "ms", "%"),
  y_axis_min: fc.constantFrom(null, 0, -1.5),
  y_axis_max: fc.constantFrom(null, 1, 99.25),
  title: texts,
  body: texts,
  group_id: fc.constantFrom(null, "group1"),
  languages: fc.shuffledSubarray(["en", "de", "ar"], { minLength: 1 }),
  rule: fc.constantFrom(
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=SU",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=YEARLY;UNTIL=20990101T000000Z",
  ),
  start: fc.constantFrom("2026-03-29T02:30", "2028-02-29T00:00", "2026-10-25T02:30"),
  duration_minutes: fc.constantFrom(10, 60, 90, 12.5),
  ahead: fc.integer({ min: 1, max: 3 }),
  scheduled_auto_verifying_minutes: fc.constantFrom(null, 5),
};

const secondsOf = (...seconds: number[]) => fc.constantFrom(...seconds);
const talk = { send: fc.constantFrom(null, "PING"), expect: fc.constantFrom(null, "PONG") };

/** Of checks: what each word can be, by kind. */
const ofKinds: Readonly<Record<CheckKind, Readonly<Record<string, fc.Arbitrary<Json>>>>> = {
  http: {
    url: fc.constantFrom("https://api.acme.example/health", "http://a.example:81/?a=b"),
    method: fc.constantFrom("POST", "PUT"),
    headers: fc.constantFrom({}, { Accept: null, "X-Key": null }),
    body: fc.constantFrom(null, ""),
    statuses: fc.constantFrom("200-299", "200,301-302"),
    keyword: fc.constantFrom(null, "ok"),
    keyword_absent: fc.boolean(),
    ...{ json_path: fc.constantFrom("status", "a[0]"), json_equals: fc.constantFrom("up", "1") },
    ...{ redirects_max: fc.nat(10), certificate_days: fc.constantFrom(null, 14) },
  },
  tcp: { host: fc.constantFrom("db.example", "2001:db8::1"), port: secondsOf(25, 5432), ...talk },
  tls: {
    ...{ host: fc.constant("a.example"), port: secondsOf(443, 993) },
    ...{ server_name: fc.constantFrom(null, "b.example"), days: fc.nat(30) },
  },
  dns: {
    domain: fc.constantFrom("acme.example", "_dmarc.acme.example"),
    record_type: fc.constantFrom("A", "TXT", "CAA"),
    name_server: fc.constantFrom(null, "192.0.2.53"),
    answers: fc.subarray(["192.0.2.1", "192.0.2.2"]),
  },
  websocket: { url: fc.constantFrom("wss://api.acme.example/ws", "ws://a.example"), ...talk },
  heartbeat: {
    ...{ every_seconds: fc.constantFrom(null, 60), cron: fc.constantFrom("30 2 * * 1-5", "@daily") },
    ...{ time_zone: fc.constantFrom(...zones), grace_seconds: secondsOf(0, 60) },
  },
};
const ofChecks: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  interval_seconds: secondsOf(60, 300, 7.5),
  timeout_seconds: secondsOf(5, 0.5),
  slow_ms: fc.constantFrom(null, 800),
  pops: fc.subarray(["fra1", "syd1"]),
  ...{ failures_to_open: fc.integer({ min: 1, max: 5 }), successes_to_close: fc.integer({ min: 1, max: 5 }) },
  // What it speaks for comes with the list that is made of all.
  ...{ parent: fc.constant(null), template: fc.constant(null) },
  act: fc.constantFrom("watch", "draft", "incident"),
};

/** One of each kind, in any order: else of eight pages some word would be on none. */
function checks(components: readonly string[]): fc.Arbitrary<readonly Said[]> {
  return fc
    .tuple(...[...checkKinds, "heartbeat" as const].map((kind) => check(kind, components)))
    .chain((all) =>
      fc.shuffledSubarray(
        all.map((said, at): Said => ({ id: `check${at}`, ...said })),
        { minLength: 6 },
      ),
    );
}

function check(kind: CheckKind, components: readonly string[]): fc.Arbitrary<Said> {
  const ownWords = new Set(Object.values(ofKinds).flatMap((words) => Object.keys(words)));
  const common = fieldsOf("checks").filter(({ word }) => word !== "kind" && !ownWords.has(word));
  const values = common.map(
    (field) => [field.word, ofChecks[field.word] ?? valuesFor(field, components)] as const,
  );
  return fc
    .record({
      ...{ name: texts, kind: fc.constant(kind) },
      ...ofKinds[kind],
      ...Object.fromEntries(values),
    })
    .map((said: Said) => (said.every_seconds === 60 ? { ...said, cron: null, time_zone: "Etc/UTC" } : said));
}

function valuesFor(
  { word, kind, blank, allowed }: ConfigField,
  components: readonly string[],
): fc.Arbitrary<Json> {
  const given = own[word];
  if (given !== undefined) return given;
  switch (kind) {
    case "text":
      return fc.oneof(fc.constant(blank), allowed === undefined ? texts : fc.constantFrom(...allowed));
    case "flag":
      return fc.boolean();
    case "whole":
      return fc.nat(5);
    case "number":
      return fc.constantFrom(0, 1.5, -2);
    case "texts":
      return fc.subarray([...(allowed ?? ["a", "b"])]);
    case "reference":
      return fc.constantFrom(null, ...components);
    case "headers":
      return fc.constant({});
    case "references":
      return fc.shuffledSubarray([...components]);
    case "links":
      return fc.array(link, { maxLength: 2 });
    case "picture":
      return fc.constantFrom(null, emblem);
  }
}

/** Each field of it is said, also where it is as it would be by itself: what was there before then counts for nothing. */
function entity(fields: readonly ConfigField[], components: readonly string[]): fc.Arbitrary<Said> {
  const values = fields.map((field) => [field.word, valuesFor(field, components)] as const);
  return fc.record({ name: texts, ...Object.fromEntries(values) });
}

const idsOf = (kind: string): fc.Arbitrary<string[]> =>
  fc.shuffledSubarray(Array.from({ length: 5 }, (_, at) => `${kind}${at}`));

/** So many of a list, by ids that another page\'s file may have too. */
function some(word: ListWord, components: readonly string[]): fc.Arbitrary<readonly Said[]> {
  return idsOf(word.slice(0, 4)).chain((ids) =>
    fc.tuple(...ids.map((id) => entity(fieldsOf(word), components).map((said): Said => ({ id, ...said })))),
  );
}

/** Components, some of them in one of two groups. */
const components: fc.Arbitrary<readonly Said[]> = some("components", []).chain((all) =>
  fc
    .tuple(
      fc.array(fc.nat(2), { minLength: all.length, maxLength: all.length }),
      fc.tuple(entity(fieldsOf("components"), []), entity(fieldsOf("components"), [])),
    )
    .map(([groups, named]) => [
      ...all.filter((_, at) => groups[at] === 0),
      ...named.map(
        (said, at): Said => ({
          id: `g${at}`,
          ...said,
          members: all.filter((_, of) => groups[of] === at + 1) as Said[],
        }),
      ),
    ]),
);

export const pages: fc.Arbitrary<Said> = components.chain((list) => {
  const ids = list.flatMap(({ id, members }) =>
    members === undefined ? [String(id)] : (members as readonly Said[]).map((member) => String(member.id)),
  );
  const others = lists.map(({ word }) => word).filter((word) => !["components", "checks"].includes(word));
  return fc
    .record({
      page: entity(pageFields, []).map((said): Said => ({ id: "p1", ...said })),
      components: fc.constant(list as Said[]),
      ...Object.fromEntries(others.map((word) => [word, some(word, ids).map((all) => all as Said[])])),
      checks: checks(ids).map((all) => all as Said[]),
    })
    .map((page) => withLinks(page as Said));
});

/** A check is below another one, and has the words of a template. */
function withLinks(page: Said): Said {
  const [first, second, ...rest] = page.checks as readonly Said[];
  const [template] = page.templates as readonly Said[];
  const linked = { ...second, parent: first?.id ?? null, template: template?.id ?? null };
  return { ...page, checks: [linked, first ?? {}, ...rest] as Json };
}
