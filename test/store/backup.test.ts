import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { checkFolder, copyStore } from "../../src/store/backup.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore, type Store, storeFile, storeFiles } from "../../src/store/open.ts";
import { manualClock } from "../support/manual-clock.ts";
import { bytesOf, sampleApply } from "./samples.ts";
import { closing, freshFolder } from "./stores.ts";

const clock = manualClock();
const setup = { clock, log: silentLog };
const ledgerOf = (store: Store) => openLedger({ store, ...setup, random: seededRandom(1), region: "main" });

async function filledFolder(snapshots: "within" | "apart" = "within"): Promise<string> {
  const folder = freshFolder();
  const store = openStore({ folder, ...setup, snapshots });
  const ledger = ledgerOf(store);
  await ledger.submit(
    null,
    { kind: "page.create", id: "p1", fields: { name: "P", url: "https://p.example" } },
    "ann",
  );
  for (let generation = 1; generation <= 5; generation++)
    await store.snapshots.apply(
      sampleApply({ generation, routes: { "/": `front ${generation} `.repeat(500), "/same": "same" } }),
    );
  await store.close();
  return folder;
}

describe("store/backup", () => {
  test.each(["within", "apart"] as const)(
    "a backup and what is restored from it hold what was there: snapshots %s",
    async (snapshots) => {
      const folder = await filledFolder(snapshots);
      const [media, back] = [join(freshFolder(), "backup"), freshFolder()];
      const contents = await copyStore({ from: folder, to: media, ...setup });
      expect(contents).toMatchObject({ position: 1, records: 1, heads: [{ page: "page1", generation: 5 }] });
      expect(await copyStore({ from: media, to: back, ...setup })).toEqual(contents);
      expect(readdirSync(back)).toEqual(["store"]);
      const store = closing(openStore({ folder: back, ...setup }));
      expect(ledgerOf(store).view("p1")?.page.name).toBe("P");
      await store.snapshots.apply(sampleApply({ generation: 6, routes: { "/": "goes on" } }));
      expect(store.snapshots.head("page1")?.generation).toBe(6);
      expect(storeFiles(back).length).toBe(snapshots === "apart" ? 2 : 1);
      const bytesOf = (of: string) => storeFiles(of).reduce((sum, file) => sum + statSync(file).size, 0);
      expect(bytesOf(media)).toBeLessThan(bytesOf(folder));
    },
  );

  test("what was deleted does not go with it", async () => {
    const folder = freshFolder();
    const store = openStore({ folder, ...setup });
    const secret = bytesOf("a secret that was told by mistake ".repeat(300));
    await store.commit([{ table: store.tables.notes, key: ["p", "x"], value: secret }]);
    await store.commit([{ table: store.tables.notes, key: ["p", "x"], value: null }]);
    await store.close();
    const to = freshFolder();
    await copyStore({ from: folder, to, ...setup });
    expect(readFileSync(storeFile(folder)).includes("told by mistake")).toBe(true);
    expect(readFileSync(storeFile(to)).includes("told by mistake")).toBe(false);
  });

  test("a body that is not what its name says is found, and no copy is left behind", async () => {
    const folder = await filledFolder();
    const bytes = readFileSync(storeFile(folder));
    const text = "gzip front 5 front 5";
    expect(bytes.includes(text)).toBe(true);
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1))
      bytes.write("gzip FRONT", at);
    writeFileSync(storeFile(folder), bytes);
    const to = freshFolder();
    expect(checkFolder({ folder, ...setup })).rejects.toMatchObject({ code: "store-corrupt" });
    const attempt = copyStore({ from: folder, to, ...setup });
    expect(attempt).rejects.toMatchObject({ code: "store-corrupt" });
    await attempt.catch(() => undefined);
    expect(readdirSync(to)).toEqual([]);
  });

  test("a folder with a store is not written over, and a folder without one is not copied", async () => {
    const [folder, other] = [await filledFolder(), await filledFolder()];
    const before = readFileSync(storeFile(other));
    const attempt = copyStore({ from: folder, to: other, ...setup });
    expect(attempt).rejects.toMatchObject({ code: "folder-unusable" });
    await attempt.catch(() => undefined);
    expect(readFileSync(storeFile(other)).equals(before)).toBe(true);
    const [empty, to] = [freshFolder(), freshFolder()];
    expect(copyStore({ from: empty, to, ...setup })).rejects.toMatchObject({ code: "not-found" });
    expect(existsSync(join(empty, "store"))).toBe(false);
  });
});
