// Promise 5: only signed bytes are served: nothing foreign, altered, rolled back or mixed; a frozen source is noticed within seconds.
// Covered: a real POP and a source that lies to it in each way of the TUF list; a refused publish leaves the last good one served, is
// counted under its reason, and the POP follows again once the source is honest; documents at the ops address.
// Covered elsewhere: each refusal as a table in test/snapshot/tuf.test.ts, the follower's moves in test/sync/follow.test.ts.
// Covered later: rotation and revocation of keys, the emergency document, relays, mirrors.
// Switch: PHAROS_BREAK=trust gives the POP the liar's root key too, and the foreign page's test must turn red.
// Long: it waits for a POP to follow an honest source again, after each lie.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { systemRandom } from "../../src/base/random.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { signRemoval } from "../../src/snapshot/documents.ts";
import type { SecretKey } from "../../src/snapshot/keys.ts";
import { encodeFrame, framesOf, helloOf } from "../../src/sync/frames.ts";
import { until } from "../support/installation.ts";
import { metricsAt } from "../support/metrics.ts";
import { get } from "../support/reader.ts";
import { sampleHost as host, samplePage as page } from "../support/summary.ts";
import { endless, flipped, foreignPage, lies } from "./p5-lies.ts";
import { World } from "./p5-world.ts";

const world = new World();
beforeAll(() => world.start(process.env.PHAROS_BREAK), 60_000);
afterAll(() => world.end());

/** Resident memory of the POP's processes (bytes); 0 where /proc does not say. */
function memoryOf(parent: number): number {
  let bytes = 0;
  for (const entry of existsSync("/proc") ? readdirSync("/proc") : []) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const status = readFileSync(join("/proc", entry, "status"), "utf8");
      const [, of] = /^PPid:\s+(\d+)/m.exec(status) ?? [];
      if (Number(of) !== parent) continue;
      bytes += Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      // It ended while we looked.
    }
  }
  return bytes;
}

describe("promise 5: a source that lies", () => {
  for (const { name, reason, tell } of lies) {
    test(name, async () => {
      const held = world.newest;
      expect(await world.serves(held)).toBe(true);
      const before = await world.refused(reason);
      await tell(held, await world.next(), world);
      await until(
        `the refusal ${reason} is counted`,
        async () => (await world.refused(reason)) > before,
        20_000,
      );
      expect(await world.serves(held)).toBe(true);
      await world.publish();
      await world.follows();
    }, 60_000);
  }

  for (const [path, reason, bytesMin] of [
    ["/sync/follow", "undeclared", 64 * 1024 * 1024],
    ["/sync/fetch", "too-long", 0],
  ] as const) {
    test(`an answer to ${path} that never ends takes no memory and keeps nobody from an honest source`, async () => {
      const held = world.newest;
      const { head, tree } = await world.next();
      const [[, manifest = new Uint8Array()] = []] = tree;
      const opening = [helloOf(), ...framesOf("manifest", head.manifest, manifest)];
      const pushed = encodeFrame({ kind: "pushed", manifest: head.manifest });
      const junk = systemRandom.bytes(200_000);
      const more = (): Uint8Array =>
        Buffer.concat([...framesOf("body", digestOf(systemRandom.bytes(8)), junk)]);
      const memory = memoryOf(world.pid);
      const before = await world.refused(reason);
      let sent = 0;
      world.turnTo({
        fetch(request) {
          const asked = new URL(request.url).pathname;
          if (asked !== path) return endless([...opening, pushed], null);
          return endless(path === "/sync/follow" ? opening : [helloOf()], more, (bytes) => {
            sent += bytes;
          });
        },
        close: () => {},
      });
      await until("the refusal is counted", async () => (await world.refused(reason)) > before, 20_000);
      await until("as much was sent", () => sent > bytesMin, 20_000);
      expect(memoryOf(world.pid) - memory).toBeLessThan(128 * 1024 * 1024);
      expect(await world.serves(held)).toBe(true);
      await world.publish();
      await world.follows();
    }, 60_000);
  }

  test("a frozen source: heartbeats of the past keep coming, and the page soon says that it is not confirmed", async () => {
    const held = world.newest;
    const before = await world.refused("sequence-not-rising");
    await world.freeze();
    const frozenMs = performance.now();
    await until("level 1", async () => (await world.level()) === "1", 3 * limits.staleAfterMs);
    console.log(
      `Frozen: noticed in ${Math.round(performance.now() - frozenMs)} ms; the bound is ${limits.staleAfterMs} ms.`,
    );
    expect(await world.refused("sequence-not-rising")).toBeGreaterThan(before);
    expect(await world.serves(held)).toBe(true);
    const front = (await get(world.pop, "/", { host })).body.toString("utf8");
    expect(front).toContain("Not confirmed since");
    await world.publish();
    await world.follows();
  }, 60_000);
});

describe("promise 5: documents at the ops address", () => {
  const post = (body: Uint8Array): Promise<Response> =>
    fetch(`http://${world.ops}/ingest`, { method: "POST", body });
  const removal = (key: SecretKey): Uint8Array => signRemoval({ page, hosts: [host], serial: 1 }, key);
  const rows: readonly (readonly [name: string, reason: string, make: () => Uint8Array])[] = [
    ["no document at all", "undecodable", () => new TextEncoder().encode('{"remove":"this page"}')],
    ["nothing", "undecodable", () => new Uint8Array()],
    ["an altered one", "bad-signature", () => flipped(removal(world.root))],
    ["one by another root", "not-root", () => removal(world.liarsRoot.secretKey)],
  ];
  for (const [name, reason, make] of rows) {
    test(`${name} is refused as ${reason}, and the page stays`, async () => {
      const counted = async (): Promise<number> =>
        (await metricsAt(world.ops)).sum("ingest_total", `outcome="${reason}"`);
      const before = await counted();
      expect((await post(make())).status).toBe(403);
      expect(await counted()).toBe(before + 1);
      expect(await world.serves(world.newest)).toBe(true);
    });
  }
});

describe("promise 5: the switch", () => {
  test("a POP that trusts the liar's root serves the foreign page: the tests above can see it", async () => {
    const broken = new World();
    try {
      await broken.start("trust");
      const held = broken.newest;
      await foreignPage.tell(held, held, broken);
      await until("the foreign page is served", async () => {
        const answer = await get(broken.pop, "/", { host }).catch(() => null);
        return answer?.body.toString("utf8").includes("false") === true;
      });
      expect(await broken.serves(held)).toBe(false);
    } finally {
      await broken.end();
    }
  }, 60_000);
});
