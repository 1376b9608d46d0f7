// A control plane and files of a page: what a file plans, what applying it does, what is exported. In: nothing. Out: those three as functions.
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { type Plan, planConfig } from "../../src/control/config-plan.ts";
import { readConfig } from "../../src/control/config-read.ts";
import { definitionOf } from "../../src/control/config-shape.ts";
import { configText } from "../../src/control/config-write.ts";
import { controlPlaneOf } from "../../src/control/local.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { createSeries } from "../../src/store/series.ts";
import { createTokens } from "../../src/store/tokens.ts";
import { closing, freshFolder } from "../store/stores.ts";
import { manualClock } from "../support/manual-clock.ts";

export const configName = "page.yaml";
export const png = Uint8Array.from(
  atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="),
  (it) => it.charCodeAt(0),
);
export const readFile = (): Uint8Array => png;

/** The page of its files is `p1`. */
export function openConfigWorld() {
  const clock = manualClock();
  const store = closing(openStore({ folder: freshFolder(), clock, log: silentLog }));
  const ledger = openLedger({ store, clock, random: seededRandom(1), region: "eu", log: silentLog });
  const plane = controlPlaneOf({ ledger, tokens: createTokens(store), series: createSeries(store) });
  let ids = 0;
  const plan = (text: string, prune = false): Plan => {
    const view = ledger.view("p1");
    const planned = planConfig(view && definitionOf(view), readConfig(text, { name: configName, readFile }), {
      prune,
      newId: () => `new${ids++}`,
    });
    if (!planned.ok)
      throw new Error(
        planned.mistakes.map(({ place, says }) => `${place.line}:${place.column}: ${says}`).join("\n"),
      );
    return planned.plan;
  };
  const apply = async (text: string, prune = false): Promise<Plan> => {
    const made = plan(text, prune);
    const commands = made.changes.map(({ command }) => command);
    if (commands.length === 0) return made;
    const done = await plane.submit(commands[0]?.kind === "page.create" ? null : made.page, commands, "test");
    if (!done.ok) throw new Error(`${done.at}: ${done.refusal.sentences.join(" ")}`);
    return made;
  };
  const exported = async (): Promise<string> => {
    const definition = await plane.definition("p1");
    return definition === null ? "" : configText(definition);
  };
  return { ledger, plane, plan, apply, exported, clock, close: () => store.close() };
}
