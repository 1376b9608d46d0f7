// Results of checks from a POP to who keeps them, and its plan back: whoever is away, over a relay, once each; by whom they are taken.
import { afterEach, expect, test } from "bun:test";
import { existsSync, truncateSync } from "node:fs";
import { limits } from "../../src/base/limits.ts";
import { silentLog as log } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { openPlan, signPlan } from "../../src/snapshot/check-plan.ts";
import { batchesOf } from "../../src/snapshot/check-report.ts";
import { type HeldProbes, openHeldProbes, probesFile } from "../../src/store/held-probes.ts";
import type { SourceLine } from "../../src/sync/ask.ts";
import { createChecksDoor, createChecksRelay, type HeardReport } from "../../src/sync/checks-door.ts";
import { startChecksForwarding } from "../../src/sync/checks-forward.ts";
import { freshFolder } from "../store/stores.ts";
import { manualClock } from "../support/manual-clock.ts";
import { memoryLine } from "../support/memory-line.ts";
import { createSite, entry, other, pop } from "./members-world.ts";
import { origin, publisherKey } from "./world.ts";

const clock = manualClock();
const random = seededRandom(9);
const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const planOf = (sequence: number, key = pop.publicKey): Uint8Array =>
  signPlan({ sequence, pop: key, checks: [], pings: [] }, publisherKey.secretKey);

const batchOf = (at: number, said = "It answered 503."): Uint8Array => {
  const found = { check: "acme/web", atMs: at, state: "down", ms: null, why: "status", said } as const;
  return batchesOf([{ probe: { ...found, certificateEndsMs: null } }])[0] ?? new Uint8Array();
};

const open = (folder: string, heldBytesMax?: number): HeldProbes =>
  openHeldProbes({
    ...{ folder, clock, random, log, metrics: createMetrics() },
    ...(heldBytesMax === undefined ? {} : { heldBytesMax }),
  });

async function holding(...batches: readonly Uint8Array[]): Promise<HeldProbes> {
  const held = open(freshFolder());
  ended.push(() => held.close());
  await held.keepPlan(planOf(1));
  for (const batch of batches) expect(await held.keep(batch)).toBe("kept");
  return held;
}

/** A control plane that keeps what comes. */
async function plane() {
  const site = await createSite("members");
  await site.list(entry());
  const line = memoryLine();
  const heard: HeardReport[] = [];
  const state = { plan: null as Uint8Array | null, fails: false };
  const door = createChecksDoor({
    members: site.members,
    async onReport(report) {
      if (state.fails) throw new Error("disk full");
      heard.push(report);
      return report.report.batches.at(-1)?.number ?? 0;
    },
    planFor: (_pop, sequence) => (sequence === 1 ? state.plan : null),
    ...{ clock, random, log, metrics: createMetrics() },
  });
  const answer = async (request: Request) => (await door(request)) ?? new Response(null, { status: 404 });
  line.feeds.set(origin, answer);
  const brought = () => heard.flatMap(({ report }) => report.batches).length;
  return { site, line, heard, state, brought };
}

type Plane = Awaited<ReturnType<typeof plane>>;

function forward({ line }: Plane, held: HeldProbes, { key = pop, url = origin } = {}) {
  const plans: number[] = [];
  const state = {
    revoked: 0,
    at: { dial: line.dial, clock, url, key: "", stopped: new AbortController().signal } as SourceLine | null,
  };
  const forwarding = startChecksForwarding({
    ...{ held, popKey: key.secretKey, sequence: () => plans.at(-1) ?? 1, line: () => state.at },
    async onPlan(signed) {
      const opened = openPlan(signed);
      if (opened.ok) plans.push(opened.value.value.sequence);
    },
    async onRevoked() {
      state.revoked++;
    },
    ...{ clock, random, log, metrics: createMetrics() },
  });
  ended.push(() => forwarding.stop());
  return { plans, state };
}

/** Steps that are short beside the deadlines of a request, where one that answers is meant to be in time. */
async function until(what: string, holds: () => boolean, stepMs = 500): Promise<void> {
  const endsMs = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > endsMs) throw new Error(`It never came: ${what}.`);
    await clock.advance(stepMs);
  }
}

test("checks/what is held is brought in order and forgotten once it is kept; a newer plan comes back, sealed", async () => {
  const held = await holding(batchOf(1), batchOf(2));
  const at = await plane();
  at.state.plan = planOf(7);
  const { plans } = forward(at, held);
  await until("all are there and the plan is here", () => held.count() === 0 && plans.length === 1);
  expect(plans).toEqual([7]);
  expect(at.heard[0]?.report.batches.map(({ bytes }) => [...bytes])).toEqual([
    [...batchOf(1)],
    [...batchOf(2)],
  ]);
  expect([at.heard[0]?.pop.name, at.heard[0]?.report.timeMs]).toEqual(["fra-1", expect.any(Number)]);
  await held.keep(batchOf(3));
  await until("the other is there", () => held.count() === 0);
});

