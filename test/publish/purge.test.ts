// When CDNs are told, what they are told, and what becomes of it where they do not listen. The CDN is a server of its own; time is the test's.
import { afterEach, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics, type Metrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { dial } from "../../src/host/dial.ts";
import { createPurging, type Purging } from "../../src/publish/purge.ts";
import { retryAfterMs } from "../../src/publish/purge-lane.ts";
import { webhook } from "../../src/publish/purge-webhook.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import type { Head } from "../../src/snapshot/types.ts";
import { until } from "../support/installation.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { answerAs, type RecordedAnswer, type RecordedServer } from "../support/recorded-answers.ts";

interface World {
  readonly clock: ManualClock;
  readonly purging: Purging;
  readonly cdn: RecordedServer;
  readonly metrics: Metrics;
  readonly said: string[];
  /** POPs that lack the newest of a page. */
  readonly lacking: Map<string, number>;
  /** The pages of each request that came. */
  requests(): readonly string[];
  count(name: string, label: string): number;
  /** Lets time pass, but none while a request is on its way: that one goes over a real connection, whose time is not the test's. */
  pass(what: string, holds: () => boolean, stepMs?: number): Promise<void>;
}

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function createWorld(...answers: readonly RecordedAnswer[]): Promise<World> {
  const cdn = await answerAs(...answers);
  const clock = manualClock();
  const metrics = createMetrics();
  const lacking = new Map<string, number>();
  const said: string[] = [];
  let underWay = 0;
  const purging = createPurging({
    dial(url, options) {
      underWay += 1;
      return dial(url, options).finally(() => {
        underWay -= 1;
      });
    },
    adapters: [webhook(`${cdn.url}/purge`, null)],
    lacking: (page) => lacking.get(page) ?? 0,
    clock,
    random: seededRandom(7),
    log: { ...silentLog, warn: (line) => void said.push(line), info: (line) => void said.push(line) },
    metrics,
  });
  ends.push(async () => {
    await purging.stop();
    await cdn.close();
  });
  return {
    clock,
    purging,
    cdn,
    metrics,
    said,
    lacking,
    requests: () => cdn.asked.map(({ headers }) => String(headers["surrogate-key"])),
    count: (name, label) => metrics.counter(name, "", "label").value(label),
    async pass(what, holds, stepMs = 250) {
      await until(what, async () => {
        if (holds()) return true;
        if (underWay === 0) await clock.advance(stepMs);
        return false;
      });
    },
  };
}

const head = (page: string, generation: number): Head => ({
  page,
  epoch: 1,
  generation,
  manifest: digestOf(new TextEncoder().encode(`${page} ${generation}`)),
});

async function settled(world: World, purged: number): Promise<void> {
  await until(`${purged} pages were purged`, () => world.count("purge_pages_total", "purged") >= purged);
}

test("publish/a CDN is told when the last POP has acked, and not before", async () => {
  const world = await createWorld({ status: 200 });
  const { purging, lacking, clock, requests, count } = world;
  purging.look([head("acme", 1), head("other", 1)]);
  lacking.set("acme", 2);
  purging.look([head("acme", 2), head("other", 1)]);
  lacking.set("acme", 1);
  purging.acked("acme");
  await clock.advance(limits.purgeAckMsMax - 1);
  expect(requests()).toEqual([]);
  lacking.set("acme", 0);
  purging.acked("acme");
  await settled(world, 1);
  expect(requests()).toEqual(["acme"]);
  expect(count("purge_released_total", "acks")).toBe(1);
  await clock.advance(limits.purgeAckMsMax);
  expect(count("purge_released_total", "time")).toBe(0);
});

test("publish/a POP that does not ack holds a purge for two seconds, however often is published meanwhile", async () => {
  const world = await createWorld({ status: 200 });
  const { purging, lacking, clock, requests, count } = world;
  purging.look([head("acme", 1)]);
  lacking.set("acme", 1);
  for (let generation = 2; generation < 6; generation++) {
    purging.look([head("acme", generation)]);
    await clock.advance(limits.purgeAckMsMax / 4 - 1);
  }
  expect(requests()).toEqual([]);
  await clock.advance(4);
  await settled(world, 1);
  expect(requests()).toEqual(["acme"]);
  expect(count("purge_released_total", "time")).toBe(1);
});

test("publish/a page that is gone is purged too, when POPs had the time to forget it", async () => {
  const world = await createWorld({ status: 200 });
  world.purging.look([head("acme", 1)]);
  world.purging.look([]);
  await world.clock.advance(limits.purgeAckMsMax - 1);
  expect(world.requests()).toEqual([]);
  await world.clock.advance(1);
  await settled(world, 1);
  expect(world.requests()).toEqual(["acme"]);
});

test("publish/at a start nothing is purged, and what is unchanged never is", async () => {
  const world = await createWorld({ status: 200 });
  world.purging.look([head("acme", 7)]);
  world.purging.look([head("acme", 7)]);
  await world.clock.advance(60_000);
  expect(world.requests()).toEqual([]);
});

test("publish/what is published while a CDN answers is one more request for all of it", async () => {
  const gate = Promise.withResolvers<void>();
  const world = await createWorld({ status: 200, after: gate.promise }, { status: 200 });
  const { purging, requests, count } = world;
  purging.look([]);
  purging.look([head("a", 1)]);
  await until("the first purge is under way", () => requests().length === 1);
  for (let generation = 1; generation < 5; generation++)
    purging.look([head("a", generation + 1), head("b", generation)]);
  expect(requests()).toEqual(["a"]);
  gate.resolve();
  await settled(world, 3);
  expect(requests()).toEqual(["a", "a b"]);
  expect(count("purge_pages_total", "coalesced")).toBe(6);
});

test("publish/a CDN that fails is asked again, later each time, and told everything at once when it is back", async () => {
  const world = await createWorld({ status: 500 });
  const { purging, clock, cdn, requests, said, count } = world;
  purging.look([]);
  purging.look([head("acme", 1)]);
  const waitsMs: number[] = [];
  for (let tries = 1; tries <= 6; tries++) {
    await until(`try ${tries}`, () => world.count("purge_requests_total", "again") === tries);
    const sinceMs = clock.monotonicMs();
    await world.pass(`try ${tries + 1}`, () => requests().length > tries);
    waitsMs.push(clock.monotonicMs() - sinceMs);
  }
  for (const [failures, waitMs] of waitsMs.entries()) {
    expect(waitMs).toBeGreaterThanOrEqual(limits.purgeRetryMsMin);
    expect(waitMs).toBeLessThanOrEqual(limits.purgeRetryMsMin * 2 ** failures + 5_000);
  }
  expect(new Set(waitsMs).size).toBeGreaterThan(2);
  purging.look([head("acme", 2), head("other", 1)]);
  cdn.answer({ status: 200 });
  await world.pass("it was told", () => count("purge_pages_total", "purged") === 2);
  expect(requests().at(-1)).toBe("acme other");
  expect(said).toEqual([
    "A CDN did not take a purge. It answered 500. It is tried again.",
    "A CDN takes purges again.",
  ]);
});

test("publish/Retry-After is kept to, in seconds or as a date", async () => {
  const world = await createWorld({ status: 429, headers: { "retry-after": "120" } }, { status: 200 });
  const { purging, clock, requests, count } = world;
  purging.look([]);
  purging.look([head("acme", 1)]);
  await until("the CDN has asked for time", () => count("purge_requests_total", "again") === 1);
  purging.look([head("acme", 2)]);
  await clock.advance(119_999);
  expect(requests()).toEqual(["acme"]);
  await clock.advance(1);
  await settled(world, 1);
  expect(requests()).toEqual(["acme", "acme"]);
  const now = Date.UTC(2026, 0, 5, 12);
  expect(retryAfterMs("Mon, 05 Jan 2026 12:00:09 GMT", now)).toBe(9_000);
  expect(retryAfterMs("Mon, 05 Jan 2026 11:59:00 GMT", now)).toBe(0);
  expect(retryAfterMs("9999999999", now)).toBe(limits.purgeGivenUpMs);
  for (const text of [undefined, "", "soon", "-5"]) expect(retryAfterMs(text, now)).toBe(0);
});

test("publish/what no CDN would show any more is given up", async () => {
  const world = await createWorld({ status: 403 });
  const { purging, clock, count } = world;
  purging.look([]);
  purging.look([head("acme", 1)]);
  await world.pass("it was given up", () => count("purge_pages_total", "given-up") === 1, 5_000);
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(limits.purgeGivenUpMs);
  expect(world.metrics.text()).toContain("pharos_purge_waiting_pages 0");
});

test("publish/a CDN that takes a connection and says nothing is left after ten seconds, and holds up nobody", async () => {
  const silence = Promise.withResolvers<void>();
  ends.push(async () => silence.resolve());
  const world = await createWorld({ status: 200, after: silence.promise }, { status: 200 });
  const { purging, clock, requests, count } = world;
  purging.look([]);
  purging.look([head("acme", 1)]);
  await until("it was asked", () => requests().length === 1);
  await clock.advance(limits.purgeAnswerMsMax);
  await until("it was left", () => count("purge_requests_total", "unreachable") === 1);
  await world.pass("it was told", () => count("purge_pages_total", "purged") === 1);
});

test("publish/the list of a CDN that is down is bounded", async () => {
  const world = await createWorld({ status: 503, headers: { "retry-after": "60" } });
  const { purging, count, metrics } = world;
  purging.look([]);
  const heads = Array.from({ length: limits.purgesWaitingMax + 10 }, (_, at) => head(`p${at}`, 1));
  purging.look([head("first", 1)]);
  await until("it has failed once", () => count("purge_requests_total", "again") === 1);
  purging.look([head("first", 1), ...heads]);
  expect(count("purge_pages_total", "dropped")).toBe(11);
  expect(metrics.text()).toContain(`pharos_purge_waiting_pages ${limits.purgesWaitingMax}`);
});
