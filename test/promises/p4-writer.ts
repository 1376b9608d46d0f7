// Run by p4.test.ts as a process of its own, until it is killed: changes a page and tells each ack. In: a data folder. Out: a line an ack.
// PHAROS_BREAK=ack tells the ack before the change was submitted, and with it takes the promise away.
import { writeSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { Command } from "../../src/model/command.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";

/** Editors at work at the same time: several acks share a flush, and some changes are always under way. */
const editors = 4;
const [folder = ""] = process.argv.slice(2);
const early = process.env.PHAROS_BREAK === "ack";
const run = Buffer.from(systemRandom.bytes(4)).toString("hex");

const store = openStore({ folder, clock: systemClock, log: silentLog, snapshots: "apart" });
const ledger = openLedger({
  store,
  clock: systemClock,
  random: systemRandom,
  region: "main",
  log: silentLog,
});
/** Straight to the pipe: what is not out when the process dies was never said. */
const ack = (id: string): void => void writeSync(1, `${id}\n`);

async function submit(page: string | null, command: Command, id: string): Promise<void> {
  if (early) ack(id);
  const done = await ledger.submit(page, command, "p4");
  if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
  if (!early) ack(id);
}

async function edit(editor: number): Promise<void> {
  for (let at = 0; ; at++) {
    const id = `${run}-${editor}-${at}`;
    const components = { part: at % 2 === 0 ? "partial_outage" : "operational" } as const;
    const fields = { name: `Trouble ${id}`, status: "investigating", body: "We look.", components } as const;
    await submit("page", { kind: "incident.create", id, fields }, id);
  }
}

// Each by itself: the one before may have been killed between the two.
if (ledger.view("page") === null) {
  const fields = { name: "Page", url: "https://status.example.org" };
  await submit(null, { kind: "page.create", id: "page", fields }, "page");
}
if (ledger.view("page")?.componentById.has("part") !== true)
  await submit("page", { kind: "component.create", id: "part", fields: { name: "Part" } }, "part");
await Promise.all(Array.from({ length: editors }, (_none, editor) => edit(editor)));
