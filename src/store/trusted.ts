// What a store's documents let be trusted. In: root keys, the stored documents. Out: trust, and documents taken into both.
import type { PublicKey } from "../snapshot/keys.ts";
import { createTrust, type RootDocument, type Trust } from "../snapshot/trust.ts";
import type { SnapshotStore } from "./types.ts";

/** Kinds of documents that a store keeps; an emergency after what appoints its key. */
const rootDocumentKinds = ["delegation", "removal", "epoch", "appointment", "emergency"] as const;

/** The documents of a store that root signed, or a key that root appointed; what appoints a key stands before what that key signed. */
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

/** The registries of a store: who the POPs are, each signed by a publisher. */
export function registriesOf(store: SnapshotStore): readonly Uint8Array[] {
  return store.documents("registry").map(({ bytes }) => bytes);
}

/** Keeps an accepted registry. */
export function keepRegistry(
  store: SnapshotStore,
  publisherKey: PublicKey,
  bytes: Uint8Array,
): Promise<void> {
  return store.putDocument({ kind: "registry", subject: publisherKey, bytes });
}
