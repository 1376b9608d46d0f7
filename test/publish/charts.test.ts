// Points on their way to a page: shown at once after a silence, then once a minute, and no generation where the picture stays.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { followPoints } from "../../src/publish/charts.ts";
import { createPublisher } from "../../src/publish/publisher.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { createTrust } from "../../src/snapshot/trust.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { createSeries } from "../../src/store/series.ts";
import { manualClock } from "../support/manual-clock.ts";

const ended: (() => unknown)[] = [];
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pharos-charts-"));
});
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});

const root = generateKeyPair("root", seededRandom(1));
const key = generateKeyPair("publisher", seededRandom(2));

async function world() {
  const clock = manualClock();
  const store = openStore({ folder, clock, log: silentLog });
  const ledger = openLedger({ store, clock, random: seededRandom(3), region: "main", log: silentLog });
  const series = createSeries(store);
  const trust = createTrust({ rootKeys: [root.publicKey] });
  trust.accept(
    signDelegation({ publisherKey: key.publicKey, pages: ["*"], hosts: ["*"], serial: 1 }, root.secretKey),
  );
  const common = { store: store.snapshots, trust, clock, random: seededRandom(4), log: silentLog };
  const publisher = createPublisher({
    ...common,
    ledger,
    series,
    secretKey: key.secretKey,
    metrics: createMetrics(),
    announce: () => undefined,
  });
  publisher.start();
  ended.push(() => store.close(), publisher.stop);
  const made = async (page: string | null, command: Parameters<typeof ledger.submit>[1]): Promise<string> => {
    const done = await ledger.submit(page, command, "test");
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    return done.id;
  };
  const page = await made(null, { kind: "page.create", fields: { name: "A", url: "https://a.example" } });
  const metric = await made(page, { kind: "metric.create", fields: { name: "Latency" } });
  await publisher.settled();
  const generation = (): number => {
    store.refresh();
    return store.snapshots.head(page)?.generation ?? 0;
  };
  const add = async (value: number, at = clock.wallMs()): Promise<void> => {
    await series.add(page, new Map([[metric, [{ at, value }]]]));
    await publisher.settled();
  };
  return { clock, publisher, series, page, metric, generation, add, made };
}

test("charts/a point after a silence is published at once, those that follow once a minute, the last of them too", async () => {
  const { clock, publisher, generation, add } = await world();
  const start = generation();
  await add(1);
  expect(generation()).toBe(start + 1);
  for (let at = 0; at < 5; at++) {
    await clock.advance(10_000);
    await add(at);
  }
  expect(generation()).toBe(start + 1);
  await clock.advance(10_000);
  await publisher.settled();
  expect(generation()).toBe(start + 2);
  await clock.advance(10 * limits.seriesPublishMs);
  await publisher.settled();
  expect(generation()).toBe(start + 2);
});

test("charts/the same point again changes no picture and makes no generation; a hidden metric neither", async () => {
  const { clock, publisher, generation, add, made, page, metric } = await world();
  const at = clock.wallMs();
  await add(5, at);
  const before = generation();
  await clock.advance(2 * limits.seriesPublishMs);
  await add(5, at);
  expect(generation()).toBe(before);
  await made(page, { kind: "metric.update", id: metric, fields: { display: false } });
  await publisher.settled();
  const hidden = generation();
  await clock.advance(2 * limits.seriesPublishMs);
  await add(9);
  expect(generation()).toBe(hidden);
});

test("charts/pages do not wait for each other, and nothing is told after the end", async () => {
  const clock = manualClock();
  const told: string[] = [];
  let change: (page: string) => void = () => undefined;
  const onChange = (listener: typeof change): (() => void) => {
    change = listener;
    return () => {
      change = () => undefined;
    };
  };
  const pace = followPoints({ onChange }, clock, (page) => told.push(page));
  for (const page of ["a", "b", "a", "b", "a"]) change(page);
  expect(told).toEqual(["a", "b"]);
  await clock.advance(limits.seriesPublishMs);
  expect(told).toEqual(["a", "b", "a", "b"]);
  change("a");
  pace.stop();
  change("b");
  await clock.advance(2 * limits.seriesPublishMs);
  expect(told.length).toBe(4);
});
