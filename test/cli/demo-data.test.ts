import { describe, expect, test } from "bun:test";
import { demoBundle, demoDays, demoSeed, utcDay } from "../../src/cli/demo-data.ts";
import { decide } from "../../src/model/decide.ts";
import { sizeOfEmblem } from "../../src/model/emblem.ts";
import { checkLooks } from "../../src/model/looks.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const day = Date.UTC(2026, 10, 21);
const seeds = [demoSeed, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const realTime = (bundle: ReturnType<typeof demoBundle>) => bundle.incidents.filter(({ window }) => !window);
const closed = (bundle: ReturnType<typeof demoBundle>) =>
  realTime(bundle).filter(({ resolvedAt }) => resolvedAt !== null);

test("starts on the same day give the same ops", () => {
  const ops = (at: number) =>
    decide(null, { kind: "import", bundle: demoBundle(demoSeed, at) }, { now: utcDay(at), newId: () => "x" });
  const first = ops(day + 60_000);
  expect(first.ok).toBe(true);
  expect(ops(day + 23 * hourMs)).toEqual(first);
});

test("the organisation shows its looks: a colour that is readable, its own logo and favicon, links", () => {
  const { page } = demoBundle(demoSeed, day);
  expect(checkLooks(page)).toEqual([]);
  for (const emblem of [page.logo, page.favicon]) {
    if (emblem === null || emblem === undefined) throw new Error("There is none.");
    expect(sizeOfEmblem(emblem)).not.toBeNull();
    expect(Buffer.from(emblem.base64, "base64").length).toBeLessThan(1_000);
  }
  expect([page.brand?.length, page.headerLinks?.length]).toEqual([7, 1]);
});

test("another day or another seed gives other ops, ids of one seed stay", () => {
  const today = demoBundle(demoSeed, day);
  const tomorrow = demoBundle(demoSeed, day + dayMs);
  expect(tomorrow).not.toEqual(today);
  expect(tomorrow.page.id).toBe(today.page.id);
  expect(demoBundle(demoSeed + 1, day).page.id).not.toBe(today.page.id);
});

describe.each(seeds)("seed %d", (seed) => {
  const bundle = demoBundle(seed, day);

  test("at least twenty components in four groups", () => {
    const groups = bundle.components.filter(({ group }) => group === true);
    const members = bundle.components.filter(({ group }) => group !== true);
    expect(groups.length).toBe(4);
    expect(members.length).toBeGreaterThanOrEqual(20);
    for (const { groupId } of members) expect(groups.map(({ id }) => id)).toContain(groupId ?? "");
  });

  test("twelve days of trouble, each with components and an impact that no other has", () => {
    expect(closed(bundle).length).toBe(12);
    expect(new Set(closed(bundle).map(({ createdAt }) => dayOf(createdAt))).size).toBe(12);
    const kinds = closed(bundle).map(({ impact, componentIds }) =>
      JSON.stringify([impact, componentIds?.toSorted()]),
    );
    expect(new Set(kinds).size).toBe(12);
    for (const { createdAt, resolvedAt } of closed(bundle)) {
      expect(createdAt).toBeGreaterThanOrEqual(day - (demoDays - 1) * dayMs);
      expect(dayOf(resolvedAt ?? 0)).toBe(dayOf(createdAt));
    }
  });

  test("one incident of three updates is open, and its components are not operational", () => {
    const open = realTime(bundle).filter(({ resolvedAt }) => resolvedAt === null);
    expect(open.map(({ updates }) => updates.length)).toEqual([3]);
    const troubled = bundle.components.filter(
      ({ status }) => status !== undefined && status !== "operational",
    );
    expect(troubled.map(({ id }) => id).toSorted()).toEqual([...(open[0]?.componentIds ?? [])].toSorted());
  });

  test("a maintenance is yet to come whenever on the day the start is", () => {
    const coming = bundle.incidents.filter(({ window }) => window && window.from > day + dayMs);
    expect(coming.map(({ status }) => status)).toEqual(["scheduled"]);
  });

  test("nothing has happened after the day's first moment, and steps follow one another", () => {
    for (const { updates } of bundle.incidents) {
      const times = updates.map(({ displayAt }) => displayAt);
      expect(times).toEqual(times.toSorted((left, right) => right - left));
      expect(times[0] ?? 0).toBeLessThan(day);
    }
    for (const { at } of bundle.transitions ?? []) expect(at).toBeLessThan(day);
  });

  test("each component's history ends with its present status, and no two troubles overlap", () => {
    for (const { id, status } of bundle.components.filter(({ group }) => group !== true)) {
      const last = (bundle.transitions ?? []).findLast(({ componentId }) => componentId === id);
      expect(last?.status ?? "operational").toBe(status ?? "operational");
    }
    const bad = (bundle.transitions ?? []).filter(({ status }) => !/operational|maintenance/.test(status));
    const openDays = [dayOf(day - dayMs)];
    expect(new Set(bad.map(({ at }) => dayOf(at)).filter((at) => !openDays.includes(at))).size).toBe(12);
  });

  test("no placeholder is left in a text", () => {
    for (const { body } of bundle.incidents.flatMap(({ updates }) => updates))
      expect(body).not.toMatch(/[{}]/);
  });
});
