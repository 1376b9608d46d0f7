// A disk without room, under a control plane and under a POP: what cannot be kept is refused and said; what was kept is served and survives.
import { afterAll, expect } from "bun:test";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { isAlive, runCommand, sentenceOf } from "../support/command.ts";
import { ApiClient, Installation, type Running, runtime, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";
import { skipUnless } from "../support/skip.ts";
import { noSmallDiskReason, openSmallDisk, type SmallDisk } from "../support/small-disk.ts";
import { sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const onSmallDisk = skipUnless(noSmallDiskReason === null, noSmallDiskReason ?? "");
const ending: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ending.reverse()) await end();
});

const megabyte = 1024 * 1024;
const storeBytes = 2 * limits.storeFreeBytesMin + 12 * megabyte;
const any = "127.0.0.1:0";

/** A disk, and an installation whose commands see it. */
async function setUp(sizeBytes = storeBytes): Promise<{ disk: SmallDisk; there: Installation }> {
  const disk = await openSmallDisk(sizeBytes);
  const there = new Installation([...disk.before, ...runtime]);
  ending.push(
    () => disk.end(),
    () => there.end(),
  );
  return { disk, there };
}

async function importSample(installation: Installation, data: string): Promise<void> {
  const sample = writeSampleSummary(installation.folder);
  expect(await installation.run("import", "statuspage", sample, "--data", data)).toMatchObject({ code: 0 });
}

/** A page of 3,000 components. */
function writeLargeSummary(folder: string): string {
  const place = writeSampleSummary(folder, "1argepage001", "large.example.org");
  const file = join(place, "summary.json");
  const summary = JSON.parse(readFileSync(file, "utf8"));
  const [first] = summary.components;
  summary.components = Array.from({ length: 3_000 }, (_none, at) => ({
    ...first,
    id: `c${at}`,
    position: at + 1,
  }));
  writeFileSync(file, JSON.stringify(summary));
  return place;
}

const incident = (name: string): unknown => ({
  incident: { name, status: "investigating", body: `${name}. `.repeat(400) },
});

/** Opens incidents until one is refused; gives the ids of those that were acked, and the refusal. */
async function writeUntilRefused(
  api: ApiClient,
): Promise<{ acked: readonly string[]; refusal: { status: number; body: Record<string, unknown> } }> {
  const acked: string[] = [];
  for (;;) {
    const answer = await api.ask(
      "POST",
      `/pages/${samplePage}/incidents`,
      incident(`Trouble ${acked.length}`),
    );
    if (answer.status !== 201) return { acked, refusal: answer };
    acked.push(String(answer.body.id));
  }
}

const textOf = async (url: string): Promise<string> => (await fetch(url)).text();

const linesWith = (running: Running, words: string): readonly string[] =>
  running
    .log()
    .split("\n")
    .filter((line) => line.includes(words) && !line.includes('"level":"info"'));

onSmallDisk("neither a control plane nor a POP makes a store on a disk without room", async () => {
  const { disk, there } = await setUp(limits.storeFreeBytesMin);
  const data = join(disk.place, "data");
  for (const line of [
    ["control", "--keys", there.keys, "--listen", any, "--feed", any],
    ["edge", "--root-key", there.rootKeyFile, "--listen", any],
    ["token", "--page", "*"],
  ]) {
    const sentence = sentenceOf(await runCommand([...line, "--data", data], { before: disk.before }), 1);
    expect(sentence).toContain(`There is no room for a store in ${join(data, "store")}`);
    expect(sentence).toContain("Make room on the disk");
  }
});

