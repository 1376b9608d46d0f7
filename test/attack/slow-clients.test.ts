// Clients that take their time, beside a visitor who does not: heads that never end, bodies that never end, answers that nobody reads.
// In: connections of our own, and slowhttptest where it is installed. Out: the visitor is answered in time, what is slow is closed when the README of
// host/ says, and memory stays bounded. All runtimes are attacked at the same time: most of this is waiting.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { runtimes as all, type Runtime } from "../contract/runtimes.ts";
import { runLine } from "../support/command.ts";
import { metricsAt } from "../support/metrics.ts";
import { until } from "../support/pop.ts";
import type { Place } from "../support/raw-exchange.ts";
import { count, testLong } from "../support/seed.ts";
import { skipUnless } from "../support/skip.ts";
import { type AttackedPop, startAttackedPop } from "./attacked-pop.ts";
import { visitedHost } from "./smuggling-cases.ts";

// The binary has Bun's listener: it is attacked in the long run.
const runtimes = all.filter(({ name }) => testLong || name !== "binary");
const each = count(40, 200);
const slowhttptest = "/usr/bin/slowhttptest";
const whyNoSlowhttptest = testLong
  ? "slowhttptest is absent"
  : "slowhttptest attacks for a minute: in the long run";
const headMsMax = 12_000;
const idleMsMax = 30_000;
/** How late a runtime looks at its timers, and this machine at ours. */
const graceMs = 4_000;
const visitMsMax = 2_000;
const bigBytes = 2_000_000;
const big = randomBytes(bigBytes / 2).toString("hex");

const head = `Host: ${visitedHost}\r\n`;
const drips = {
  "a head, byte by byte": ["GET / HTTP/1.1\r\nX: ", "a"],
  "a head, line by line": [`GET / HTTP/1.1\r\n${head}`, "X: a\r\n"],
  "a request line": ["GET /", "a"],
  nothing: ["", ""],
  "a body": [`POST / HTTP/1.1\r\n${head}Content-Length: 60000\r\n\r\n`, "a"],
  "a body of GET": [`GET /icon.svg HTTP/1.1\r\n${head}Content-Length: 60000\r\n\r\n`, "a"],
  "a body in chunks": [`POST / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n`, "1\r\na\r\n"],
} as const;
type Drip = keyof typeof drips;

interface Attack {
  readonly pop: AttackedPop;
  /** When connections were closed (ms after they were opened), by what they sent. */
  readonly closed: ReadonlyMap<Drip, readonly number[]>;
  /** Visits that took too long or went wrong. */
  readonly complaints: readonly string[];
  readonly visits: number;
  readonly memoryBytesMax: number;
  readonly memoryBytesBefore: number;
  stop(): Promise<void>;
}

const attacks = new Map<string, Attack>();
beforeAll(async () => {
  const present = runtimes.filter((runtime) => runtime.present);
  await Promise.all(present.map(async (runtime) => attacks.set(runtime.name, await attack(runtime))));
  const longest = [...attacks.values()].map(({ closed }) =>
    until(
      "all that drips is closed",
      () => [...closed.values()].every((at) => at.length === each),
      headMsMax + graceMs,
    ),
  );
  // What is still open then is what the tests are about.
  await Promise.allSettled(longest);
}, 60_000);
afterAll(async () => {
  for (const { stop } of attacks.values()) await stop();
});

for (const runtime of runtimes) describe(`attack/slow clients of ${runtime.name}`, () => slowOn(runtime));

