// How a command publishes by hand. In: a data folder, perhaps keys. Out: the publisher: that of the running control plane, through its socket,
// or one of this process where none runs. Bodies travel over the socket, not their folder's path: the control plane is often another user
// in another view of the file system (ProtectHome, PrivateTmp), and reads what its own rights let it, not what the operator's do.
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { LocalOperations } from "../control/local.ts";
import { type ByHand, createByHand, type FolderSnapshot } from "../publish/by-hand.ts";
import { openStore } from "../store/open.ts";
import { trustOf } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";
import { type LocalCall, withHolder } from "./control-plane.ts";
import type { Context } from "./flags.ts";
import { admitDocuments, readPublisherKeys } from "./read-keys.ts";

type Body = readonly [string, Uint8Array];

/** What the running control plane answers of it. Bodies come as base64. */
export function byHandOperations(byHand: ByHand): LocalOperations {
  return {
    folderBegin: ([page, hosts]) => byHand.begin(page as string, hosts as readonly string[]),
    folderStage: ([bodies]) =>
      byHand.stage(
        (bodies as readonly (readonly [string, string])[]).map(([digest, text]) => [
          digest,
          new Uint8Array(Buffer.from(text, "base64")),
        ]),
      ),
    folderPublish: ([snapshot]) => byHand.publish(snapshot as FolderSnapshot),
    rollback: ([page, to]) => byHand.rollback(page as string, to as number),
    release: ([page]) => byHand.release(page as string),
  };
}

export interface ByHandFlags {
  readonly data: string;
  /** Folder with the publisher's keys: read when no control plane runs. */
  readonly keys: string | undefined;
}

export const byHandFlags = {
  data: { kind: "path", required: true, help: "data folder of the control plane" },
  keys: {
    kind: "path",
    help: "folder with publisher.key, delegation.signed and root.pub; read when no control plane runs",
  },
} as const;

/** Runs `use` with whoever publishes for the data folder, and with the folder's store as it is now. */
export function withByHand<Value>(
  { data, keys }: ByHandFlags,
  context: Context,
  use: (byHand: ByHand, store: SnapshotStore, running: boolean) => Promise<Value>,
): Promise<Value> {
  return withHolder(
    { ...context, folder: data },
    {
      async running(call) {
        const store = openStore({ folder: data, clock: context.clock, log: context.log, role: "reader" });
        try {
          return await use(remote(call), store.snapshots, true);
        } finally {
          await store.close();
        }
      },
      async alone({ store: { snapshots }, ledger }) {
        if (keys === undefined) throw noKeys(data);
        const publisher = readPublisherKeys(keys);
        const trust = trustOf(snapshots, [publisher.rootKey]);
        await admitDocuments(publisher, trust, snapshots);
        const byHand = createByHand({
          store: snapshots,
          ledger,
          trust,
          secretKey: publisher.secretKey,
          clock: context.clock,
          alone: (_page, work) => work(),
          settled: async () => undefined,
          announce: () => undefined,
        });
        return use(byHand, snapshots, false);
      },
    },
  );
}

function remote(call: LocalCall): ByHand {
  return {
    begin: (page, hosts) => call("folderBegin", page, hosts),
    async stage(bodies) {
      for (const batch of batchesOf(bodies))
        await call(
          "folderStage",
          batch.map(([digest, bytes]) => [digest, Buffer.from(bytes).toString("base64")]),
        );
    },
    publish: (snapshot) => call("folderPublish", snapshot),
    rollback: (page, to) => call("rollback", page, to),
    release: (page) => call("release", page),
  };
}

/** Each of a few megabytes, so that the control plane reads none of them for long. */
function* batchesOf(bodies: readonly Body[]): Generator<readonly Body[]> {
  let batch: Body[] = [];
  let bytes = 0;
  for (const body of bodies) {
    batch.push(body);
    bytes += body[1].length;
    if (bytes < limits.fetchBatchBytes) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

function noKeys(data: string): Fault {
  return new Fault(
    "usage",
    `--keys is missing: no control plane runs on ${data}, so this command has to sign by itself.`,
    "Name the folder with publisher.key, delegation.signed and root.pub, or start the control plane.",
  );
}
