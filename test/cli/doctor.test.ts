// `pharos doctor` against machines that lack something: each finding is made true first, and what is said names what to do.
import { afterEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemRandom } from "../../src/base/random.ts";
import { checks, type Finding, type Given, type Surroundings } from "../../src/cli/doctor-checks.ts";
import { makeKeys } from "../../src/cli/key-files.ts";
import { listenHttp } from "../../src/host/http.ts";
import { lockFolder } from "../../src/host/lock.ts";
import { makeCertificate } from "../support/certificate.ts";
import { runCommand } from "../support/command.ts";
import { manualClock } from "../support/manual-clock.ts";

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const dayMs = 24 * 3_600_000;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pharos-doctor-"));
  ended.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A kernel as it should be, but for `sysctls` and `files`. */
function procWith(sysctls: Readonly<Record<string, string>> = {}, files = "1048576"): string {
  const proc = newFolder();
  const good = {
    "net/ipv4/tcp_migrate_req": "1\n",
    "net/core/somaxconn": "4096\n",
    "net/ipv4/tcp_syncookies": "1\n",
    "net/ipv4/tcp_max_syn_backlog": "2048\n",
    "fs/file-max": "9223372036854775807\n",
  };
  for (const [name, value] of Object.entries({ ...good, ...sysctls })) {
    mkdirSync(join(proc, "sys", name, ".."), { recursive: true });
    writeFileSync(join(proc, "sys", name), value);
  }
  mkdirSync(join(proc, "self"));
  writeFileSync(
    join(proc, "self", "limits"),
    `Limit   Soft  Hard  Units\nMax open files  1024  ${files}  files\n`,
  );
  return proc;
}

async function look(
  name: string,
  given: Partial<Given> = {},
  around: Partial<Surroundings> = {},
): Promise<readonly Finding[]> {
  const all = {
    data: join(newFolder(), "data"),
    rootKey: [],
    source: [],
    mirror: [],
    listen: { host: "127.0.0.1", port: 0 },
    certs: [],
    listenTls: { host: "127.0.0.1", port: 0 },
    workers: 1,
    ...given,
  };
  const check = checks.find((one) => one.name === name);
  if (check === undefined) throw new Error(`there is no check ${name}`);
  return check.run(all, { clock: manualClock(Date.now()), proc: procWith(), env: process.env, ...around });
}

const states = (findings: readonly Finding[]): readonly string[] => findings.map(({ state }) => state);
const text = (findings: readonly Finding[]): string =>
  findings.map(({ says, fix }) => `${says} ${fix}`).join("\n");

function certificateEnding(inMs: number): string {
  const folder = newFolder();
  const { chain, key } = makeCertificate(["a.example"], {
    fromMs: Date.now() - 90 * dayMs,
    untilMs: Date.now() + inMs,
  });
  writeFileSync(join(folder, "a.crt"), chain);
  writeFileSync(join(folder, "a.key"), key);
  return folder;
}

/** A source whose clock is off (ms). */
function sourceOff(offMs: number): string {
  const fetch = () => new Response("", { headers: { date: new Date(Date.now() + offMs).toUTCString() } });
  const listener = listenHttp({ port: 0, bodyBytesMax: 1, fetch });
  ended.push(() => listener.stop(true));
  return `http://127.0.0.1:${listener.port}`;
}

