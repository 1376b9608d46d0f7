// What visitors said, sealed as POPs seal it, taken in by a real store.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { PageView } from "../../src/model/view.ts";
import { createIntake } from "../../src/notify/intake.ts";
import { visitorSaid } from "../../src/notify/visitor-said.ts";
import { noteName, sealNote, type VisitorNote } from "../../src/snapshot/visitor-note.ts";
import { asksAfter } from "../../src/store/asks.ts";
import { openStore } from "../../src/store/open.ts";
import { openReaderLinks } from "../../src/store/reader-links.ts";
import { createSubscribers } from "../../src/store/subscribers.ts";
import { closing, freshFolder } from "../store/stores.ts";
import { manualClock } from "../support/manual-clock.ts";
import { check } from "../support/property.ts";

const startMs = Date.UTC(2026, 10, 22);
const [page, other] = ["kctbh9vrtdwd", "otherpage001"];
const form = "application/x-www-form-urlencoded";

/** As much of a page as the intake asks of one. */
const viewOf = (id: string): PageView =>
  ({
    page: { id, languages: ["en", "de"] },
    componentById: new Map([["c1", {}]]),
    incidentById: new Map([["i1", {}]]),
  }) as unknown as PageView;

async function world(folder = freshFolder(), atMs = startMs) {
  const [clock, random, metrics] = [manualClock(atMs), seededRandom(3), createMetrics()];
  const store = closing(openStore({ folder, clock, log: silentLog }));
  const subscribers = createSubscribers({ store, log: silentLog, random });
  const links = await openReaderLinks(store, random);
  const view = (id: string) => ([page, other].includes(id) ? viewOf(id) : null);
  const intake = createIntake({ subscribers, links, view, clock, metrics });
  const sealed = (note: Partial<VisitorNote>) => {
    const body = new Uint8Array();
    const whole = { page, path: "/subscribe", query: "", contentType: form, body, language: "de", ...note };
    const bytes = sealNote(links.inbox.publicKey, { atMs: clock.wallMs(), ...whole }, random);
    return { name: noteName(bytes), bytes };
  };
  const say = async (path: string, said: string, more: Partial<VisitorNote> = {}) => {
    const note = sealed({ path, body: Buffer.from(said), ...more });
    expect(await intake([note])).toEqual([note.name]);
    return note;
  };
  const all = async (of = page) => {
    const found = [];
    for await (const some of subscribers.all(of)) found.push(...some);
    return found;
  };
  const asks = () => asksAfter(store, 0, 100);
  /** Follows the link of the last ask. */
  const link = (deed: "confirm" | "manage" | "unsubscribe", of = page) => {
    const ask = asks().at(-1);
    return { query: `token=${links.linkOf(deed, of, ask?.subscriber ?? "", ask?.atMs ?? 0)}` };
  };
  return { all, asks, clock, folder, intake, link, metrics, say, sealed, store, subscribers };
}

