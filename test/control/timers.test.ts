// Timers of a control plane with restarts at every step, on a clock that the test moves: each fires once, and late ones at once and in order.
import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Log, silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { startTimers, type Timers } from "../../src/control/timers.ts";
import type { Command } from "../../src/model/command.ts";
import { type Ledger, openLedger } from "../../src/store/ledger.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { manualClock } from "../support/manual-clock.ts";

const minute = 60_000;
const hour = 60 * minute;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A control plane without its faces: store, ledger and timers, which can be dropped at any moment. */
function plane() {
  const folder = mkdtempSync(join(tmpdir(), "pharos-timers-"));
  folders.push(folder);
  const clock = manualClock();
  const said: string[] = [];
  const log: Log = { ...silentLog, error: (sentence) => void said.push(sentence) };
  let running: { store: Store; ledger: Ledger; timers: Timers } | null = null;
  const now = () => {
    if (running === null) throw new Error("It does not run.");
    return running;
  };
  return {
    clock,
    said,
    ledger: () => now().ledger,
    settled: () => now().timers.settled(),
    start(change: (ledger: Ledger) => Ledger = (ledger) => ledger) {
      const store = openStore({ folder, clock, log: silentLog });
      const ledger = openLedger({ store, clock, random: seededRandom(7), region: "test", log: silentLog });
      const timers = startTimers({ ledger: change(ledger), clock, log, metrics: createMetrics() });
      running = { store, ledger, timers };
    },
    async stop() {
      const { timers, store } = now();
      await timers.stop();
      await store.close();
      running = null;
    },
    async run(page: string | null, command: Command) {
      const done = await now().ledger.submit(page, command, "test");
      if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
      return done.id;
    },
    /** What timers did, by the op-log. */
    told: () =>
      [...now().ledger.opsAfter(0)]
        .map(({ op }) => op)
        .filter(({ actor, kind }) => actor === "timer" && (kind === "update" || kind === "reminder"))
        .map(({ kind, fields }) => (kind === "reminder" ? "reminder" : fields.status)),
  };
}

type Plane = ReturnType<typeof plane>;

async function withMaintenance(made: Plane): Promise<{ page: string; id: string; from: number }> {
  const page = await made.run(null, {
    kind: "page.create",
    fields: { name: "Acme", url: "https://status.acme.example" },
  });
  const from = made.clock.wallMs() + 3 * hour;
  const id = await made.run(page, {
    kind: "incident.create",
    fields: {
      name: "Works",
      window: { from, until: from + 2 * hour },
      automation: { begins: true, completes: true, verifyMs: 15 * minute, remindsPrior: true },
    },
  });
  return { page, id, from };
}

const course = ["reminder", "in_progress", "verifying", "completed"];

describe("a maintenance", () => {
  test("takes its course by itself", async () => {
    const made = plane();
    made.start();
    const { page, id, from } = await withMaintenance(made);
    const seen: (string | undefined)[] = [];
    for (const at of [from - hour, from, from + hour + 45 * minute, from + 2 * hour]) {
      await made.clock.advance(at - 1 - made.clock.wallMs());
      await made.settled();
      seen.push(made.ledger().view(page)?.incidentById.get(id)?.status);
      await made.clock.advance(1);
      await made.settled();
    }
    expect(seen).toEqual(["scheduled", "scheduled", "in_progress", "verifying"]);
    expect(made.told()).toEqual(course);
    await made.stop();
  });

  test("takes it once with a restart after each quarter of an hour, and while it is down at each moment", async () => {
    const made = plane();
    made.start();
    const { from } = await withMaintenance(made);
    await made.stop();
    // Odd steps run through the moment, even ones sleep through it.
    for (let step = 0; made.clock.wallMs() < from + 3 * hour; step++) {
      if (step % 2 === 0) await made.clock.advance(15 * minute);
      made.start();
      await made.settled();
      if (step % 2 === 1) await made.clock.advance(15 * minute);
      await made.settled();
      await made.stop();
    }
    made.start();
    expect(made.told()).toEqual(course);
    await made.stop();
  });

  test("down all the while: everything at once and in order, but the reminder, which would be too late", async () => {
    const made = plane();
    made.start();
    await withMaintenance(made);
    await made.stop();
    await made.clock.advance(24 * hour);
    made.start();
    await made.settled();
    expect(made.told()).toEqual(course.slice(1));
    await made.stop();
  });

  test("somebody sets the wall clock on, and back: it fires within the recheck, and once", async () => {
    const made = plane();
    made.start();
    const { from } = await withMaintenance(made);
    made.clock.jumpWall(from - made.clock.wallMs());
    await made.clock.advance(30_000);
    await made.settled();
    expect(made.told()).toEqual(["in_progress"]);
    made.clock.jumpWall(-2 * hour);
    await made.clock.advance(2 * hour);
    await made.settled();
    expect(made.told()).toEqual(["in_progress"]);
    await made.stop();
  });
});

test("a disk that fails: the timer is said once, tried again, and holds up no other", async () => {
  const made = plane();
  let full = true;
  made.start((ledger) => ({
    ...ledger,
    submit(page, command, actor) {
      const [first] = [command].flat();
      const fails = full && first?.kind === "timer" && first.timer.kind === "begin";
      return fails ? Promise.reject(new Error("The disk is full.")) : ledger.submit(page, command, actor);
    },
  }));
  const { page, from } = await withMaintenance(made);
  await made.run(page, {
    kind: "draft.create",
    publishAt: from + minute,
    command: { kind: "incident.create", fields: { name: "Told later" } },
  });
  await made.clock.advance(from + 2 * minute - made.clock.wallMs());
  await made.settled();
  expect(made.said).toHaveLength(1);
  expect(made.said[0]).toContain("The disk is full. It is tried again.");
  expect(
    made
      .ledger()
      .view(page)
      ?.incidents.map(({ name }) => name),
  ).toEqual(["Told later"]);
  expect(made.told()).toEqual(["reminder", "investigating"]);
  full = false;
  await made.clock.advance(40_000);
  await made.settled();
  expect(made.told()).toEqual(["reminder", "investigating", "in_progress"]);
  await made.stop();
});

test("a page that comes while it runs, and a change of another page's moment, are seen", async () => {
  const made = plane();
  made.start();
  const first = await withMaintenance(made);
  await made.run(first.page, {
    kind: "incident.update",
    id: first.id,
    fields: { window: { from: first.from - hour, until: first.from } },
  });
  await made.clock.advance(2 * hour);
  await made.settled();
  expect(made.told()).toEqual(["reminder", "in_progress"]);
  await made.stop();
});
