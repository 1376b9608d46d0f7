import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { commandLine } from "../../src/store/tokens.ts";
import { type ControlWorld, openControlWorld, type Reply } from "./control-world.ts";

let world: ControlWorld;
let other: string;
beforeAll(async () => {
  world = await openControlWorld();
  other = await world.run(null, {
    kind: "page.create",
    fields: { name: "Other", url: "https://other.example" },
  });
});
afterAll(() => world.close());

const own = "/api/pharos/v1";

async function asAdmin(method: string, path: string, body?: object, of = world): Promise<Reply> {
  const response = await of.api(
    new Request(`http://api.example${path}`, {
      method,
      headers: { authorization: `OAuth ${of.adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  return { status: response.status, json: JSON.parse((await response.text()) || "null") };
}

/** All entries that the caller may read, question by question. */
async function trail(ask: (path: string) => Promise<Reply>, query: string) {
  const entries: Record<string, unknown>[] = [];
  for (let cursor = ""; ; ) {
    const { status, json } = await ask(`${own}/audit?limit=3&${query}&cursor=${cursor}`);
    expect(status).toBe(200);
    entries.push(...json.entries);
    cursor = json.cursor;
    if (!json.more) return entries;
  }
}

describe("own API: audit", () => {
  test("changes of pages and of keys are one list by time, with who, when, what it was and what it is", async () => {
    await world.clock.advance(1_000);
    const id = await world.run(world.page, { kind: "component.create", fields: { name: "Old" } });
    await world.clock.advance(1_000);
    const { held } = await world.tokens.add(
      { name: "second", grants: [[world.page, "viewer"]], expiresMs: null },
      { actor: "user:ann", address: "192.0.2.1" },
    );
    await world.clock.advance(1_000);
    await world.send("PATCH", `/v1/pages/${world.page}/components/${id}`, { component: { name: "New" } });
    const entries = await trail((path) => world.send("GET", path), "");
    const times = entries.map(({ at }) => String(at));
    expect(times).toEqual([...times].sort());
    expect(entries.filter(({ entity }) => [id, held.id].includes((entity as { id: string }).id))).toEqual([
      expect.objectContaining({ what: "component.create", actor: "test", before: null, pages: [world.page] }),
      expect.objectContaining({ what: "key.make", actor: "user:ann", address: "192.0.2.1" }),
      expect.objectContaining({
        what: "component.update",
        actor: "token:tests",
        before: expect.objectContaining({ name: "Old" }),
        after: expect.objectContaining({ name: "New" }),
      }),
    ]);
    const mine = await trail((path) => world.send("GET", path), `entity=${id}&actor=token:tests`);
    expect(mine.map(({ what }) => what)).toEqual(["component.update"]);
    const since = new Date(world.clock.wallMs()).toISOString();
    expect(await trail((path) => world.send("GET", path), `entity=${id}&since=${since}`)).toHaveLength(1);
  });

  test("a key reads nothing of a page that it does not administer", async () => {
    const seen = await trail((path) => world.send("GET", path), "");
    expect(seen.filter(({ pages }) => (pages as string[]).includes(other))).toEqual([]);
    expect(await trail((path) => world.send("GET", path), `page_id=${other}`)).toEqual([]);
    expect((await trail((path) => asAdmin("GET", path), `page_id=${other}`)).length).toBeGreaterThan(0);
    const { token } = await world.tokens.add(
      { name: "reader", grants: [[world.page, "viewer"]], expiresMs: null },
      commandLine,
    );
    const response = await world.api(
      new Request(`http://api.example${own}/audit`, { headers: { authorization: `Bearer ${token}` } }),
    );
    expect(await response.json()).toMatchObject({ entries: [], more: false });
  });

  test("a cursor that no answer gave, and a time that is none, are refused", async () => {
    expect((await world.send("GET", `${own}/audit?cursor=soon`)).status).toBe(422);
    expect((await world.send("GET", `${own}/audit?since=yesterday`)).status).toBe(422);
  });
});

