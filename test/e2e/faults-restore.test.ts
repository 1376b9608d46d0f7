// A restore onto a disk that fills up on the way: a sentence, nothing half-restored, what lay there as it was; with room it is done by the same words.
import { afterAll, beforeAll, expect } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import { addErasures, readErasures } from "../../src/store/erasures.ts";
import { storeFiles } from "../../src/store/open.ts";
import { runCommand, sentenceOf } from "../support/command.ts";
import { commandLine } from "../support/command-line.ts";
import { manualClock } from "../support/manual-clock.ts";
import { skipUnless } from "../support/skip.ts";
import { noSmallDiskReason, openSmallDisk } from "../support/small-disk.ts";

const onSmallDisk = skipUnless(noSmallDiskReason === null, noSmallDiskReason ?? "");
const place = mkdtempSync(join(tmpdir(), "pharos-full-restore-"));
const at = (name: string): string => join(place, name);
const megabyte = 1024 * 1024;
const backups = ["sealed.pharos", "folder"] as const;
let storeBytes = 0;

/** A published page of some megabytes that no compression makes less. */
beforeAll(async () => {
  if (noSmallDiskReason !== null) return;
  const pharos = commandLine({ clock: manualClock() });
  const run = async (...line: readonly string[]): Promise<void> => {
    const { code, err } = await pharos(...line);
    expect([line[0], code, err]).toEqual([line[0], 0, ""]);
  };
  const random = seededRandom(1);
  mkdirSync(at("site"));
  writeFileSync(at("site/index.html"), "<!doctype html><title>Handbook</title><h1>Handbook</h1>");
  for (let file = 0; file < 8; file++) writeFileSync(at(`site/${file}.png`), random.bytes(megabyte / 2));
  await run("keygen", "--out", at("keys"));
  await run("keygen", "backup", "--out", at("own"));
  await run(
    "publish",
    at("site"),
    "--data",
    at("control"),
    "--keys",
    at("keys"),
    "--host",
    "handbook.example.org",
  );
  const backup = ["backup", "--data", at("control"), "--out"];
  await run(...backup, at("sealed.pharos"), "--key", at("own/backup.pub"));
  await run(...backup, at("folder"));
  storeBytes = storeFiles(at("folder")).reduce((sum, file) => sum + statSync(file).size, 0);
}, 30_000);
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Every file with what is in it, but for the lock, which says nothing. */
function filesIn(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name !== "lock" && statSync(join(folder, name)).isFile())
    .map((name): [string, string] => [name, readFileSync(join(folder, name), "base64")])
    .sort();
}

onSmallDisk(
  "an erasure for whose line there is no room is refused, also where half of it finds some",
  async () => {
    const disk = await openSmallDisk(megabyte);
    try {
      const folder = disk.reach(disk.place);
      writeFileSync(join(folder, "subscribers.erased"), `${"x".repeat(4_090)}\n`);
      disk.fill();
      const erasure = { at: 0, page: "p1", subscriber: "s1" };
      expect(addErasures(folder, [erasure])).rejects.toThrow("Nothing was erased");
      disk.makeRoom();
      await addErasures(folder, [erasure]);
      expect(readErasures(folder)).toEqual([erasure]);
    } finally {
      await disk.end();
    }
  },
);

for (const from of backups)
  onSmallDisk(
    `from ${from}: refused at each step that the disk has no room for, done where it has`,
    async () => {
      const sizes = [storeBytes / 2, storeBytes + 64 * 1024];
      for (const [step, sizeBytes] of [...sizes, storeBytes + 3 * limits.storeFreeBytesMin].entries()) {
        const disk = await openSmallDisk(Math.floor(sizeBytes));
        try {
          const data = join(disk.place, "data");
          mkdirSync(disk.reach(data));
          writeFileSync(disk.reach(join(data, "subscribers.erased")), "2026-01-01T00:00:00.000Z p1 s1\n");
          writeFileSync(disk.reach(join(data, "notes.txt")), "ours");
          const before = filesIn(disk.reach(data));
          const line = ["restore", "--from", at(from), "--data", data, "--root", at("keys/root.key")];
          const key = from === "folder" ? [] : ["--key", at("own/backup.key")];
          const said = await runCommand([...line, ...key], { before: disk.before });
          if (step < sizes.length) {
            expect(sentenceOf(said, 1)).toContain("Make room on its disk, or name another folder.");
            expect(filesIn(disk.reach(data))).toEqual(before);
            expect(readdirSync(disk.reach(data)).filter((name) => name.startsWith("."))).toEqual([]);
          } else {
            expect(said).toMatchObject({ code: 0 });
            expect(existsSync(disk.reach(join(data, "store/data.mdb")))).toBe(true);
            expect(readFileSync(disk.reach(join(data, "notes.txt")), "utf8")).toBe("ours");
          }
        } finally {
          await disk.end();
        }
      }
    },
    60_000,
  );
