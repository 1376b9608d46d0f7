import { describe, expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { type NewSubscriber, noContact } from "../../src/model/subscriber.ts";
import { auditOf } from "../../src/store/audit.ts";
import { addErasures, erasuresFile, readErasures } from "../../src/store/erasures.ts";
import { openStore, storeFile } from "../../src/store/open.ts";
import type { Asked } from "../../src/store/subscriber-index.ts";
import { subscriberKeysFile } from "../../src/store/subscriber-keys.ts";
import { type OpenRow, packRow, unpackRow } from "../../src/store/subscriber-rows.ts";
import { createSubscribers, replayErasures, type Subscribers } from "../../src/store/subscribers.ts";
import { packValue, unpackValue } from "../../src/store/values.ts";
import { manualClock } from "../support/manual-clock.ts";
import { memoryOf } from "../support/memory-of.ts";
import { count } from "../support/seed.ts";
import { closing, freshFolder } from "./stores.ts";

function world(folder = freshFolder()) {
  const clock = manualClock();
  const store = closing(openStore({ folder, clock, log: silentLog }));
  const subscribers = createSubscribers({ store, log: silentLog, random: seededRandom(7) });
  return { clock, folder, store, subscribers };
}

const mail = (email: string, more: Partial<NewSubscriber> = {}): NewSubscriber => ({
  kind: "email",
  state: "active",
  contact: { ...noContact, email },
  components: null,
  incident: null,
  accessUser: null,
  skipConfirmation: false,
  ...more,
});

const rowSample: OpenRow = {
  ...{
    id: "s",
    slot: 3,
    kind: "email",
    state: "active",
    createdMs: 5,
    quarantinedMs: null,
    components: ["c1"],
  },
  ...{
    incident: null,
    accessUser: null,
    skipConfirmation: false,
    consent: null,
    language: "ar",
    course: null,
  },
  sealed: Buffer.from("sealed"),
};

const all: Asked = { incident: null, sort: "primary", descending: false, offset: 0, limit: 100 };

const mailsOf = async (subscribers: Subscribers, asked: Partial<Asked> = {}): Promise<(string | null)[]> =>
  (await subscribers.list("acme", { ...all, ...asked })).map(({ contact }) => contact.email);

/** Adds one that must not be there yet. */
async function added(subscribers: Subscribers, wanted: NewSubscriber): Promise<string> {
  const [done] = await subscribers.add("acme", [wanted]);
  if (done?.ok !== true) throw new Error("It is there already.");
  return done.value.id;
}

describe("store/subscribers", () => {
  test("what is kept names nobody without its key, and is read again after a restart", async () => {
    const first = world();
    await first.subscribers.add("acme", [
      mail("Ann@Example.com", { components: ["c1"] }),
      mail("bob@example.com"),
    ]);
    for (const file of [storeFile(first.folder), subscriberKeysFile(first.folder)])
      expect(readFileSync(file).toString("latin1").toLowerCase()).not.toContain("example.com");
    await first.subscribers.close();
    await first.store.close();
    const { subscribers } = world(first.folder);
    const [ann] = await subscribers.list("acme", all);
    expect(ann).toMatchObject({ kind: "email", state: "active", components: ["c1"], incident: null });
    expect(await mailsOf(subscribers)).toEqual(["Ann@Example.com", "bob@example.com"]);
    expect(await subscribers.add("acme", [mail("ANN@example.com")])).toEqual([
      { ok: false, reason: "taken" },
    ]);
  });

  test("what it is written to in is kept; a row that ends before it, or says another one, has none", async () => {
    const first = world();
    await first.subscribers.add("acme", [mail("a@example.com", { language: "de" }), mail("b@example.com")]);
    const languages = async ({ subscribers }: ReturnType<typeof world>) =>
      (await subscribers.list("acme", all)).map(({ language }) => language);
    expect(await languages(first)).toEqual(["de", null]);
    await first.subscribers.close();
    await first.store.close();
    expect(await languages(world(first.folder))).toEqual(["de", null]);
    const row = { ...unpackRow("s", packRow(rowSample)), language: null };
    expect(unpackRow("s", packValue(unpackValue<unknown[]>(packRow(row)).slice(0, 10)))).toEqual(row);
    expect(unpackRow("s", packValue([...unpackValue<unknown[]>(packRow(row)), null, "xx"]))).toEqual(row);
  });

  test("one that is there is taken; on another page, for an incident, by another kind it is not", async () => {
    const { subscribers } = world();
    const twice = await subscribers.add("acme", [mail("a@example.com"), mail("A@example.com")]);
    expect(twice.map(({ ok }) => ok)).toEqual([true, false]);
    const others = [
      mail("a@example.com", { incident: "i1" }),
      mail("a@example.com", { kind: "webhook", contact: { ...noContact, endpoint: "https://a.example" } }),
    ];
    expect((await subscribers.add("acme", others)).map(({ ok }) => ok)).toEqual([true, true]);
    expect((await subscribers.add("other", [mail("a@example.com")]))[0]?.ok).toBe(true);
    expect(await mailsOf(subscribers, { incident: "i1" })).toEqual(["a@example.com"]);
  });

  test("one that unsubscribed is kept, and comes back unconfirmed under its id", async () => {
    const { subscribers } = world();
    const id = await added(subscribers, mail("a@example.com"));
    await subscribers.change("acme", [id], { state: "unsubscribed" });
    expect(await mailsOf(subscribers, { states: ["active"] })).toEqual([]);
    const [back] = await subscribers.add("acme", [mail("a@example.com")]);
    expect(back).toMatchObject({ ok: true, value: { id, state: "unconfirmed" } });
    expect((await subscribers.histogram("acme", null)).email).toEqual({
      unconfirmed: 1,
      active: 0,
      quarantined: 0,
      unsubscribed: 0,
    });
  });

  test("lists are sorted, searched and cut as asked", async () => {
    const { subscribers, clock } = world();
    for (const name of ["cat", "bobcat", "ann", "cat2"]) {
      await added(subscribers, mail(`${name}@example.com`));
      await clock.advance(1_000);
    }
    const names = async (asked: Partial<Asked>) =>
      (await mailsOf(subscribers, asked)).map((it) => it?.split("@")[0]);
    expect(await names({})).toEqual(["ann", "bobcat", "cat2", "cat"]);
    expect(await names({ descending: true, offset: 1, limit: 2 })).toEqual(["cat2", "bobcat"]);
    expect(await names({ sort: "created_at" })).toEqual(["cat", "bobcat", "ann", "cat2"]);
    expect(await names({ text: "cat@" })).toEqual(["bobcat", "cat"]);
    expect(await names({ text: "cat", sort: "relevance" })).toEqual(["cat2", "cat", "bobcat"]);
    const [first] = await subscribers.list("acme", all);
    await subscribers.change("acme", [first?.id ?? ""], { state: "quarantined" });
    expect(await names({ sort: "quarantined_at", limit: 1 })).toEqual(["ann"]);
    expect(await names({ states: ["quarantined"] })).toEqual(["ann"]);
    expect(await names({ kind: "sms" })).toEqual([]);
  });

  test("those who would be told: all of the page, those of a component, those of the incident, a contact once", async () => {
    const { subscribers } = world();
    await subscribers.add("acme", [
      mail("all@example.com"),
      mail("c1@example.com", { components: ["c1"] }),
      mail("c2@example.com", { components: ["c2"] }),
      mail("new@example.com", { state: "unconfirmed" }),
      mail("all@example.com", { incident: "i1" }),
      mail("i1@example.com", { incident: "i1" }),
      mail("i2@example.com", { incident: "i2" }),
    ]);
    expect(await subscribers.subscriberCount("acme")).toBe(3);
    expect(await subscribers.subscriberCount("acme", { id: "i1", componentIds: ["c1"] })).toBe(3);
    expect(await subscribers.subscriberCount("acme", { id: "i3", componentIds: [] })).toBe(1);
  });
});

describe("store/subscribers: the audit", () => {
  test("tells of each call once, with who asked for it, and of nobody by whom he is reached", async () => {
    const { store, subscribers } = world();
    const ann = { actor: "token:ann", address: null };
    const made = await subscribers.add("acme", [mail("a@example.com"), mail("b@example.com")], ann);
    const ids = made.flatMap((done) => (done.ok ? [done.value.id] : []));
    await subscribers.change("acme", ids, { state: "quarantined" }, ann);
    await subscribers.change("acme", ids, { state: "active" });
    await subscribers.change("acme", ids.slice(1), { components: ["c1"] }, ann);
    await subscribers.erase("acme", ids.slice(0, 1), ann);
    const told = [...auditOf(store).newestFirst()].reverse();
    const [gone = "", left = ""] = ids;
    const is = { kind: "email", incident: null, components: null, state: "active" };
    const several = { kind: "subscriber", id: "", name: "2 subscribers" } as const;
    expect(told.map(({ what, subject, before, after }) => [what, subject, before, after])).toEqual([
      ["subscriber.add", several, null, { count: 2, state: "active" }],
      ["subscriber.update", several, null, { count: 2, state: "quarantined" }],
      ["subscriber.update", { kind: "subscriber", id: left, name: "" }, is, { ...is, components: ["c1"] }],
      ["subscriber.erase", { kind: "subscriber", id: gone, name: "" }, is, null],
    ]);
    expect(JSON.stringify(told)).not.toContain("example.com");
  });
});

describe("store/subscribers: erasing", () => {
  test("takes row, look-up and key, and tells the list; the place of the key is used again", async () => {
    const { subscribers, folder, store } = world();
    const id = await added(subscribers, mail("a@example.com"));
    const before = readFileSync(subscriberKeysFile(folder));
    expect(await subscribers.erase("acme", [id, "nosuch"])).toBe(1);
    const after = readFileSync(subscriberKeysFile(folder));
    expect(before.subarray(64).equals(Buffer.alloc(32))).toBe(false);
    expect(after.subarray(64).equals(Buffer.alloc(32))).toBe(true);
    expect(readErasures(folder)).toMatchObject([{ page: "acme", subscriber: id }]);
    expect(await subscribers.get("acme", id)).toBeNull();
    const left = Array.from(store.tables.meta.getKeys()).filter((key) =>
      String(key).startsWith("subscriber"),
    );
    expect(left).toEqual([]);
    expect(await added(subscribers, mail("a@example.com"))).not.toBe(id);
    expect(readFileSync(subscriberKeysFile(folder)).length).toBe(before.length);
  });

  test("a store from before the erasure erases again by the list beside it, or by one that is brought", async () => {
    const old = world();
    const [kept, gone, later] = [
      await added(old.subscribers, mail("kept@example.com")),
      await added(old.subscribers, mail("gone@example.com")),
      await added(old.subscribers, mail("later@example.com")),
    ];
    await old.subscribers.close();
    await old.store.close();
    await addErasures(old.folder, [{ at: 0, page: "acme", subscriber: gone }]);
    const restored = world(old.folder);
    expect(await mailsOf(restored.subscribers)).toEqual(["kept@example.com", "later@example.com"]);
    const brought = [
      { at: 0, page: "acme", subscriber: later },
      { at: 0, page: "elsewhere", subscriber: kept },
    ];
    expect(await replayErasures(restored.subscribers, brought)).toBe(1);
    expect(await mailsOf(restored.subscribers)).toEqual(["kept@example.com"]);
    const keys = readFileSync(subscriberKeysFile(old.folder)).subarray(64);
    const empty = [0, 32, 64].filter((at) => keys.subarray(at, at + 32).equals(Buffer.alloc(32)));
    expect(empty.length).toBe(2);
  });

  test("a line of the list that was cut spoils no other", async () => {
    const folder = freshFolder();
    writeFileSync(erasuresFile(folder), "2026-01-05T12:00:00.000Z acme abc\n2026-01-05T12:0");
    await addErasures(folder, [{ at: 1, page: "acme", subscriber: "def" }]);
    expect(readErasures(folder).map(({ subscriber }) => subscriber)).toEqual(["abc", "def"]);
  });

  test("keys of another store open nothing, and nothing is taken away for it", async () => {
    const one = world();
    await added(one.subscribers, mail("a@example.com"));
    await one.subscribers.close();
    await one.store.close();
    const keys = readFileSync(subscriberKeysFile(one.folder));
    writeFileSync(subscriberKeysFile(one.folder), Buffer.concat([keys.subarray(0, 64), Buffer.alloc(32, 1)]));
    const wrong = world(one.folder);
    expect(await mailsOf(wrong.subscribers)).toEqual([]);
    await wrong.subscribers.close();
    await wrong.store.close();
    writeFileSync(subscriberKeysFile(one.folder), keys);
    expect(await mailsOf(world(one.folder).subscribers)).toEqual(["a@example.com"]);
  });

  test("who closes while they are read waits for no more of them, and who asked is refused", async () => {
    const one = world();
    await one.subscribers.add(
      "acme",
      Array.from({ length: 2 * limits.subscribersPerTurn }, (_, at) => mail(`a${at}@example.com`)),
    );
    await one.subscribers.close();
    await one.store.close();
    const { subscribers } = world(one.folder);
    const ready = subscribers.ready();
    const asked = subscribers.list("acme", all).catch((thrown: unknown) => thrown);
    await subscribers.close();
    expect(await asked).toMatchObject({ code: "busy" });
    await ready;
  });

  test("a file of keys that is missing or is none is said, and not made anew over rows", async () => {
    const one = world();
    await added(one.subscribers, mail("a@example.com"));
    await one.subscribers.close();
    await one.store.close();
    const keys = readFileSync(subscriberKeysFile(one.folder));
    rmSync(subscriberKeysFile(one.folder));
    const { subscribers } = world(one.folder);
    await expect(subscribers.list("acme", all)).rejects.toThrow("is missing");
    writeFileSync(subscriberKeysFile(one.folder), "nonsense");
    await expect(subscribers.list("acme", all)).rejects.toThrow("no file of subscribers' keys");
    writeFileSync(subscriberKeysFile(one.folder), keys);
    expect(await mailsOf(subscribers)).toEqual(["a@example.com"]);
  });
});

test("store/subscribers: many take little memory, and are listed, searched and counted", async () => {
  const many = count(4_000, 100_000);
  const { folder, store, subscribers } = world();
  for (let at = 0; at < many; at += 2_000)
    await subscribers.add(
      "acme",
      Array.from({ length: 2_000 }, (_, next) =>
        mail(`person-${at + next}@company-${next % 97}.example.com`),
      ),
    );
  await subscribers.close();
  await store.close();
  const opened = world(folder);
  Bun.gc(true);
  const before = memoryOf([process.pid]);
  await opened.subscribers.ready();
  Bun.gc(true);
  const bytes = memoryOf([process.pid]) - before;
  expect(bytes).toBeLessThan(count(40, 100) * 1024 * 1024);
  expect((await opened.subscribers.histogram("acme", null)).email.active).toBe(many);
  expect(await opened.subscribers.subscriberCount("acme")).toBe(many);
  const last = await mailsOf(opened.subscribers, { offset: many - 10, limit: 100 });
  expect(last.length).toBe(10);
  expect(last).toEqual(last.toSorted());
  expect(await mailsOf(opened.subscribers, { text: `person-${many - 1}@` })).toHaveLength(1);
}, 120_000);
