// Fills the data folder of a control plane that does not run, through its own op-log and store. In: a folder, sizes. Out: the folder, a key, a mail
// address with its password.
//   bun bench/control/seed.ts <folder> [<JSON of sizes>]
// A process of its own: what was needed to make the world must not weigh in what is measured.
import { systemClock as clock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom, systemRandom } from "../../src/base/random.ts";
import { lockFolder } from "../../src/host/lock.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { createSubscribers } from "../../src/store/subscribers.ts";
import { samplePage } from "../../test/support/summary.ts";
import { bundleOf, fullSizes, type Sizes, subscriberOf } from "./world.ts";

export async function seed(folder: string, sizes: Sizes): Promise<void> {
  const lock = lockFolder(folder);
  const store = openStore({ folder, clock, log: silentLog, snapshots: "apart" });
  const ledger = openLedger({ store, clock, random: systemRandom, region: "bench", log: silentLog });
  const bundle = bundleOf(sizes, clock.wallMs(), seededRandom(1));
  const done = await ledger.submit(null, { kind: "import", bundle }, "bench");
  if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
  const subscribers = createSubscribers({ store, log: silentLog });
  const all = Array.from({ length: sizes.subscribers }, (_none, at) => subscriberOf(at, sizes));
  const added = await subscribers.add(samplePage, all);
  if (!added.every(({ ok }) => ok)) throw new Error("Two subscribers of the world are the same.");
  await subscribers.close();
  await store.close();
  lock.release();
}

if (import.meta.main) {
  const [folder = "", sizes] = process.argv.slice(2);
  await seed(folder, sizes === undefined ? fullSizes : (JSON.parse(sizes) as Sizes));
  process.exit(0);
}
