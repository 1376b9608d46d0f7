// The hour for which it is made: the control plane is dead, and somebody has a laptop, the emergency key and a text.
// Long: it waits for POPs and workers.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { keyFiles } from "../../src/cli/key-files.ts";
import { type Digest, slotClose, slotOpen } from "../../src/snapshot/types.ts";
import { freePort, Installation, type Running, until } from "../support/installation.ts";
import { type Answer, get, seenIn } from "../support/reader.ts";
import { sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const there = new Installation();
afterAll(() => there.end());

const laptop = join(there.folder, "laptop");
const emergencyKey = join(laptop, keyFiles.emergency.secret);
const names = ["near", "far"] as const;
const workersOf = { near: "2", far: "0" } as const;
const text = "<b>All regions</b> are down & we know.";
const shown =
  '<p class="stale emergency" role="alert">&lt;b&gt;All regions&lt;/b&gt; are down &amp; we know.</p>';

let control: Running;
const pops = new Map<string, Running>();
const addresses: string[] = [];
const ops: string[] = [];
/** Front page and summary, as they were before anything happened. */
let before: readonly (readonly [html: Digest, json: Digest])[] = [];

const look = (address: string, path = "/"): Promise<Answer> => get(address, path, { host: sampleHost });
const slotIn = (html: string): string =>
  html.slice(html.indexOf(slotOpen) + slotOpen.length, html.indexOf(slotClose));
const digestsAt = async (address: string): Promise<readonly [Digest, Digest]> => {
  const [html, json] = [await look(address), await look(address, "/api/v2/summary.json")];
  return [seenIn("/", html).digest, seenIn("/api/v2/summary.json", json).digest];
};
const startPop = async (name: (typeof names)[number]): Promise<void> => {
  pops.set(name, await there.pop(name, "--workers", workersOf[name]));
};
const emergency = (...args: readonly string[]) =>
  there.run("emergency", "--key", emergencyKey, "--page", samplePage, ...args);

/** Every POP says this level, on connection after connection: whichever worker answers. */
async function everywhere(level: string): Promise<void> {
  for (const address of addresses)
    await until(`${address} says level ${level}`, async () => {
      for (let turn = 0; turn < 8; turn++)
        if ((await look(address)).headers["pharos-level"] !== level) return false;
      return true;
    });
}

beforeAll(async () => {
  control = await there.control();
  const data = join(there.folder, "control");
  await there.run("import", "statuspage", writeSampleSummary(there.folder), "--data", data);
  for (const name of names) {
    await startPop(name);
    addresses.push(await there.address(name));
    ops.push(`http://${await there.address(`${name}-ops`)}`);
  }
  for (const address of addresses)
    await until(`${address} has the page`, async () => {
      const answer = await look(address).catch(() => null);
      return answer?.status === 200 && answer.headers["pharos-level"] === "0";
    });
  before = await Promise.all(addresses.map(digestsAt));
  mkdirSync(laptop);
  copyFileSync(join(there.keys, keyFiles.emergency.secret), emergencyKey);
  await control.kill("SIGKILL");
}, 60_000);

test("the control plane is dead: the text stands above the last good page at each POP, and one that is not there is told", async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const said = await emergency("--text", text, "--until", "1h", "--to", [...ops, nobody].join(","));
  expect(said.code).toBe(1);
  expect(said.out.split("\n").map((line) => line.split(/ {2}|[,:] /, 2).join(" "))).toEqual([
    `${ops[0]} taken`,
    `${ops[1]} taken`,
    `${nobody} unreachable`,
    "",
  ]);
  await everywhere("3");
  for (const address of addresses) {
    expect(slotIn((await look(address)).body.toString())).toStartWith(shown);
    expect((await look(address, "/api/v2/summary.json")).headers["pharos-level"]).toBe("3");
  }
  expect(await Promise.all(addresses.map(digestsAt))).toEqual([...before]);
}, 30_000);

test("a POP that dies and starts again, with nobody to ask, still shows it, and says how old its page is", async () => {
  await pops.get("near")?.kill("SIGKILL");
  await startPop("near");
  const slot = await until("the age stands beside the text", async () => {
    const answer = await look(addresses[0] ?? "").catch(() => null);
    const found = answer === null ? "" : slotIn(answer.body.toString());
    return found.includes('role="status"') && found;
  });
  expect(slot).toStartWith(shown);
  expect((await look(addresses[0] ?? "")).headers["pharos-level"]).toBe("3");
}, 30_000);

test("other keys, other words: refused, and the text that stands is left alone", async () => {
  const key = (name: string): readonly string[] => ["--key", join(there.keys, name), "--page", samplePage];
  for (const name of [keyFiles.publisher.secret, keyFiles.root.secret]) {
    const said = await there.run("emergency", ...key(name), "--text", "no", "--to", ops.join(","));
    expect(said).toMatchObject({ code: 1, out: "" });
    expect(said.err).toContain(name);
  }
  const stranger = join(there.folder, "stranger");
  expect((await there.run("keygen", "--out", stranger)).code).toBe(0);
  const foreign = ["--key", join(stranger, keyFiles.emergency.secret), "--page", samplePage];
  const said = await there.run("emergency", ...foreign, "--text", "no", "--to", ops.join(","), "--json");
  expect(said.code).toBe(1);
  expect(JSON.parse(said.out)).toMatchObject({
    pops: ops.map((to) => ({
      to,
      outcome: "refused",
      says: "Root has not appointed its key for emergencies.",
    })),
  });
  const late = await emergency("--text", "an older one", "--sequence", "5", "--to", ops.join(","));
  expect(late.code).toBe(1);
  expect(late.out).toContain("only a higher one replaces it");
  await everywhere("3");
  for (const address of addresses) expect((await look(address)).body.toString()).toContain(shown);
}, 30_000);

test("withdrawn, and the control plane is back: the last good page, byte for byte", async () => {
  expect(await emergency("--withdraw", "--to", ops.join(","))).toMatchObject({ code: 0, err: "" });
  await everywhere("1");
  control = await there.control();
  await everywhere("0");
  for (const address of addresses) expect(slotIn((await look(address)).body.toString())).toBe("");
  expect(await Promise.all(addresses.map(digestsAt))).toEqual([...before]);
}, 40_000);

test("given to the control plane alone it comes by the feed; once its time is over, the last good page is back by itself", async () => {
  const controlOps = `http://${await there.address("control-ops")}`;
  expect(await emergency("--text", text, "--until", "4s", "--to", controlOps)).toMatchObject({ code: 0 });
  await everywhere("3");
  await everywhere("0");
  expect(await Promise.all(addresses.map(digestsAt))).toEqual([...before]);
}, 30_000);