onSmallDisk(
  "control: writes are refused with a sentence while reading goes on; what was acked is there on a larger disk",
  async () => {
    const { disk, there } = await setUp();
    const data = join(disk.place, "data");
    const line = ["--keys", there.keys, "--listen", await there.address("api"), "--feed", any, "--ops", any];
    const control = await there.start("control", ["control", "--data", data, ...line]);
    await importSample(there, data);
    const { out } = await there.run("token", "--data", data, "--page", "*");
    const api = new ApiClient(String(control.says.api), out.trim());
    disk.fill();
    const { acked, refusal } = await writeUntilRefused(api);
    expect([refusal.status, String(refusal.body.error)]).toEqual([
      503,
      expect.stringMatching(/^Nothing was written to .*data\.mdb: .* Make room on the disk and try again/),
    ]);
    const refused = await there.run("import", "statuspage", writeLargeSummary(there.folder), "--data", data);
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toContain("Make room on the disk");
    expect((await api.ask("GET", `/pages/${samplePage}/incidents`)).status).toBe(200);
    expect((await fetch(`${control.says.ops}/healthz`)).status).toBe(200);
    expect(isAlive(control.pid)).toBe(true);
    await until("publishing is tried again", async () =>
      /publishes_total\{outcome="failed"\} ([3-9]|\d\d)/.test(await textOf(`${control.says.ops}/metrics`)),
    );
    expect(linesWith(control, "was not published").length).toBe(1);

    disk.makeRoom();
    const late = await api.ask("POST", `/pages/${samplePage}/incidents`, incident("There is room again"));
    expect(late.status).toBe(201);
    disk.fill();
    const more = await writeUntilRefused(api);
    await control.kill("SIGKILL");

    const roomy = join(there.folder, "roomy");
    cpSync(disk.reach(data), roomy, { recursive: true, filter: (path) => !path.endsWith(".sock") });
    const moved = await there.start("roomy", ["control", "--data", roomy, ...line]);
    for (const id of [...acked, String(late.body.id), ...more.acked])
      expect((await api.ask("GET", `/pages/${samplePage}/incidents/${id}`)).status).toBe(200);
    await moved.dismiss();
  },
  60_000,
);

onSmallDisk(
  "edge: the last good generation is served, also after a restart; it is said once and counted; with room it catches up",
  async () => {
    const { disk, there } = await setUp();
    const control = await there.control();
    await importSample(there, join(there.folder, "control"));
    const api = new ApiClient(String(control.says.api), await there.token());
    const [address, ops] = [await there.address("pop"), await there.address("pop-ops")];
    const line = ["edge", "--data", join(disk.place, "pop"), "--root-key", there.rootKeyFile];
    const flags = ["--source", String(control.says.feed), "--listen", address, "--ops", ops];
    const start = (): Promise<Running> => there.start("pop", [...line, ...flags]);
    const seen = async (): Promise<{ status: number; generation: number } | null> => {
      const answer = await get(address, "/", { host: sampleHost }).catch(() => null);
      return answer && { status: answer.status, generation: Number(answer.headers["pharos-generation"]) };
    };
    const counted = async (): Promise<number> => {
      const text = await textOf(`http://${ops}/metrics`);
      return Number(/follow_refused_total\{.*reason="store-disk-full".*\} (\d+)/.exec(text)?.[1] ?? 0);
    };
    let pop = await start();
    await until("the POP has the page", async () => (await seen())?.status === 200);
    disk.fill();
    for (let at = 0; (await counted()) === 0; at++)
      expect((await api.ask("POST", `/pages/${samplePage}/incidents`, incident(`More ${at}`))).status).toBe(
        201,
      );
    const held = await seen();
    expect(held?.status).toBe(200);
    const before = await counted();
    await until("it was tried again and refused again", async () => (await counted()) > before + 2);
    expect(linesWith(pop, "disk-full").length).toBeGreaterThanOrEqual(1);
    // One line for the page, one for what the POP keeps of itself: however often it is tried.
    expect(linesWith(pop, "disk-full").length).toBeLessThanOrEqual(2);
    await pop.kill("SIGTERM");

    pop = await start();
    await until("it serves what it has", async () => (await seen())?.status === 200);
    expect((await seen())?.generation).toBeGreaterThanOrEqual(held?.generation ?? 0);
    expect(isAlive(pop.pid)).toBe(true);
    const last = await api.ask("POST", `/pages/${samplePage}/incidents`, incident("The last one"));
    disk.makeRoom();
    const path = `/api/v2/incidents/${last.body.id}.json`;
    await until(
      "it has caught up",
      async () => (await get(address, path, { host: sampleHost })).status === 200,
    );
    await pop.dismiss();
    await control.dismiss();
  },
  60_000,
);
