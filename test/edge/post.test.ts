// What visitors say to a page: which POST is taken, what is answered, what is sealed, what is bounded. As a table, by the worker's own steps.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Noted } from "../../src/edge/link.ts";
import { createServing } from "../../src/edge/serve.ts";
import type { Answer, Asked, Heard } from "../../src/host/asked.ts";
import { fieldOf } from "../../src/host/asked.ts";
import { manualClock } from "../support/manual-clock.ts";
import { count, testSeed } from "../support/seed.ts";
import { frontRoutes, memoryStore, servingOptions, signedPage } from "./fixture.ts";
import { inboxRoutes, noteIn } from "./inbox-page.ts";

const form = "application/x-www-form-urlencoded";
const page = await signedPage({ page: "p1", hosts: ["status.example"], generation: 7, routes: inboxRoutes });

interface Said {
  readonly method?: string;
  readonly type?: string | null;
  readonly host?: string;
  /** Null: no body follows. */
  readonly body?: string | Promise<Heard> | null;
  readonly from?: string;
  readonly accept?: string;
}

async function setUp(
  more: { readonly notesPerAddress?: number; readonly outcome?: () => Promise<Noted> } = {},
) {
  const clock = manualClock();
  const store = memoryStore();
  await store.apply(page);
  const metrics = createMetrics();
  const notes: Uint8Array[] = [];
  const outcome = more.outcome ?? (() => Promise.resolve("kept" as const));
  const options = servingOptions({ store, clock, metrics, random: seededRandom(5), ...more });
  const serving = createServing(options, {
    bring: () => Promise.resolve("absent"),
    note(bytes) {
      notes.push(bytes);
      return outcome();
    },
  });
  const say = (target: string, said: Said = {}): Answer | Promise<Answer> => {
    const { method = "POST", type = form, host = "status.example", body = "email=a%40b.example" } = said;
    const fields = new Map([
      ["host", host],
      ...(type === null ? [] : [["content-type", type] as const]),
      ...(said.accept === undefined ? [] : [["accept", said.accept] as const]),
    ]);
    const heard = typeof body === "string" ? Promise.resolve<Heard>(new TextEncoder().encode(body)) : body;
    const asked: Asked = {
      method,
      target,
      host,
      secure: false,
      hasBody: heard !== null,
      ...(heard === null ? {} : { hear: () => heard }),
      field: (name) => fields.get(name) ?? null,
    };
    return serving(asked, { address: said.from ?? "203.0.113.7" });
  };
  return { clock, store, metrics, notes, say };
}

const json = (value: unknown): Said => ({ type: "application/json", body: JSON.stringify(value) });
const tooLong: Said = { body: Promise.resolve<Heard>("too-long") };

/** What is asked, the status, and where it leads or what is said. */
const rows: readonly (readonly [what: string, target: string, said: Said, status: number, leads: string])[] =
  [
    ["a form", "/subscribe", {}, 303, "/subscribe/asked"],
    ["in another language", "/de/subscribe", {}, 303, "/de/subscribe/asked"],
    ["with a query", "/unsubscribe?token=abc.def", {}, 303, "/unsubscribed"],
    [
      "a button without fields",
      "/unsubscribe?token=abc.def",
      { body: null, type: null },
      303,
      "/unsubscribed",
    ],
    ["a path written otherwise", "//subscribe/", {}, 303, "/subscribe/asked"],
    ["a type with parameters", "/subscribe", { type: `${form}; charset=UTF-8` }, 303, "/subscribe/asked"],
    ["JSON", "/api/v2/subscribers.json", json({ subscriber: { email: "a@b.example" } }), 201, "Asked."],
    [
      "what is no JSON",
      "/api/v2/subscribers.json",
      { type: "application/json", body: "{" },
      400,
      "not what it says",
    ],
    ["another type", "/subscribe", { type: "multipart/form-data; boundary=x" }, 415, "a form or JSON"],
    ["no type", "/subscribe", { type: null }, 303, "/subscribe/asked"],
    ["too long", "/subscribe", tooLong, 413, "more than anybody has to say"],
    ["broken off", "/subscribe", { body: Promise.resolve<Heard>("malformed") }, 400, "broken off"],
    ["a query too long", `/subscribe?token=${"x".repeat(limits.noteQueryBytesMax)}`, {}, 400, "broken off"],
    ["a page that takes nothing", "/", {}, 405, "GET, HEAD, OPTIONS"],
    ["the inbox itself", "/_inbox", {}, 405, "GET, HEAD, OPTIONS"],
    ["nothing there", "/nowhere", {}, 405, "GET, HEAD, OPTIONS"],
    ["another host", "/subscribe", { host: "other.example" }, 421, "no status page"],
    ["no host", "/subscribe", { host: "a, b" }, 400, "exactly one Host"],
    ["a broken path", "/sub%zz", {}, 400, "broken escape"],
    ["another method", "/subscribe", { method: "PUT" }, 405, "GET, HEAD, OPTIONS"],
  ];

test.each(rows)("post/%s", async (_what, target, said, status, leads) => {
  const { say, notes } = await setUp();
  const answer = await say(target, said);
  expect([answer.status, notes.length]).toEqual([status, status < 400 ? 1 : 0]);
  const text = Buffer.from((answer.body as Uint8Array | null) ?? "").toString();
  expect(fieldOf(answer.fields, "location") ?? text).toContain(leads);
  expect(fieldOf(answer.fields, "cache-control")).toBe("no-store");
  expect(fieldOf(answer.fields, "access-control-allow-origin")).toBe("*");
});

