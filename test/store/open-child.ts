// Run by open.test.ts as a process of its own, because a damaged store may end it by a signal. In: data folder, role. Out: one line of JSON.
import { systemClock } from "../../src/base/clock.ts";
import { Fault } from "../../src/base/fault.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";

const [folder = "", role = "writer"] = process.argv.slice(2);
const tell = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
try {
  const store = openStore({
    folder,
    clock: systemClock,
    log: silentLog,
    role: role === "reader" ? "reader" : "writer",
  });
  if (role === "reader") {
    tell({ generation: store.snapshots.head("page1")?.generation ?? null });
    for await (const line of console) {
      if (line === "end") break;
      store.snapshots.refresh();
      tell({ generation: store.snapshots.head("page1")?.generation ?? null });
    }
  } else {
    const ledger = openLedger({
      store,
      clock: systemClock,
      random: seededRandom(1),
      region: "main",
      acceptClock: true,
      log: silentLog,
    });
    const rows = Object.values(store.tables).map((table) => [...table.getRange()].length);
    tell({ position: ledger.position(), rows: rows.reduce((sum, count) => sum + count, 0) });
  }
  await store.close();
} catch (thrown) {
  if (!(thrown instanceof Fault)) throw thrown;
  tell({ fault: thrown.code, says: thrown.message });
}
