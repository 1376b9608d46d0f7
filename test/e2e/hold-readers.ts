// Takes every free place in a store's table of readers, and keeps them until its stdin ends. In: argv: the store's folder. Out: one line: how many,
// and what the next one was refused with. lmdb-js has one reading a store and process, so each opens the store by a name of its own.
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "lmdb";
import { limits } from "../../src/base/limits.ts";

const names = mkdtempSync(join(tmpdir(), "pharos-readers-"));
const mapSize = 64 * 1024 * 1024;
const flags = { encoding: "binary", noSubdir: false, readOnly: true, maxDbs: 32, mapSize } as const;
let held = 0;
let refused = "nothing";
try {
  for (; held <= limits.storeReadersMax; held++) {
    const path = join(names, String(held));
    symlinkSync(process.argv[2] ?? "", path);
    open({ ...flags, path }).useReadTransaction();
  }
} catch (thrown) {
  refused = thrown instanceof Error ? thrown.message : String(thrown);
}
rmSync(names, { recursive: true });
console.log(`${held} ${refused}`);
process.stdin.on("data", () => {}).on("end", () => process.exit(0));
