// Stages as arithmetic, kinds of visitors by share, addresses as a visitor knows them.
import { expect, test } from "bun:test";
import { isOver, learned, order, unknown } from "../../loadtest/lib/addresses.ts";
import { incidentMix, kinds, slotsOf } from "../../loadtest/lib/mix.ts";
import { lengthOf, phaseAt, rateAt, type Stage, visitsAsked } from "../../loadtest/lib/plan.ts";
import { profiles, scenarios } from "../../loadtest/run/catalogue.ts";

const spike: readonly Stage[] = [
  { phase: "calm", toPerSecond: 4, seconds: 5 },
  { phase: "ramp", toPerSecond: 4_000, seconds: 5 },
  { phase: "spike", toPerSecond: 4_000, seconds: 60 },
  { phase: "after", toPerSecond: 4, seconds: 0 },
  { phase: "after", toPerSecond: 4, seconds: 10 },
];

test("visits asked for are the area below the line of stages", () => {
  expect(visitsAsked(4, spike)).toBe(20 + 10_010 + 240_000 + 40);
  expect(lengthOf(spike)).toBe(80);
});

for (const [second, phase, rate] of [
  [0, "calm", 4],
  [4.9, "calm", 4],
  [7.5, "ramp", 2_002],
  [10, "spike", 4_000],
  [69.9, "spike", 4_000],
  [70, "after", 4],
  [500, "after", 4],
] as const)
  test(`second ${second} is ${phase} at ${rate}/s`, () => {
    expect(phaseAt(second, spike)).toBe(phase);
    expect(rateAt(second, 4, spike)).toBeCloseTo(rate, 6);
  });

test("the mix of an incident: 70 % first, 20 % again, some of them over TLS, 8 % programs", () => {
  const chosen = slotsOf(incidentMix);
  const counts = Object.fromEntries(
    Object.entries(Object.groupBy(chosen, (kind) => kind)).map(([kind, all]) => [kind, all?.length]),
  );
  expect(counts).toEqual({ first: 140, again: 38, secure: 2, poller: 16, feed: 2, badge: 1, lost: 1 });
});

test("first visitors come on a connection of their own, and know no ETag", () => {
  expect(kinds.first).toMatchObject({ closes: true, revalidates: false });
  expect(kinds.again).toMatchObject({ closes: false, revalidates: true });
});

test("an answer of the resolver is kept for as long as it says, and beyond where no other comes", () => {
  expect(isOver(unknown, 0)).toBe(true);
  const known = learned(unknown, { addresses: ["a", "b"], ttlMs: 20_000 }, 1_000);
  expect(isOver(known, 20_999)).toBe(false);
  expect(isOver(known, 21_000)).toBe(true);
  expect(learned(known, null, 21_000)).toBe(known);
  expect(learned(known, { addresses: [], ttlMs: 1 }, 21_000)).toBe(known);
});

test("every address is tried once, from one of chance on", () => {
  expect(order(["a", "b", "c"], 0)).toEqual(["a", "b", "c"]);
  expect(order(["a", "b", "c"], 0.5)).toEqual(["b", "c", "a"]);
  expect(order([], 0.5)).toEqual([]);
});

for (const scenario of scenarios)
  test(`${scenario.name}: says what it claims, has a top and thresholds in every profile`, () => {
    expect([scenario.claim, scenario.variables, scenario.provesNot].every((text) => text.length > 3)).toBe(
      true,
    );
    for (const profile of profiles)
      for (const peak of profile[scenario.top]) {
        const { stages, thresholds, mix, visitors } = scenario.course(profile, peak);
        expect(stages.some(({ phase }) => phase === "spike")).toBe(true);
        expect(thresholds.length > 0 || scenario.driver !== undefined).toBe(true);
        expect(Object.keys(mix).every((kind) => kinds[kind] !== undefined)).toBe(true);
        expect(visitors).toBeGreaterThan(0);
      }
  });
