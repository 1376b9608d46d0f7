// An incident of more components than a list holds, and the order of a page, by plain forms: nothing needs a script.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import type { Command } from "../../src/model/command.ts";
import { type AdminWorld, openAdminWorld } from "./admin-world.ts";

const beyond = 12;
const count = limits.adminListMax + beyond;
const idOf = (at: number): string => `part${at}`;
let world: AdminWorld;
let incident = "";

beforeAll(async () => {
  world = await openAdminWorld();
  const made = Array.from({ length: count }, (_, at): Command => {
    return {
      kind: "component.create",
      id: idOf(at),
      fields: { name: `Part ${String(at).padStart(3, "0")}` },
    };
  });
  expect(await world.ledger.submit(world.page, made, "test")).toMatchObject({ ok: true });
  const componentIds = made.map((_, at) => idOf(at));
  incident = await world.run(world.page, {
    kind: "incident.create",
    fields: {
      name: "All of them",
      body: "We look.",
      componentIds,
      components: { [idOf(count - 1)]: "major_outage" },
    },
  });
});
afterAll(() => world.close());

const statusOf = (at: number): string | undefined =>
  world.ledger.view(world.page)?.componentById.get(idOf(at))?.status;
const fieldsOf = (text: string): readonly string[] =>
  [...text.matchAll(/name="component:(\w+)"/g)].map(([, id = ""]) => id);

test("those in trouble stand first, it is said how many more there are, and each of them is found by its name", async () => {
  const path = `/admin/p/${world.page}/incidents/${incident}`;
  const one = world.as("responder");
  const first = await one.get(path);
  expect(fieldsOf(first.text)).toHaveLength(limits.adminListMax);
  expect(fieldsOf(first.text)[0]).toBe(idOf(count - 1));
  expect(first.text).toContain(`${beyond} more components of it: find them by name.`);
  const form = first.fields("tell");
  form.set(`component:${idOf(0)}`, "partial_outage");
  form.set("of", `Part 0${count - 2}`);
  form.set("text", "We know more.");
  form.set("do", "find");
  const found = await one.post(path, form);
  // What was chosen before one looked for another one is still there.
  expect(fieldsOf(found.text)).toEqual([idOf(0), idOf(count - 2)]);
  const sent = found.fields("tell");
  expect([sent.get(`component:${idOf(0)}`), sent.get("text")]).toEqual(["partial_outage", "We know more."]);
  sent.set(`component:${idOf(count - 2)}`, "degraded_performance");
  sent.set("do", "tell");
  expect((await one.post(path, sent)).status).toBe(303);
  expect([0, count - 2, count - 1, 1].map(statusOf)).toEqual([
    ...["partial_outage", "degraded_performance", "major_outage", "operational"],
  ]);
  const none = first.fields("tell");
  none.set("of", "No such name");
  none.set("do", "find");
  expect((await one.post(path, none)).text).toContain("None of them fits.");
});

test("a component that is moved is one change of the page, whatever the positions were", async () => {
  const path = `/admin/p/${world.page}/components`;
  const scattered = Array.from({ length: count }, (_, at): Command => {
    return { kind: "component.update", id: idOf(at), fields: { position: 10_000 + 7 * at } };
  });
  await world.ledger.submit(world.page, scattered, "test");
  let flushes = 0;
  const end = world.ledger.onAppend(() => flushes++);
  const one = world.as("editor");
  const form = (await one.get(`${path}?q=Part+005`)).fields("up");
  form.set("component", idOf(5));
  form.set("do", "up");
  expect((await one.post(path, form)).status).toBe(303);
  end();
  const order = world.ledger
    .view(world.page)
    ?.components.flatMap(({ id }) => (id.startsWith("part") ? [id] : []));
  expect([flushes, order?.slice(3, 7)]).toEqual([1, [idOf(3), idOf(5), idOf(4), idOf(6)]]);
});
