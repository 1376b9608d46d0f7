// Fills the data folder of a control plane that does not run with pages and very many subscribers. In: a folder, sizes, ports of the sinks. Out: the folder.
//   bun bench/notify/seed.ts <folder> <JSON of sizes> <JSON of ports>
// Pages come through the op-log; subscribers as rows and keys as the store has them, because adding them one group after the other looks at each a dozen times.
import { systemClock as clock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom as random } from "../../src/base/random.ts";
import { lockFolder } from "../../src/host/lock.ts";
import type { Change } from "../../src/store/commit.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { lookUpPlace, place } from "../../src/store/subscriber-held.ts";
import { openSubscriberKeys, type SubscriberKeys } from "../../src/store/subscriber-keys.ts";
import { lookUpOf, packRow, seal } from "../../src/store/subscriber-rows.ts";
import { packValue } from "../../src/store/values.ts";
import { bundleOf, contactOf, countOf, type PageName, type Ports, pages, type Sizes } from "./world.ts";

const perTransaction = 20_000;
/** Keys lie in the order in which people came, rows in that of their ids: a large prime takes the one to the other. */
const stride = 7_919_003;

async function seed(folder: string, sizes: Sizes, ports: Ports): Promise<void> {
  const lock = lockFolder(folder);
  const store = openStore({ folder, clock, log: silentLog, snapshots: "apart" });
  const ledger = openLedger({ store, clock, random, region: "bench", log: silentLog });
  const keys = await openSubscriberKeys(folder, random);
  for (const page of Object.keys(pages) as PageName[]) {
    const done = await ledger.submit(
      null,
      { kind: "import", bundle: bundleOf(page, clock.wallMs()) },
      "bench",
    );
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    await subscribe(store, keys, page, countOf(page, sizes), ports);
  }
  keys.close();
  await store.close();
  lock.release();
}

async function subscribe(
  store: Store,
  keys: SubscriberKeys,
  name: PageName,
  count: number,
  ports: Ports,
): Promise<void> {
  const { tables, commit } = store;
  const page = pages[name];
  const taken = await keys.take(count);
  const now = clock.wallMs();
  const found: [lookUp: string, id: string][] = [];
  for (let from = 0; from < count; from += perTransaction) {
    const changes: Change[] = [];
    for (let at = from; at < Math.min(count, from + perTransaction); at++) {
      const { slot, key } = taken[(at * stride) % count] ?? { slot: -1, key: new Uint8Array() };
      const { kind, contact } = contactOf(name, at, ports);
      const id = at.toString(36).padStart(12, "0");
      const row = packRow({
        ...{ id, slot, kind, state: "active", createdMs: now, quarantinedMs: null, skipConfirmation: false },
        ...{ components: null, incident: null, accessUser: null, language: null, course: null },
        sealed: seal({ page, id }, contact, key, random),
        consent: { way: "operator", atMs: now, by: "bench" },
      });
      changes.push({ table: tables.meta, key: [place, page, id], value: row });
      found.push([lookUpOf(page, { kind, contact, incident: null }, keys.lookUp), id]);
    }
    await commit(changes);
  }
  // In their order: each in its random place would write most of the tree anew with each transaction.
  found.sort(([a], [b]) => (a < b ? -1 : 1));
  for (let from = 0; from < count; from += perTransaction)
    await commit(
      found.slice(from, from + perTransaction).map(([lookUp, id]) => ({
        ...{ table: tables.meta, key: [lookUpPlace, page, lookUp], value: packValue(id) },
      })),
    );
}

if (import.meta.main) {
  const [folder = "", sizes = "", ports = ""] = process.argv.slice(2);
  await seed(folder, JSON.parse(sizes) as Sizes, JSON.parse(ports) as Ports);
  process.exit(0);
}
