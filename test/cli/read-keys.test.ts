// A control plane's key folder: what root says in it is admitted at the start, or named with the reason why not.
import { afterAll, expect, test } from "bun:test";
import { copyFileSync, cpSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemRandom } from "../../src/base/random.ts";
import { keyFiles, makeKeys } from "../../src/cli/key-files.ts";
import { admitDocuments, readPublisherKeys } from "../../src/cli/read-keys.ts";
import { trustOf } from "../../src/store/trusted.ts";
import { memoryStore } from "../support/memory-store.ts";

const base = mkdtempSync(join(tmpdir(), "pharos-read-keys-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const [keys, others] = [join(base, "keys"), join(base, "others")];
for (const folder of [keys, others])
  makeKeys({ folder, pages: ["*"], hosts: ["*"], serial: 1 }, systemRandom);

/** The documents of a store whose control plane was started with a copy of the keys that `change` was made to. */
async function admitted(name: string, change: (appointment: string) => void) {
  const folder = join(base, name);
  cpSync(keys, folder, { recursive: true });
  change(join(folder, keyFiles.appointment));
  const read = readPublisherKeys(folder);
  const store = memoryStore();
  await admitDocuments(read, trustOf(store, [read.rootKey]), store);
  return ["delegation", "appointment"].map((kind) => store.documents(kind).length);
}

test("delegation and appointment are stored, so that POPs are sent them before the emergency", async () => {
  expect(await admitted("whole", () => undefined)).toEqual([1, 1]);
});

test("a folder that is older than appointments is a good one", async () => {
  expect(await admitted("older", (appointment) => rmSync(appointment))).toEqual([1, 0]);
});

const wrong: Readonly<Record<string, (appointment: string) => void>> = {
  "empty one": (appointment) => truncateSync(appointment),
  "one by another root": (appointment) => copyFileSync(join(others, keyFiles.appointment), appointment),
};
for (const [what, change] of Object.entries(wrong))
  test(`an appointment that does not hold is named, not passed over: ${what}`, async () => {
    const place = join(base, what, keyFiles.appointment);
    await expect(admitted(what, change)).rejects.toThrow(`The document ${place} does not hold.`);
  });