describe("cli/doctor", () => {
  test("a port: free, taken by another, taken by the POP that runs in this folder", async () => {
    const other = listenHttp({ port: 0, bodyBytesMax: 1, fetch: () => new Response() });
    ended.push(() => other.stop(true));
    const taken = { host: "127.0.0.1", port: other.port };
    const data = newFolder();
    const findings = await look("ports", { data, ops: taken });
    expect(states(findings)).toEqual(["ok", "fail"]);
    expect(text(findings)).toContain(`127.0.0.1:${other.port} is taken by another process.`);
    const lock = lockFolder(data);
    ended.push(() => lock.release());
    expect(states(await look("ports", { data, ops: taken }))).toEqual(["ok", "ok"]);
    expect(states(await look("ports", { listen: { host: "192.0.2.1", port: 80 } }))).toEqual(["fail"]);
  });

  test("TLS has a port only where there are certificates", async () => {
    const listenTls = { host: "192.0.2.1", port: 443 };
    expect(states(await look("ports", { listenTls }))).toEqual(["ok"]);
    expect(states(await look("ports", { listenTls, certs: ["x"] }))).toEqual(["ok", "fail"]);
  });

  test("keys: none, good ones, one that others may read, ones that do not belong here", async () => {
    expect(states(await look("keys"))).toEqual(["fail"]);
    const keys = newFolder();
    makeKeys({ folder: keys, pages: ["*"], hosts: ["*"], serial: 1 }, systemRandom);
    const given = { rootKey: [join(keys, "root.pub")], keys };
    expect(states(await look("keys", given))).toEqual(["ok", "ok", "ok", "warn", "warn"]);
    for (const name of ["root.key", "emergency.key"]) rmSync(join(keys, name));
    expect(states(await look("keys", given))).toEqual(["ok", "ok", "ok"]);
    chmodSync(join(keys, "publisher.key"), 0o644);
    expect(text(await look("keys", given))).toContain(`chmod 600 ${join(keys, "publisher.key")}`);
    rmSync(join(keys, "delegation.signed"));
    expect(states(await look("keys", given))).toContain("fail");
  });

  const ends: readonly (readonly [inMs: number, states: readonly string[], says: string])[] = [
    [60 * dayMs, ["ok"], "1 can be shown"],
    [5 * dayMs, ["warn"], "ends at"],
    [-dayMs, ["fail"], "ended at"],
  ];
  for (const [inMs, expected, says] of ends)
    test(`a certificate that ends in ${inMs / dayMs} days: ${expected}`, async () => {
      const findings = await look("certificates", { certs: [certificateEnding(inMs)] });
      expect(states(findings)).toEqual(expected);
      expect(text(findings)).toContain(says);
    });

  test("certificates that are not there, or not their key's", async () => {
    expect(states(await look("certificates", { certs: [newFolder()] }))).toEqual(["fail"]);
    const folder = certificateEnding(60 * dayMs);
    writeFileSync(join(folder, "b.crt"), makeCertificate(["b.example"]).chain);
    writeFileSync(join(folder, "b.key"), makeCertificate(["b.example"]).key);
    expect(states(await look("certificates", { certs: [folder] }))).toEqual(["ok", "fail"]);
  });

  const files: readonly (readonly [most: string, state: string])[] = [
    ["unlimited", "ok"],
    ["1048576", "ok"],
    ["20000", "warn"],
    ["1024", "fail"],
  ];
  for (const [most, state] of files)
    test(`${most} open files: ${state}`, async () => {
      expect(states(await look("files", {}, { proc: procWith({}, most) }))).toEqual([state]);
    });

  test("sysctls: all well; migration off; one that this kernel lacks", async () => {
    expect(new Set(states(await look("sysctls")))).toEqual(new Set(["ok"]));
    const off = await look("sysctls", {}, { proc: procWith({ "net/ipv4/tcp_migrate_req": "0\n" }) });
    expect(off[0]).toMatchObject({ state: "warn" });
    expect(off[0]?.fix).toContain("sysctl -w net.ipv4.tcp_migrate_req=1");
    const proc = procWith();
    rmSync(join(proc, "sys/net/ipv4/tcp_migrate_req"));
    expect((await look("sysctls", {}, { proc }))[0]).toMatchObject({ state: "warn" });
  });

  test("a name that is not found, and one that is", async () => {
    const found = await look("names", { source: ["http://localhost:1", "http://nobody.invalid:1"] });
    expect(states(found)).toEqual(["ok", "fail"]);
    expect(states(await look("sources", { source: ["http://127.0.0.1:1"] }))).toEqual(["warn"]);
    expect(states(await look("sources"))).toEqual(["warn"]);
  });

  const clocks: readonly (readonly [offMs: number, state: string])[] = [
    [0, "ok"],
    [30_000, "warn"],
    [-30_000, "warn"],
    [3_600_000, "fail"],
  ];
  for (const [offMs, state] of clocks)
    test(`a source whose clock is ${offMs / 1_000} s off: ${state}`, async () => {
      const source = [sourceOff(offMs)];
      expect(states(await look("sources", { source }))).toEqual(["ok"]);
      // Nobody is found by this PATH, so the source alone says what time it is.
      expect(states(await look("clock", { source }, { env: { PATH: "/nonexistent" } }))).toEqual([state]);
    });

  test("independence: one source, sources in one network, one on this machine, two apart", async () => {
    const one = await look("independence", { source: ["http://192.0.2.1:1"] });
    expect(text(one)).toContain("There is one source");
    const near = await look("independence", { source: ["http://192.0.2.1:1", "http://192.0.2.9:1"] });
    expect(text(near)).toContain("192.0.2.0/24");
    const here = await look("independence", { source: ["http://127.0.0.1:1", "http://192.0.2.1:1"] });
    expect(text(here)).toContain("The source 127.0.0.1 is this machine");
    const apart = { source: ["http://192.0.2.1:1"], mirror: ["http://[2001:db8:1::1]:1/x"] };
    expect(states(await look("independence", apart))).toEqual(["ok"]);
  });

  test("the command: 1 and what to fix, 0 where nothing keeps a POP from working, 2 for a wrong flag; JSON", async () => {
    const keys = newFolder();
    makeKeys({ folder: keys, pages: ["*"], hosts: ["*"], serial: 1 }, systemRandom);
    const config = join(newFolder(), "pharos.toml");
    writeFileSync(config, `[edge]\nlisten = "127.0.0.1:0"\nroot-key = ["${join(keys, "root.pub")}"]\n`);
    const data = ["--data", join(newFolder(), "data")];
    const good = await runCommand(["doctor", "--config", config, "--json", ...data]);
    expect(good).toMatchObject({ code: 0, err: "" });
    const { ok, findings } = JSON.parse(good.out);
    expect(ok).toBe(true);
    const root = { check: "keys", state: "ok", says: `${join(keys, "root.pub")} is a root key.` };
    expect(findings).toContainEqual(root);
    const bad = await runCommand(["doctor", "--listen", "127.0.0.1:0", ...data]);
    expect(bad.code).toBe(1);
    expect(bad.out).toMatch(/^fail {2}keys .*--root-key\.$/m);
    expect(await runCommand(["doctor", "--listn", "x"])).toMatchObject({ code: 2, out: "" });
  });
});
