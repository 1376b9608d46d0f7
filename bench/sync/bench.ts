// What following costs. Three looks, each in this process:
// a POP that has nothing takes 1,000 pages over HTTP into LMDB; 200 POPs behind one origin, flat and as a tree of relays, take changes;
// 10,000 publishes into one store that is swept meanwhile, file size over what is live.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { systemRandom } from "../../src/base/random.ts";
import { dial } from "../../src/host/dial.ts";
import { listenHttp } from "../../src/host/http.ts";
import { createTrust } from "../../src/snapshot/trust.ts";
import { openStore, storeFile } from "../../src/store/open.ts";
import { createFeed } from "../../src/sync/feed.ts";
import { createFollower } from "../../src/sync/follow.ts";
import { sampleApply } from "../../test/store/samples.ts";
import { until } from "../../test/support/installation.ts";
import { manualClock } from "../../test/support/manual-clock.ts";
import { memoryLine } from "../../test/support/memory-line.ts";
import { createPop, createPublisher, origin, type Pop, root, settled } from "../../test/sync/world.ts";
import type { Figure, Run, Suite } from "../suite.ts";

const routesAPage = 200;
const relays = 10;
const around = { clock: systemClock, random: systemRandom, log: silentLog };

export const suite: Suite = {
  about: "bootstrap of many pages, an origin's work as POPs grow, a store's size over many publishes",
  async run(run) {
    const parts = [bootstrap, fanOut, growth];
    const figures: Figure[] = [];
    for (const part of parts) figures.push(...(await part(run)));
    return figures;
  },
};

function bodies(page: string, routes: number, version: number): Readonly<Record<string, string>> {
  const text = (at: number): string => `${page} route ${at} says ${at < 4 ? version : 0} `.repeat(40);
  return Object.fromEntries(
    Array.from({ length: routes }, (_none, at) => [at === 0 ? "/" : `/incidents/${at}`, text(at)]),
  );
}

/** A new POP on real HTTP and a real store. The page's bodies are shared, so that making them is not what is measured. */
async function bootstrap({ quick, say }: Run): Promise<readonly Figure[]> {
  const pages = quick ? 100 : 1_000;
  const publisher = await createPublisher(manualClock(Date.now()));
  for (let at = 0; at < pages; at++)
    await publisher.publish(`page${at}`, bodies("page", routesAPage, 0), { announce: false });
  publisher.feed.announce();
  const beating = setInterval(() => publisher.beat(), 500);
  const listener = listenHttp({
    bodyBytesMax: 16 * 1024 * 1024,
    fetch: (request) => publisher.feed.fetch(request) ?? new Response(null, { status: 404 }),
  });
  const folder = mkdtempSync(join(tmpdir(), "pharos-bench-"));
  const store = openStore({ ...around, folder });
  const metrics = createMetrics();
  const trust = createTrust({ rootKeys: [root.publicKey] });
  const sources = [`http://127.0.0.1:${listener.port}`];
  const follower = createFollower({ ...around, store: store.snapshots, trust, sources, dial, metrics });
  say(`${pages} pages of ${routesAPage} routes are signed; a POP follows`);
  const began = performance.now();
  follower.start();
  const held = (): number => {
    store.refresh();
    return store.snapshots.heads().length;
  };
  await until("every page is there", () => held() === pages, 600_000);
  const tookMs = performance.now() - began;
  await follower.stop();
  await store.close();
  clearInterval(beating);
  await listener.stop(true);
  const sent = bytesSent(publisher.metrics.text());
  rmSync(folder, { recursive: true, force: true });
  return [
    { what: `bootstrap of ${pages} pages of ${routesAPage} routes`, value: tookMs, unit: "ms" },
    { what: "bytes of it", value: sent, unit: "bytes" },
  ];
}

