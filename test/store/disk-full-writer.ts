// Run by disk-full.test.ts as a process of its own, under a limit: writes until the device is full. In: data folder, a file that takes up room.
// Out: one line of JSON a step.
import { rmSync, writeFileSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { Fault } from "../../src/base/fault.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { checkStore } from "../../src/store/check.ts";
import { type Ledger, openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { sampleApply } from "./samples.ts";

const [folder = "", ballast = ""] = process.argv.slice(2);
const tell = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
if (ballast !== "") writeFileSync(ballast, new Uint8Array(6 * 1024 * 1024));

const open = () => {
  const store = openStore({ folder, clock: systemClock, log: silentLog });
  return {
    store,
    ledger: openLedger({ store, clock: systemClock, random: systemRandom, region: "main", log: silentLog }),
  };
};

/** Three at a time, so that a group fails as one. */
async function writeUntilFull(ledger: Ledger): Promise<{ acked: number; fault: Fault | null }> {
  let acked = 0;
  const body = "a long story ".repeat(1_800);
  for (let round = 0; round < 2_000; round++) {
    const group = [0, 1, 2].map((at) =>
      ledger.submit("p1", { kind: "incident.create", fields: { name: `i${round}-${at}`, body } }, "ann"),
    );
    const outcomes = await Promise.allSettled(group);
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled" && outcome.value.ok) acked = Math.max(acked, outcome.value.position);
      else if (outcome.status === "rejected" && outcome.reason instanceof Fault)
        return { acked, fault: outcome.reason };
      else throw new Error(JSON.stringify(outcome));
    }
  }
  return { acked, fault: null };
}

const first = open();
const created = await first.ledger.submit(
  null,
  { kind: "page.create", id: "p1", fields: { name: "P", url: "https://p.example" } },
  "ann",
);
if (!created.ok) tell({ step: "created before" });
await first.store.snapshots.apply(
  sampleApply({
    generation: (first.store.snapshots.head("page1")?.generation ?? 0) + 1,
    routes: { "/": "front" },
  }),
);
const { acked, fault } = await writeUntilFull(first.ledger);
tell({ step: "full", acked, position: first.ledger.position(), code: fault?.code, says: fault?.message });
const incidents = first.ledger.view("p1")?.incidents.length;
const large = sampleApply({ generation: 99, routes: { "/": "x".repeat(8 * 1024 * 1024) } });
const applied = await first.store.snapshots.apply(large).then(
  () => "applied",
  (thrown) => (thrown instanceof Fault ? thrown.code : String(thrown)),
);
tell({ step: "large apply", applied, generation: first.store.snapshots.head("page1")?.generation });
await first.store.close();

const second = open();
tell({
  step: "again",
  position: second.ledger.position(),
  sameIncidents: second.ledger.view("p1")?.incidents.length === incidents,
});
tell({ step: "whole", position: checkStore(second.store).position });
if (ballast !== "") {
  rmSync(ballast);
  const outcome = await second.ledger.submit(
    "p1",
    { kind: "component.create", fields: { name: "room" } },
    "ann",
  );
  tell({ step: "room", ok: outcome.ok });
}
await second.store.close();
