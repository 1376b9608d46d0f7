// Rounds over many sources: some hang, some fail, some ask to be left alone; what is known stays known, and the rest is fresh.
import { afterAll, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { type Clock, nextTurn, systemClock } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import { allowedOf } from "../../src/host/reach.ts";
import { sourceKey, stateOf, type UpstreamSource } from "../../src/model/upstream.ts";
import type { UpstreamResults } from "../../src/model/upstream-shown.ts";
import { startRounds } from "../../src/monitor/round.ts";
import { type Ask, askByDial } from "../../src/monitor/upstream-ask.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

type Said = {
  readonly status?: number;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
};
type Host = (headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<Said> | Said;

const source = (name: string): UpstreamSource => ({
  format: "statuspage",
  address: `https://${name}.example/`,
  options: {},
});
const fine = (indicator = "none"): string => JSON.stringify({ status: { indicator } });

/** Answers by the first label of the name, on a clock that the test moves. */
function internet(hosts: (name: string) => Host) {
  let [underWay, most] = [0, 0];
  const asked: string[] = [];
  const ask: Ask = async (url, { headers, signal }) => {
    const name = new URL(url).hostname.split(".")[0] ?? "";
    asked.push(name);
    most = Math.max(most, ++underWay);
    try {
      const { status = 200, body = "", headers: own = {} } = await hosts(name)(headers, signal);
      const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
      return {
        status,
        header: (wanted) => own[wanted],
        body: (async function* () {
          yield bytes;
        })(),
        close: () => undefined,
      };
    } finally {
      underWay--;
    }
  };
  return { ask, asked, most: () => most };
}

const hung: Host = (_headers, signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("called off"))));

interface Seen {
  readonly results: UpstreamResults;
  readonly ms: number;
  readonly askedCount: number;
}

function rounds(clock: Clock, ask: Ask) {
  const seen: Seen[] = [];
  const started = startRounds({
    ask,
    clock,
    onRound: (results, round) => void seen.push({ results, ...round }),
  });
  return { ...{ started, seen }, of: (name: string) => seen.at(-1)?.results.get(sourceKey(source(name))) };
}

const pass = async (clock: ManualClock, ms: number): Promise<void> => {
  for (let left = ms; left > 0; left -= 1_000) await clock.advance(Math.min(left, 1_000));
};

test("round/10 hung and 10 failing of 120: a round under 35 s, never over 20 at once, the rest fresh", async () => {
  const clock = manualClock();
  const slow: Host = async () => {
    await new Promise<void>((resolve) => void clock.after(1_000, resolve));
    return { body: fine() };
  };
  const net = internet((name) => {
    const at = Number(name.slice(1));
    return at < 10 ? hung : at < 20 ? () => ({ status: 500 }) : slow;
  });
  const world = rounds(clock, net.ask);
  world.started.follow(Array.from({ length: 120 }, (_, at) => source(`v${at}`)));
  await pass(clock, 35_000);
  expect(world.seen.length).toBe(1);
  const [{ ms, results, askedCount } = { ms: Number.NaN, results: new Map(), askedCount: 0 }] = world.seen;
  expect(ms).toBeLessThan(35_000);
  expect([askedCount, results.size]).toEqual([120, 120]);
  expect(net.most()).toBe(limits.upstreamsAtOnce);
  const all = [...results.values()];
  expect(all.filter(({ failed }) => failed?.why === "timeout").length).toBe(10);
  expect(all.filter(({ failed }) => failed?.why === "status").length).toBe(10);
  expect(all.filter(({ last, failed }) => failed === null && last?.status === "operational").length).toBe(
    100,
  );
  expect(all.find(({ failed }) => failed === null)?.ms).toBe(1_000);
  world.started.stop();
});

test("round/all of 120 hang: the round ends within half a minute", async () => {
  const clock = manualClock();
  const world = rounds(clock, internet(() => hung).ask);
  world.started.follow(Array.from({ length: 120 }, (_, at) => source(`v${at}`)));
  await pass(clock, 30_000);
  expect(world.seen.map(({ ms }) => ms)).toEqual([30_000]);
  world.started.stop();
});

