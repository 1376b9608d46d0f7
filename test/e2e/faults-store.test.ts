// A store whose file is damaged: a control plane refuses to start and leaves the file as it is; a POP puts it aside and fetches everything again.
// Long: it waits for processes that end and start.
import { afterAll, expect, test } from "bun:test";
import {
  closeSync,
  cpSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join, relative } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { storeFile, storeFiles } from "../../src/store/open.ts";
import { isAlive, runCommand, sentenceOf } from "../support/command.ts";
import { Installation, type Running, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";
import { count, testSeed } from "../support/seed.ts";
import { sampleHost, writeSampleSummary } from "../support/summary.ts";

const installation = new Installation();
afterAll(() => installation.end());
const { folder, keys } = installation;
const data = join(folder, "control");
const any = "127.0.0.1:0";

let control = await installation.control();
const sample = writeSampleSummary(folder);
expect(await installation.run("import", "statuspage", sample, "--data", data)).toMatchObject({ code: 0 });

/** Overwrites the file from byte `from` on. */
function overwrite(path: string, from: number, bytes: (length: number) => Uint8Array): void {
  const file = openSync(path, "r+");
  writeSync(file, bytes(statSync(path).size - from), 0, null, from);
  closeSync(file);
}
const zeros = (length: number): Uint8Array => new Uint8Array(length);
const noise = (length: number): Uint8Array => seededRandom(5).bytes(length);
const pageBytes = 4096;
const rootBytes = 2 * pageBytes;

const damages: Readonly<Record<string, (path: string) => void>> = {
  emptied: (path) => truncateSync(path),
  "cut within its roots": (path) => truncateSync(path, 5_000),
  "cut after its roots": (path) => truncateSync(path, rootBytes),
  "all zeros": (path) => overwrite(path, 0, zeros),
  "zeros after its roots": (path) => overwrite(path, rootBytes, zeros),
  "random bytes": (path) => overwrite(path, 0, noise),
  "random bytes after its roots": (path) => overwrite(path, rootBytes, noise),
  "a text": (path) => writeFileSync(path, "This is no store.\n"),
};

const servesFrom = (address: string): Promise<boolean> =>
  until(
    "the POP serves the page",
    async () => (await get(address, "/", { host: sampleHost }).catch(() => null))?.status === 200,
  );
/** What a POP left that served the page: each test damages a copy of it. */
const whole = join(folder, "whole");
const filled = await installation.pop("whole", "--workers", "0");
await servesFrom(await installation.address("whole"));
await filled.dismiss();
const errorsOf = (pop: Running): readonly string[] =>
  pop
    .log()
    .split("\n")
    .filter((line) => line.includes('"level":"error"'))
    .map((line) => String(JSON.parse(line).says));
const counted = async ({ says }: Running): Promise<boolean> =>
  /edge_stores_moved_aside_total(\{.*\})? 1\n/.test(await (await fetch(`${says.ops}/metrics`)).text());
const asides = (place: string): readonly string[] =>
  readdirSync(place).filter((name) => name.startsWith("store.corrupt-"));

for (const [name, damage] of Object.entries(damages)) {
  // A POP of one process has no parent; what it does about damage does not depend on the kind.
  for (const workers of name === "random bytes" ? ["1", "0"] : ["1"]) {
    test(`edge, ${workers} workers: the file is ${name}`, async () => {
      const called = `pop ${name} ${workers}`;
      const place = join(folder, called);
      cpSync(whole, place, { recursive: true });
      damage(storeFile(place));
      const pop = await installation.pop(called, "--workers", workers);
      await servesFrom(await installation.address(called));
      expect(errorsOf(pop).filter((line) => line.includes("now lies at"))).toEqual([
        expect.stringContaining(`The store was damaged. It now lies at ${join(place, "store.corrupt-")}`),
      ]);
      expect(asides(place).length).toBe(1);
      await until("it is counted", () => counted(pop));
      await pop.dismiss();
      rmSync(place, { recursive: true });
    });
  }
}

test("edge: the file is cut while the POP runs, and its processes die of it", async () => {
  const pop = await installation.pop("cut", "--workers", "2");
  const address = await installation.address("cut");
  await servesFrom(address);
  truncateSync(storeFile(join(folder, "cut")), 4096);
  await until("the store is put aside", async () => {
    await get(address, "/", { host: sampleHost, "accept-encoding": "br" }).catch(() => null);
    return asides(join(folder, "cut")).length === 1;
  });
  await servesFrom(address);
  expect(isAlive(pop.pid)).toBe(true);
  expect(errorsOf(pop).filter((line) => line.includes("now lies at")).length).toBe(1);
  await until("it is counted", () => counted(pop));
  await pop.dismiss();
});

/** Pages of a store's trees, those that are no longer in use among them (page header: number at 0, flags at 0x12). */
function treePages(path: string): readonly number[] {
  const bytes = readFileSync(path);
  const isTree = (page: number): boolean =>
    bytes.readBigUInt64LE(page * pageBytes) === BigInt(page) &&
    (bytes.readUInt16LE(page * pageBytes + 0x12) & 0x03) !== 0;
  return Array.from({ length: Math.floor(bytes.length / pageBytes) }, (_none, page) => page).filter(
    (page) => page > 1 && isTree(page),
  );
}
/** All of them in the long run, a few by chance in the usual one. */
const chance = seededRandom(testSeed);
const some = (pages: readonly number[]): number[] =>
  pages
    .map((page) => ({ page, at: chance.fraction() }))
    .sort((left, right) => left.at - right.at)
    .slice(0, count(4, pages.length))
    .map(({ page }) => page);
const wipe = (path: string, page: number): void => {
  const file = openSync(path, "r+");
  writeSync(file, zeros(pageBytes), 0, pageBytes, page * pageBytes);
  closeSync(file);
};

test("edge: any one page of its trees is zeros: with a source everything is there again", async () => {
  const pages = some(treePages(storeFile(whole)));
  expect(pages.length).toBeGreaterThan(3);
  const take = async (name: string): Promise<void> => {
    const place = join(folder, name);
    for (let page = pages.shift(); page !== undefined; page = pages.shift()) {
      rmSync(place, { recursive: true, force: true });
      cpSync(whole, place, { recursive: true });
      wipe(storeFile(place), page);
      const pop = await installation.pop(name);
      await servesFrom(await installation.address(name));
      await pop.kill("SIGKILL");
      // Nothing of it is a stack; LMDB's own line is all that is no sentence of ours.
      expect(pop.log()).not.toMatch(/^\s+at |this should not have happened/m);
    }
  };
  await Promise.all([take("wiped-1"), take("wiped-2")]);
}, 120_000);

test("control: any one page of its trees is zeros: it starts without that page, or refuses by a sentence", async () => {
  const place = join(folder, "control-wiped");
  const wiped = storeFiles(data).flatMap((file) => some(treePages(file)).map((page) => ({ file, page })));
  for (const { file, page } of wiped) {
    rmSync(place, { recursive: true, force: true });
    cpSync(data, place, { recursive: true, filter: (path) => !path.endsWith(".sock") });
    wipe(join(place, relative(data, file)), page);
    const { code, err } = await runCommand(["page", "list", "--data", place]);
    if (code === 0) continue;
    expect(err).toContain(`pharos: The store ${join(place, "store")}`);
    expect(err).toContain("is damaged");
    expect(err).toContain("pharos restore");
  }
}, 120_000);

for (const [name, damage] of Object.entries(damages)) {
  // Of the snapshots' own file one damage of each kind: it is opened as the other is.
  for (const file of [
    "data.mdb",
    ...(name === "all zeros" || name === "a text" ? ["snapshots/data.mdb"] : []),
  ])
    test(`control: store/${file} is ${name}`, async () => {
      const place = join(folder, `control ${name} ${file.length}`);
      cpSync(data, place, { recursive: true, filter: (path) => !path.endsWith(".sock") });
      const damaged = join(place, "store", file);
      damage(damaged);
      const before = digestOf(readFileSync(damaged));
      for (const line of [
        ["control", "--keys", keys, "--listen", any, "--feed", any],
        ["token", "--page", "*"],
      ]) {
        const sentence = sentenceOf(await runCommand([...line, "--data", place]), 1);
        expect(sentence).toContain(`The store ${damaged} is damaged`);
        expect(sentence).toContain("pharos restore");
      }
      expect(digestOf(readFileSync(damaged))).toBe(before);
    });
}

test("control: a file that is whole starts, with what it had", async () => {
  await control.dismiss();
  control = await installation.control();
  expect((await installation.run("page", "list", "--data", data)).out).toContain(sampleHost);
  await control.dismiss();
});
