// A network, two sources, a store and a clock that do what they like, by seed. Whatever happens, no generation falls and no page is mixed; when it ends,
// the POP is where the publisher is. `PHAROS_TEST_SEED` plays one run again.
// Long: a thousand runs.
import { expect, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import type { Head } from "../../src/snapshot/types.ts";
import type { Chunks } from "../support/memory-line.ts";
import { count, testSeed } from "../support/seed.ts";
import { bodiesAt, createPop, createWorld, origin, settled, type World } from "./world.ts";

const pages = ["acme", "other", "third"];
const second = "http://second.test";
const sources = [origin, second];

/** A line that loses, doubles, swaps, tears or ends. */
function faultyLine(random: Random): Chunks {
  return async function* (chunks) {
    let held: Uint8Array | null = null;
    for await (const chunk of chunks) {
      const fate = random.below(12);
      if (fate === 0) continue;
      if (fate === 1) throw new Fault("unreachable", "The line broke.", "Nothing.");
      if (fate === 2) yield chunk;
      if (fate === 3 && held === null) {
        held = chunk;
        continue;
      }
      if (fate === 4) {
        const at = random.below(chunk.length + 1);
        yield chunk.slice(0, at);
        yield chunk.slice(at);
      } else if (fate === 5) yield chunk.map((byte) => (random.below(64) === 0 ? byte ^ 1 : byte));
      else yield chunk;
      if (held !== null) yield held;
      held = null;
    }
  };
}

/** Reads a page again whenever its head has changed: what is held under a digest is checked against it. */
function watch(world: World, seen: Map<string, Head>): void {
  for (const head of world.pop.store.heads()) {
    const { page, generation } = head;
    const before = seen.get(page);
    expect(generation).toBeGreaterThanOrEqual(before?.generation ?? 0);
    if (head.manifest === before?.manifest) continue;
    seen.set(page, head);
    const versions = new Set([...bodiesAt(world.pop.store, page).values()].map((body) => body.split(" ")[0]));
    expect(versions.size).toBe(1);
  }
}

async function step(world: World, random: Random, version: number): Promise<void> {
  const { publisher, clock, line, pop } = world;
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2: {
      const page = pages[random.below(pages.length)] ?? "acme";
      const paths = Array.from({ length: 1 + random.below(5) }, (_, at) => `/${at}`);
      await publisher.publish(page, Object.fromEntries(paths.map((path) => [path, `${version} ${path}`])));
      return;
    }
    case 3:
      return line.cut(sources[random.below(2)] ?? origin);
    case 4:
      line.mangle.set(sources[random.below(2)] ?? origin, faultyLine(random));
      return;
    case 5:
      for (const source of sources) line.mangle.delete(source);
      return;
    case 8: {
      const [gone = origin, back = second] = random.below(2) === 0 ? sources : sources.toReversed();
      line.feeds.delete(gone);
      line.cut(gone);
      line.feeds.set(back, (request) => publisher.feed.fetch(request));
      return;
    }
    case 6:
      clock.jumpWall((random.below(3) - 1) * 3_600_000);
      return;
    case 7: {
      let writes = random.below(4);
      pop.store[random.below(2) === 0 ? "beforeWrite" : "afterWrite"] = () => {
        if (writes-- === 0) throw new Fault("disk-full", "No room.", "Nothing.");
      };
      return;
    }
    default: {
      await pop.follower.stop();
      world.pop = createPop(clock, line, { memory: pop.store, sources });
      world.pop.follower.start();
    }
  }
}

/** The POP is where the publisher is, and knows it by a heartbeat of late. */
function hasConverged({ pop, publisher }: World): boolean {
  const { level, behind, sequence } = pop.store.freshness() ?? {};
  return (
    level === 0 &&
    Object.keys(behind ?? {}).length === 0 &&
    (sequence ?? 0) > publisher.sequence - 3 &&
    publisher.store.heads().every(({ page, manifest }) => pop.store.head(page)?.manifest === manifest)
  );
}

async function run(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const world = await createWorld(random.below(4) === 0 ? { mode: "poll", sources } : { sources });
  const feed = (request: Request) => world.publisher.feed.fetch(request);
  world.line.feeds.set(second, feed);
  const seen = new Map<string, Head>();
  for (let version = 0; version < 25; version++) {
    await step(world, random, version);
    if (random.below(2) === 0) world.publisher.beat();
    await world.clock.advance(random.below(3_000));
    await settled(5);
    watch(world, seen);
  }
  for (const source of sources) {
    world.line.mangle.delete(source);
    world.line.feeds.set(source, feed);
  }
  world.pop.store.beforeWrite = null;
  world.pop.store.afterWrite = null;
  for (let beats = 0; beats < 15 && !hasConverged(world); beats++) {
    await world.live(2_000);
    watch(world, seen);
  }
  seen.clear();
  watch(world, seen);
  for (const head of world.publisher.store.heads()) expect(world.pop.store.head(head.page)).toEqual(head);
  expect(world.pop.store.freshness()).toMatchObject({ level: 0, behind: {} });
  expect(world.pop.store.freshness()?.sequence).toBeGreaterThan(world.publisher.sequence - 3);
  await world.pop.follower.stop();
}

test("simulation/whatever the line, the store and the clock do: no generation falls, no page is mixed, all converge", async () => {
  const first = testSeed;
  for (let at = 0; at < count(1_000, 4_000); at++) {
    try {
      await run(first + at);
    } catch (thrown) {
      throw new Error(`PHAROS_TEST_SEED=${first + at}`, { cause: thrown });
    }
  }
}, 600_000);
