// `pharos backup` and `pharos restore`: a copy of a stopped control plane, and back from it. In: a data folder. Out: another one.
// A restore raises the epoch of every page by the root key: what the lost machine may still send is over, whatever its generation.
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { Fault } from "../base/fault.ts";
import { lockFolder } from "../host/lock.ts";
import { signEpoch } from "../snapshot/documents.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import { copyStore } from "../store/backup.ts";
import { openStore, storeFile } from "../store/open.ts";
import { keepDocument, trustOf } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";
import { type Context, defineCommand } from "./flags.ts";
import { readRootSecret } from "./read-keys.ts";

const json = { kind: "boolean", help: "one JSON object" } as const;

const backup = defineCommand({
  name: "backup",
  summary: "copy everything of a stopped control plane into a new folder",
  about:
    "The copy holds pages, history, hashes of tokens and signed documents, and no key. It is read through before it counts as made.",
  example: "backup --data /var/lib/pharos --out /mnt/copies/pharos-monday",
  flags: {
    data: { kind: "path", required: true, help: "data folder of the control plane" },
    out: { kind: "path", required: true, help: "folder to make; it must hold no store" },
    json,
  },
  async run(values, context) {
    const lock = lockFolder(values.data);
    try {
      const { position, heads } = await copyStore({ ...context, from: values.data, to: values.out });
      if (values.json) context.out(JSON.stringify({ out: values.out, changes: position, heads }));
      else context.out(`${values.out}: ${heads.length} pages, ${position} changes.`);
    } finally {
      lock.release();
    }
  },
});

const restore = defineCommand({
  name: "restore",
  summary: "make a control plane's data folder from a backup, in a new epoch that the root key signs",
  example: "restore --from /mnt/copies/pharos-monday --data /var/lib/pharos --root keys/root.key",
  flags: {
    from: { kind: "path", required: true, help: "folder that `pharos backup` made" },
    data: { kind: "path", required: true, help: "data folder to make; it must hold no store" },
    root: { kind: "path", required: true, help: "file of the secret root key" },
    json,
  },
  async run(values, context) {
    const rootKey = readRootSecret(values.root);
    const lock = lockFolder(values.data);
    try {
      await copyStore({ ...context, from: values.from, to: values.data });
      const epochs = await raiseEpochs(values.data, rootKey, context).catch((thrown) => {
        // Without its new epoch it must not be started: POPs would take both machines for the publisher.
        rmSync(dirname(storeFile(values.data)), { recursive: true, force: true });
        throw thrown;
      });
      if (values.json) context.out(JSON.stringify({ data: values.data, epochs }));
      else context.out(`${values.data}: ${Object.keys(epochs).length} pages, each in a new epoch.`);
    } finally {
      lock.release();
    }
  },
});

export const commands = [backup, restore];

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