describe("own API: a page out and in", () => {
  test("what was exported comes back equal in another install, and a second import writes nothing", async () => {
    const incident = { name: "Down", body: "We look.", components: { [world.plain]: "major_outage" } };
    const { json: made } = await world.send("POST", `/v1/pages/${world.page}/incidents`, { incident });
    await world.clock.advance(60_000);
    await world.send("PATCH", `/v1/pages/${world.page}/incidents/${made.id}`, {
      incident: { status: "resolved", body: "Up.", components: { [world.plain]: "operational" } },
    });
    await world.run(world.page, { kind: "postmortem.draft", id: made.id, body: "Why" });
    await world.run(world.page, { kind: "page.update", fields: { headline: "How we are" } });
    await world.run(world.page, {
      kind: "template.create",
      fields: { name: "Slow", title: "It is slow", body: "We look." },
    });
    await world.run(world.page, {
      kind: "recurrence.create",
      id: "backups",
      fields: { name: "Backups", rule: "FREQ=WEEKLY", start: "2026-01-11T02:30", durationMs: 3_600_000 },
    });
    // Its occurrences are of another revision than those that an import would make.
    await world.run(world.page, { kind: "recurrence.update", id: "backups", fields: { body: "We copy." } });
    const { status, json: file } = await world.send("GET", `${own}/pages/${world.page}/export`);
    expect(file.incidents[1].automation).toMatchObject({ begins: true, completes: true });
    expect([status, file.format]).toEqual([200, "pharos/page/1"]);
    const second = await openControlWorld();
    const free = {
      ...file,
      page: { ...file.page, id: "imported", hosts: ["in.example"], url: "https://in.example" },
    };
    expect(await asAdmin("POST", `${own}/import?dry_run=true`, free, second)).toMatchObject({
      json: { dry_run: true, status: 200, page: { id: "imported" } },
    });
    expect(second.ledger.view("imported")).toBeNull();
    expect((await asAdmin("POST", `${own}/import`, free, second)).status).toBe(200);
    const back = await asAdmin("GET", `${own}/pages/imported/export`, undefined, second);
    const timeless = ({ page: { updatedAt, ...page }, ...rest }: Reply["json"]) => ({ page, ...rest });
    expect(timeless(back.json)).toEqual(timeless(free));
    const position = second.ledger.position();
    expect((await asAdmin("POST", `${own}/import`, back.json, second)).status).toBe(200);
    expect(second.ledger.position()).toBe(position);
    await second.close();
  });

  test("is kept whole, in one flush, or not at all: what is refused at its end leaves nothing of its beginning", async () => {
    const { json: file } = await world.send("GET", `${own}/pages/${world.page}/export`);
    const fresh = {
      ...file,
      page: { ...file.page, id: "whole", hosts: ["whole.example"], url: "https://whole.example" },
    };
    const recurring = { id: "never", name: "Never", rule: "FREQ=SOMETIMES", start: "2026-01-11T02:30" };
    const before = world.ledger.position();
    const refused = await asAdmin("POST", `${own}/import`, {
      ...fresh,
      recurrences: [{ ...recurring, durationMs: 3_600_000 }],
    });
    expect(refused.status).toBe(422);
    expect([world.ledger.position(), world.ledger.view("whole")]).toEqual([before, null]);
    const flushes: number[] = [];
    const stop = world.ledger.onAppend(() => flushes.push(world.ledger.position()));
    expect((await asAdmin("POST", `${own}/import`, fresh)).status).toBe(200);
    stop();
    expect(flushes).toEqual([world.ledger.position()]);
    expect(world.ledger.view("whole")?.templates.length).toBe(file.templates.length);
    expect(file.templates.length).toBeGreaterThan(0);
  });

  test("a key of one page imports that page and no other, and cannot tell whether there is one", async () => {
    const { json: file } = await world.send("GET", `${own}/pages/${world.page}/export`);
    expect((await world.send("POST", `${own}/import`, file)).status).toBe(200);
    for (const id of [other, "no-such-page"])
      expect(await world.send("POST", `${own}/import`, { ...file, page: { ...file.page, id } })).toEqual({
        status: 404,
        json: { error: "Page not found" },
      });
  });
});