test("round/what did not change is not sent again, and is confirmed all the same", async () => {
  const clock = manualClock();
  const net = internet(
    () => (headers) =>
      headers["if-none-match"] === '"1"'
        ? { status: 304 }
        : { body: fine("minor"), headers: { etag: '"1"' } },
  );
  const world = rounds(clock, net.ask);
  world.started.follow([source("a")]);
  await pass(clock, 61_000);
  expect(world.seen.length).toBe(2);
  const [first, second] = world.seen.map(({ results }) => [...results.values()][0]?.last);
  expect([first?.status, second?.status]).toEqual(["degraded_performance", "degraded_performance"]);
  expect((second?.confirmedAt ?? 0) - (first?.confirmedAt ?? 0)).toBeGreaterThanOrEqual(59_000);
  world.started.stop();
});

test("round/what is blocked is not known, and what was known last stays with its time", async () => {
  const clock = manualClock();
  let answer: Said = { body: fine() };
  const world = rounds(clock, internet(() => () => answer).ask);
  world.started.follow([source("a")]);
  await pass(clock, 1_000);
  const known = world.of("a")?.last;
  answer = { body: "<html>Just a moment" };
  await pass(clock, 60_000);
  expect(world.of("a")).toMatchObject({ last: known, failed: { why: "format" } });
  answer = { body: fine("critical") };
  await pass(clock, 60_000);
  expect(stateOf(world.of("a")?.last?.status ?? "operational")).toBe("outage");
  expect(world.of("a")?.failed).toBeNull();
  world.started.stop();
});

test("round/429 with Retry-After is obeyed, by seconds and by date, and within a bound", async () => {
  for (const [said, rounds429] of [
    ["170", 3],
    ["@date", 3],
    ["999999", 61],
  ] as const) {
    const clock = manualClock();
    const net = internet(() => () => ({
      status: 429,
      headers: { "retry-after": said === "@date" ? new Date(clock.wallMs() + 170_000).toUTCString() : said },
    }));
    const world = rounds(clock, net.ask);
    world.started.follow([source("a")]);
    await pass(clock, (rounds429 - 1) * 60_000 + 30_000);
    expect([said, net.asked.length]).toEqual([said, 1]);
    await pass(clock, 60_000);
    expect([said, net.asked.length]).toEqual([said, 2]);
    expect(world.of("a")?.failed?.why).toBe("busy");
    world.started.stop();
  }
});

test("round/a host in trouble is asked ever more rarely, every five minutes at the least, and each minute once it answers", async () => {
  const clock = manualClock();
  let status = 500;
  const net = internet(() => () => ({ status, body: fine() }));
  const world = rounds(clock, net.ask);
  world.started.follow([source("a")]);
  const at: number[] = [];
  let count = 0;
  for (let minute = 0; minute < 20; minute++) {
    await pass(clock, 1_000);
    if (net.asked.length > count) at.push(minute);
    count = net.asked.length;
    if (minute === 12) status = 200;
    await pass(clock, 59_000);
  }
  expect(at).toEqual([0, 1, 3, 7, 12, 17, 18, 19]);
  world.started.stop();
});

test("round/a document that went says nothing of its host", async () => {
  const clock = manualClock();
  const net = internet(() => () => ({ status: 404 }));
  const world = rounds(clock, net.ask);
  world.started.follow([source("a")]);
  await pass(clock, 121_000);
  expect(net.asked.length).toBe(3);
  world.started.stop();
});

