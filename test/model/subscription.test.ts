// Words about one subscription, as they come from POPs that were cut off: in any order, and again.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  expiresMs,
  heard,
  isWishOpen,
  type Standing,
  type SubscriptionWord,
} from "../../src/model/subscription.ts";
import { check } from "../support/property.ts";

const fresh: Standing = {
  ...{ state: "unconfirmed", createdMs: 0, quarantinedMs: null, consent: null, components: ["c0"] },
  ...{ language: null, course: null },
};
const all = (words: readonly SubscriptionWord[], from: Standing = fresh): Standing =>
  words.reduce((standing: Standing, word) => heard(standing, word), from);

const wish = (atMs: number): SubscriptionWord => ({
  kind: "wish",
  atMs,
  components: ["wished"],
  language: "de",
});
const confirm = (askedMs: number, atMs = askedMs + 1): SubscriptionWord => ({
  ...{ kind: "confirm", askedMs, atMs, by: "its reader" },
});
const choose = (atMs: number): SubscriptionWord => ({
  ...{ kind: "choose", atMs, components: [`c${atMs}`], language: null },
});
const unsubscribe = (atMs: number): SubscriptionWord => ({ kind: "unsubscribe", atMs });
const unreachable = (atMs: number): SubscriptionWord => ({ kind: "unreachable", atMs, why: "no such box" });

describe("model/subscription", () => {
  test.each<[string, readonly SubscriptionWord[], Standing["state"]]>([
    ["a wish alone is told nothing", [wish(10)], "unconfirmed"],
    ["confirmed", [wish(10), confirm(11)], "active"],
    ["unsubscribed", [wish(10), confirm(11), unsubscribe(20)], "unsubscribed"],
    ["unsubscribed before it confirmed, heard after", [confirm(11), unsubscribe(9)], "active"],
    ["the old link, after unsubscribing", [confirm(11), unsubscribe(20), confirm(11, 30)], "unsubscribed"],
    ["a link asked for before, used after", [unsubscribe(20), confirm(19, 30)], "unsubscribed"],
    [
      "in the same moment, who unsubscribed is told nothing",
      [confirm(20, 20), unsubscribe(20)],
      "unsubscribed",
    ],
    ["wishes it back", [confirm(11), unsubscribe(20), wish(30)], "unconfirmed"],
    ["wishes it back and confirms", [confirm(11), unsubscribe(20), wish(30), confirm(31)], "active"],
    ["the wish overtook the unsubscribing", [confirm(11), wish(30), unsubscribe(20)], "unconfirmed"],
    ["unreachable", [confirm(11), unreachable(15)], "quarantined"],
    ["unreachable, and confirmed anew", [confirm(11), unreachable(15), confirm(16)], "active"],
    ["unreachable, and the old link again", [confirm(11), unreachable(15), confirm(11, 30)], "quarantined"],
    ["unreachable, tried again", [confirm(11), unreachable(15), { kind: "reactivate" }], "active"],
    ["tried again is no consent", [wish(10), { kind: "reactivate" }], "unconfirmed"],
    ["a wish that is over", [wish(10), { kind: "expire" }], "unconfirmed"],
    [
      "a wish that is over, of one who left",
      [confirm(1), unsubscribe(2), wish(10), { kind: "expire" }],
      "unsubscribed",
    ],
  ])("%s", (_, words, state) => {
    expect(all(words).state).toBe(state);
  });

  test("what was wished for is told of once it is confirmed, and not by a confirmation asked for before", () => {
    expect(all([wish(10)]).components).toEqual(["c0"]);
    expect(all([wish(10), confirm(11)])).toMatchObject({ components: ["wished"], language: "de" });
    expect(all([confirm(5), wish(10)]).components).toEqual(["c0"]);
    expect(all([confirm(5), wish(10), choose(12), confirm(13)]).components).toEqual(["c12"]);
  });

  test("a wish is open until it is confirmed or withdrawn", () => {
    expect(isWishOpen(all([wish(10)]))).toBe(true);
    expect(isWishOpen(all([wish(10), confirm(11)]))).toBe(false);
    expect(isWishOpen(all([wish(10), unsubscribe(12)]))).toBe(false);
    expect(isWishOpen(all([confirm(11), wish(10)]))).toBe(false);
    expect(expiresMs(all([wish(10)]), 100)).toBe(110);
    expect(expiresMs(all([wish(10), { kind: "asked", atMs: 50 }]), 100)).toBe(150);
    expect(expiresMs(fresh, 100)).toBeNull();
  });

  test("rows of releases that kept no times are what their state says", () => {
    const active: Standing = { ...fresh, state: "active", createdMs: 10 };
    expect(all([unsubscribe(20)], active).state).toBe("unsubscribed");
    expect(all([choose(20)], active)).toMatchObject({ state: "active", components: ["c20"] });
    expect(all([confirm(5)], { ...fresh, state: "unsubscribed", createdMs: 10 }).state).toBe("unsubscribed");
    const gone: Standing = { ...active, state: "quarantined", quarantinedMs: 15 };
    expect(all([choose(20)], gone)).toMatchObject({ state: "quarantined", quarantinedMs: 15 });
  });

  const at = fc.integer({ min: 1, max: 40 });
  /** The same words twice: in one order, and in any. */
  const orders = (askedMs: fc.Arbitrary<number>) => {
    const word = fc.oneof(
      at.map(wish),
      fc.tuple(askedMs, at).map(([asked, more]) => confirm(asked, asked + more)),
      fc.integer({ min: 1, max: 80 }).map(choose),
      fc.integer({ min: 1, max: 80 }).map(unsubscribe),
    );
    const both = (words: SubscriptionWord[]) =>
      fc.shuffledSubarray([...words, ...words], { minLength: 2 * words.length });
    return fc.array(word, { maxLength: 10 }).chain((words) => fc.tuple(fc.constant(words), both(words)));
  };
  const asked = fc.integer({ min: 1, max: 80 });
  // What a confirmation answers came before it was asked for.
  const askedLater = fc.integer({ min: 41, max: 80 });

  check(
    "any order and any repetition of words ends the same: the last consent wins",
    [orders(asked)],
    (order) => {
      const [words, shuffled] = order;
      const [one, other] = [all(words), all(shuffled)];
      expect([other.state, other.consent?.askedMs]).toEqual([one.state, one.consent?.askedMs]);
      const last = Math.max(-1, ...words.map((it) => (it.kind === "unsubscribe" ? it.atMs : -1)));
      const consents = words.filter((it) => it.kind === "confirm" && it.askedMs > last);
      expect(one.state === "active").toBe(consents.length > 0);
    },
  );

  check("and so does what it is told of", [orders(askedLater)], ([words, shuffled]) => {
    const [one, other] = [all(words), all(shuffled)];
    expect([other.components, other.language]).toEqual([one.components, one.language]);
  });
});
