// The index of subscribers says what a list that is filtered and sorted for each question would say, whatever came and went before.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { sortInTurns } from "../../src/base/sort-in-turns.ts";
import { subscriberKinds, subscriberStates } from "../../src/model/subscriber.ts";
import {
  type Asked,
  createSubscriberIndex,
  type Entry,
  type SubscriberIndex,
} from "../../src/store/subscriber-index.ts";
import { seed } from "../support/property.ts";

const noTurn = async (): Promise<void> => undefined;
const contact = fc.oneof(
  fc.constantFrom("a", "ab", "ba", "aab", "abab", "", "b\nb"),
  fc.string({ unit: fc.constantFrom("a", "b", "@"), maxLength: 5 }),
);
const incident = fc.constantFrom(null, null, "i1", "i2");
const entry: fc.Arbitrary<Entry> = fc.record({
  id: fc.nat({ max: 30 }).map((n) => `s${n}`),
  kind: fc.constantFrom(...subscriberKinds),
  state: fc.constantFrom(...subscriberStates),
  slot: fc.constant(0),
  createdMs: fc.nat({ max: 3 }),
  quarantinedMs: fc.option(fc.nat({ max: 3 })),
  contact: contact.map((text) => text.replaceAll("\n", "")),
  components: fc.option(fc.subarray(["c1", "c2", "c3"])),
  incident,
});
const asked: fc.Arbitrary<Asked> = fc
  .record({
    kind: fc.option(fc.constantFrom(...subscriberKinds), { nil: undefined }),
    states: fc.option(fc.subarray([...subscriberStates]), { nil: undefined }),
    text: fc.option(contact, { nil: undefined }),
    incident,
    sort: fc.constantFrom("primary", "created_at", "quarantined_at", "relevance"),
    descending: fc.boolean(),
    offset: fc.nat({ max: 6 }),
    limit: fc.nat({ max: 8 }),
  })
  .map((it) => JSON.parse(JSON.stringify(it)) as Asked);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const late = Number.MAX_VALUE;
const orders = {
  primary: (a: Entry, b: Entry) => byText(a.contact, b.contact) || byText(a.id, b.id),
  created_at: (a: Entry, b: Entry) => a.createdMs - b.createdMs || byText(a.id, b.id),
  quarantined_at: (a: Entry, b: Entry) =>
    (a.quarantinedMs ?? late) - (b.quarantinedMs ?? late) || byText(a.id, b.id),
};

/** The same, the slow way. */
function wanted(
  entries: readonly Entry[],
  { text = "", sort, descending, offset, limit, ...of }: Asked,
): readonly Entry[] {
  const fit = (it: Entry): number => (it.contact === text ? 0 : it.contact.startsWith(text) ? 1 : 2);
  const list = entries
    .filter((it) => of.kind === undefined || it.kind === of.kind)
    .filter((it) => of.states === undefined || of.states.includes(it.state))
    .filter((it) => it.incident === of.incident && it.contact.includes(text))
    .sort(orders[sort === "relevance" ? "primary" : sort]);
  if (descending) list.reverse();
  if (sort === "relevance" && text !== "") list.sort((a, b) => fit(a) - fit(b));
  return list.slice(offset, offset + limit);
}

function told(entries: readonly Entry[], id: string | undefined, componentIds: readonly string[]): number {
  const active = entries.filter((it) => it.state === "active");
  const own = active.filter((it) => it.incident !== null && it.incident === id);
  const ofPage = active.filter(
    (it) =>
      it.incident === null &&
      (id === undefined || it.components === null || it.components.some((one) => componentIds.includes(one))),
  );
  const contacts = new Set(own.map((it) => `${it.kind} ${it.contact}`));
  return own.length + ofPage.filter((it) => !contacts.has(`${it.kind} ${it.contact}`)).length;
}

function expectSame(
  index: SubscriberIndex,
  held: ReadonlyMap<string, Entry>,
  questions: readonly Asked[],
): void {
  const entries = [...held.values()];
  for (const question of questions) expect(index.list(question)).toEqual([...wanted(entries, question)]);
  for (const of of [null, "i1"]) {
    const counts = index.histogram(of);
    for (const kind of subscriberKinds)
      for (const state of subscriberStates)
        expect(counts[kind][state]).toBe(
          entries.filter((it) => it.kind === kind && it.state === state && it.incident === of).length,
        );
  }
  expect(index.told(undefined)).toBe(told(entries, undefined, []));
  expect(index.told({ id: "i1", componentIds: ["c1"] })).toBe(told(entries, "i1", ["c1"]));
}

test(`what was filled in, what came and what went (seed ${seed})`, async () => {
  const steps = fc.array(fc.oneof(entry, fc.nat({ max: 30 })), { maxLength: 30 });
  const questions = fc.array(asked, { minLength: 4, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(entry, { selector: ({ id }) => id }),
      steps,
      questions,
      async (first, later, all) => {
        const index = createSubscriberIndex();
        await index.fill(first, noTurn);
        const held = new Map(first.map((it) => [it.id, it]));
        expectSame(index, held, all);
        for (const step of later) {
          if (typeof step === "number") {
            index.remove(`s${step}`);
            held.delete(`s${step}`);
          } else {
            index.put(step);
            held.set(step.id, step);
          }
        }
        expectSame(index, held, all);
        expect([...index.entries()].map(({ id }) => id).sort()).toEqual([...held.keys()].sort());
      },
    ),
    { seed, numRuns: 200 },
  );
});

test("more come than are looked at one by one, and more than there was room for", async () => {
  const index = createSubscriberIndex();
  const held = new Map<string, Entry>();
  for (let at = 0; at < 5_000; at++) {
    const one: Entry = {
      ...{
        id: `s${(at * 7) % 4_000}`,
        kind: "email",
        state: at % 9 === 0 ? "unsubscribed" : "active",
        slot: at,
      },
      ...{ createdMs: at, quarantinedMs: null, components: null, incident: null },
      contact: `reader${at}@mail${at % 10}.example`,
    };
    index.put(one);
    held.set(one.id, one);
  }
  const page = { incident: null, descending: false, limit: 50 } as const;
  expectSame(index, held, [
    { ...page, sort: "primary", offset: 3_900 },
    { ...page, sort: "relevance", text: "reader1", offset: 0 },
    { ...page, sort: "created_at", text: "example", states: ["active"], offset: 3_000 },
  ]);
});

test("many are sorted in turns as they would be at once", async () => {
  let turns = 0;
  const items = Uint32Array.from({ length: 50_000 }, (_none, at) => (at * 48_271) % 30_011);
  const sorted = await sortInTurns(
    items,
    (a, b) => a - b,
    async () => {
      turns++;
    },
  );
  expect([...sorted]).toEqual([...items].sort((a, b) => a - b));
  expect(turns).toBeGreaterThan(12);
});