describe("notify/intake", () => {
  test("subscribe, confirm, choose, unsubscribe by one click; the old link does nothing after that", async () => {
    const { all, asks, clock, link, say } = await world();
    await say("/subscribe", "email=Ann%40Example.com&scope=some&component_ids=c1&component_ids=gone");
    expect(await all()).toMatchObject([
      {
        kind: "email",
        state: "unconfirmed",
        components: ["c1"],
        language: "de",
        contact: { email: "Ann@Example.com" },
      },
    ]);
    const confirm = link("confirm");
    const step = () => clock.advance(1_000);
    await step();
    await say("/subscribe/confirm", "", confirm);
    expect(await all()).toMatchObject([
      { state: "active", consent: { way: "reader", atMs: startMs + 1_000, by: "reader" } },
    ]);
    await step();
    await say("/subscribe/manage", "scope=all", { ...link("manage"), language: "en" });
    expect(await all()).toMatchObject([{ state: "active", components: null, language: "en" }]);
    await step();
    await say("/unsubscribe", "List-Unsubscribe=One-Click", link("unsubscribe"));
    expect((await all())[0]?.state).toBe("unsubscribed");
    await step();
    await say("/subscribe/confirm", "", confirm);
    expect((await all())[0]?.state).toBe("unsubscribed");
    expect(asks().map(({ kind }) => kind)).toEqual(["confirm", "changed"]);
  });

  test.each<[string, string, string, object]>([
    [
      "a text",
      form,
      "phone_number=%2B49+151+2345678&phone_country=de",
      { kind: "sms", contact: { phoneNumber: "+49 151 2345678", phoneCountry: "DE" } },
    ],
    [
      "a webhook",
      form,
      "endpoint=https%3A%2F%2Fexample.com%2Fhook",
      { kind: "webhook", contact: { endpoint: "https://example.com/hook" } },
    ],
    [
      "Slack, by its host",
      form,
      "endpoint=https%3A%2F%2Fhooks.slack.com%2Fservices%2FT%2FB%2Fx",
      { kind: "slack" },
    ],
    [
      "Discord, by its host",
      form,
      "endpoint=https%3A%2F%2Fdiscord.com%2Fapi%2Fwebhooks%2F1%2Fx",
      { kind: "discord" },
    ],
    ["Teams, as it says", form, "endpoint=https%3A%2F%2Fexample.com%2Fhook&kind=teams", { kind: "teams" }],
    [
      "as Statuspage's form",
      form,
      "subscriber%5Bemail%5D=a%40example.com&subscriber%5Bcomponent_ids%5D%5B%5D=c1",
      { kind: "email", components: ["c1"] },
    ],
    [
      "as Statuspage's JSON",
      "application/json; charset=utf-8",
      '{"subscriber":{"email":"a@example.com","component_ids":["c1"]}}',
      { kind: "email", components: ["c1"] },
    ],
    [
      "one incident",
      form,
      "email=a%40example.com&incident=i1&component_ids=c1",
      { incident: "i1", components: null },
    ],
  ])("subscribes %s", async (_, contentType, said, row) => {
    const { all, asks, say } = await world();
    await say("/api/v2/subscribers.json", said, { contentType });
    expect(await all()).toMatchObject([{ state: "unconfirmed", ...row }]);
    const [ask] = asks();
    expect(ask?.kind).toBe(["email", "sms"].includes((await all())[0]?.kind ?? "") ? "confirm" : "challenge");
  });

  test("what cannot be reached, is of no page or no incident, or nobody can read, is acked and says nothing", async () => {
    const { all, intake, metrics, say, sealed } = await world();
    for (const said of [
      "email=a",
      "email=a%40example.com%0D%0ABcc%3A+b%40example.com",
      "email=a%40example.com%00",
      "endpoint=javascript%3Aalert(1)",
      "endpoint=https%3A%2F%2Fexam%0Aple.com%2F",
      "phone_number=12345&phone_country=%7B%7Bx%7D%7D",
      "email=a%40example.com&incident=none",
      "",
    ])
      await say("/subscribe", said);
    await say("/elsewhere", "email=a%40example.com");
    await say("/subscribe", "email=a%40example.com", { page: "nopage000001" });
    await say("/subscribe", "email=a%40example.com", { atMs: startMs - 8 * 24 * 3_600_000 });
    const whole = sealed({});
    const cut = { name: noteName(whole.bytes.subarray(9)), bytes: whole.bytes.subarray(9) };
    expect(await intake([cut])).toEqual([cut.name]);
    expect(await all()).toEqual([]);
    expect(metrics.text()).toContain('visitor_notes_total{outcome="unreadable"} 1');
  });

  test("a link of one page, of another deed or of other keys does nothing", async () => {
    const { all, clock, link, say } = await world();
    await say("/subscribe", "email=a%40example.com");
    await clock.advance(1_000);
    await say("/subscribe/confirm", "", { ...link("confirm"), page: other });
    await say("/subscribe/confirm", "", link("confirm", other));
    await say("/subscribe/confirm", "", link("unsubscribe"));
    await say("/subscribe/confirm", "", { query: "token=AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA" });
    await say("/unsubscribe", "", link("confirm"));
    expect((await all())[0]?.state).toBe("unconfirmed");
    expect(await all(other)).toEqual([]);
  });

  test("a note that comes again, also after a restart between it and its ack, is acked and changes nothing", async () => {
    const first = await world();
    const note = await first.say("/subscribe", "email=a%40example.com");
    expect(await first.intake([note, note])).toEqual([note.name, note.name]);
    await first.subscribers.close();
    await first.store.close();
    const again = await world(first.folder, startMs + 5_000);
    expect(await again.intake([note])).toEqual([note.name]);
    expect((await again.all()).length).toBe(1);
    expect(again.asks().length).toBe(1);
    expect(again.metrics.text()).toContain('visitor_notes_total{outcome="again"} 1');
  });

  test("a POP whose clock is ahead has no last word, and one whose clock is behind unsubscribes all the same", async () => {
    const { all, clock, link, say } = await world();
    await say("/subscribe", "email=a%40example.com", { atMs: startMs + 3_600_000 });
    await clock.advance(1_000);
    await say("/subscribe/confirm", "", link("confirm"));
    expect((await all())[0]?.state).toBe("active");
    await say("/unsubscribe", "", { ...link("unsubscribe"), atMs: startMs - 3_600_000 });
    expect((await all())[0]?.state).toBe("unsubscribed");
    await clock.advance(1_000);
    await say("/subscribe", "email=a%40example.com");
    await clock.advance(1_000);
    await say("/subscribe/confirm", "", link("confirm"));
    expect((await all())[0]?.state).toBe("active");
  });

  const path = fc.constantFrom(
    "/subscribe",
    "/subscribe/manage",
    "/api/v2/subscribers.json",
    "/unsubscribe",
    "/x",
  );
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.json());
  const contentType = fc.constantFrom(form, "application/json", "text/plain");
  check(
    "whatever a stranger writes is read or not, and never thrown over",
    [path, text, contentType],
    (at, said, type) => {
      const read = visitorSaid({ path: at, query: said, contentType: type, body: Buffer.from(said) });
      if (read?.kind === "wish") expect(JSON.stringify(read.of)).not.toMatch(/[\r\n\0]/);
    },
  );
});
