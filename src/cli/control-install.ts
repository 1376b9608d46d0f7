// What the own API reaches of the control plane beside its pages. In: the parts as they run. Out: one value (`control/install.ts`).
import type { Install, PopDesk } from "../control/install.ts";
import type { PeopleDesk } from "../people/desk.ts";
import type { ByHand } from "../publish/by-hand.ts";
import { pinIn } from "../publish/pin.ts";
import { auditOf } from "../store/audit.ts";
import type { Ledger } from "../store/ledger.ts";
import type { Store } from "../store/open.ts";
import type { Tokens } from "../store/tokens.ts";
import { compared } from "./snapshot-diff.ts";
import { keptOf } from "./snapshot-read.ts";

export interface InstallParts {
  readonly store: Store;
  readonly ledger: Pick<Ledger, "opsAfter" | "position">;
  readonly tokens: Tokens;
  readonly pops: PopDesk;
  readonly people: PeopleDesk;
  readonly byHand: Pick<ByHand, "rollback" | "release">;
}

export function installOf({ store, ledger, tokens, pops, people, byHand }: InstallParts): Install {
  return {
    pops,
    people,
    tokens,
    log: ledger,
    audit: auditOf(store),
    generations: {
      list(page) {
        store.refresh();
        const kept = keptOf(store, page).map(({ manifest, digest }) => ({
          generation: manifest.generation,
          epoch: manifest.epoch,
          createdMs: manifest.createdMs,
          manifest: digest,
        }));
        return { kept, pinnedTo: pinIn(store.snapshots.notes(page))?.to ?? null };
      },
      diff(page, from, to) {
        store.refresh();
        const { added, removed, changed, bytes } = compared(store, page, from, to);
        return { added, removed, changed, bytes: bytes.manifest + bytes.parts + bytes.bodies };
      },
      rollback: (page, to) => byHand.rollback(page, to),
      release: (page) => byHand.release(page),
    },
  };
}
