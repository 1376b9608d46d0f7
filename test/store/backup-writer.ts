// A control plane's store that is written all the time, in a process of its own. In: its folder. Out: the position of each change that was acked.
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { Command } from "../../src/model/command.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";

const store = openStore({ folder: process.argv[2] ?? "", clock: systemClock, log: silentLog });
const ledger = openLedger({
  store,
  clock: systemClock,
  random: systemRandom,
  region: "main",
  log: silentLog,
});
const one: Command = {
  kind: "component.create",
  fields: { name: "one of two", description: "x".repeat(500) },
};
for (;;) {
  const done = await ledger.submit("p1", [one, one], "writer");
  if (done.ok) process.stdout.write(`${done.position}\n`);
}
