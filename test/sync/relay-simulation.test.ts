// A tree of relays whose nodes die, hang, lie and come back, by seed. Whatever happens, no generation falls and no page is mixed or foreign;
// when it ends, every node is where the publisher is, and confirmed. `PHAROS_TEST_SEED` plays one run again.
import { expect, test } from "bun:test";
import { silentLog } from "../../src/base/log.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import type { Feed } from "../../src/sync/feed.ts";
import { createRelay } from "../../src/sync/relay.ts";
import type { Chunks } from "../support/memory-line.ts";
import { count, testSeed } from "../support/seed.ts";
import { bodiesAt, createPop, createWorld, origin, type Pop, settled, type World } from "./world.ts";

const names = ["r0", "r1", "r2", "r3", "r4", "r5"] as const;
const urlOf = (name: string): string => `http://${name}.test`;

/** How a node treats what it hands on. */
type Manner = "honest" | "hangs" | "alters" | "loses" | "drips";

interface Node {
  readonly name: string;
  readonly sources: readonly string[];
  readonly seen: Map<string, number>;
  pop: Pop;
  feed: Feed;
  manner: Manner;
  alive: boolean;
}

function mannered(node: Node, random: Random): Chunks {
  return async function* (chunks) {
    for await (const chunk of chunks) {
      if (node.manner === "hangs") await new Promise(() => {});
      if (node.manner === "loses" && random.below(3) === 0) continue;
      if (node.manner === "alters" && random.below(3) === 0)
        yield chunk.map((byte) => (random.below(40) === 0 ? byte ^ 4 : byte));
      else if (node.manner === "drips")
        for (let at = 0; at < chunk.length; at += 97) yield chunk.slice(at, at + 97);
      else yield chunk;
    }
  };
}

function start(world: World, node: Omit<Node, "pop" | "feed">, random: Random, memory?: Pop["store"]): Node {
  const { name, sources } = node;
  const pop = createPop(world.clock, world.line, {
    sources,
    random: seededRandom(random.below(1_000_000)),
    ...(memory !== undefined && { memory }),
  });
  const common = { store: pop.store, mayFollow: () => true, clock: world.clock, log: silentLog };
  const feed = createRelay(
    { ...common, random: seededRandom(random.below(1_000_000)), metrics: pop.metrics },
    pop.follower,
  );
  world.line.feeds.set(urlOf(name), (request) => feed.fetch(request));
  pop.follower.start();
  return Object.assign(node, { pop, feed, alive: true });
}

async function kill(world: World, node: Node): Promise<void> {
  node.alive = false;
  world.line.feeds.delete(urlOf(node.name));
  world.line.cut(urlOf(node.name));
  await node.pop.follower.stop();
}

function watch({ pop, seen }: Node, published: ReadonlySet<string>): void {
  for (const { page, generation } of pop.store.heads()) {
    expect(generation).toBeGreaterThanOrEqual(seen.get(page) ?? 0);
    seen.set(page, generation);
    const versions = new Set([...bodiesAt(pop.store, page).values()].map((body) => body.split(" ")[0]));
    expect(versions.size).toBe(1);
    for (const version of versions) expect(published.has(String(version))).toBe(true);
  }
}

const manners: readonly Manner[] = ["honest", "hangs", "alters", "loses", "drips"];

async function run(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const world = await createWorld();
  const published = new Set<string>();
  const publish = async (): Promise<void> => {
    const version = `v${published.size}`;
    published.add(version);
    const bodies = {
      "/": `${version} front`,
      "/a": `${version} a`,
      [`/${random.below(9)}`]: `${version} more`,
    };
    await world.publisher.publish("acme", bodies);
  };
  // The first follows the origin; each other one somebody before it, and whoever else, also in circles, and some the origin.
  const nodes = names.map((name, at) => {
    const others = names.filter((other) => other !== name && random.below(3) === 0);
    const before = names[random.below(Math.max(1, at))] ?? names[0];
    const relays = [...new Set(at === 0 ? others : [...others, before])].map(urlOf);
    const sources = at === 0 || random.below(3) === 0 ? [...relays, origin] : relays;
    const node = start(world, { name, sources, seen: new Map(), manner: "honest", alive: true }, random);
    world.line.mangle.set(urlOf(name), mannered(node, seededRandom(random.below(1_000_000))));
    return node;
  });
  await publish();
  for (let step = 0; step < 60; step++) {
    const node = nodes[random.below(nodes.length)];
    if (node === undefined) continue;
    const fate = random.below(10);
    if (fate < 2) await publish();
    else if (fate < 4) node.manner = manners[random.below(manners.length)] ?? "honest";
    else if (fate === 4) world.line.cut(random.below(2) === 0 ? origin : urlOf(node.name));
    else if (fate === 5 && node.alive) await kill(world, node);
    else if (fate === 6 && !node.alive)
      start(world, node, random, random.below(3) === 0 ? undefined : node.pop.store);
    if (!node.pop.store.heads().length) node.seen.clear();
    if (step % 4 === 0) world.publisher.beat();
    await settled(3);
    await world.clock.advance(500);
    for (const one of nodes) watch(one, published);
  }
  for (const node of nodes) {
    node.manner = "honest";
    world.line.cut(urlOf(node.name));
    if (!node.alive) start(world, node, random, node.pop.store);
  }
  await publish();
  const head = world.publisher.store.head("acme");
  const isThere = ({ pop }: Node): boolean =>
    pop.store.head("acme")?.manifest === head?.manifest &&
    pop.follower.state().level === 0 &&
    pop.store.freshness()?.sequence === world.publisher.sequence &&
    Object.keys(pop.store.freshness()?.behind ?? {}).length === 0;
  for (let leftMs = 120_000; leftMs > 0 && !nodes.every(isThere); leftMs -= 2_000) await world.live(2_000);
  for (const { name, pop } of nodes) {
    expect([name, pop.store.head("acme")]).toEqual([name, head]);
    expect([name, pop.follower.state().level]).toEqual([name, 0]);
    expect(pop.store.freshness()).toMatchObject({ behind: {}, sequence: world.publisher.sequence });
  }
  for (const { pop } of nodes) await pop.follower.stop();
  await world.pop.follower.stop();
}

const runs = count(40, 1_000);
test(`relay/${runs} trees of relays that die, hang, lie and come back`, async () => {
  for (let at = 0; at < runs; at++) {
    const seed = testSeed + at;
    await run(seed).catch((thrown) => {
      throw new Error(`seed ${seed}: ${thrown instanceof Error ? thrown.message : thrown}`, {
        cause: thrown,
      });
    });
  }
}, 300_000);
