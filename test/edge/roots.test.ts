// The roots of a start: looked at beside the first requests, a few a turn; what does not hold is said, and not served.
import { expect, test } from "bun:test";
import { createLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { verifyRoots } from "../../src/edge/roots.ts";
import { manualClock } from "../support/manual-clock.ts";
import { memoryStore, openRoot, signedPage } from "./fixture.ts";

async function storeOf(pages: number) {
  const store = memoryStore();
  for (let at = 0; at < pages; at++) {
    const routes = { "/": { body: "front" } };
    await store.apply(await signedPage({ page: `p${at}`, hosts: [`p${at}.example`], generation: 1, routes }));
  }
  return store;
}

test("roots/all are looked at, a few a turn; one that does not hold and one that is missing are said", async () => {
  const store = await storeOf(60);
  const [altered, missing] = [store.head("p7")?.manifest ?? "", store.head("p51")?.manifest ?? ""];
  const bytes = store.trees.get(altered)?.slice() ?? new Uint8Array();
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  store.trees.set(altered, bytes);
  store.trees.delete(missing);
  const clock = manualClock();
  const metrics = createMetrics();
  const lines: string[] = [];
  const log = createLog(clock, (line) => lines.push(line));
  let opened = 0;
  verifyRoots({
    store,
    openRoot: (root) => {
      opened++;
      return openRoot(root);
    },
    clock,
    log,
    metrics,
  });
  expect(opened).toBe(0);
  await clock.advance(0);
  expect(opened).toBeGreaterThan(50);
  expect(lines.map((line) => JSON.parse(line)).map(({ page, reason }) => [page, reason])).toEqual([
    ["p7", "bad-signature"],
    ["p51", "missing"],
  ]);
  const text = metrics.text();
  expect(text).toContain('pharos_edge_roots{state="good"} 58');
  expect(text).toContain('pharos_edge_roots{state="bad"} 2');
});

test("roots/who is stopped looks no further, and a store that fails ends nothing", async () => {
  const store = await storeOf(30);
  const clock = manualClock();
  const lines: string[] = [];
  const log = createLog(clock, (line) => lines.push(line));
  const metrics = createMetrics();
  verifyRoots({ store, openRoot, clock, log, metrics }).cancel();
  await clock.advance(1_000);
  expect(metrics.text()).not.toContain('state="good"');
  verifyRoots({ store, openRoot, clock, log, metrics });
  store.failWith(new Error("EIO"));
  await clock.advance(1_000);
  expect(lines.length).toBe(1);
  expect(lines[0]).toContain("could not be read: EIO");
});