test("round/a bomb is not unpacked, and what is too long is not read to its end", async () => {
  const clock = manualClock();
  const bomb = gzipSync(Buffer.alloc(limits.upstreamBytesMax + 1, 32));
  const world = rounds(
    clock,
    internet(
      (name) => () =>
        name === "bomb"
          ? { body: bomb, headers: { "content-encoding": "gzip" } }
          : name === "long"
            ? { body: Buffer.alloc(limits.upstreamBytesMax + 1, 32) }
            : { body: gzipSync(fine()), headers: { "content-encoding": "gzip" } },
    ).ask,
  );
  world.started.follow(["bomb", "long", "packed"].map(source));
  await pass(clock, 1_000);
  expect(world.of("bomb")?.failed?.why).toBe("too-large");
  expect(world.of("long")?.failed?.why).toBe("too-large");
  expect(world.of("packed")?.last?.status).toBe("operational");
  world.started.stop();
});

test("round/one that is new is asked at once, one that went is not told any more, and what a round before this process knew is kept", async () => {
  const clock = manualClock();
  const net = internet((name) => (name === "old" ? hung : () => ({ body: fine() })));
  const world = rounds(clock, net.ask);
  const last = { status: "major_outage", said: null, updatedAt: null, confirmedAt: 1 } as const;
  const known = new Map([[sourceKey(source("old")), { last, failed: null, triedAt: 1, ms: 1 }]]);
  world.started.follow([source("old"), source("a")], known);
  world.started.follow([source("old"), source("b")]);
  await pass(clock, 6_000);
  expect(net.asked).toEqual(["old", "a", "b"]);
  expect(world.of("a")).toBeUndefined();
  expect(world.of("b")?.failed).toBeNull();
  expect(world.of("old")).toMatchObject({ last, failed: { why: "timeout" } });
  world.started.stop();
});

test("round/two sources of one host are asked together, a third when one is done", async () => {
  const clock = manualClock();
  let [underWay, most] = [0, 0];
  const net = internet(() => async () => {
    most = Math.max(most, ++underWay);
    await new Promise<void>((resolve) => void clock.after(500, resolve));
    underWay--;
    return { body: JSON.stringify({ components: [{ id: "1", name: "x", status: "operational" }] }) };
  });
  const world = rounds(clock, net.ask);
  world.started.follow(
    ["1", "x", "X ", "y"].map((component) => ({ ...source("one"), options: { component } })),
  );
  await pass(clock, 5_000);
  expect([most, world.seen.at(-1)?.results.size]).toEqual([limits.upstreamsPerHostAtOnce, 4]);
  world.started.stop();
});

const server = Bun.serve({
  port: 0,
  hostname: "0.0.0.0",
  fetch: (request) => {
    const path = new URL(request.url).pathname;
    if (path.startsWith("/hang")) return new Promise<Response>(() => undefined);
    if (path.startsWith("/drip"))
      return new Response(
        new ReadableStream({
          pull: () => new Promise<void>(() => undefined),
          start: (to) => to.enqueue(" "),
        }),
      );
    if (path === "/loop") return Response.redirect("/loop");
    return new Response(fine());
  },
});
afterAll(() => server.stop(true));

test("round/over real sockets: hung, dripping, looping and refused ones end, and the others are fresh", async () => {
  const at = (path: string, of: number): UpstreamSource => ({
    format: "statuspage",
    address: `http://127.0.0.${of}:${server.port}${path}`,
    options: {},
  });
  const allowed = allowedOf(["127.0.0.0/8"]);
  if (!allowed.ok) throw new TypeError("The test's own network is none.");
  const told = Promise.withResolvers<UpstreamResults>();
  const started = startRounds({
    ask: askByDial(allowed.value),
    clock: systemClock,
    onRound: (results) => told.resolve(results),
  });
  const metadata: UpstreamSource = {
    format: "statuspage",
    address: "http://169.254.169.254/latest",
    options: {},
  };
  const all = [at("/hang", 2), at("/drip", 3), at("/loop", 4), at("/fine", 5), metadata];
  started.follow(all);
  const results = await told.promise;
  started.stop();
  const of = (one: UpstreamSource) => results.get(sourceKey(one));
  expect(all.map((one) => of(one)?.failed?.why ?? null)).toEqual([
    "timeout",
    "timeout",
    "status",
    null,
    "refused",
  ]);
  await nextTurn();
}, 15_000);
