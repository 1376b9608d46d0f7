import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { noContact } from "../../src/model/subscriber.ts";
import { commandLine } from "../../src/store/tokens.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

const own = "/api/pharos/v1";
let [here, there]: readonly [ControlWorld, ControlWorld] = [] as never;
beforeAll(async () => {
  here = await openControlWorld();
  there = await openControlWorld();
  const { json: file } = await here.send("GET", `${own}/pages/${here.page}/export`);
  await ask(
    there,
    "POST",
    "/import",
    JSON.stringify({
      ...file,
      page: { ...file.page, id: "moved", url: "https://moved.example", hosts: ["moved.example"] },
    }),
  );
});
afterAll(async () => {
  await here.close();
  await there.close();
});

function ask(of: ControlWorld, method: string, path: string, body?: string, token = of.ownerToken) {
  const headers = { authorization: `OAuth ${token}` };
  return of.api(
    new Request(`http://api.example${own}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    }),
  );
}

const exportOf = async (of: ControlWorld, page: string, what: string): Promise<string> =>
  (await ask(of, "GET", `/pages/${page}/export/${what}`)).text();

/** The list as one of another page. */
const asMoved = (list: string): string => list.replace(/"page":"[^"]*"/, '"page":"moved"');

const person = (at: number) => ({
  ...({ kind: "email", state: "active", components: null, incident: null, accessUser: null } as const),
  ...{
    skipConfirmation: true,
    by: "token:tests",
    contact: { ...noContact, email: `reader${at}@example.com` },
  },
});

describe("subscribers out and in", () => {
  test("come back equal, with their states, times and by whose word they are told, piece by piece", async () => {
    await here.subscribers.add(
      here.page,
      Array.from({ length: 1_200 }, (_, at) => person(at)),
    );
    const { plain } = here;
    const [hook, phone] = await here.subscribers.add(here.page, [
      {
        ...person(0),
        kind: "webhook",
        components: [plain],
        contact: { ...noContact, endpoint: "https://hook.example/x", email: "ops@example.com" },
      },
      {
        ...person(0),
        kind: "sms",
        state: "unconfirmed",
        contact: { ...noContact, phoneNumber: "202-555-0105", phoneCountry: "US" },
      },
    ]);
    if (!(hook?.ok && phone?.ok)) throw new Error("They were not added.");
    await here.clock.advance(60_000);
    await here.subscribers.change(here.page, [hook.value.id], { state: "quarantined" });
    const [gone] = await here.subscribers.list(here.page, {
      text: "reader7@",
      incident: null,
      sort: "primary",
      descending: false,
      offset: 0,
      limit: 1,
    });
    await here.subscribers.change(here.page, [gone?.id ?? ""], { state: "unsubscribed" });
    const response = await ask(here, "GET", `/pages/${here.page}/export/subscribers`);
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    const pieces: Uint8Array[] = [];
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(80_000);
    const list = Buffer.concat(pieces).toString();
    expect(list.length).toBeGreaterThan(200_000);
    const lines = list
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect([lines[0], lines.at(-1)]).toEqual([
      { format: "pharos/subscribers/1", page: here.page },
      { end: 1_202 },
    ]);
    expect(lines.find(({ id }) => id === gone?.id)).toMatchObject({
      state: "unsubscribed",
      contact: { email: "reader7@example.com" },
      consent: { way: "operator", by: "token:tests" },
    });
    expect(lines.find(({ id }) => id === hook.value.id)).toMatchObject({
      state: "quarantined",
      quarantinedMs: here.clock.wallMs(),
    });
    expect(lines.find(({ id }) => id === phone.value.id)).toMatchObject({ consent: null });
    await there.clock.advance(3_600_000);
    const first = await ask(there, "POST", "/import/subscribers", asMoved(list));
    expect(await first.json()).toEqual({ page_id: "moved", added: 1_202, known: 0, erased: 0 });
    expect(await exportOf(there, "moved", "subscribers")).toBe(asMoved(list));
    const second = await ask(there, "POST", "/import/subscribers", asMoved(list));
    expect(await second.json()).toEqual({ page_id: "moved", added: 0, known: 1_202, erased: 0 });
  });

  test("who was erased here, or unsubscribed here, does not come back", async () => {
    const list = asMoved(await exportOf(here, here.page, "subscribers"));
    const [one, other] = await there.subscribers.list("moved", {
      incident: null,
      sort: "primary",
      descending: false,
      offset: 0,
      limit: 2,
      states: ["active"],
    });
    await there.subscribers.erase("moved", [one?.id ?? ""]);
    await there.subscribers.change("moved", [other?.id ?? ""], { state: "unsubscribed" });
    // Under another id too.
    const again = list.replaceAll(other?.id ?? "", "anotherid0");
    const response = await ask(there, "POST", "/import/subscribers", again);
    expect(await response.json()).toEqual({ page_id: "moved", added: 0, known: 1_201, erased: 1 });
    expect(await there.subscribers.get("moved", one?.id ?? "")).toBeNull();
    expect((await there.subscribers.get("moved", other?.id ?? ""))?.state).toBe("unsubscribed");
  });

  test("are for an owner's key alone, and the audit tells of each time", async () => {
    expect(
      (await ask(here, "GET", `/pages/${here.page}/export/subscribers`, undefined, here.adminToken)).status,
    ).toBe(403);
    const list = await exportOf(here, here.page, "subscribers");
    expect((await ask(here, "POST", "/import/subscribers", list, here.adminToken)).status).toBe(404);
    const { token } = await there.tokens.add(
      { name: "else", grants: [["else", "owner"]], expiresMs: null },
      commandLine,
    );
    expect((await ask(there, "POST", "/import/subscribers", asMoved(list), token)).status).toBe(404);
    const { entries } = (await (
      await ask(here, "GET", `/audit?entity=${here.page}&actor=token:owner`)
    ).json()) as { entries: object[] };
    expect(entries.at(-1)).toMatchObject({
      what: "subscribers.export",
      actor: "token:owner",
      pages: [here.page],
    });
  });

  test("a line that is none is named by its number, and a list that was cut off is known by it", async () => {
    const head = '{"format":"pharos/subscribers/1","page":"moved"}';
    const line = {
      ...person(0),
      id: "fresh",
      state: "active",
      createdMs: 0,
      quarantinedMs: null,
      consent: null,
      contact: { email: "fresh@example.com" },
      by: undefined,
    };
    const text = JSON.stringify(line);
    for (const [body, status, sentence] of [
      ["", 422, "Line 1 must be"],
      ['{"format":"pharos/points/1","page":"moved"}', 422, "Line 1 must be"],
      [`${head}\n{`, 422, "Line 2 is no JSON"],
      [
        `${head}\n${text}\n${JSON.stringify({ ...line, kind: "pigeon" })}`,
        422,
        "Line 3 cannot be read: Kind must be one of",
      ],
      [`${head}\n${JSON.stringify({ ...line, contact: { email: "nobody" } })}`, 422, "Line 2 has no address"],
      [`${head}\n${text}`, 422, "without the one that says how many"],
      [`${head}\n${text}\n{"end":2}`, 422, "without the one that says how many"],
      [`${head}\n{"end":0}\n${text}`, 422, "Line 3 stands behind the last one"],
      [`${head}\n"${"x".repeat(300_000)}"`, 422, "A line has at most"],
    ] as const) {
      const response = await ask(there, "POST", "/import/subscribers", body);
      const { error } = (await response.json()) as { error: readonly string[] };
      expect([response.status, error.toString()]).toEqual([status, expect.stringContaining(sentence)]);
    }
    expect((await there.subscribers.get("moved", "fresh"))?.contact.email).toBe("fresh@example.com");
  });
});

describe("points out and in", () => {
  test("come back equal, what is rolled up too, and count once however often they come", async () => {
    const metric = await here.run(here.page, { kind: "metric.create", fields: { name: "Latency" } });
    const now = here.clock.wallMs();
    const points = Array.from({ length: 700 }, (_, at) => ({ at: now - at * 3_600_000 * 0.25, value: at }));
    await here.series.add(here.page, new Map([[metric, points]]));
    const list = asMoved(await exportOf(here, here.page, "points"));
    const early = await ask(there, "POST", "/import/points", list);
    const wrong = list.replace(/"values":\[\[\d+/, '"values":[[60');
    expect(
      await (await ask(here, "POST", "/import/points", wrong.replace("moved", here.page))).json(),
    ).toEqual({
      error: [expect.stringContaining("has a step that is none of 0 to 59")],
    });
    expect([early.status, (await early.text()).includes("import the page first")]).toEqual([422, true]);
    await there.run("moved", { kind: "metric.create", id: metric, fields: { name: "Latency" } });
    for (let time = 0; time < 2; time++)
      expect((await ask(there, "POST", "/import/points", list)).status).toBe(200);
    expect(await exportOf(there, "moved", "points")).toBe(list);
    expect(there.series.spans("moved", metric)).toEqual(here.series.spans(here.page, metric));
  });
});
