import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { type Contact, type NewSubscriber, noContact } from "../../src/model/subscriber.ts";
import { asksAfter } from "../../src/store/asks.ts";
import { readErasures } from "../../src/store/erasures.ts";
import { openStore } from "../../src/store/open.ts";
import type { Said } from "../../src/store/subscriber-hearing.ts";
import { createSubscribers } from "../../src/store/subscribers.ts";
import { manualClock } from "../support/manual-clock.ts";
import { closing, freshFolder, rowsOf } from "./stores.ts";

const startMs = Date.UTC(2026, 10, 22);
const dayMs = 24 * 3_600_000;
const page = "acme";

function world(folder = freshFolder(), atMs = startMs) {
  const clock = manualClock(atMs);
  const store = closing(openStore({ folder, clock, log: silentLog }));
  const subscribers = createSubscribers({ store, log: silentLog, random: seededRandom(7) });
  const asks = () => asksAfter(store, 0, 1_000).map(({ kind, subscriber }) => [kind, subscriber] as const);
  const all = async () => {
    const found = [];
    for await (const some of subscribers.all(page)) found.push(...some);
    return found;
  };
  const hear = async (...said: Said[]) => subscribers.hear(page, said);
  return { all, asks, clock, folder, hear, store, subscribers };
}

let notes = 0;
const note = () => `note-${notes++}`;
const mailOf = (email: string): Contact => ({ ...noContact, email });
const wish = (email: string, atMs: number, components: readonly string[] | null = null): Said => ({
  note: note(),
  of: { kind: "email", contact: mailOf(email), incident: null },
  word: { kind: "wish", atMs, components, language: "de" },
});
const confirm = (id: string, askedMs: number): Said => ({
  note: note(),
  of: { id },
  word: { kind: "confirm", askedMs, atMs: askedMs, by: "reader" },
});
const unsubscribe = (id: string, atMs: number): Said => ({
  note: note(),
  of: { id },
  word: { kind: "unsubscribe", atMs },
});
const byHand = (email: string): NewSubscriber => ({
  ...{ kind: "email", state: "active", contact: mailOf(email), components: null, incident: null },
  ...{ accessUser: null, skipConfirmation: true },
});

