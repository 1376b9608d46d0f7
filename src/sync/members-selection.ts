// Which pages this POP gets, as the registries say that reach it. In: registries of anyone, pages held. Out: registries kept, other pages forgotten.
import { Fault, messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import { digestOf } from "../snapshot/digest.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import { registryFormat } from "../snapshot/registry.ts";
import { contextOf } from "../snapshot/signed.ts";
import type { Trust } from "../snapshot/trust.ts";
import type { Digest } from "../snapshot/types.ts";
import { registriesOf } from "../store/trusted.ts";
import { createTurns } from "../store/turns.ts";
import type { SnapshotStore } from "../store/types.ts";
import { createMembers, takeRegistry } from "./members.ts";
import type { Refusals } from "./refusals.ts";

export interface SelectionOptions {
  readonly store: SnapshotStore;
  readonly trust: Trust;
  readonly log: Log;
  readonly refusals: Refusals;
  /** This POP's own key; "" for a POP without one, which gets all pages. */
  readonly key: PublicKey;
  /** A registry is kept: what feeds others has to look again. */
  onKept(subject: PublicKey): void;
  /** A page that this POP gets no more is gone from its store. */
  onForgotten(page: string): void;
}

export interface Selection {
  gets(page: string): boolean;
  /** True where this document is for here; it is then judged and kept, one after the other. */
  take(document: Uint8Array): boolean;
  /** Trust has changed: whose registries count may have, too. */
  reconsider(): void;
  /** Tries again to keep what the store failed to keep, and forgets what came in although it is not ours: it was on its way, or the store failed. */
  retry(): void;
  /** Names of the registries that are kept: a feed sends the others. */
  held(): readonly Digest[];
}

export function createSelection(options: SelectionOptions): Selection {
  const { store, log, refusals } = options;
  const members = createMembers(options);
  const turns = createTurns();
  const unkept = new Map<Digest, Uint8Array>();
  const gets = (page: string): boolean => members.gets(options.key, page);

  /** What a write comes to, in its turn; a store that fails is said, and asked again with the next heartbeat. */
  function inTurn(run: () => Promise<void>, onFailed: () => void = () => {}): void {
    void turns(run).catch((thrown) => {
      onFailed();
      refusals.refuse(`store-${thrown instanceof Fault ? thrown.code : "internal"}`, null, messageOf(thrown));
    });
  }

  function keep(bytes: Uint8Array): void {
    const digest = digestOf(bytes);
    unkept.delete(digest);
    const again = (): void => void unkept.set(digest, bytes);
    inTurn(async () => {
      const taken = await takeRegistry(options, bytes);
      if (taken.kind === "refused") refusals.refuse(taken.reason, null);
      if (taken.kind !== "kept") return;
      log.info("A registry of POPs was accepted.", { publisher: taken.key });
      members.reload();
      options.onKept(taken.key);
      await forgetOthers();
    }, again);
  }

  async function forgetOthers(): Promise<void> {
    store.refresh();
    for (const { page } of store.heads()) {
      if (gets(page)) continue;
      await store.forgetPage(page);
      log.info("This POP is not listed for a page any more, and has forgotten it.", { page });
      options.onForgotten(page);
    }
  }

  return {
    gets,
    take(bytes) {
      if (contextOf(bytes)?.startsWith(registryKind) !== true) return false;
      keep(bytes);
      return true;
    },
    reconsider() {
      members.reload();
      inTurn(forgetOthers);
    },
    retry() {
      for (const bytes of unkept.values()) keep(bytes);
      if (store.heads().some(({ page }) => !gets(page))) inTurn(forgetOthers);
    },
    held: () => registriesOf(store).map(digestOf),
  };
}

/** Of any version: one that this release cannot read is refused as a registry, not as a bad delegation. */
const registryKind = registryFormat.context.slice(0, registryFormat.context.lastIndexOf("/") + 1);
