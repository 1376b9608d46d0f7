// Whoever follows the op-log from another process shows what its writer shows, however it looks: after each commit, after many, after a start.
import { expect, test } from "bun:test";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Op } from "../../src/model/op.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { followLedger } from "../../src/store/ledger-follow.ts";
import { openStore } from "../../src/store/open.ts";
import type { World } from "../model/world.ts";
import { randomCommand } from "../render/random-page.ts";
import { manualClock } from "../support/manual-clock.ts";
import { plainView } from "../support/plain-view.ts";
import { count, testLong, testSeed } from "../support/seed.ts";
import { closing, freshFolder, memoryPlace } from "./stores.ts";

const seed = testLong ? testSeed : 4711;

test(`random commands: a follower shows what the writer shows (seed ${seed})`, async () => {
  const clock = manualClock();
  const store = closing(openStore({ folder: freshFolder(memoryPlace()), clock, log: silentLog }));
  const random = seededRandom(seed);
  const ledger = openLedger({ store, clock, random, region: "eu", log: silentLog });
  const page = "page";
  const fields = { name: "Example", url: "https://status.example.com", timeZone: "Europe/Berlin" };
  const early = followLedger(store);
  await ledger.submit(null, { kind: "page.create", id: page, fields }, "ann");
  for (const id of ["api", "web", "cdn", "dns"])
    await ledger.submit(page, { kind: "component.create", id, fields: { name: id } }, "ann");
  await ledger.submit(
    page,
    { kind: "component.create", id: "edge", fields: { name: "E", group: true } },
    "ann",
  );
  const late = followLedger(store);
  const below = (max: number): number => random.below(max);
  const pick = <Item>(list: readonly Item[]): Item => list[below(list.length)] as Item;
  const view = () => {
    const now = ledger.view(page);
    if (now === null) throw new Error("The page is gone.");
    return now;
  };
  const turns = count(300, 5_000);
  let kept = 0;
  for (let turn = 0; turn < turns; turn++) {
    clock.advance(1 + below(40) * 60_000);
    const command = randomCommand({ view, now: clock.wallMs() } as unknown as World, pick, below);
    if ((await ledger.submit(page, command, "ann")).ok) kept++;
    if (below(4) === 0) expect(plainView(late.view(page))).toEqual(plainView(view()));
  }
  expect(kept).toBeGreaterThan(turns / 3);
  for (const follower of [early, late, followLedger(store)])
    expect(plainView(follower.view(page))).toEqual(plainView(view()));
  expect(late.view(page)).toBe(late.view(page) as never);
});

test("an update that another region gave to another incident is shown there alone", async () => {
  const clock = manualClock();
  const store = closing(openStore({ folder: freshFolder(memoryPlace()), clock, log: silentLog }));
  const ledger = openLedger({ store, clock, random: seededRandom(1), region: "eu", log: silentLog });
  const page = "page";
  const fields = { name: "Example", url: "https://status.example.com" };
  await ledger.submit(null, { kind: "page.create", id: page, fields }, "ann");
  for (const id of ["one", "two"])
    await ledger.submit(
      page,
      { kind: "incident.create", id, fields: { name: id, body: `${id} began.` } },
      "ann",
    );
  const follower = followLedger(store);
  const moved = ledger.view(page)?.incidentById.get("one")?.updates[0]?.id ?? "";
  clock.advance(1_000);
  const stamp = `${clock.wallMs().toString(16).padStart(12, "0")}0000-000000ff`;
  const op: Op = {
    page,
    kind: "update",
    id: moved,
    fields: { incidentId: "two" },
    hlc: stamp,
    at: clock.wallMs(),
    region: "us",
    actor: "bob",
  };
  const merged = await ledger.merge([op]);
  expect(merged.ok).toBe(true);
  const shown = follower.view(page)?.incidentById;
  expect(shown?.get("one")?.updates.map(({ id }) => id)).toEqual([]);
  expect(shown?.get("two")?.updates.map(({ id }) => id)).toContain(moved);
  expect(plainView(follower.view(page))).toEqual(plainView(ledger.view(page)));
});
