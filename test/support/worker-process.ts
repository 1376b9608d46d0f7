// One worker of a POP as a process of its own. In: arguments <folder> <public key> <port>. Out: "ready <port>" on stdout; ends with its stdin.
// PHAROS_BREAK=refresh takes out the renewal of the read transaction, PHAROS_BREAK=number the notice of a commit; with either goes the promise
// that a generation never falls.
import { systemClock } from "../../src/base/clock.ts";
import { createLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { systemRandom } from "../../src/base/random.ts";
import { dialLink } from "../../src/edge/link-worker.ts";
import { startWorker } from "../../src/edge/worker.ts";
import { linkToParent } from "../../src/host/process.ts";
import { openStore } from "../../src/store/open.ts";
import type { SnapshotStore } from "../../src/store/types.ts";

const [folder = "", rootKey = "", port = "0"] = process.argv.slice(2);
const log = createLog(systemClock, (line) => process.stderr.write(line));
const store = await openStore({ folder, clock: systemClock, log, role: "reader" });

const metrics = createMetrics();

const listener = startWorker({
  link: dialLink({ folder, clock: systemClock, random: systemRandom, metrics }),
  store: broken(store.snapshots, process.env.PHAROS_BREAK),
  rootKeys: [rootKey],
  address: "127.0.0.1",
  port: Number(port),
  shared: true,
  defaultPage: null,
  clock: systemClock,
  random: systemRandom,
  log,
  metrics,
  onDamaged: () => undefined,
});
const parent = linkToParent({ onLine: () => undefined, onGone: () => process.exit(0) });
parent.send(`ready ${listener.port}`);

function broken(snapshots: SnapshotStore, how: string | undefined): SnapshotStore {
  if (how === "number") return { ...snapshots, commitNumber: () => 1 };
  return how === "refresh" ? { ...snapshots, refresh: () => undefined } : snapshots;
}
