// CSV as people's programs write it, and subscribers from it: counted before, kept with their consent, or refused by line and column.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { readCsv } from "../../src/control/csv.ts";
import { noContact } from "../../src/model/subscriber.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

const rowsOf = (text: string) => {
  const read = readCsv(text);
  return read.ok ? read.value.map(({ line, fields }) => [line, ...fields]) : read.reason;
};

test("quotes, commas, line ends and quotes in quotes are read as RFC 4180 writes them, with or without a BOM", () => {
  expect(rowsOf('\ufeffa,b\r\n"x, y","say ""hi"""\r\n\r\n"two\r\nlines",\r\nlast,"')).toEqual({
    line: 6,
    why: "begins a field with a quote that is never closed",
  });
  expect(rowsOf('\ufeffa,b\r\n"x, y","say ""hi"""\r\n\r\n"two\r\nlines",\r\nlast,""')).toEqual([
    [1, "a", "b"],
    [2, "x, y", 'say "hi"'],
    [4, "two\r\nlines", ""],
    [6, "last", ""],
  ]);
  expect(rowsOf("a\nb\rc\n")).toEqual([
    [1, "a"],
    [2, "b"],
    [3, "c"],
  ]);
  expect(rowsOf("a,\n,b")).toEqual([
    [1, "a", ""],
    [2, "", "b"],
  ]);
  expect(rowsOf("")).toEqual([]);
  expect(rowsOf('a\nb"c')).toMatchObject({ line: 2 });
  expect(rowsOf('a\n"b"c')).toMatchObject({ line: 2 });
});

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

async function send(text: string | Uint8Array<ArrayBuffer>, query = "", key = world.token) {
  const url = `http://api.example/api/pharos/v1/pages/${world.page}/subscribers/csv${query}`;
  const headers = { authorization: `OAuth ${key}`, "content-type": "text/csv" };
  const response = await world.api(new Request(url, { method: "POST", headers, body: text }));
  return { status: response.status, json: JSON.parse(await response.text()) };
}

const found = async (text: string) =>
  world.subscribers.list(world.page, {
    ...{ text, incident: null, sort: "primary", descending: false, offset: 0, limit: 100 },
  });
const all = async () => (await found("")).length;

const person = (email: string) => ({
  ...({ kind: "email", state: "active", contact: { ...noContact, email }, components: null } as const),
  ...{ incident: null, accessUser: null, skipConfirmation: false, by: "token:tests" },
});

test("a dry run says what would become of each and writes nothing; then it is so, and the consent stands in the row", async () => {
  const [, gone, erased] = await world.subscribers.add(
    world.page,
    ["there@example.com", "gone@example.com", "erased@example.com"].map(person),
  );
  if (!(gone?.ok && erased?.ok)) throw new Error("They were not added.");
  await world.subscribers.change(world.page, [gone.value.id], { state: "unsubscribed" });
  await world.subscribers.erase(world.page, [erased.value.id]);
  const never = { ...noContact, email: "never@example.com" };
  await world.subscribers.suppress(world.page, [{ kind: "email", contact: never }], "complaint");
  const text = [
    "\ufeffEmail,Phone_Number,phone_country,endpoint,components,language,consent_source,consent_at",
    `new@example.com,,,,"Website; ${world.grouped}",de,"Order form, page 2",2025-12-24`,
    ",202-555-0105,us,,,,Contract,",
    ",,,https://hooks.slack.com/services/T0/B0/x,,,Contract,",
    "There@example.com,,,,,,Contract,",
    "new@EXAMPLE.com,,,,,,Contract,",
    "gone@example.com,,,,,,Contract,",
    "never@example.com,,,,,,Contract,",
    "erased@example.com,,,,,,Contract,",
  ].join("\r\n");
  const counts = { added: 4, known: 2, unsubscribed: 1, suppressed: 1, wrong: 0, errors: [] };
  const before = await all();
  const dry = await send(text, "?dry_run=true");
  expect([dry.json.status, dry.json.answer]).toEqual([200, counts]);
  expect(await all()).toBe(before);
  expect(await send(text)).toEqual({ status: 200, json: counts });
  const [made] = await found("new@");
  expect(made).toMatchObject({
    ...{ kind: "email", state: "active", language: "de", components: [world.plain, world.grouped] },
    consent: {
      ...{ way: "operator", by: "token:tests", source: "Order form, page 2" },
      atMs: Date.parse("2025-12-24"),
    },
  });
  const [phone, slack] = [...(await found("202-555")), ...(await found("slack"))];
  expect([phone?.kind, phone?.state, phone?.consent?.atMs]).toEqual(["sms", "active", world.clock.wallMs()]);
  expect([slack?.kind, slack?.state, slack?.consent?.source]).toEqual(["slack", "active", "Contract"]);
  expect((await found("gone@"))[0]?.state).toBe("unsubscribed");
  expect((await send(text)).json).toEqual({ ...counts, added: 0, known: 6 });
});

