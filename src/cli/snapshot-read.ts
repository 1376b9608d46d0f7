// A data folder as a command reads it, whoever else holds it. In: the folder of a control plane or a POP. Out: its generations and their trees.
// Each answer is made in one turn of the event loop: the store reads one transaction during it, whatever is written meanwhile.
import { Fault } from "../base/fault.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import { openManifest } from "../snapshot/manifest.ts";
import { decodePart } from "../snapshot/part.ts";
import type { Digest, Encoding, Manifest, Part, Route } from "../snapshot/types.ts";
import { loadGenerations } from "../store/generations.ts";
import { openStore, type Store } from "../store/open.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { Context } from "./flags.ts";

/** Flags of commands that look at published snapshots. */
export const readFlags = {
  data: { kind: "path", required: true, help: "data folder of a control plane or a POP, running or not" },
  page: { kind: "string", help: "id of the page; may be left out where there is one" },
  json: { kind: "boolean", help: "one JSON object" },
} as const;

/** Opens the folder's store to read. Throws the Faults of a store that cannot be opened. */
export async function withReader<Value>(
  folder: string,
  context: Context,
  use: (store: Store) => Value,
): Promise<Value> {
  const store = openStore({ folder, clock: context.clock, log: context.log, role: "reader" });
  try {
    store.refresh();
    return await use(store);
  } finally {
    await store.close();
  }
}

/** A kept generation of a page. Times in ms since the epoch. */
export interface Kept {
  readonly manifest: Manifest;
  readonly digest: Digest;
  readonly signer: PublicKey;
  readonly appliedMs: number;
}

/** Kept generations of a page, oldest first; those whose manifest does not open are left to `snapshot verify`. */
export function keptOf(store: Store, page: string): readonly Kept[] {
  return (loadGenerations(store.tables).get(page) ?? []).flatMap(({ head, appliedMs }) => {
    const bytes = store.snapshots.tree(head.manifest);
    const opened = bytes === null ? null : openManifest(bytes);
    if (opened?.ok !== true) return [];
    return [{ manifest: opened.value.value, digest: head.manifest, signer: opened.value.key, appliedMs }];
  });
}

/** The kept generation of this number, or the current one. Throws Fault `not-found` with those there are. */
export function generationMeant(kept: readonly Kept[], page: string, number?: number): Kept {
  const found =
    number === undefined ? kept.at(-1) : kept.findLast(({ manifest }) => manifest.generation === number);
  if (found !== undefined) return found;
  const [oldest, newest] = [kept[0]?.manifest.generation, kept.at(-1)?.manifest.generation];
  throw new Fault(
    "not-found",
    `Generation ${number ?? ""} of page ${page} is not kept here.`,
    oldest === undefined
      ? "None is: see pharos snapshot verify."
      : `Kept are generations ${oldest} to ${newest}.`,
  );
}

/** A part that the store holds; null where it is missing or damaged. */
export function partOf(store: SnapshotStore, digest: Digest): Part | null {
  const bytes = store.tree(digest);
  const part = bytes === null ? null : decodePart(bytes);
  return part?.ok === true ? part.value : null;
}

/** The routes of a part. Throws Fault `store-corrupt` where it is missing or damaged. */
export function routesOfPart(store: Store, digest: Digest): readonly Route[] {
  const part = partOf(store.snapshots, digest);
  if (part !== null) return part.routes;
  throw new Fault(
    "store-corrupt",
    `The part ${digest} is missing or damaged.`,
    "See pharos snapshot verify.",
  );
}

/** Lengths by encoding (bytes), in the order of this list. */
export function lengthsOf({ variants }: Route): Readonly<Record<Encoding, number | null>> {
  const { identity, gzip, br, zstd } = variants;
  return { identity: identity.length, gzip: gzip.length, br: br?.length ?? null, zstd: zstd?.length ?? null };
}

/** `2026-03-01T12:34:56.000Z`. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