test("checks/a source that is away, fails or is gone for hours: nothing is lost", async () => {
  const held = await holding(batchOf(1));
  const at = await plane();
  at.state.fails = true;
  const { state } = forward(at, held);
  await clock.advance(10_000);
  state.at = null;
  await held.keep(batchOf(2));
  await clock.advance(20 * 3_600_000);
  expect([held.count(), at.brought()]).toEqual([2, 0]);
  at.state.fails = false;
  state.at = { dial: at.line.dial, clock, url: origin, key: "", stopped: new AbortController().signal };
  await until("all are there", () => held.count() === 0);
  expect(at.brought()).toBe(2);
});

test("checks/over a relay both ways; a relay that hears no source takes nothing, and two that follow each other hand nothing around", async () => {
  const held = await holding(batchOf(1));
  const at = await plane();
  at.state.plan = planOf(7);
  const [near, far] = ["http://near.test", "http://far.test"];
  const heard = { line: null as SourceLine | null };
  const relayOf = (lineOf: () => SourceLine | null) => {
    const relay = createChecksRelay({
      members: at.site.members,
      line: lineOf,
      clock,
      metrics: createMetrics(),
    });
    return async (request: Request) => (await relay(request)) ?? new Response(null, { status: 404 });
  };
  const lineTo = (url: string): SourceLine => ({
    dial: at.line.dial,
    clock,
    url,
    key: "",
    stopped: new AbortController().signal,
  });
  at.line.feeds.set(
    near,
    relayOf(() => heard.line),
  );
  at.line.feeds.set(
    far,
    relayOf(() => lineTo(near)),
  );
  const { plans } = forward(at, held, { url: near });
  await clock.advance(10_000);
  heard.line = lineTo(far);
  at.line.asked.length = 0;
  await clock.advance(limits.probesAgainMsMax);
  expect(held.count()).toBe(1);
  expect(at.line.asked.length).toBeLessThan(10 * (limits.probesHopsMax + 2));
  heard.line = lineTo(origin);
  await until("it came over the relay", () => held.count() === 0 && plans.length === 1);
});

test("checks/a POP that is listed nowhere, and one that was revoked, are told so and keep what they have", async () => {
  const at = await plane();
  const strange = await holding(batchOf(1));
  const unknown = forward(at, strange, { key: other });
  await clock.advance(10_000);
  expect([strange.count(), unknown.state.revoked]).toEqual([1, 0]);
  await at.site.list(entry({ revoked: true }));
  const held = await holding(batchOf(1));
  const { state } = forward(at, held);
  await until("it is told", () => state.revoked > 0, 5);
  expect([held.count(), at.brought()]).toEqual([1, 0]);
});

test("held/without a plan there is no file and nothing to keep; with one all is there after a restart; a damaged file is put aside", async () => {
  const folder = freshFolder();
  const none = open(folder);
  expect([await none.keep(batchOf(1)), existsSync(probesFile(folder))]).toEqual(["failed", false]);
  await none.keepPlan(planOf(3));
  await Promise.all([batchOf(1), batchOf(2)].map(none.keep.bind(none)));
  const origin = none.origin();
  await none.close();
  const again = open(folder);
  expect([again.count(), again.origin(), again.plan()]).toEqual([2, origin, planOf(3)]);
  await again.taken(again.oldest()[0]?.number ?? 0);
  expect(again.oldest().map(({ bytes }) => [...bytes])).toEqual([[...batchOf(2)]]);
  await again.close();
  truncateSync(probesFile(folder), 5_000);
  const anew = open(folder);
  expect([anew.count(), anew.plan()]).toEqual([0, null]);
  await anew.close();
});

test("held/more than has room: the oldest go; what two days nobody took goes too", async () => {
  const held = open(freshFolder(), 10 * batchOf(1).length);
  ended.push(() => held.close());
  await held.keepPlan(planOf(1));
  for (let at = 1; at <= 25; at++) await held.keep(batchOf(at));
  expect(held.oldest().map(({ bytes }) => [...bytes])).toEqual(
    Array.from({ length: 10 }, (_none, at) => [...batchOf(at + 16)]),
  );
  await clock.advance(limits.probesHeldMsMax + 2 * limits.resultsSweepMs);
  await until("they are gone", () => held.count() === 0);
});
