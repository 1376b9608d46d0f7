// A store that lost bodies is made whole: identity made again here, the rest fetched from a source that has it, and nothing else stored.
import { afterEach, expect, test } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { systemRandom } from "../../src/base/random.ts";
import { createMending } from "../../src/edge/mend.ts";
import { routesByPart } from "../../src/edge/routes-of.ts";
import { dial } from "../../src/host/dial.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import type { Route } from "../../src/snapshot/types.ts";
import { startOrigin } from "../support/origin.ts";
import { until } from "../support/pop.ts";
import { frontRoutes, memoryStore, signedPage } from "./fixture.ts";

const page = await signedPage({
  page: "p1",
  hosts: ["status.example"],
  generation: 7,
  routes: frontRoutes("calm"),
});
const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function setUp(sources: readonly string[]) {
  const store = memoryStore();
  await store.apply(page);
  const metrics = createMetrics();
  const mending = createMending({ store, sources, dial, clock: systemClock, log: silentLog, metrics });
  ended.push(mending.stop);
  const routes = [...routesByPart(store)].flat();
  const front = routes.find(({ path }) => path === "/") as Route;
  return { store, metrics, mending, routes, front };
}

const isWhole = (store: ReturnType<typeof memoryStore>, routes: readonly Route[]): boolean =>
  routes.every(({ variants }) =>
    Object.values(variants).every(
      ({ digest }) => digestOf(store.objects.get(digest) ?? new Uint8Array()) === digest,
    ),
  );

test("edge/mend: a lost identity body is made again without a source", async () => {
  const { store, mending, routes, front } = await setUp([]);
  store.objects.delete(front.variants.identity.digest);
  await mending.check([front]);
  expect(isWhole(store, routes)).toBe(true);
});

test("edge/mend: damaged bodies are dropped and fetched from the source that has them", async () => {
  const origin = await startOrigin(generateKeyPair("root", systemRandom).secretKey, [page]);
  ended.push(() => origin.stop());
  const { store, mending, routes, front, metrics } = await setUp(["http://127.0.0.1:9", origin.url]);
  for (const { digest } of Object.values(front.variants)) store.objects.set(digest, Buffer.from("altered"));
  await mending.check(routes);
  expect(isWhole(store, routes)).toBe(true);
  expect(metrics.text()).toContain(`pharos_store_bodies_damaged_total ${Object.keys(front.variants).length}`);
});

test("edge/mend: what a reader reports is looked up, dropped and fetched", async () => {
  const origin = await startOrigin(generateKeyPair("root", systemRandom).secretKey, [page]);
  ended.push(() => origin.stop());
  const { store, mending, routes, front } = await setUp([origin.url]);
  store.objects.set(front.variants.gzip.digest, Buffer.from("altered"));
  mending.report(front.variants.gzip.digest);
  await until("it is whole", () => isWhole(store, routes));
});

test("edge/mend: no source has it: it is counted, tried again later, and nothing else is touched", async () => {
  const { store, mending, front, metrics } = await setUp(["http://127.0.0.1:9"]);
  store.objects.set(front.variants.gzip.digest, Buffer.from("altered"));
  const before = store.objects.size;
  expect(await mending.check([front])).toBe(Object.keys(front.variants).length - 1);
  expect(store.objects.size).toBe(before - 1);
  expect(metrics.text()).toContain("pharos_store_mend_failures_total 1");
});

test("edge/mend: what a lazy route lacks is left to come; what it had and lost comes back", async () => {
  const old = await signedPage({
    page: "p1",
    hosts: ["status.example"],
    generation: 7,
    routes: { "/old": { body: "An old incident. ".repeat(50), lazy: true } },
  });
  const origin = await startOrigin(generateKeyPair("root", systemRandom).secretKey, [old]);
  ended.push(() => origin.stop());
  const store = memoryStore();
  await store.apply({ ...old, objects: [] });
  const metrics = createMetrics();
  const sources = [origin.url];
  const mending = createMending({ store, sources, dial, clock: systemClock, log: silentLog, metrics });
  ended.push(mending.stop);
  const routes = [...routesByPart(store)].flat();
  await mending.check(routes);
  expect(store.objects.size).toBe(0);
  const { gzip } = (routes[0] as Route).variants;
  store.objects.set(gzip.digest, Buffer.from("altered"));
  await mending.check(routes);
  expect(isWhole(store, routes)).toBe(true);
});
