// Run by durability.test.ts as a process of its own: opens each state that a power failure may have left. In: deeds, a folder. Out: losses.
// It is a process because a store that is not whole may end it by a signal: then its last line says at which state.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deserialize } from "node:v8";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { objectsNamedBy, partsNamedBy } from "../../src/store/naming.ts";
import { openStore, type Store, storeFile } from "../../src/store/open.ts";
import { manualClock } from "../support/manual-clock.ts";
import type { Deed } from "../support/record-writes.ts";
import { powerFailures } from "./power-failures.ts";

const [deedsFile = "", scratch = ""] = process.argv.slice(2);
const deeds = deserialize(readFileSync(deedsFile)) as Deed[];
let count = 0;
for (const state of powerFailures(deeds, seededRandom(5))) {
  const folder = join(scratch, String(count++));
  const where = `state ${count}, deed ${state.at}, ${state.how}`;
  process.stdout.write(`opening ${where}\n`);
  const told = acksIn(state.acks);
  mkdirSync(dirname(storeFile(folder)), { recursive: true });
  writeFileSync(storeFile(folder), state.bytes);
  const loss = await lossIn(folder, told);
  if (loss !== null) process.stdout.write(`LOST ${where}: ${loss}\n`);
  rmSync(folder, { recursive: true });
}
process.stdout.write(`opened ${count}\n`);

interface Told {
  readonly position: number;
  readonly generation: number;
}

function acksIn(acks: readonly string[]): Told {
  const greatest = (word: string): number =>
    Math.max(0, ...acks.flatMap((text) => (text.startsWith(word) ? [Number(text.slice(word.length))] : [])));
  return { position: greatest("position "), generation: greatest("generation ") };
}

/** What was told and is not there, or what is there by half. Before the first ack the store may also not have come to be. */
async function lossIn(folder: string, told: Told): Promise<string | null> {
  const clock = manualClock(Date.now());
  let store: Store;
  try {
    store = openStore({ folder, clock, log: silentLog });
  } catch (thrown) {
    return told.position + told.generation === 0 ? null : String(thrown);
  }
  try {
    const ledger = openLedger({ store, clock, random: seededRandom(1), region: "main", log: silentLog });
    if (ledger.position() < told.position)
      return `position ${ledger.position()} after ack of ${told.position}`;
    const ops = [...ledger.opsAfter(0)];
    if (ops.length !== ledger.position()) return `${ops.length} ops at position ${ledger.position()}`;
    const head = store.snapshots.head("page1");
    if ((head?.generation ?? 0) < told.generation)
      return `generation ${head?.generation} after ack of ${told.generation}`;
    return head === null ? null : missingIn(store, head.manifest);
  } catch (thrown) {
    return String(thrown);
  } finally {
    await store.close();
  }
}

function missingIn({ snapshots }: Store, manifest: string): string | null {
  for (const part of partsNamedBy(snapshots.tree(manifest) ?? new Uint8Array()))
    for (const object of objectsNamedBy(snapshots.tree(part) ?? new Uint8Array()))
      if (!snapshots.hasObject(object)) return `body ${object} is missing`;
  return null;
}
