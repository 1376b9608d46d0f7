// The access log: a share of the answers, every error, nobody's address, and nothing that waits for a disk.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { createAccessLog, networkOf } from "../../src/edge/access-log.ts";
import { type Appender, appendToFile } from "../../src/host/append.ts";
import type { Answer } from "../../src/host/asked.ts";
import { askedOf } from "../../src/host/visitors-fetch.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { testSeed } from "../support/seed.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pharos-access-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const peer = { address: "203.0.113.77" };
const ok: Answer = {
  status: 200,
  fields: [
    ["pharos-generation", "7"],
    ["pharos-level", "1"],
    ["content-encoding", "gzip"],
  ],
  body: Buffer.from("body"),
};
const failed = (status: number): Answer => ({ status, fields: [], body: null });

interface World {
  readonly clock: ManualClock;
  readonly written: string[];
  readonly warned: string[];
  text(): string;
  answer(url: string, given?: Answer, times?: number): void;
  stop(): Promise<void>;
}

function world(sample: number, to?: Appender, addresses: "network" | "off" = "network"): World {
  const clock = manualClock();
  const metrics = createMetrics();
  const written: string[] = [];
  const warned: string[] = [];
  const quiet = { info: () => undefined, error: () => undefined };
  const log = { ...quiet, warn: (line: string) => void warned.push(line), with: () => log };
  const gather: Appender = {
    append: async (text) => void written.push(...text.trimEnd().split("\n")),
    close: async () => undefined,
  };
  const access = createAccessLog({
    to: to ?? gather,
    sample,
    addresses,
    clock,
    random: seededRandom(testSeed),
    log,
    metrics,
  });
  const answer: World["answer"] = (url, given = ok, times = 1) => {
    const asked = askedOf(new Request(url, { headers: { host: new URL(url).host } }));
    for (let at = 0; at < times; at++) access.answered(asked, peer, given, 4, 0.01234);
  };
  return { clock, written, warned, text: metrics.text, stop: access.stop, answer };
}

/** Lets real files settle between two moments of the clock. */
async function flushed({ clock }: World, holds: () => boolean): Promise<void> {
  const end = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error("nothing was written");
    await clock.advance(limits.accessLogFlushMs);
  }
}

describe("edge/access-log", () => {
  test("a line says what was asked and answered, without query and without the host's part of the address", async () => {
    const { clock, written, answer } = world(1);
    answer("http://status.example/api/v2/summary.json?token=secret");
    expect(written).toEqual([]);
    await clock.advance(limits.accessLogFlushMs);
    expect(written.map((line) => JSON.parse(line))).toEqual([
      {
        time: "2026-01-05T12:00:00.000Z",
        from: "203.0.113.0/24",
        method: "GET",
        host: "status.example",
        path: "/api/v2/summary.json",
        status: 200,
        generation: 7,
        level: 1,
        encoding: "gzip",
        secure: false,
        bytes: 4,
        ms: 0.012,
      },
    ]);
  });

  test("addresses off: not even the network", async () => {
    const { clock, written, answer } = world(1, undefined, "off");
    answer("http://status.example/");
    await clock.advance(limits.accessLogFlushMs);
    expect(written).toHaveLength(1);
    expect(written[0]).not.toContain("203.0");
  });

  test("a hundredth of many answers, whatever their rhythm; every error", async () => {
    const { clock, written, answer } = world(0.01);
    for (let round = 0; round < 200; round++) {
      answer("http://status.example/", ok, 100);
      await clock.advance(limits.accessLogFlushMs);
    }
    // Of 20,000 at 1 %: 200, with a standard deviation of 14.
    expect(written.length).toBeWithin(200 - 85, 200 + 85);
    const sampled = written.length;
    answer("http://status.example/none", failed(404), 10);
    answer("http://status.example/", failed(503), 10);
    await clock.advance(limits.accessLogFlushMs);
    expect(written.length).toBeWithin(sampled + 20, sampled + 23);
  });

  test("a share of none: only errors", async () => {
    const { clock, written, answer } = world(0);
    answer("http://status.example/", ok, 5_000);
    answer("http://status.example/", failed(421));
    await clock.advance(limits.accessLogFlushMs);
    expect(written).toHaveLength(1);
  });

  test("a disk that takes nothing: what waits is bounded, the rest dropped and counted; then all is as before", async () => {
    const stuck = Promise.withResolvers<void>();
    const taken: string[] = [];
    const to: Appender = {
      append: async (text) => {
        await stuck.promise;
        taken.push(...text.trimEnd().split("\n"));
      },
      close: async () => undefined,
    };
    const seen = world(1, to);
    for (let round = 0; round < 20; round++) {
      seen.answer("http://status.example/", ok, 1_000);
      await seen.clock.advance(limits.accessLogFlushMs);
    }
    const dropped = Number(/outcome="dropped"\} (\d+)/.exec(seen.text())?.[1]);
    expect(dropped).toBeGreaterThan(10_000);
    stuck.resolve();
    await seen.clock.advance(limits.accessLogFlushMs);
    await seen.clock.advance(limits.accessLogFlushMs);
    expect(taken.length + dropped).toBe(20_000);
    expect(taken.join("").length).toBeLessThan(limits.accessLogCharsMax * 1.5);
    seen.answer("http://status.example/");
    await seen.clock.advance(limits.accessLogFlushMs);
    expect(taken.length + dropped).toBe(20_001);
  });

  test("a file that cannot be written: said once, counted, and nobody waits", async () => {
    const seen = world(1, appendToFile(join(folder, "none", "access.log")));
    for (let round = 0; round < 3; round++) {
      seen.answer("http://status.example/");
      await flushed(seen, () => seen.text().includes(`outcome="failed"} ${round + 1}\n`));
    }
    expect(seen.warned).toHaveLength(1);
    await seen.stop();
  });

  test("a file that is moved away: a new one is begun, no line is lost, nobody sends a signal", async () => {
    const [file, moved] = [join(folder, "access.log"), join(folder, "access.log.1")];
    const seen = world(1, appendToFile(file));
    seen.answer("http://status.example/one");
    await flushed(seen, () => seen.text().includes('outcome="written"} 1\n'));
    renameSync(file, moved);
    seen.answer("http://status.example/two");
    await flushed(seen, () => seen.text().includes('outcome="written"} 2\n'));
    seen.answer("http://status.example/three");
    await seen.stop();
    const paths = (from: string) =>
      readFileSync(from, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).path);
    expect([paths(moved), paths(file)]).toEqual([["/one"], ["/two", "/three"]]);
  });
});

describe("edge/access-log: networks", () => {
  for (const [address, network] of [
    ["203.0.113.77", "203.0.113.0/24"],
    ["::ffff:203.0.113.77", "203.0.113.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
    ["2001:0db8::5", "2001:db8:0::/48"],
    ["fe80::1%eth0", "fe80:0:0::/48"],
    ["::1", "0:0:0::/48"],
    ["", null],
    ["/run/pharos.sock", null],
    [null, null],
  ] as const)
    test(`${address} is of ${network}`, () => expect(networkOf(address)).toBe(network));
});
