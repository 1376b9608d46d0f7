// A folder of files as a page, as its operator keeps it: published through the running control plane, read at a POP by its host, changed, rolled
// back, released; beside a page of the op-log that goes its own way.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { slotClose, slotOpen } from "../../src/snapshot/types.ts";
import { storeFile } from "../../src/store/open.ts";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { type Answer, get } from "../support/reader.ts";
import { sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const installation = new Installation();
afterAll(() => installation.end());

const host = "handbook.example.org";
const site = join(installation.folder, "site");
const data = join(installation.folder, "control");
let control: Running;
let pop: Running;
let address = "";

beforeAll(async () => {
  mkdirSync(join(site, "guide"), { recursive: true });
  writeFileSync(join(site, "index.html"), "<!doctype html><title>x</title><body><h1>One</h1>");
  writeFileSync(join(site, "guide", "index.html"), '<body><a href="../style.css">style</a>');
  writeFileSync(join(site, "style.css"), "h1 { color: green }");
  control = await installation.control();
  await installation.run("import", "statuspage", writeSampleSummary(installation.folder), "--data", data);
  pop = await installation.pop("pop", "--workers", "1");
  address = await installation.address("pop");
}, 30_000);

async function pharos(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await installation.run(...args, "--data", data, "--json");
  if (code !== 0) throw new Error(`pharos ${args.join(" ")}: ${err}`);
  return JSON.parse(out) as Record<string, unknown>;
}
const publish = () => pharos("publish", site, "--host", host);
const read = (path: string, of = host): Promise<Answer> => get(address, path, { host: of });

/** Waits for the generation at the POP, and gives the answer. */
function readAt(path: string, generation: unknown): Promise<Answer> {
  return until(`${path} in generation ${generation}`, async () => {
    const answer = await read(path);
    return answer.headers["pharos-generation"] === String(generation) && answer;
  });
}

test("published while the control plane runs, it is read at a POP by its host", async () => {
  const made = await publish();
  expect(made).toMatchObject({ page: host, generation: 1, changed: true, files: 3, bannerPut: 2 });
  const front = await readAt("/", 1);
  expect(front.status).toBe(200);
  expect(front.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(front.body.toString()).toBe(
    `<!doctype html><title>x</title><body>${slotOpen}${slotClose}<h1>One</h1>`,
  );
  expect((await read("/style.css")).body.toString()).toBe("h1 { color: green }");
  for (const path of ["/guide", "/guide/", "/guide/index.html"])
    expect((await read(path)).body.toString()).toContain("../style.css");
  expect((await read("/absent")).status).toBe(404);
  expect((await read("/", sampleHost)).status).toBe(200);
  expect(await publish()).toMatchObject({ generation: 1, changed: false, compressed: 0 });
}, 30_000);

test("one changed file is the next generation: one body, and what is gone from the folder is gone", async () => {
  writeFileSync(join(site, "index.html"), "<body><h1>Two</h1>");
  expect(await publish()).toMatchObject({ generation: 2, changed: true, compressed: 1 });
  expect((await readAt("/", 2)).body.toString()).toContain("<h1>Two</h1>");
  rmSync(join(site, "guide"), { recursive: true });
  expect(await publish()).toMatchObject({ generation: 3, changed: true, compressed: 0 });
  await readAt("/", 3);
  expect((await read("/guide")).status).toBe(404);
}, 30_000);

test("rolled back it stays there, over a restart of the control plane; released, the folder goes on", async () => {
  expect(await pharos("snapshot", "rollback", "--page", host, "--to", "1")).toEqual({
    page: host,
    generation: 4,
    to: 1,
  });
  expect((await readAt("/", 4)).body.toString()).toContain("<h1>One</h1>");
  expect((await read("/guide")).status).toBe(200);
  await control.kill("SIGKILL");
  control = await installation.control();
  expect(await pharos("snapshot", "inspect", "--page", host)).toMatchObject({
    generation: 4,
    pinned: { to: 1 },
  });
  const refused = await installation.run("publish", site, "--host", host, "--data", data);
  expect([refused.code, refused.err]).toEqual([
    2,
    expect.stringContaining("is pinned: its generation 4 shows generation 1"),
  ]);
  expect(await pharos("snapshot", "release", "--page", host)).toEqual({
    page: host,
    generation: 4,
    changed: false,
  });
  expect(await publish()).toMatchObject({ generation: 5, changed: true });
  expect((await readAt("/", 5)).body.toString()).toContain("<h1>Two</h1>");
}, 30_000);

test("a page of the op-log: pinned, its API takes incidents and visitors see none until the release", async () => {
  const api = new ApiClient(`http://${await installation.address("api")}`, await installation.token());
  const { generation } = await pharos("snapshot", "inspect", "--page", samplePage);
  await pharos("snapshot", "rollback", "--page", samplePage, "--to", String(generation));
  const incident = { name: "Kept for later", status: "investigating", body: "We look." };
  expect((await api.ask("POST", `/pages/${samplePage}/incidents`, { incident })).status).toBe(201);
  const listed = await api.ask("GET", `/pages/${samplePage}/incidents`);
  expect(JSON.stringify(listed.body)).toContain("Kept for later");
  const pinned = Number(generation) + 1;
  await until(
    "the POP has the pinned generation",
    async () => (await read("/", sampleHost)).headers["pharos-generation"] === String(pinned),
  );
  expect((await read("/api/v2/incidents.json", sampleHost)).body.toString()).not.toContain("Kept for later");
  expect(await pharos("snapshot", "release", "--page", samplePage)).toMatchObject({
    generation: pinned + 1,
    changed: true,
  });
  await until("visitors see it", async () =>
    (await read("/api/v2/incidents.json", sampleHost)).body.includes("Kept for later"),
  );
}, 30_000);

test("hosts and ids of other pages are refused, and nothing changes", async () => {
  const asked = [
    ["--host", sampleHost],
    ["--host", "new.example.org", "--page", samplePage],
  ];
  for (const flags of asked) {
    const { code, err } = await installation.run("publish", site, "--data", data, ...flags);
    expect([code, err]).toEqual([2, expect.stringContaining(samplePage)]);
  }
  const { err } = await installation.run(
    "page",
    "create",
    "--data",
    data,
    "--name",
    "Thief",
    "--url",
    `https://${host}`,
  );
  expect(err).toContain(`The host ${host} belongs to page ${host}, which is published from a folder.`);
  expect((await read("/")).status).toBe(200);
}, 30_000);

test("its control plane gone, the page says by itself how old it is", async () => {
  await control.kill("SIGKILL");
  const told = await until("the banner stands in its place", async () => {
    const { body } = await read("/");
    return body.includes('<p class="stale"') && body.toString();
  });
  expect(told).toStartWith(`<body>${slotOpen}<p class="stale" role="status">This page may be out of date`);
  expect((await read("/style.css")).headers["pharos-level"]).toBe("1");
}, 30_000);

test("verify: a POP's folder holds as it runs; with one byte flipped it says which, and where", async () => {
  const folder = join(installation.folder, "pop");
  const verify = () =>
    installation.run("snapshot", "verify", "--data", folder, "--root-key", installation.rootKeyFile);
  expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining("All of it holds: ") });
  await pop.kill("SIGTERM");
  const bytes = readFileSync(storeFile(folder));
  const css = "h1 { color: green }";
  let flipped = 0;
  for (let at = bytes.indexOf(css); at !== -1; at = bytes.indexOf(css, at + 1), flipped++)
    bytes.writeUInt8(0x48, at);
  expect(flipped).toBeGreaterThan(0);
  writeFileSync(storeFile(folder), bytes);
  const damaged = await verify();
  expect(damaged.code).toBe(1);
  expect(damaged.out).toContain("/style.css in identity does not hold.");
}, 30_000);