describe("own API: keys", () => {
  test("are made for one's own pages, with a role that is no more than one's own, and told once", async () => {
    const expires_at = new Date(world.clock.wallMs() + 60_000).toISOString();
    const asked = { name: "ci", page_id: world.page, role: "responder", expires_at };
    const { status, json } = await world.send("POST", `${own}/tokens`, { token: asked });
    expect([status, json.grants, json.expires_at]).toEqual([
      201,
      [{ page_id: world.page, role: "responder" }],
      expires_at,
    ]);
    expect(world.tokens.check(json.token)?.id).toBe(json.id);
    const { json: list } = await world.send("GET", `${own}/tokens`);
    expect(list.map(({ id }: { id: string }) => id)).toContain(json.id);
    expect(JSON.stringify(list)).not.toContain(json.token);
    expect(list.every(({ grants }: Reply["json"]) => grants[0].page_id === world.page)).toBe(true);
    expect((await world.send("DELETE", `${own}/tokens/${json.id}`)).status).toBe(200);
    expect(world.tokens.check(json.token)).toBeNull();
    expect((await world.send("DELETE", `${own}/tokens/${json.id}`)).status).toBe(404);
  });

  test("of other pages, of more than one has, and of the past are refused", async () => {
    const make = (token: object) => world.send("POST", `${own}/tokens`, { token: { name: "x", ...token } });
    expect((await make({ page_id: other })).status).toBe(404);
    expect((await make({ page_id: "*" })).status).toBe(404);
    expect((await make({ page_id: world.page, role: "owner" })).status).toBe(403);
    expect((await make({ page_id: world.page, expires_at: "1969-01-01" })).status).toBe(422);
    const foreign = world.tokens.list().find(({ grants }) => grants[0]?.[0] === "*");
    expect((await world.send("DELETE", `${own}/tokens/${foreign?.id}`)).status).toBe(404);
  });
});

describe("own API: POPs", () => {
  test("are listed, drained, undrained and revoked by who administers the install", async () => {
    const key = generateKeyPair("pop", seededRandom(77)).publicKey;
    const { token } = await world.pops.addToken({ name: "fra", pages: ["*"] });
    await world.pops.join(token, { key, name: "fra" });
    const { json } = await asAdmin("GET", `${own}/pops`);
    expect(json).toMatchObject([{ name: "fra", key, drained: false, revoked: false, said: null }]);
    for (const [word, marks] of [
      ["drain", { drained: true }],
      ["undrain", { drained: false }],
      ["revoke", { revoked: true }],
    ] as const)
      expect(await asAdmin("POST", `${own}/pops/${key}/${word}`)).toMatchObject({ status: 200, json: marks });
    expect((await asAdmin("POST", `${own}/pops/none/drain`)).status).toBe(404);
    expect((await world.send("GET", `${own}/pops`)).status).toBe(403);
  });
});

describe("own API: generations", () => {
  const base = () => `${own}/pages/${world.page}/generations`;

  test("are listed and compared; one is shown again until it is released", async () => {
    await world.publish();
    await world.run(world.page, { kind: "component.create", fields: { name: "New part" } });
    await world.publish();
    const { json } = await world.send("GET", base());
    const [first, second] = json.generations.map(({ generation }: { generation: number }) => generation);
    expect([json.pinned_to, first, second]).toEqual([null, 1, 2]);
    const { json: diff } = await world.send("GET", `${base()}/diff?from=1&to=2`);
    expect(diff.changed).toContain("/");
    expect(diff.bytes).toBeGreaterThan(0);
    expect((await world.send("POST", `${base()}/rollback?dry_run=true`, { generation: 1 })).status).toBe(200);
    expect(await world.send("POST", `${base()}/rollback`, { generation: 1 })).toEqual({
      status: 200,
      json: { generation: 3, changed: true },
    });
    expect((await world.send("GET", base())).json.pinned_to).toBe(1);
    expect((await world.send("POST", `${base()}/release`)).status).toBe(200);
    expect((await world.send("GET", base())).json.pinned_to).toBeNull();
  });

  test("one that is not held, and a release of nothing, are refused with a sentence", async () => {
    expect(await world.send("POST", `${base()}/rollback`, { generation: 99 })).toMatchObject({
      status: 404,
      json: { error: expect.stringContaining("Kept are generations 1 to 3.") },
    });
    expect((await world.send("POST", `${base()}/rollback?dry_run=true`, { generation: 99 })).status).toBe(
      404,
    );
    expect((await world.send("GET", `${base()}/diff?from=1&to=99`)).status).toBe(404);
    expect((await world.send("POST", `${base()}/release`)).status).toBe(404);
  });
});
