// A data folder as a POP leaves it. In: pages. Out: a folder with a store and a root key, and the means to publish into it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { generateKeyPair, type KeyPair } from "../../src/snapshot/keys.ts";
import { openStore } from "../../src/store/open.ts";
import type { Apply, SnapshotStore } from "../../src/store/types.ts";
import { publisher } from "../edge/fixture.ts";

export interface PopFolder {
  readonly folder: string;
  readonly root: KeyPair;
  /** File of the public root key. */
  readonly rootFile: string;
  remove(): void;
}

/** A new folder whose store trusts `publisher` and holds `pages`. The store is closed again. */
export async function makePopFolder(
  pages: readonly Apply[],
  confirmedMs = systemClock.wallMs(),
): Promise<PopFolder> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-pop-"));
  const root = generateKeyPair("root", systemRandom);
  const rootFile = join(folder, "root.pub");
  writeFileSync(rootFile, root.publicText);
  await fillStore(folder, root, async (store) => {
    for (const page of pages) await store.apply(page);
    await store.putFreshness({ sequence: 1, confirmedMs, acceptedMs: confirmedMs, level: 0, behind: {} });
  });
  return { folder, root, rootFile, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

async function fillStore(
  folder: string,
  root: KeyPair,
  fill: (store: SnapshotStore) => Promise<void>,
): Promise<void> {
  const store = await openStore({ folder, clock: systemClock, log: silentLog });
  const bytes = signDelegation(
    { publisherKey: publisher.publicKey, pages: ["*"], hosts: ["*"], serial: 1 },
    root.secretKey,
  );
  await store.snapshots.putDocument({ kind: "delegation", subject: publisher.publicKey, bytes });
  await fill(store.snapshots);
  await store.close();
}