test("post/the note says what was said, where, when and in which language, and nothing of who it was", async () => {
  const { say, notes, clock } = await setUp();
  await say("/de/subscribe?from=front", { body: "kind=email&email=a%40b.example" });
  const [bytes = new Uint8Array()] = notes;
  expect(noteIn(bytes)).toMatchObject({
    page: "p1",
    path: "/subscribe",
    query: "from=front",
    contentType: form,
    text: "kind=email&email=a%40b.example",
    atMs: clock.wallMs(),
    language: "de",
  });
  expect(Object.keys(noteIn(bytes)).sort().join()).toBe(
    "atMs,body,contentType,language,page,path,query,text",
  );
});

test("post/nothing is answered before the note is kept, and one that is not is said with a time to come back", async () => {
  const waiting = Promise.withResolvers<Noted>();
  const { say } = await setUp({ outcome: () => waiting.promise });
  let isAnswered = false;
  const answer = Promise.resolve(say("/subscribe")).then((given) => {
    isAnswered = true;
    return given;
  });
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  expect(isAnswered).toBe(false);
  waiting.resolve("full");
  const { status, fields } = await answer;
  expect([status, fieldOf(fields, "retry-after")]).toEqual([503, "5"]);
});

test("post/a body that does not come to its end is given up after its time", async () => {
  const { say, notes, clock } = await setUp();
  const answer = Promise.resolve(say("/subscribe", { body: new Promise<Heard>(() => {}) }));
  await clock.advance(limits.noteBodyMsMax);
  expect([(await answer).status, notes.length]).toEqual([408, 0]);
});

test("post/one address has its share of a minute, another its own, and the next minute begins anew", async () => {
  const { say, clock } = await setUp();
  const from = async (address: string): Promise<number> =>
    (await say("/subscribe", { from: address })).status;
  for (let at = 0; at < limits.notesPerAddressMax; at++) expect(await from("203.0.113.7")).toBe(303);
  const late = await say("/subscribe", { from: "::ffff:203.0.113.7" });
  expect([late.status, Number(fieldOf(late.fields, "retry-after"))]).toEqual([429, 60]);
  expect(await from("203.0.113.8")).toBe(303);
  for (let at = 0; at < limits.notesPerAddressMax; at++) expect(await from(`2001:db8::${at}`)).toBe(303);
  expect([await from("2001:db8::ffff"), await from("2001:db8:0:1::1")]).toEqual([429, 303]);
  await clock.advance(60_000);
  expect(await from("203.0.113.7")).toBe(303);
});

test("post/all addresses together have a bound too, and a bound of 0 leaves that one alone", async () => {
  const { say } = await setUp({ notesPerAddress: 0 });
  const statuses: number[] = [];
  for (let at = 0; at <= limits.notesPerMinuteMax; at++) statuses.push((await say("/subscribe")).status);
  expect(statuses.filter((status) => status === 303).length).toBe(limits.notesPerMinuteMax);
  expect(statuses.at(-1)).toBe(429);
});

test("post/no more than so many are listened to at once", async () => {
  const { say } = await setUp({ notesPerAddress: 0 });
  for (let at = 0; at < limits.noteVisitorsMax; at++)
    void say("/subscribe", { body: new Promise<Heard>(() => {}) });
  expect((await say("/subscribe")).status).toBe(429);
});

test("post/a page without an inbox takes nothing, and no answer to a POST is given to a GET", async () => {
  const { say, store } = await setUp();
  expect((await say("/subscribe")).status).toBe(303);
  const get = await say("/subscribe", { method: "GET", body: null, type: null });
  expect(get.status).toBe(200);
  const folder = { page: "p1", hosts: ["status.example"], generation: 8, routes: frontRoutes("folder") };
  await store.apply(await signedPage(folder));
  expect((await say("/subscribe")).status).toBe(405);
});

test("post/while the store fails, what is remembered of the page is enough", async () => {
  const { say, store, notes } = await setUp();
  expect((await say("/subscribe")).status).toBe(303);
  store.failWith(new Error("EIO"));
  expect([(await say("/subscribe")).status, notes.length]).toEqual([303, 2]);
});

test("post/outcomes are counted", async () => {
  const { say, metrics } = await setUp();
  await say("/subscribe");
  await say("/subscribe", { type: "text/plain" });
  expect(metrics.text()).toContain('pharos_edge_notes_total{outcome="kept"} 1');
  expect(metrics.text()).toContain('pharos_edge_notes_total{outcome="badType"} 1');
});

test(`post/whatever is said, it is sealed as it is or refused (seed ${testSeed})`, async () => {
  const random = seededRandom(testSeed);
  const { say, notes, clock } = await setUp({ notesPerAddress: 0 });
  const paths = ["/subscribe", "/de/subscribe", "/unsubscribe", "/api/v2/subscribers.json", "/_inbox", "/"];
  const types = [form, "application/json", "text/plain", "APPLICATION/JSON;x", "", ";", null];
  for (let turn = 0; turn < count(500, 50_000); turn++) {
    if (turn % 1_000 === 0) await clock.advance(60_000);
    const bytes = random.bytes(random.below(200));
    const path = `${paths[random.below(paths.length)]}${random.below(2) === 0 ? "" : `?${Buffer.from(random.bytes(9)).toString("latin1")}`}`;
    const type = types[random.below(types.length)] as string | null;
    const before = notes.length;
    const answer = await say(path, { type, body: Promise.resolve<Heard>(bytes) });
    expect([201, 303, 400, 405, 415]).toContain(answer.status);
    const fresh = notes.slice(before);
    expect(fresh.length).toBe(answer.status < 400 ? 1 : 0);
    for (const note of fresh) expect(Buffer.compare(noteIn(note).body, bytes)).toBe(0);
  }
});
