// What a store's documents let be trusted. In: root keys, the stored documents. Out: trust, and documents taken into both.
import type { PublicKey } from "../snapshot/keys.ts";
import { createTrust, type RootDocument, type Trust } from "../snapshot/trust.ts";
import type { SnapshotStore } from "./types.ts";

/** Kinds of root-signed documents that a store keeps. */
const rootDocumentKinds = ["delegation", "removal", "epoch"] as const;

/** The root-signed documents of a store. */
export function rootDocumentsOf(store: SnapshotStore): readonly Uint8Array[] {
  return rootDocumentKinds.flatMap((kind) => store.documents(kind).map(({ bytes }) => bytes));
}

/** Trust as the store's documents make it now. */
export function trustOf(store: SnapshotStore, rootKeys: readonly PublicKey[]): Trust {
  return createTrust({ rootKeys, documents: rootDocumentsOf(store) });
}

/** Keeps an accepted document; a removal takes its page with it. */
export function keepDocument(store: SnapshotStore, document: RootDocument, bytes: Uint8Array): Promise<void> {
  const { kind, subject } = document;
  return store.putDocument(
    { kind, subject, bytes },
    document.kind === "removal" ? document.value : undefined,
  );
}
