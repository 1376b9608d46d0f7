// Run by import-killed.test.ts as a process of its own, until it is killed: imports a page. In: a data folder, "whole" or "halves". Out: a line before
// the import, one when half of it is kept (where it goes in halves, which is the mistake), one when all is.
import { writeSync } from "node:fs";
import { bundleOf } from "../../bench/control/world.ts";
import { systemClock as clock } from "../../src/base/clock.ts";
import { silentLog as log } from "../../src/base/log.ts";
import { seededRandom, systemRandom } from "../../src/base/random.ts";
import type { ImportBundle } from "../../src/model/command.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { importSizes } from "./samples.ts";

const [folder = "", mode = ""] = process.argv.slice(2);
const say = (word: string): void => void writeSync(1, `${word}\n`);
const store = openStore({ folder, clock, log, snapshots: "apart" });
const ledger = openLedger({ store, clock, random: systemRandom, region: "main", log });

async function keep(bundle: ImportBundle): Promise<void> {
  const done = await ledger.submit(null, { kind: "import", bundle }, "import");
  if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
}

const bundle = bundleOf(importSizes, clock.wallMs(), seededRandom(1));
say("begins");
if (mode === "halves") {
  await keep({ ...bundle, incidents: bundle.incidents.slice(bundle.incidents.length / 2) });
  say("half");
}
await keep(bundle);
say("done");
setInterval(() => undefined, 1_000);