function slowOn({ name, test }: Runtime): void {
  const its = (): Attack => attacks.get(name) as Attack;

  for (const drip of Object.keys(drips) as Drip[])
    test(`${each} connections that send ${drip} are closed in time`, () => {
      const closed = its().closed.get(drip) ?? [];
      expect(closed).toHaveLength(each);
      expect(Math.max(...closed)).toBeLessThan(headMsMax + graceMs);
    });

  test("the visitor beside them is answered, rightly and in time", () => {
    expect(its().complaints).toEqual([]);
    expect(its().visits).toBeGreaterThan(20);
  });

  test(`${each} that ask for ${bigBytes} bytes and read nothing are no memory to speak of`, () => {
    // Bun hands one body to all of them; under Deno each has a copy.
    const copies = name === "deno" ? each : 0;
    const grown = its().memoryBytesMax - its().memoryBytesBefore;
    expect(grown).toBeLessThan(120_000_000 + copies * bigBytes);
  });

  skipUnless(testLong, "closing takes half a minute: in the long run")(
    "who reads nothing is closed",
    async () => {
      const { pop } = its();
      const pending = async (): Promise<boolean> =>
        (await metricsAt(`${pop.ops.host}:${pop.ops.port}`)).sum("edge_requests_pending") === 0;
      await until("no answer is pending", pending, idleMsMax + 2 * graceMs);
    },
    60_000,
  );

  skipUnless(testLong && existsSync(slowhttptest), whyNoSlowhttptest)(
    "slowhttptest's four attacks",
    async () => {
      const { host, port } = its().pop.visitors;
      const url = `http://${host}:${port}/`;
      const kinds = [["-H"], ["-B"], ["-R"], ["-X", "-w", "10", "-y", "20", "-z", "5", "-k", "3"]];
      for (const kind of kinds) {
        const line = [slowhttptest, ...kind, "-c", "300", "-r", "100", "-i", "2", "-l", "12", "-u", url];
        await runLine(line, { deadlineMs: 30_000 });
      }
      expect(its().complaints).toEqual([]);
    },
    150_000,
  );
}

async function attack(runtime: Runtime): Promise<Attack> {
  const pop = await startAttackedPop(await runtime.program(), { routes: { "/big": { body: big } } });
  await pop.settled();
  const memoryBytesBefore = memoryOf(pop.pid);
  const sockets: { destroy(): void }[] = [];
  const timers: ReturnType<typeof setInterval>[] = [];
  const closed = new Map<Drip, number[]>();
  for (const [drip, [first, more]] of Object.entries(drips) as [Drip, readonly [string, string]][]) {
    const times: number[] = [];
    closed.set(drip, times);
    for (let at = 0; at < each; at++) {
      const { socket, timer } = dripping(pop.visitors, first, more, (ms) => times.push(ms));
      sockets.push(socket);
      timers.push(timer);
    }
  }
  for (let at = 0; at < each; at++) sockets.push(unread(pop.visitors));
  const complaints: string[] = [];
  const seen = { visits: 0, memoryBytesMax: 0 };
  let going = true;
  const visiting = (async () => {
    while (going) {
      const began = performance.now();
      await pop.settled().catch((thrown) => complaints.push(String(thrown)));
      const tookMs = performance.now() - began;
      if (tookMs > visitMsMax) complaints.push(`a visit took ${tookMs} ms`);
      seen.visits++;
      seen.memoryBytesMax = Math.max(seen.memoryBytesMax, memoryOf(pop.pid));
      await new Promise((next) => setTimeout(next, 100));
    }
  })();
  return {
    pop,
    closed,
    complaints,
    get visits() {
      return seen.visits;
    },
    get memoryBytesMax() {
      return seen.memoryBytesMax;
    },
    memoryBytesBefore,
    async stop() {
      going = false;
      await visiting;
      for (const timer of timers) clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      await pop.end();
    },
  };
}

/** Sends `more` every half second until it is closed. */
function dripping({ host, port }: Place, first: string, more: string, onClosed: (ms: number) => void) {
  const began = performance.now();
  const socket = connect(port, host, () => socket.write(first));
  const timer = setInterval(() => socket.write(more), 500);
  socket.resume();
  socket.on("error", () => undefined);
  socket.on("close", () => {
    clearInterval(timer);
    onClosed(performance.now() - began);
  });
  return { socket, timer };
}

function unread({ host, port }: Place) {
  const socket = connect(port, host, () => socket.write(`GET /big HTTP/1.1\r\n${head}\r\n`));
  socket.pause();
  socket.on("error", () => undefined);
  return socket;
}

function memoryOf(pid: number): number {
  return 1_024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
}
