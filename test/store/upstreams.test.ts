// What vendors said last: swapped as a whole, there after a restart and for another process, known also where it cannot be written.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import type { UpstreamResult } from "../../src/model/upstream.ts";
import { openStore } from "../../src/store/open.ts";
import { createUpstreams } from "../../src/store/upstreams.ts";
import { manualClock } from "../support/manual-clock.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-upstream-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const result = (said: string): UpstreamResult => ({
  last: { status: "operational", said, updatedAt: 1, confirmedAt: 2 },
  ...{ failed: null, triedAt: 2, ms: 3 },
});

test("upstreams/a round takes the place of the one before, as a whole, and is there after a restart", async () => {
  const options = { folder, clock: manualClock(), log: silentLog };
  const store = openStore(options);
  const upstreams = createUpstreams(store);
  let told = 0;
  upstreams.onChange(() => told++);
  expect(upstreams.results().size).toBe(0);
  await upstreams.swap(
    new Map([
      ["a", result("1")],
      ["b", result("1")],
    ]),
    new Map([["p/u", "major_outage"]]),
  );
  await upstreams.swap(new Map([["b", result("2")]]), new Map([["p/u", "operational"]]));
  expect(told).toBe(2);
  await store.close();
  const again = openStore(options);
  for (const role of ["writer", "reader"] as const) {
    const kept = createUpstreams(again, role);
    expect([...kept.results()]).toEqual([["b", result("2")]]);
    expect([...kept.given()]).toEqual([["p/u", "operational"]]);
  }
  await again.close();
});

test("upstreams/what cannot be written is known all the same", async () => {
  const store = openStore({ folder: join(folder, "broken"), clock: manualClock(), log: silentLog });
  const upstreams = createUpstreams({
    ...store,
    commit: () => Promise.reject(new Error("The disk is full.")),
  });
  await upstreams.swap(new Map([["a", result("1")]]), new Map()).catch(() => undefined);
  expect(upstreams.results().get("a")).toEqual(result("1"));
  await store.close();
});
