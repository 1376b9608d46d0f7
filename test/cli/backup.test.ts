// `pharos keygen backup`, `backup`, `restore` and `doctor control` as an operator gives them, on a folder that nobody runs.
import { afterAll, expect, test } from "bun:test";
import { cpSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import { openStore } from "../../src/store/open.ts";
import { packValue } from "../../src/store/values.ts";
import { commandLine } from "../support/command-line.ts";
import { manualClock } from "../support/manual-clock.ts";

const place = mkdtempSync(join(tmpdir(), "pharos-backup-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const clock = manualClock();
const pharos = commandLine({ clock });
const at = (name: string): string => join(place, name);

test("what is sealed for a key is restored with the other half of it, and with nothing else", async () => {
  expect((await pharos("keygen", "--out", at("keys"))).code).toBe(0);
  expect((await pharos("keygen", "backup", "--out", at("own"))).out).toStartWith("backup ");
  expect((await pharos("keygen", "backup", "--out", at("own"))).err).toContain(
    "a key that was overwritten is lost",
  );
  expect(statSync(at("own/backup.key")).mode & 0o777).toBe(0o600);
  const page = ["--name", "A", "--url", "https://a.example"];
  expect((await pharos("page", "create", "--data", at("control"), ...page)).code).toBe(0);
  const backup = [
    "backup",
    "--data",
    at("control"),
    "--key",
    at("own/backup.pub"),
    "--out",
    at("one.pharos"),
  ];
  expect(await pharos(...backup)).toMatchObject({ code: 0, err: "" });
  expect((await pharos(...backup)).err).toContain("There is a file");
  const restore = (...flags: readonly string[]) =>
    pharos(
      "restore",
      "--from",
      at("one.pharos"),
      "--data",
      at("back"),
      "--root",
      at("keys/root.key"),
      ...flags,
    );
  expect((await restore()).err).toContain("--key is missing");
  expect((await restore("--key", at("own/backup.pub"))).err).toContain("holds a public backup key");
  await pharos("keygen", "backup", "--out", at("other"));
  expect((await restore("--key", at("other/backup.key"))).err).toContain("was sealed for another key");
  expect(existsSync(at("back/store"))).toBe(false);
  expect(await restore("--key", at("own/backup.key"))).toMatchObject({ code: 0, err: "" });
  expect((await pharos("page", "list", "--data", at("back"))).out).toContain("a.example");
});

test("the doctor says which format the store has, and of a later one what to do", async () => {
  const looked = async (): Promise<string> =>
    (await pharos("doctor", "control", "--data", at("control"))).out;
  expect(await looked()).toContain("It has format 2, which this release reads and writes.");
  cpSync(at("control"), at("later"), { recursive: true });
  const store = openStore({ folder: at("later"), clock, log: silentLog });
  await store.commit([{ table: store.tables.meta, key: "format", value: packValue(3) }]);
  await store.close();
  const { code, out } = await pharos("doctor", "control", "--data", at("later"));
  expect(code).toBe(1);
  expect(out).toContain("has format 3; this release reads formats up to 2");
  expect(out).toContain("Run the release that wrote it, or restore a backup that this release can read.");
  for (const command of ["page list", "token list"]) {
    const said = await pharos(...command.split(" "), "--data", at("later"));
    expect([said.code, said.err]).toEqual([1, expect.stringContaining("has format 3")]);
  }
});

test("the doctor says how old the last backup is, and whether the store is whole", async () => {
  const states = async () => {
    const { findings } = JSON.parse(
      (await pharos("doctor", "control", "--data", at("control"), "--json")).out,
    );
    return new Map<string, { state: string; says: string }>(
      findings.map((it: { check: string }) => [it.check, it]),
    );
  };
  const found = await states();
  expect(found.get("store")).toMatchObject({
    state: "ok",
    says: expect.stringContaining("The store is whole: 0 pages, 1 change"),
  });
  expect(found.get("backup")?.state).toBe("ok");
  clock.jumpWall(3 * 24 * 3_600_000);
  expect((await states()).get("backup")).toMatchObject({
    state: "warn",
    says: expect.stringContaining("3 days ago"),
  });
});
