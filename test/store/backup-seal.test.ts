// Sealed backups: what was sealed opens with its key alone and only whole; a file of an earlier release opens for ever; a running store is copied as of
// one moment while it is written.
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { backUp, unpackBackup } from "../../src/store/backup.ts";
import { backupChunkBytes, backupPublicKey, openBackup, sealBackup } from "../../src/store/backup-seal.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { manualClock } from "../support/manual-clock.ts";
import { closing, freshFolder } from "./stores.ts";

const secret = seededRandom(5).bytes(32);
const key = backupPublicKey(secret);

async function* piecesOf(bytes: Uint8Array, size = 70_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function allOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

const seal = (plain: Uint8Array) => allOf(sealBackup(piecesOf(plain), key, seededRandom(6)));
const open = (sealed: Uint8Array, by = secret) => allOf(openBackup(piecesOf(sealed), by, "x.pharos"));

describe("store/backup-seal", () => {
  for (const length of [
    0,
    1,
    backupChunkBytes - 1,
    backupChunkBytes,
    backupChunkBytes + 1,
    2 * backupChunkBytes,
  ])
    test(`${length} bytes come back`, async () => {
      const plain = seededRandom(length).bytes(length);
      expect((await open(await seal(plain))).equals(plain)).toBe(true);
    });

  test("nothing of it can be read, and the same is sealed differently each time", async () => {
    const plain = Buffer.from("words that nobody is to read ".repeat(100));
    const sealed = await seal(plain);
    expect(sealed.includes("nobody is to read")).toBe(false);
    const again = await allOf(sealBackup(piecesOf(plain), key, seededRandom(7)));
    expect(again.subarray(8, 40).equals(sealed.subarray(8, 40))).toBe(false);
  });

  test("a bit that is altered anywhere, a part that is missing, moved or added, and another key are refused by a sentence", async () => {
    const plain = seededRandom(1).bytes(2 * backupChunkBytes + 10);
    const sealed = await seal(plain);
    const chunk = backupChunkBytes + 20;
    const refused = async (bytes: Uint8Array, by = secret): Promise<string> =>
      open(bytes, by).then(
        () => "opened",
        (thrown: Error & { code?: string }) => `${thrown.code} ${thrown.message}`,
      );
    for (const at of [0, 3, 4, 5, 20, 39, 40, 43, 44, 1_000, 40 + chunk, 44 + chunk, sealed.length - 1]) {
      const bytes = Buffer.from(sealed);
      bytes[at] = (bytes[at] ?? 0) ^ 0x40;
      expect([at, await refused(bytes)]).toEqual([at, expect.stringMatching(/^document-refused x\.pharos /)]);
    }
    for (const end of [0, 10, 40, 43, 50, 40 + chunk, 40 + 2 * chunk, sealed.length - 1])
      expect(await refused(sealed.subarray(0, end))).toMatch(/ends too early|is no backup|is altered/);
    const [first, second] = [sealed.subarray(40, 40 + chunk), sealed.subarray(40 + chunk, 40 + 2 * chunk)];
    const swapped = Buffer.concat([sealed.subarray(0, 40), second, first, sealed.subarray(40 + 2 * chunk)]);
    expect(await refused(swapped)).toContain("sealed for another key, or is altered");
    expect(await refused(Buffer.concat([sealed, Buffer.from([0])]))).toContain("goes on behind its end");
    expect(await refused(sealed, seededRandom(9).bytes(32))).toContain("sealed for another key");
  });

  test("golden: a backup of the first release that sealed any", async () => {
    const golden = join(import.meta.dirname, "../golden/backup-1.bin");
    expect((await open(readFileSync(golden))).toString()).toBe("Pharos, sealed. ".repeat(20));
  });
});

const clock = manualClock();
const setup = { clock, log: silentLog };

describe("store/backup of a store that is written", () => {
  test("it holds one moment: all that was acked before, and of what comes meanwhile each change whole", async () => {
    const folder = freshFolder();
    const store = openStore({ folder, ...setup, snapshots: "apart" });
    const ledger = openLedger({ store, ...setup, random: seededRandom(1), region: "main" });
    const fields = { name: "P", url: "https://p.example" };
    await ledger.submit(null, { kind: "page.create", id: "p1", fields }, "ann");
    for (let at = 0; at < 200; at++)
      await ledger.submit(
        "p1",
        { kind: "component.create", fields: { name: `c${at}`, description: "x".repeat(500) } },
        "ann",
      );
    await store.close();
    writeFileSync(join(folder, "people.key"), Buffer.alloc(32, 7));
    const child = Bun.spawn([process.execPath, join(import.meta.dirname, "backup-writer.ts"), folder], {
      stdout: "pipe",
    });
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    // Behind the last line break a number may be half a one.
    const acked = async (): Promise<number> => {
      text += (await lines.read()).value ?? "";
      return Number(text.split("\n").at(-2) ?? 0);
    };
    try {
      const before = await acked();
      const made = join(freshFolder(), "one.pharos");
      const contents = await backUp({ from: folder, to: made, ...setup, key, random: seededRandom(2) });
      const after = await acked();
      expect(before).toBeGreaterThan(201);
      expect(contents.position).toBeGreaterThanOrEqual(before);
      // It was written on meanwhile.
      expect(after).toBeGreaterThan(before);
      const back = join(freshFolder(), "back");
      expect(await unpackBackup({ from: made, to: back, ...setup, secret })).toEqual(contents);
      expect(readdirSync(back).sort()).toEqual(["people.key", "store"]);
      expect(readFileSync(join(back, "people.key")).equals(Buffer.alloc(32, 7))).toBe(true);
      const restored = closing(openStore({ folder: back, ...setup }));
      const view = openLedger({
        store: restored,
        ...setup,
        random: seededRandom(1),
        region: "main",
        // The writer's clock is the machine's.
        acceptClock: true,
      }).view("p1");
      // Two components a command: one without the other would be half a change.
      expect(((view?.components.length ?? 0) - 200) % 2).toBe(0);
    } finally {
      child.kill();
      await child.exited;
    }
  }, 30_000);

  test("what is cut off or altered makes no folder, and a file that is there is not written over", async () => {
    const folder = freshFolder();
    await openStore({ folder, ...setup }).close();
    const made = join(freshFolder(), "one.pharos");
    const options = { from: folder, to: made, ...setup, key, random: seededRandom(2) };
    await backUp(options);
    expect(backUp(options)).rejects.toMatchObject({ code: "folder-unusable" });
    const to = join(freshFolder(), "back");
    mkdirSync(to);
    truncateSync(made, readFileSync(made).length - 1);
    const attempt = unpackBackup({ from: made, to, ...setup, secret });
    expect(attempt).rejects.toMatchObject({ code: "document-refused" });
    await attempt.catch(() => undefined);
    expect(readdirSync(to)).toEqual([]);
    expect(existsSync(join(to, "store"))).toBe(false);
  });
});
