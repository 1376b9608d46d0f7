// `pharos backup` and `pharos restore`: a copy of a control plane, also while it runs, and back from it. In: a data folder. Out: a sealed file, or
// another folder.
// A restore raises the epoch of every page by the root key: what the lost machine may still send is over, whatever its generation.
import { rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Fault } from "../base/fault.ts";
import { writeFileWhole } from "../host/files.ts";
import { lockFolder } from "../host/lock.ts";
import { signEpoch } from "../snapshot/documents.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import { backUp, copyStore, unpackBackup } from "../store/backup.ts";
import { backedUpFiles } from "../store/backup-archive.ts";
import { openStore, storeFile } from "../store/open.ts";
import { keepDocument, trustOf } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";
import { backupKeyIn, lastBackupFile, makeBackupKey } from "./backup-key.ts";
import { type Context, defineCommand } from "./flags.ts";
import { readRootSecret } from "./read-keys.ts";

const json = { kind: "boolean", help: "one JSON object" } as const;

const backup = defineCommand({
  name: "backup",
  summary: "copy everything of a control plane, running or not, sealed for a key that you hold",
  about:
    "The copy is of one moment, and read through before it counts as made. With --key it is a file that backup.key alone opens, with the keys of people and subscribers in it; without, a folder without any key.",
  example: [
    "backup --data /var/lib/pharos --key backup.pub --out /mnt/copies/monday.pharos",
    "backup --data /var/lib/pharos --out /mnt/copies/pharos-monday",
  ],
  flags: {
    data: { kind: "path", required: true, help: "data folder of the control plane" },
    out: { kind: "path", required: true, help: "file to make, or without --key folder that holds no store" },
    key: { kind: "path", help: "file of the public backup key, as pharos keygen backup wrote it" },
    json,
  },
  async run({ data, out, key, json }, context) {
    const copy = { ...context, from: data, to: out };
    const { position, heads } = await (key === undefined
      ? copyStore(copy)
      : backUp({ ...copy, key: backupKeyIn(key, "public") }));
    await writeFileWhole(
      lastBackupFile(data),
      Buffer.from(`${new Date(context.clock.wallMs()).toISOString()}\n`),
    );
    if (json) context.out(JSON.stringify({ out, changes: position, heads }));
    else context.out(`${out}: ${heads.length} pages, ${position} changes.`);
  },
});

const restore = defineCommand({
  name: "restore",
  summary: "make a control plane's data folder from a backup, in a new epoch that the root key signs",
  example: [
    "restore --from monday.pharos --key backup.key --data /var/lib/pharos --root keys/root.key",
    "restore --from /mnt/copies/pharos-monday --data /var/lib/pharos --root keys/root.key",
  ],
  flags: {
    from: { kind: "path", required: true, help: "what pharos backup made" },
    key: { kind: "path", help: "file of the secret backup key, for a sealed backup" },
    data: { kind: "path", required: true, help: "data folder to make; it must hold no store" },
    root: { kind: "path", required: true, help: "file of the secret root key" },
    json,
  },
  async run(values, context) {
    const rootKey = readRootSecret(values.root);
    const copy = { ...context, from: values.from, to: values.data };
    const secret = secretFor(values);
    const lock = lockFolder(values.data);
    try {
      await (secret === null ? copyStore(copy) : unpackBackup({ ...copy, secret }));
      const epochs = await raiseEpochs(values.data, rootKey, context).catch((thrown) => {
        // Without its new epoch it must not be started: POPs would take both machines for the publisher.
        rmSync(dirname(storeFile(values.data)), { recursive: true, force: true });
        for (const name of backedUpFiles) rmSync(join(values.data, name), { force: true });
        throw thrown;
      });
      if (values.json) context.out(JSON.stringify({ data: values.data, epochs }));
      else context.out(`${values.data}: ${Object.keys(epochs).length} pages, each in a new epoch.`);
    } finally {
      lock.release();
    }
  },
});

/** Null for a folder. */
function secretFor({
  from,
  key,
}: {
  readonly from: string;
  readonly key: string | undefined;
}): Uint8Array | null {
  const isFolder = statSync(from, { throwIfNoEntry: false })?.isDirectory() !== false;
  if (!isFolder && key === undefined)
    throw new Fault(
      "usage",
      `--key is missing: ${from} is sealed.`,
      "Give the file of the secret backup key.",
    );
  return isFolder || key === undefined ? null : backupKeyIn(key, "secret");
}

const keygen = defineCommand({
  name: "keygen backup",
  summary: "make the key of backups: backup.pub for the control plane, backup.key for you",
  about:
    "Keep backup.key off the servers: it alone opens what pharos backup --key seals, and nothing opens it without.",
  example: "keygen backup --out backup-keys",
  flags: {
    out: { kind: "path", required: true, help: "folder for the two files; neither may exist" },
    json,
  },
  run({ out, json }, context) {
    const key = makeBackupKey(out, context.random);
    context.out(json ? JSON.stringify({ folder: out, backup: key }) : `backup ${key}  ${out}`);
  },
});

export const commands = [backup, restore, keygen];

async function raiseEpochs(
  folder: string,
  rootKey: SecretKey,
  context: Context,
): Promise<Readonly<Record<string, number>>> {
  const store = openStore({ folder, clock: context.clock, log: context.log });
  try {
    return await raise(store.snapshots, rootKey, context.clock.wallMs());
  } finally {
    await store.close();
  }
}

async function raise(
  store: SnapshotStore,
  rootKey: SecretKey,
  serial: number,
): Promise<Readonly<Record<string, number>>> {
  const trust = trustOf(store, [rootKey.publicKey]);
  if (trust.refusedAtStart.length > 0)
    throw new Fault(
      "document-refused",
      "The root key is not the one that signed the delegation in this backup.",
      "Give the root key of that installation with --root; POPs obey no other.",
    );
  const epochs: Record<string, number> = {};
  for (const { page } of store.heads()) {
    const epoch = trust.epochOf(page) + 1;
    const bytes = signEpoch({ page, epoch, serial }, rootKey);
    const acceptance = trust.accept(bytes);
    if (acceptance.outcome === "accepted") await keepDocument(store, acceptance.document, bytes);
    epochs[page] = epoch;
  }
  return epochs;
}