test("each wrong line is told by line and column and nothing is kept; with skip_wrong the others are", async () => {
  const text = [
    "email,phone_number,endpoint,components,language,consent_source,consent_at",
    "right@example.com,,,,,Contract,",
    "nobody,,,,,Contract,",
    "a@example.com,,,,,,",
    "b@example.com,,,Nothing,fr,Contract,yesterday",
    "c@example.com,,,,,Contract,2999-01-01",
    ",,,,,Contract,",
    "d@example.com,,https://d.example,,,Contract,",
    ",x,,,,Contract,",
    "e@example.com",
    `f@example.com,,,,,${"x".repeat(limits.consentSourceCharsMax + 1)},`,
  ].join("\n");
  const before = await all();
  const wrong = await send(text);
  expect([wrong.status, await all()]).toEqual([422, before]);
  expect(wrong.json.error).toEqual([
    "Line 3, email: Email must be an address such as name@example.com",
    "Line 4, consent_source: says nothing: nobody is told anything without a consent that can be shown",
    "Line 5, language: must be one of en, de, ar",
    "Line 5, consent_at: is not a time such as 2026-05-07T03:00:00Z",
    'Line 5, components: "Nothing" is no component of this page',
    "Line 6, consent_at: is not a time that is over",
    "Line 7, email: says nothing, nor do phone_number and endpoint: one of them must",
    "Line 8, endpoint: is given beside email: a row is one address",
    "Line 9, phone_number: Phone number must be digits, such as 202-555-0105",
    "Line 10 has 1 fields, and the first line names 7",
    "Line 11, consent_source: has more than 300 characters",
  ]);
  const dry = await send(text, "?dry_run=true");
  expect([dry.json.status, dry.json.answer.added, dry.json.answer.wrong]).toEqual([422, 1, 9]);
  expect(dry.json.answer.errors[0]).toMatchObject({ line: 3, column: "email" });
  const some = await send(text, "?skip_wrong=true");
  expect([some.status, some.json.added, some.json.wrong, await all()]).toEqual([200, 1, 9, before + 1]);
});

test("what is no such table is one sentence, and changes nothing", async () => {
  const before = await all();
  for (const [text, sentence] of [
    ["", "The first line must name columns"],
    ["email\nx@example.com", "Line 1 has no column consent_source"],
    ["email;consent_source\n", 'names the column "email;consent_source"'],
    ["email,consent_source,email\n", "names the column email twice"],
    ['email,consent_source\n"x', "Line 2 begins a field with a quote that is never closed"],
    [`email,consent_source\n${"a@b.example,x\n".repeat(limits.csvRowsMax + 1)}`, "send it in parts"],
    ['{"email":"a"}', "Line 1 has a quote in the middle of a field"],
  ] as const) {
    const { status, json } = await send(text, "?skip_wrong=true");
    expect([status, String(json.error).includes(sentence), sentence]).toEqual([422, true, sentence]);
  }
  expect((await send(Uint8Array.from([0xff, 0xfe, 0]))).status).toBe(400);
  expect((await send("x".repeat(limits.apiBodyBytesMax + 1))).status).toBe(413);
  expect(await all()).toBe(before);
});

test("the same request under its key is carried out once, and a viewer's key may not", async () => {
  const url = `http://api.example/api/pharos/v1/pages/${world.page}/subscribers/csv`;
  const headers = { authorization: `OAuth ${world.token}`, "idempotency-key": "once" };
  const body = "email,consent_source\nonce@example.com,Contract\n";
  const answers = [1, 2].map(() => () => world.api(new Request(url, { method: "POST", headers, body })));
  const said: unknown[] = [];
  for (const ask of answers) {
    const done = (await (await ask()).json()) as { readonly added: number };
    said.push(done.added);
  }
  expect(said).toEqual([1, 1]);
  const viewer = await world.tokens.add(
    { name: "viewer", grants: [[world.page, "viewer"]], expiresMs: null },
    { actor: "tests", address: null },
  );
  expect((await send(body, "", viewer.token)).status).toBe(403);
});

const suppressions = (method: string, path = "", body?: object) =>
  world.send(method, `/api/pharos/v1/pages/${world.page}/suppressions${path}`, body);

test("who is never told anything is put on the list, found there by address, and taken off", async () => {
  await world.subscribers.add(world.page, [person("barred@example.com")]);
  const { json: made, status } = await suppressions("POST", "", {
    suppression: { email: "Barred@example.com" },
  });
  expect([status, made.why, made.mode, made.by]).toEqual([201, "operator", "email", "token:tests"]);
  expect((await found("barred@"))[0]?.state).toBe("unsubscribed");
  const hook = { suppression: { endpoint: "https://discord.com/api/webhooks/1/x" } };
  expect((await suppressions("POST", "", hook)).json.mode).toBe("discord");
  expect((await suppressions("POST", "", { suppression: {} })).status).toBe(422);
  const { json: list } = await suppressions("GET");
  const ids = list.map(({ id }: { readonly id: string }) => id);
  expect([ids.length, ids]).toEqual([3, expect.arrayContaining([made.id])]);
  expect(JSON.stringify(list)).not.toContain("barred");
  expect((await suppressions("GET", `?after=${ids[0]}&limit=1`)).json).toEqual([list[1]]);
  expect((await suppressions("GET", "?email=BARRED@example.com")).json).toEqual([made]);
  expect((await suppressions("GET", "?email=other@example.com")).json).toEqual([]);
  expect((await suppressions("DELETE", `/${made.id}`)).status).toBe(204);
  expect((await suppressions("DELETE", `/${made.id}`)).status).toBe(404);
  expect((await suppressions("GET", "?email=barred@example.com")).json).toEqual([]);
  expect((await found("barred@"))[0]?.state).toBe("unsubscribed");
});
