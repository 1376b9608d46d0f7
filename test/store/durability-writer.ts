// Run by durability.test.ts as a process of its own: writes to a store and tells each ack. In: data folder, ack file, "flushed" or "early".
import { dlopen } from "bun:ffi";
import { openSync, writeSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { sampleApply } from "./samples.ts";

const [folder = "", acks = "", mode = ""] = process.argv.slice(2);
const ackFile = openSync(acks, "a");
const preloaded = process.env.LD_PRELOAD;
/** Bun's own writes are system calls past libc, which a preloaded library does not see: an ack goes through the library's `write`. */
const libraryWrite =
  preloaded === undefined
    ? null
    : dlopen(preloaded, { write: { args: ["i32", "ptr", "u64"], returns: "i64" } }).symbols.write;

function ack(text: string): void {
  const bytes = Buffer.from(`${text}\n`);
  if (libraryWrite === null) writeSync(ackFile, bytes);
  else libraryWrite(ackFile, bytes, bytes.length);
}

const real = openStore({ folder, clock: systemClock, log: silentLog });
/** The same store without waiting for the device: the mistake that the test must see. */
const early: Store = {
  ...real,
  commit: async (changes) => void real.commit(changes),
};
const store = mode === "early" ? early : real;
const ledger = openLedger({
  store,
  clock: systemClock,
  random: seededRandom(3),
  region: "main",
  log: silentLog,
});

async function submit(page: string | null, id: string): Promise<void> {
  const outcome = await ledger.submit(
    page,
    page === null
      ? { kind: "page.create", id, fields: { name: id, url: `https://${id}.example.com` } }
      : { kind: "component.create", id, fields: { name: id } },
    "writer",
  );
  if (outcome.ok) ack(`position ${outcome.position}`);
}

await submit(null, "page1");
for (let round = 1; round <= 6; round++) {
  await submit("page1", `one${round}`);
  await Promise.all(["a", "b", "c"].map((name) => submit("page1", `${name}${round}`)));
  await store.snapshots.apply(
    sampleApply({ generation: round, routes: { "/": `front ${round} `.repeat(900), "/about": "about" } }),
  );
  ack(`generation ${round}`);
}
await store.close();
