// `pharos backup` and `pharos restore`: a copy of a control plane, also while it runs, and back from it. In: a data folder. Out: a sealed file, or
// another folder.
// A restore raises the epoch of every page by the root key: what the lost machine may still send is over, whatever its generation.
import { existsSync, statSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import { writeFileWhole } from "../host/files.ts";
import { lockFolder } from "../host/lock.ts";
import { signEpoch } from "../snapshot/documents.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import { backUp, copyStore, unpackBackup } from "../store/backup.ts";
import { erasuresFile } from "../store/erasures.ts";
import { openStore } from "../store/open.ts";
import { subscriberKeysFile } from "../store/subscriber-keys.ts";
import { createSubscribers } from "../store/subscribers.ts";
import { keepDocument, trustOf } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";
import { backupKeyIn, lastBackupFile, makeBackupKey } from "./backup-key.ts";
import { type Context, defineCommand } from "./flags.ts";
import { counted } from "./page-choice.ts";
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
    else context.out(`${out}: ${counted(heads.length, "page")}, ${counted(position, "change")}.`);
  },
});

const restore = defineCommand({
  name: "restore",
  summary: "make a control plane's data folder from a backup, in a new epoch that the root key signs",
  about:
    "Who was erased after the backup was made is only in the newest subscribers.erased: one that lies in the folder counts by itself, any other is named with --erased. Ended in the middle it has made nothing, and is simply given again.",
  example: [
    "restore --from monday.pharos --key backup.key --data /var/lib/pharos --root keys/root.key --erased subscribers.erased",
    "restore --from /mnt/copies/pharos-monday --data /var/lib/pharos --root keys/root.key",
  ],
  flags: {
    from: { kind: "path", required: true, help: "what pharos backup made" },
    key: { kind: "path", help: "file of the secret backup key, for a sealed backup" },
    data: { kind: "path", required: true, help: "data folder to make; it must hold no store" },
    root: { kind: "path", required: true, help: "file of the secret root key" },
    erased: { kind: "path", help: "list of who was erased since, as the lost data folder had it" },
    json,
  },
  async run(values, context) {
    const rootKey = readRootSecret(values.root);
    const secret = secretFor(values);
    const erased = erasedFrom(values.erased);
    const lock = lockFolder(values.data);
    let epochs: Readonly<Record<string, number>> = {};
    try {
      const copy = {
        ...{ ...context, from: values.from, to: values.data, erased },
        // Before it is in its place: without its new epoch it must never be started, for POPs would take both machines for the publisher.
        async prepare(folder: string) {
          epochs = await renew(folder, rootKey, context);
        },
      };
      await (secret === null ? copyStore(copy) : unpackBackup({ ...copy, secret }));
    } finally {
      lock.release();
    }
    if (values.json) context.out(JSON.stringify({ data: values.data, epochs }));
    else context.out(`${values.data}: ${counted(Object.keys(epochs).length, "page")}, each in a new epoch.`);
    if (!existsSync(erasuresFile(values.data)) && existsSync(subscriberKeysFile(values.data)))
      context.err(
        "pharos: No list of erasures was found. If anyone was erased since the backup, restore again with --erased and the newest subscribers.erased.",
      );
  },
});

function erasedFrom(path: string | undefined): readonly string[] {
  if (path === undefined) return [];
  if (existsSync(path)) return [path];
  throw new Fault(
    "not-found",
    `--erased: there is no ${path}.`,
    "Name the newest subscribers.erased that there is.",
  );
}

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

/** Epochs are raised, and who is on the list of erasures is erased: neither waits for the first start. */
async function renew(
  folder: string,
  rootKey: SecretKey,
  context: Context,
): Promise<Readonly<Record<string, number>>> {
  const store = openStore({ folder, clock: context.clock, log: context.log });
  try {
    const epochs = await raise(store.snapshots, rootKey, context.clock.wallMs());
    if (existsSync(subscriberKeysFile(folder))) {
      const subscribers = createSubscribers({ store, log: context.log });
      await subscribers.ready();
      await subscribers.close();
    }
    return epochs;
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
