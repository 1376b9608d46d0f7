// Whatever is sent to whichever operation of the served document: no answer of 500, nothing changed by what is refused, every answer as promised,
// and what is accepted can be rendered.
import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { documentsOf } from "../../src/render/documents.ts";
import { seed } from "../support/property.ts";
import { count, testLong } from "../support/seed.ts";
import { type Document, type Operation, readDocument } from "./api-document.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";
import { type FuzzWorld, openFuzzWorld } from "./fuzz-world.ts";
import { brokenBodies, hugeBodies, requestTo, type Wanted } from "./request-arbitrary.ts";
import { valuesOf } from "./schema-arbitrary.ts";

let world: ControlWorld;
let fuzz: FuzzWorld;
let document: Document;
const seen = new Map<number, number>();
const succeeded = new Set<string>();
/** Something was deleted since the world was filled. To fill it costs more requests than an operation is asked. */
let lacking = true;

beforeAll(async () => {
  world = await openControlWorld();
  fuzz = await openFuzzWorld(world);
  await world.publish();
  document = await readDocument(world.api);
});
afterAll(() => world.close());

/** As it goes over the line, by a key that may everything. */
function requestOf({ method, path, query, headers, body }: Wanted): Request {
  const named = query.map(([name, value]): [string, string] => [name, fuzz.named(value).toWellFormed()]);
  const search = named.length === 0 ? "" : `?${new URLSearchParams(named)}`;
  const request = new Headers({ authorization: `OAuth ${world.adminToken}` });
  // What cannot stand in a header is no request.
  for (const [name, value] of headers) request.set(name, value);
  return new Request(`http://api.example${fuzz.named(path)}${search}`, {
    method,
    headers: request,
    ...(body === null || method === "GET"
      ? {}
      : { body: typeof body === "string" ? fuzz.named(body) : body }),
  });
}

const takesAway = /^DELETE |unsubscribe|revoke/;

/** Sends one request and holds everything to it that holds of all. */
async function send(operation: Operation, wanted: Wanted): Promise<number> {
  const request = requestOf(wanted);
  const isDry = wanted.query.some(([name, value]) => name === "dry_run" && value === "true");
  await world.clock.advance(1_000);
  const [position, commits] = [world.ledger.position(), world.commits.length];
  const response = await fuzz.api(request);
  const { status } = response;
  const text = await response.text();
  const where = `${operation.name} ${request.url}`;
  seen.set(status, (seen.get(status) ?? 0) + 1);
  expect([where, status, status < 500 || (status === 501 && operation.answers.has(501))]).toEqual([
    where,
    status,
    true,
  ]);
  // A path with what no segment can have is another address: it is none of the document's.
  const schema = operation.answers.get(status);
  if (schema === undefined) expect([where, status]).toEqual([where, 404]);
  expect([where, text.match(/\.[jt]sx?:\d+|node_modules|\\n\s+at /)]).toEqual([where, null]);
  if (status >= 400 || wanted.method === "GET" || isDry) {
    expect([where, world.ledger.position()]).toEqual([where, position]);
    // A list of lines is taken as it comes, and each line again is nothing new; who read one of people stands in the audit.
    const written = world.commits
      .slice(commits)
      .flat()
      .filter(({ key }) => ![key].flat().includes("audit"));
    if (operation.lines !== "in") expect([where, written]).toEqual([where, []]);
  } else succeeded.add(operation.name);
  if (status < 300) succeeded.add(operation.name);
  lacking ||= status < 300 && !isDry && takesAway.test(operation.name);
  if (schema === null) expect([where, text]).toEqual([where, ""]);
  else
    for (const line of operation.lines === "out" && status < 300 ? text.trim().split("\n") : [text])
      expectPromised(operation, status, where, line);
  return status;
}

function expectPromised({ answers }: Operation, status: number, where: string, text: string): void {
  const schema = answers.get(status);
  const value: unknown = JSON.parse(text);
  if (status >= 400) expect([where, Object.hasOwn(value as object, "error")]).toEqual([where, true]);
  expect([where, schema ? document.faults(schema, value) : []]).toEqual([where, []]);
}

test(`every operation of the document, with what fits its schemas, what nearly does, and what does not (seed ${seed})`, async () => {
  const values = valuesOf(document);
  for (const [at, operation] of document.operations.entries()) {
    if (lacking) await fuzz.fill();
    lacking = false;
    await fc.assert(
      fc.asyncProperty(requestTo(operation, values), async (wanted) => void (await send(operation, wanted))),
      { seed: seed + at, numRuns: count(8, 1_000) },
    );
  }
  // The requests must reach both ends of the API, or nothing was shown.
  for (const status of [200, 201, 204, 400, 404, 409, 412, 422])
    expect([status, (seen.get(status) ?? 0) > 0]).toEqual([status, true]);
  const reached = document.operations.filter(({ name }) => succeeded.has(name));
  expect(reached.length / document.operations.length).toBeGreaterThan(0.8);
}, 3_000_000);

test("a body that is no body, to every operation that reads one", async () => {
  await fuzz.fill();
  const writes = document.operations.filter(({ body }) => body !== null);
  for (const [at, operation] of writes.entries()) {
    const path = operation.path.replaceAll(
      /\{(\w+)\}/g,
      (_, name) => `§own ${name === "id" ? "group_id" : name} 0§`,
    );
    // Most of them end before any row is asked: each row has a quarter of them, of the long ones fewer, and each of them many rows.
    for (const [place, body] of brokenBodies.entries())
      if (testLong || (at + place) % (body.length < 1_000 ? 4 : 20) === 0)
        await send(operation, { method: operation.method, path, query: [], headers: [], body });
  }
});

test("10 MB to an operation that takes 1 MB are 413, and to an import are read and refused", async () => {
  const writes = document.operations.filter(({ body }) => body !== null);
  for (const [at, body] of hugeBodies.entries()) {
    for (const name of ["PATCH /v1/pages/{page_id}", "POST /v1/pages/{page_id}/incidents"]) {
      const operation = writes.find((one) => one.name === name);
      if (operation === undefined) throw new Error(`${name} is gone.`);
      const path = operation.path.replaceAll(/\{(\w+)\}/g, "§own $1 0§");
      expect([
        at,
        name,
        await send(operation, { method: operation.method, path, query: [], headers: [], body }),
      ]).toEqual([at, name, 413]);
    }
    const imports = writes.find(({ path }) => path === "/api/pharos/v1/import");
    if (imports === undefined) throw new Error("There is no import.");
    const status = await send(imports, { method: "POST", path: imports.path, query: [], headers: [], body });
    expect([400, 422]).toContain(status);
  }
});

test("what was accepted can be rendered, and is read again as it is", async () => {
  const view = world.ledger.view(world.page);
  if (view === null) throw new Error("The page is gone.");
  for (const one of documentsOf(view, world.clock.wallMs())) expect(typeof one.body()).toBe("string");
});
