// Lazy bodies on their way from a publisher to its POPs: not with the generation, and not before they are asked for.
import { expect, test } from "bun:test";
import { openManifest } from "../../src/snapshot/manifest.ts";
import { decodePart } from "../../src/snapshot/part.ts";
import type { Route } from "../../src/snapshot/types.ts";
import type { MemoryStore } from "../support/memory-store.ts";
import { createWorld, origin, reconnect, settled } from "./world.ts";

const old = "An old incident. ".repeat(40);
const bodies = { "/": "front", "/incidents/new": "new", "/incidents/old": old };
const lazy = ["/incidents/old"];

function routeAt(store: MemoryStore, path: string): Route {
  const manifest = openManifest(store.tree(store.head("page")?.manifest ?? "") ?? new Uint8Array());
  if (!manifest.ok) throw new Error(manifest.reason);
  for (const digest of manifest.value.value.parts) {
    const part = decodePart(store.tree(digest) ?? new Uint8Array());
    const found = part.ok && part.value.routes.find((route) => route.path === path);
    if (found) return found;
  }
  throw new Error(`no route ${path}`);
}

const heldOf = (store: MemoryStore, path: string): number =>
  Object.values(routeAt(store, path).variants).filter(({ digest }) => store.hasObject(digest)).length;

test("lazy/a POP takes a generation without them, by a fetch and by a push", async () => {
  const world = await createWorld();
  const { publisher, pop } = world;
  await publisher.publish("page", bodies, { lazy });
  await world.live(4_000);
  expect(heldOf(pop.store, "/incidents/new")).toBeGreaterThan(1);
  expect(heldOf(pop.store, "/incidents/old")).toBe(0);
  await publisher.publish(
    "page",
    { ...bodies, "/": "another front", "/incidents/older": `${old}!` },
    { lazy: [...lazy, "/incidents/older"] },
  );
  await world.live(2_000);
  expect(pop.store.head("page")?.generation).toBe(2);
  expect([
    heldOf(pop.store, "/incidents/old"),
    heldOf(pop.store, "/incidents/older"),
    heldOf(pop.store, "/") > 1,
  ]).toEqual([0, 0, true]);
});

test("lazy/what turns lazy stays where it is held; what is lazy no longer comes with its generation", async () => {
  const world = await createWorld();
  const { publisher, pop } = world;
  await publisher.publish("page", bodies);
  await world.live(2_000);
  const before = publisher.metrics.counter("feed_bytes_total", "", "frame").value("body");
  await publisher.publish("page", bodies, { lazy });
  await world.live(2_000);
  expect(routeAt(pop.store, "/incidents/old").lazy).toBe(true);
  expect(heldOf(pop.store, "/incidents/old")).toBeGreaterThan(1);
  expect(publisher.metrics.counter("feed_bytes_total", "", "frame").value("body")).toBe(before);

  await publisher.publish(
    "page",
    { ...bodies, "/incidents/older": `${old}!` },
    { lazy: ["/incidents/older"] },
  );
  await world.live(2_000);
  expect(heldOf(pop.store, "/incidents/older")).toBe(0);
  await publisher.publish("page", { ...bodies, "/incidents/older": `${old}!` });
  await world.live(2_000);
  expect([pop.store.head("page")?.generation, pop.refused("store-document-refused")]).toEqual([4, 0]);
  expect(heldOf(pop.store, "/incidents/older")).toBeGreaterThan(1);
});

test("lazy/a POP that was away and comes back after they changed is not held up by them", async () => {
  const world = await createWorld();
  const { publisher, pop, line } = world;
  await publisher.publish("page", bodies, { lazy });
  await world.live(2_000);
  line.cut(origin);
  for (let at = 0; at < 3; at++)
    await publisher.publish("page", { ...bodies, "/incidents/old": `${old}${at}` }, { lazy });
  await reconnect(world);
  await world.live(4_000);
  await settled();
  expect([pop.store.head("page")?.generation, heldOf(pop.store, "/incidents/old")]).toEqual([4, 0]);
});