function bytesSent(metrics: string): number {
  return [...metrics.matchAll(/^pharos_feed_bytes_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}

/** The origin's bytes and CPU for ten changes of a page, with so many POPs behind it. */
async function fanOut({ quick, say }: Run): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const pops of quick ? [20] : [20, 100, 200]) {
    for (const shape of ["flat", "tree"] as const) {
      const { bytes, ms } = await changes(pops, shape, 10);
      say(`${pops} POPs, ${shape}`);
      figures.push({
        what: `${pops} POPs, ${shape}: bytes at the origin a change`,
        value: bytes / 10,
        unit: "bytes",
      });
      figures.push({
        what: `${pops} POPs, ${shape}: all POPs have it, a change`,
        value: ms / 10,
        unit: "ms of one process",
      });
    }
  }
  return figures;
}

async function changes(
  count: number,
  shape: "flat" | "tree",
  rounds: number,
): Promise<{ bytes: number; ms: number }> {
  const clock = manualClock();
  const line = memoryLine();
  const publisher = await createPublisher(clock);
  line.feeds.set(origin, (request) => publisher.feed.fetch(request));
  await publisher.publish("page", bodies("page", routesAPage, 0));
  publisher.beat();
  const pops: Pop[] = [];
  for (let at = 0; at < count; at++) {
    const parent = shape === "flat" || at < relays ? origin : `http://relay${at % relays}.test`;
    const pop = createPop(clock, line, { sources: [parent] });
    if (shape === "tree" && at < relays) {
      const feed = createFeed({
        ...around,
        clock,
        store: pop.store,
        mayFollow: () => true,
        metrics: createMetrics(),
      });
      line.feeds.set(`http://relay${at}.test`, (request) => feed.fetch(request));
      pop.follower.onApplied(() => feed.announce());
      pop.follower.onHeartbeat((bytes, heads) => feed.beat(bytes, heads));
    }
    pops.push(pop);
  }
  const all = (generation: number): boolean =>
    pops.every(({ store }) => store.head("page")?.generation === generation);
  const live = async (generation: number): Promise<void> => {
    for (let turn = 0; !all(generation) && turn < 100; turn++) {
      await settled();
      if (all(generation)) return;
      publisher.beat();
      await clock.advance(500);
    }
    if (!all(generation)) throw new Error(`Not every POP has generation ${generation}.`);
  };
  for (const { follower } of pops) follower.start();
  await live(1);
  const before = bytesSent(publisher.metrics.text());
  const began = performance.now();
  for (let version = 1; version <= rounds; version++) {
    await publisher.publish("page", bodies("page", routesAPage, version));
    await live(version + 1);
  }
  const ms = performance.now() - began;
  const bytes = bytesSent(publisher.metrics.text()) - before;
  for (const { follower } of pops) await follower.stop();
  return { bytes, ms };
}

/** The file of a store after many publishes, over a copy of it that holds only what is live. */
async function growth({ quick, say }: Run): Promise<readonly Figure[]> {
  const publishes = quick ? 1_000 : 10_000;
  const [folder, copy] = [
    mkdtempSync(join(tmpdir(), "pharos-bench-")),
    mkdtempSync(join(tmpdir(), "pharos-bench-")),
  ];
  const store = openStore({ ...around, folder });
  for (let generation = 1; generation <= publishes; generation++) {
    const apply = sampleApply({ generation, routes: bodies("page", routesAPage, generation), partCount: 8 });
    // Only what is new, as a publisher and a follower bring it.
    store.refresh();
    const objects = apply.objects.filter(([digest]) => !store.snapshots.hasObject(digest));
    const tree = apply.tree.filter(([digest]) => !store.snapshots.hasTree(digest));
    await store.snapshots.apply({ ...apply, objects, tree });
    // A sweep every 10 s, a publish a second.
    if (generation % 10 === 0) while (!(await store.snapshots.sweep(Date.now())).done);
    if (generation % 2_000 === 0) say(`${generation} publishes`);
  }
  while (!(await store.snapshots.sweep(Date.now())).done);
  await store.copyTo(copy);
  await store.close();
  const [size, live] = [statSync(storeFile(folder)).size, statSync(join(copy, "data.mdb")).size];
  for (const made of [folder, copy]) rmSync(made, { recursive: true, force: true });
  return [
    {
      what: `file over live after ${publishes} publishes`,
      value: size / live,
      unit: "times",
      contract: "< 3",
    },
    { what: "the file", value: size, unit: "bytes" },
  ];
}
