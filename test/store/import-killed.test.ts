// An import is one transaction: kill -9 at any moment of it leaves the whole page or none.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock as clock } from "../../src/base/clock.ts";
import { silentLog as log } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { count, testSeed } from "../support/seed.ts";
import { samplePage } from "../support/summary.ts";
import { importSizes } from "./samples.ts";
import { freshFolder } from "./stores.ts";

const kills = count(4, 60);
const random = seededRandom(testSeed);

/** Kills an import `afterMs` behind the line `word`. Gives what it said, and how long the import had taken if it was done (ms). */
async function killedAfter(
  folder: string,
  mode: "whole" | "halves",
  word: string,
  afterMs: number,
): Promise<number> {
  const child = Bun.spawn([process.execPath, join(import.meta.dirname, "import-writer.ts"), folder, mode], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const said = async (line: string): Promise<number> => {
    while (!text.includes(`${line}\n`)) {
      const { value, done } = await lines.read();
      if (done) throw new Error(`The import ended without the line "${line}".`);
      text += value;
    }
    return performance.now();
  };
  try {
    const beganMs = await said("begins");
    const seenMs = await said(word);
    if (afterMs > 0) await Bun.sleep(afterMs);
    return seenMs - beganMs;
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
}

/** What a start finds: nothing, all of the page, or a part. */
async function leftIn(folder: string): Promise<"nothing" | "all" | "a part"> {
  const store = openStore({ folder, clock, log });
  try {
    const ledger = openLedger({ store, clock, random, region: "main", log });
    const ops = [...ledger.opsAfter(0)].length;
    expect(ops).toBe(ledger.position());
    const view = ledger.view(samplePage);
    if (view === null) return ops === 0 ? "nothing" : "a part";
    const { incidents, components } = importSizes;
    const updates = [...view.incidentById.values()].every((incident) => incident.updates.length > 0);
    const whole = view.incidentById.size === incidents && view.components.length === components && updates;
    return whole ? "all" : "a part";
  } finally {
    await store.close();
  }
}

test(
  `store/import: killed ${kills} times at any moment of it, all of the page is there or nothing`,
  async () => {
    const first = freshFolder();
    const wholeMs = await killedAfter(first, "whole", "done", 0);
    expect(await leftIn(first)).toBe("all");
    for (let kill = 0; kill < kills; kill++) {
      const folder = freshFolder();
      await killedAfter(folder, "whole", "begins", random.fraction() * 1.2 * wholeMs);
      expect(["nothing", "all"]).toContain(await leftIn(folder));
    }
  },
  count(120_000, 600_000),
);

test("store/import: one that went in halves would be seen", async () => {
  const folder = freshFolder();
  await killedAfter(folder, "halves", "half", 0);
  expect(await leftIn(folder)).toBe("a part");
}, 60_000);