describe("store/subscribers: what readers say", () => {
  test("a wish is kept unconfirmed with an ask, its confirmation makes it active, and each note counts once", async () => {
    const { all, asks, hear, clock } = world();
    const first = wish("ann@example.com", startMs, ["c1"]);
    expect(await hear(first, first)).toEqual(["taken", "again"]);
    const [ann] = await all();
    expect(ann).toMatchObject({ state: "unconfirmed", components: ["c1"], language: "de", consent: null });
    const id = ann?.id ?? "";
    expect(asks()).toEqual([["confirm", id]]);
    await clock.advance(1_000);
    expect(await hear(first)).toEqual(["again"]);
    expect(asks().length).toBe(1);
    expect(await hear(confirm(id, startMs))).toEqual(["taken"]);
    expect((await all())[0]).toMatchObject({ state: "active", consent: { way: "reader", askedMs: startMs } });
  });

  test("a restart between what was said and its ack: said again, it changes nothing", async () => {
    const first = world();
    const said = wish("ann@example.com", startMs);
    await first.hear(said);
    await first.subscribers.close();
    await first.store.close();
    const again = world(first.folder, startMs + 1_000);
    expect(await again.hear(said)).toEqual(["again"]);
    expect((await again.all()).length).toBe(1);
    expect(again.asks().length).toBe(1);
  });

  test("known, unknown, gone or barred: each wish writes a row, and those that are asked are asked the same", async () => {
    const { all, asks, hear, store, subscribers } = world();
    await subscribers.add(page, [
      byHand("here@example.com"),
      byHand("left@example.com"),
      byHand("bad@example.com"),
    ]);
    const idOf = async (email: string) =>
      (await all()).find(({ contact }) => contact.email === email)?.id ?? "";
    await subscribers.change(page, [await idOf("left@example.com")], { state: "unsubscribed" });
    await subscribers.suppress(page, [{ kind: "email", contact: mailOf("bad@example.com") }], "complaint");
    const rows: number[] = [];
    for (const name of ["here", "left", "new", "bad"]) {
      const before = rowsOf(store, "meta");
      const commits = await hear(wish(`${name}@example.com`, startMs + 10));
      expect(commits).toEqual([name === "bad" ? "suppressed" : "taken"]);
      rows.push(rowsOf(store, "meta") - before);
    }
    // The name of the note, the count, the ask (and once the greatest number of asks); of a new one row and look-up.
    expect(rows).toEqual([4, 3, 5, 1]);
    expect(asks().map(([kind]) => kind)).toEqual(["confirm", "confirm", "confirm"]);
    const states = new Map((await all()).map(({ contact, state }) => [contact.email, state]));
    expect(Object.fromEntries(states)).toEqual({
      "here@example.com": "active",
      "left@example.com": "unconfirmed",
      "new@example.com": "unconfirmed",
      "bad@example.com": "unconfirmed",
    });
  });

  test("a contact is asked three times a day, for all it subscribes to together, and again the next day", async () => {
    const { asks, hear, clock } = world();
    const of = (incident: string | null, atMs: number): Said => ({
      note: note(),
      of: { kind: "email", contact: mailOf("ann@example.com"), incident },
      word: { kind: "wish", atMs, components: null, language: null },
    });
    for (const [at, incident] of [null, "i1", "i2", "i3", null].entries())
      await hear(of(incident, startMs + at));
    expect(asks().length).toBe(limits.askedPerContactMax);
    await clock.advance(dayMs);
    await hear(of(null, startMs + dayMs));
    expect(asks().length).toBe(limits.askedPerContactMax + 1);
  });

  test("a page of another one's subscriber knows nothing of it", async () => {
    const { all, hear, subscribers } = world();
    await hear(wish("ann@example.com", startMs));
    const id = (await all())[0]?.id ?? "";
    expect(await subscribers.hear("other", [confirm(id, startMs), unsubscribe(id, startMs + 5)])).toEqual([
      "nobody",
      "nobody",
    ]);
    expect((await all())[0]?.state).toBe("unconfirmed");
  });

  test("what is chosen by link is told to its reader, who cannot be made to hear it without end", async () => {
    const { asks, hear, subscribers } = world();
    const [made] = await subscribers.add(page, [{ ...byHand("a@example.com"), skipConfirmation: false }]);
    const id = made?.ok === true ? made.value.id : "";
    for (let at = 1; at < 9; at++)
      await hear({
        note: note(),
        of: { id },
        word: { kind: "choose", atMs: startMs + at, components: ["c1"], language: "en" },
      });
    expect(asks()).toEqual(Array(limits.askedPerContactMax).fill(["changed", id]));
  });
});

