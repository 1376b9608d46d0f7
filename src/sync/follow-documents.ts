// What root says, and what emergency keys do, taken from a source. In: documents from anyone. Out: those that hold, kept and obeyed.
import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import { digestOf } from "../snapshot/digest.ts";
import { untimely } from "../snapshot/emergency.ts";
import type { RootDocument, Trust } from "../snapshot/trust.ts";
import type { Digest } from "../snapshot/types.ts";
import { keepDocument, rootDocumentsOf } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { Refusals } from "./refusals.ts";

export interface Documents {
  take(bytes: Uint8Array): void;
  /** Tries again to keep what the store failed to keep. */
  retry(): void;
  /** Names of the documents that are kept: a feed sends the others. */
  held(): readonly Digest[];
}

export interface DocumentsOptions {
  readonly store: SnapshotStore;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly log: Log;
  readonly refusals: Refusals;
  /** It is kept, and trust knows it. */
  onAccepted(document: RootDocument): void;
}

export function createDocuments(options: DocumentsOptions): Documents {
  const { store, trust, clock, log, refusals, onAccepted } = options;
  const unkept = new Map<Digest, Uint8Array>();

  async function keep(bytes: Uint8Array, document: RootDocument): Promise<void> {
    const { kind, subject } = document;
    try {
      await keepDocument(store, document, bytes);
      unkept.delete(digestOf(bytes));
      store.refresh();
      log.info("A signed document was accepted.", { kind, subject });
      onAccepted(document);
    } catch (thrown) {
      unkept.set(digestOf(bytes), bytes);
      const code = thrown instanceof Fault ? thrown.code : "internal";
      refusals.refuse(`store-${code}`, null, messageOf(thrown));
    }
  }

  function take(bytes: Uint8Array): void {
    const acceptance = trust.accept(bytes, (emergency) => untimely(emergency, clock.wallMs(), "feed"));
    if (acceptance.outcome === "refused") refusals.refuse(acceptance.reason, null);
    if (acceptance.outcome === "refused" || acceptance.outcome === "superseded") return;
    const { document } = acceptance;
    store.refresh();
    const kept = store.document(document.kind, document.subject);
    // Trust may know what the store failed to keep: only the store says whether it is kept.
    if (kept === null || Buffer.compare(kept, bytes) !== 0) void keep(bytes, document);
  }

  return {
    take,
    retry() {
      for (const bytes of unkept.values()) take(bytes);
    },
    held: () => rootDocumentsOf(store).map(digestOf),
  };
}
