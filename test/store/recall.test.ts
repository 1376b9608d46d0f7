// What a start leaves where it lies is read when asked for, as it was for whoever holds the view.
import { expect, test } from "bun:test";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Command } from "../../src/model/command.ts";
import { createRecall, recalledIncident } from "../../src/model/recall.ts";
import type { Incident, PageView } from "../../src/model/view.ts";
import { incidentPrint } from "../../src/render/key.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { incident as inventedIncident, update as inventedUpdate } from "../render/invented.ts";
import { manualClock } from "../support/manual-clock.ts";
import { plainView } from "../support/plain-view.ts";
import { closing, freshFolder } from "./stores.ts";

async function world() {
  const clock = manualClock();
  const store = closing(openStore({ folder: freshFolder(), clock, log: silentLog }));
  const open = () => openLedger({ store, clock, random: seededRandom(1), region: "eu", log: silentLog });
  const first = open();
  const submit = async (page: string | null, command: Command): Promise<string> => {
    const done = await first.submit(page, command, "ann");
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    return done.id;
  };
  const page = await submit(null, {
    kind: "page.create",
    fields: { name: "Acme", url: "https://a.example" },
  });
  const incident = await submit(page, {
    kind: "incident.create",
    fields: { name: "Down", body: "We look." },
  });
  clock.advance(60_000);
  await submit(page, {
    kind: "incident.update",
    id: incident,
    fields: { status: "identified", body: "Found." },
  });
  clock.advance(60_000);
  return { clock, open, first, page, incident };
}

const incidentIn = (view: PageView | null, id: string): Incident =>
  view?.incidentById.get(id) ??
  (() => {
    throw new Error("No such incident.");
  })();
const bodies = ({ updates }: Incident): readonly string[] => updates.map(({ body }) => body);

test("an opened page is the page that was written, and is named by the same prints", async () => {
  const { open, first, page, incident } = await world();
  const opened = open().view(page);
  expect(plainView(opened)).toEqual(plainView(first.view(page)));
  const [was, is] = [incidentIn(first.view(page), incident), incidentIn(opened, incident)];
  expect(JSON.stringify(is)).toBe(JSON.stringify(was));
  expect(incidentPrint(is)).toBe(incidentPrint(was));
  expect(bodies(is)).toEqual(["Found.", "We look."]);
});

test("who holds a view goes on reading what it said, also what was never read before", async () => {
  const { open, first, page, incident } = await world();
  const ledger = open();
  const held = incidentIn(ledger.view(page), incident);
  // Decided elsewhere, so that nothing here has read the update before it changes.
  const told = [...first.opsAfter(0)].map(({ op }) => op).filter(({ kind }) => kind === "update");
  const [op] = told;
  if (op === undefined) throw new Error("There is no op of an update.");
  const later = `${told.at(-1)?.hlc.slice(0, 16)}-ffffffff`;
  await ledger.merge([{ ...op, fields: { body: "We looked." }, hlc: later }]);
  expect(bodies(incidentIn(ledger.view(page), incident))).toEqual(["Found.", "We looked."]);
  expect(bodies(held)).toEqual(["Found.", "We look."]);
});

test("of many incidents that were read, the ones read long ago are read again", async () => {
  let reads = 0;
  const update = (id: string) => inventedUpdate("i", 1, "resolved", "Up.", { id });
  const recall = createRecall((id) => {
    reads++;
    return update(id);
  });
  const all = Array.from({ length: 1_500 }, (_none, at) =>
    recalledIncident(
      inventedIncident(`i${at}`, "Down"),
      recall.learn(`incident/i${at}`, { shown: [`u${at}`], others: [], toldAt: 1 }),
    ),
  );
  for (const incident of all) expect(incident.updates[0]?.id).toBe(`u${incident.id.slice(1)}`);
  expect(reads).toBe(1_500);
  for (const incident of all.slice(-900)) expect(incident.updates).toBe(incident.updates);
  expect(reads).toBe(1_500);
  expect(all[0]?.updates).toHaveLength(1);
  expect(reads).toBe(1_501);
});
