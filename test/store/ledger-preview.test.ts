import { expect, test } from "bun:test";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Command } from "../../src/model/command.ts";
import type { PageView } from "../../src/model/view.ts";
import { type Ledger, openLedger } from "../../src/store/ledger.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { manualClock } from "../support/manual-clock.ts";
import { closing, freshFolder, rowsOf } from "./stores.ts";

function open(): { readonly store: Store; readonly ledger: Ledger } {
  const clock = manualClock();
  const store = closing(openStore({ folder: freshFolder(), clock, log: silentLog }));
  const ledger = openLedger({ store, clock, random: seededRandom(1), region: "eu", log: silentLog });
  return { store, ledger };
}

/** Stamps tell when something was written, which a preview cannot know. */
const withoutStamps = (view: PageView | null): unknown =>
  JSON.parse(
    JSON.stringify(
      view && {
        ...view,
        componentById: [...view.componentById],
        incidentById: [...view.incidentById],
        transitions: [...view.transitions],
      },
      (key, value) => (["version", "born", "componentTags"].includes(key) ? undefined : value),
    ),
  );

test("a preview is what a submit with the same seed gives, and leaves nothing behind", async () => {
  const { store, ledger } = open();
  const steps: ((ids: readonly string[]) => readonly [string | null, Command])[] = [
    () => [null, { kind: "page.create", fields: { name: "Acme", url: "https://status.acme.example" } }],
    ([page = ""]) => [page, { kind: "component.create", fields: { name: "API" } }],
    ([page = "", api = ""]) => [
      page,
      {
        kind: "incident.create",
        fields: {
          name: "Down",
          body: "We look.",
          componentIds: [api],
          components: { [api]: "major_outage" },
        },
      },
    ],
    ([page = "", api = "", incident = ""]) => [
      page,
      {
        kind: "incident.update",
        id: incident,
        fields: { status: "resolved", body: "It is up.", components: { [api]: "operational" } },
      },
    ],
    ([page = "", , incident = ""]) => [page, { kind: "postmortem.draft", id: incident, body: "Why" }],
    ([page = "", , incident = ""]) => [page, { kind: "postmortem.publish", id: incident }],
    ([page = "", , incident = ""]) => [page, { kind: "postmortem.delete", id: incident }],
  ];
  const ids: string[] = [];
  for (const [at, step] of steps.entries()) {
    const [page, command] = step(ids);
    const before = {
      view: ledger.view(page ?? ""),
      ops: rowsOf(store, "ops"),
      records: rowsOf(store, "records"),
    };
    // Twice: what the first left behind would change the second.
    ledger.preview(page, command, "ann", { seed: `step ${at}` });
    const seen = ledger.preview(page, command, "ann", { seed: `step ${at}` });
    if (!seen.ok) throw new Error(seen.refusal.sentences.join(" "));
    expect(ledger.view(page ?? "")).toBe(before.view);
    expect([rowsOf(store, "ops"), rowsOf(store, "records")]).toEqual([before.ops, before.records]);
    const done = await ledger.submit(page, command, "ann", { seed: `step ${at}` });
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    expect([seen.id, seen.page]).toEqual([done.id, done.page]);
    expect(withoutStamps(seen.view)).toEqual(withoutStamps(ledger.view(done.page)));
    ids.push(done.id);
  }
});

test("a preview refuses what a submit would, and what it shows is in no later view", async () => {
  const { ledger } = open();
  const made = await ledger.submit(
    null,
    { kind: "page.create", fields: { name: "A", url: "https://a.example" } },
    "x",
  );
  if (!made.ok) throw new Error("refused");
  const wrong: Command = { kind: "component.update", id: "none", fields: { name: "x" } };
  expect(ledger.preview(made.page, wrong, "x")).toMatchObject({ ok: false, refusal: { status: 404 } });
  const component: Command = { kind: "component.create", fields: { name: "Ghost" } };
  const incident: Command = { kind: "incident.create", fields: { name: "Ghost", body: "x" } };
  for (const command of [component, incident]) expect(ledger.preview(made.page, command, "x").ok).toBe(true);
  await ledger.submit(made.page, { kind: "component.create", fields: { name: "Real" } }, "x");
  const view = ledger.view(made.page);
  expect(view?.components.map(({ name }) => name)).toEqual(["Real"]);
  expect(view?.incidents).toEqual([]);
});

test("of several commands each is previewed on top of those before it", async () => {
  const { ledger } = open();
  const made = await ledger.submit(
    null,
    { kind: "page.create", fields: { name: "A", url: "https://a.example" } },
    "x",
  );
  if (!made.ok) throw new Error("refused");
  const create: Command = { kind: "component.create", id: "api", fields: { name: "API" } };
  const change: Command = { kind: "component.update", id: "api", fields: { status: "major_outage" } };
  const seen = ledger.preview(made.page, [create, change], "x");
  if (!seen.ok) throw new Error(seen.refusal.sentences.join(" "));
  expect(seen.view.componentById.get("api")).toMatchObject({ name: "API", status: "major_outage" });
  expect(ledger.preview(made.page, [create, create], "x")).toMatchObject({ refusal: { status: 409 } });
  expect(ledger.preview(made.page, change, "x")).toMatchObject({ refusal: { status: 404 } });
});

test("what was submitted with a seed is refused a second time", async () => {
  const { ledger } = open();
  const made = await ledger.submit(
    null,
    { kind: "page.create", fields: { name: "A", url: "https://a.example" } },
    "x",
  );
  if (!made.ok) throw new Error("refused");
  const incident: Command = { kind: "incident.create", fields: { name: "Down", body: "x" } };
  const first = await ledger.submit(made.page, incident, "x", { seed: "form 7" });
  if (!first.ok) throw new Error("refused");
  const told: Command = { kind: "incident.update", id: first.id, fields: { body: "We look." } };
  expect(await ledger.submit(made.page, told, "x", { seed: "form 8" })).toMatchObject({ ok: true });
  const [position, view] = [ledger.position(), ledger.view(made.page)];
  const update = view?.incidentById.get(first.id)?.updates[0]?.id;
  const refused = (sentence: string) => ({ ok: false, refusal: { status: 409, sentences: [sentence] } });
  expect(await ledger.submit(made.page, incident, "x", { seed: "form 7" })).toMatchObject(
    refused(`This was submitted before: ${first.id} exists already.`),
  );
  expect(await ledger.submit(made.page, told, "x", { seed: "form 8" })).toMatchObject(
    refused(`This was submitted before: ${update} exists already.`),
  );
  expect([ledger.position(), ledger.view(made.page)]).toEqual([position, view]);
});
