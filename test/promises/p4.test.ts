// Promise 4: an acked write is kept: on the device before the ack, through kill -9 and torn writes.
// Covered: here, kill -9 at random moments while several editors write: all that was acked is there, and log and view are of one piece.
// Covered elsewhere: power loss, with lost and torn writes, in test/store/durability.test.ts; merge laws in test/crdt/merge-laws.test.ts and
// test/model/fold.test.ts; the same through a whole installation in test/e2e/kill.test.ts.
// Covered later: regions that both write, and a partition between them.
// Switch: PHAROS_BREAK=ack tells the ack before the change is submitted, and the first test must turn red.
import { afterAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { applyOp, emptyPageState } from "../../src/model/fold.ts";
import { viewOf } from "../../src/model/view-of.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { plainView } from "../support/plain-view.ts";
import { count, testSeed } from "../support/seed.ts";

const kills = count(5, 50);
const random = seededRandom(testSeed);
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pharos-p4-"));
  folders.push(folder);
  return folder;
}

/** Lets a writer work until it has acked something and a random moment has come, kills it, and gives what it acked. */
async function writeUntilKilled(folder: string, breaks: string): Promise<readonly string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "p4-writer.ts"), folder], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PHAROS_BREAK: breaks },
  });
  let said = "";
  let complaint = "";
  const started = Promise.withResolvers<void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    started.resolve();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const closed = new Promise<NodeJS.Signals | null>((done) => {
    child.once("close", (_code, signal) => done(signal));
  });
  await Promise.race([started.promise, closed]);
  await new Promise((resume) => setTimeout(resume, random.below(250)));
  child.kill("SIGKILL");
  expect([await closed, complaint]).toEqual(["SIGKILL", ""]);
  // A line without its end was cut while it was said.
  return said.split("\n").slice(0, -1);
}

/** Opens what the dead process left and folds its log again; gives what was acked and is not there. */
async function lostOf(folder: string, acked: ReadonlySet<string>): Promise<readonly string[]> {
  const store = openStore({ folder, clock: systemClock, log: silentLog });
  try {
    const ledger = openLedger({ store, clock: systemClock, random, region: "main", log: silentLog });
    const entries = [...ledger.opsAfter(0)];
    expect(entries.map(({ position }) => position)).toEqual(entries.map((_entry, at) => at + 1));
    expect(ledger.position()).toBe(entries.length);
    const state = emptyPageState("page");
    for (const { op } of entries) applyOp(state, op);
    const view = ledger.view("page");
    expect(plainView(view)).toEqual(plainView(viewOf(state)));
    const there = (id: string): boolean =>
      view !== null && (id === "page" || view.componentById.has(id) || view.incidentById.has(id));
    return [...acked].filter((id) => !there(id));
  } finally {
    await store.close();
  }
}

/** Kills `times` writers over one folder; stops at the first loss. */
async function killing(times: number, breaks: string): Promise<{ acked: number; lost: readonly string[] }> {
  const folder = newFolder();
  const acked = new Set<string>();
  for (let kill = 0; kill < times; kill++) {
    for (const id of await writeUntilKilled(folder, breaks)) acked.add(id);
    const lost = await lostOf(folder, acked);
    if (lost.length > 0) return { acked: acked.size, lost };
  }
  return { acked: acked.size, lost: [] };
}

describe("promise 4", () => {
  test(
    `kill -9 ${kills} times while four editors write: what was acked is there, log and view are whole`,
    async () => {
      const { acked, lost } = await killing(kills, process.env.PHAROS_BREAK ?? "");
      expect(lost).toEqual([]);
      expect(acked).toBeGreaterThan(kills * 5);
    },
    count(60_000, 300_000),
  );

  test("with the switch thrown something acked is lost: the test above can see it", async () => {
    const { lost } = await killing(10, "ack");
    expect(lost.length).toBeGreaterThan(0);
  }, 60_000);
});