describe("store/subscribers: whom nothing is sent", () => {
  test("who is on the list is told nothing any more, added by nobody, brought by nobody, confirmed by no old link; until taken off", async () => {
    const { all, asks, hear, subscribers } = world();
    const reached = { kind: "email", contact: mailOf("ANN@example.com") } as const;
    await hear(wish("ann@example.com", startMs));
    const ann = (await all())[0];
    const [name = ""] = await subscribers.suppress(page, [reached], "operator", {
      actor: "user:1",
      address: null,
    });
    expect((await all())[0]?.state).toBe("unsubscribed");
    expect(asks()).toEqual([]);
    expect(subscribers.suppressions(page, "", 10)).toMatchObject([
      { id: name, kind: "email", why: "operator", by: "user:1" },
    ]);
    expect(await subscribers.suppressed(page, reached)).toBe(name);
    expect(await subscribers.suppressed("other", reached)).toBeNull();
    expect(await hear(confirm(ann?.id ?? "", startMs + 5))).toEqual(["suppressed"]);
    expect(await subscribers.add(page, [byHand("Ann@example.com")])).toEqual([
      { ok: false, reason: "suppressed" },
    ]);
    const was = { ...byHand("ann@example.com"), ...{ id: "elsewhere", createdMs: 1, quarantinedMs: null } };
    expect(
      await subscribers.bring(page, [{ ...was, consent: null, language: null, course: null }]),
    ).toMatchObject({ added: 0, suppressed: 1 });
    await subscribers.erase(page, [ann?.id ?? ""]);
    expect(await subscribers.suppressed(page, reached)).toBe(name);
    expect(await subscribers.unsuppress(page, name)).toBe(true);
    expect(await subscribers.unsuppress(page, name)).toBe(false);
    expect((await subscribers.add(page, [byHand("Ann@example.com")]))[0]?.ok).toBe(true);
  });

  test("a number counts as the same however it is written, and ends what it had of an incident too", async () => {
    const { all, subscribers } = world();
    const sms = (phoneNumber: string): Contact => ({ ...noContact, phoneNumber, phoneCountry: "US" });
    const base = { ...byHand(""), kind: "sms" } as const;
    await subscribers.add(page, [
      { ...base, contact: sms("202-555-0105") },
      { ...base, contact: sms("(202) 555 0105"), incident: "i1" },
      { ...base, contact: sms("202-555-0106") },
    ]);
    await subscribers.suppress(page, [{ kind: "sms", contact: sms("2025550105") }], "operator");
    expect((await all()).filter(({ state }) => state === "unsubscribed").length).toBe(2);
  });

  test("unreachable ones are quarantined with the reason, tried again by an operator's word, and asked again when they wish", async () => {
    const { all, asks, subscribers } = world();
    const [made] = await subscribers.add(page, [byHand("a@example.com")]);
    const ids = made?.ok === true ? [made.value.id] : [];
    await subscribers.change(page, ids, { state: "quarantined", why: "550 no such user" });
    expect((await all())[0]).toMatchObject({
      state: "quarantined",
      quarantinedMs: startMs,
      course: { why: "550 no such user" },
    });
    expect(await subscribers.ask(page, ids)).toBe(1);
    expect(asks().map(([kind]) => kind)).toEqual(["confirm"]);
    await subscribers.change(page, ids, { state: "active" });
    expect((await all())[0]).toMatchObject({ state: "active", quarantinedMs: null });
    expect(await subscribers.ask(page, ids)).toBe(0);
  });
});

describe("store/subscribers: what is forgotten", () => {
  test("what nobody confirmed in a week goes, without a line in the list of erasures; who had left before has left again", async () => {
    const { all, clock, hear, store, subscribers } = world();
    const [left, , old] = await subscribers.add(page, [
      byHand("left@example.com"),
      byHand("stays@example.com"),
      { ...byHand("never-asked@example.com"), state: "unconfirmed" },
    ]);
    const id = left?.ok === true ? left.value.id : "";
    expect(old?.ok).toBe(true);
    await subscribers.change(page, [id], { state: "unsubscribed" });
    await clock.advance(10);
    await hear(wish("left@example.com", startMs + 10), wish("new@example.com", startMs + 10));
    const before = rowsOf(store, "meta");
    expect(await subscribers.sweep()).toBe(0);
    expect(rowsOf(store, "meta")).toBe(before);
    await clock.advance(limits.confirmationMs + 1);
    // The one that an operator added, too: it waited as long.
    expect(await subscribers.sweep()).toBe(3);
    const states = (await all()).map(({ contact, state }) => [contact.email, state]);
    expect(Object.fromEntries(states)).toEqual({
      "left@example.com": "unsubscribed",
      "stays@example.com": "active",
    });
    expect(readErasures(store.folder)).toEqual([]);
    expect(asksAfter(store, 0, 10).map(({ subscriber }) => subscriber)).toEqual([id]);
    await clock.advance(limits.noteNamesMs);
    await subscribers.sweep();
    expect(
      Array.from(store.tables.meta.getKeys({ start: ["visitor-note"], end: ["visitor-note", "\uffff"] })),
    ).toEqual([]);
    expect(Array.from(store.tables.meta.getKeys({ start: ["asked"], end: ["asked", "\uffff"] }))).toEqual([]);
  });

  test("who is erased is gone with what was to be said and what was counted", async () => {
    const { all, asks, hear, store, subscribers } = world();
    await hear(wish("ann@example.com", startMs));
    const id = (await all())[0]?.id ?? "";
    await subscribers.erase(page, [id]);
    expect(asks()).toEqual([]);
    const words = Array.from(store.tables.meta.getKeys(), (key) => (Array.isArray(key) ? key[0] : key));
    expect(words.filter((it) => it === "asked" || String(it).startsWith("subscriber"))).toEqual([]);
  });
});
