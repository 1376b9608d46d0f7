// Signs who the POPs are. In: the rows of a control plane's store, its publisher key. Out: a signed registry in the store whenever the rows
// say something else than the last one. A POP is a member from the moment that this is kept, and revoked from then on, too.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import { openRegistry, signRegistry } from "../snapshot/registry.ts";
import type { PopEntry, Registry } from "../snapshot/types.ts";
import type { Pops } from "../store/pops.ts";
import { keepRegistry } from "../store/trusted.ts";
import { createTurns } from "../store/turns.ts";
import type { SnapshotStore } from "../store/types.ts";

export interface RegistrarOptions {
  readonly pops: Pick<Pops, "list">;
  readonly store: SnapshotStore;
  readonly secretKey: SecretKey;
  readonly clock: Clock;
  readonly log: Log;
  /** The store has a new registry. */
  onSigned(): void;
}

export interface Registrar {
  /** Signs what the rows say, where that is new. Where nobody ever joined there is no registry. Throws Faults of the store. */
  sign(): Promise<void>;
}

export function createRegistrar(options: RegistrarOptions): Registrar {
  const { pops, store, secretKey, clock, log } = options;
  const turns = createTurns();
  const signedNow = (): Registry | null => {
    store.refresh();
    const bytes = store.document("registry", secretKey.publicKey);
    const opened = bytes === null ? null : openRegistry(bytes);
    return opened?.ok === true ? opened.value.value : null;
  };
  return {
    sign: () =>
      turns(async () => {
        const rows = pops.list();
        const before = signedNow();
        if (textOf(before?.pops ?? []) === textOf(rows)) return;
        // Wall time, as in heartbeats: a folder restored from a backup signs above what it signed after the backup was made.
        const serial = Math.max((before?.serial ?? 0) + 1, clock.wallMs());
        await keepRegistry(store, secretKey.publicKey, signRegistry({ serial, pops: rows }, secretKey));
        log.info("The registry of POPs was signed.", { serial, pops: rows.length });
        options.onSigned();
      }),
  };
}

/** One text for the same POPs, in whatever order they and their pages stand. */
function textOf(pops: readonly PopEntry[]): string {
  const texts = pops.map(({ key, name, pages, drained, revoked, joinedMs }) =>
    JSON.stringify([key, name, pages.toSorted(), drained, revoked, joinedMs]),
  );
  return texts.sort().join("\n");
}
