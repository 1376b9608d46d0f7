// What screens reach of the control plane. In: its parts, handed in by the command that started them. Out: one value that screens read and write by.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { ByHand } from "../publish/by-hand.ts";
import type { PopEntry } from "../snapshot/types.ts";
import type { Audit } from "../store/audit.ts";
import type { Ledger } from "../store/ledger.ts";
import type { SeriesStore } from "../store/series.ts";
import type { Tokens } from "../store/tokens.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { Previews } from "./previews.ts";

/** A POP as it is listed, and what it said last; null where it was never heard. */
export interface PopSeen extends PopEntry {
  readonly said: {
    readonly level: 0 | 1;
    /** Thousandths of its processors. */
    readonly load: number;
    readonly pagesHeld: number;
    readonly ageMs: number;
    readonly lag: { readonly generations: number; readonly ms: number } | null;
  } | null;
}

export interface PopPlace {
  list(): Promise<readonly PopSeen[]>;
  addToken(grant: {
    readonly name: string | null;
    readonly pages: readonly string[];
  }): Promise<{ readonly token: string; readonly expiresMs: number }>;
  mark(key: string, marks: { readonly drained?: boolean; readonly revoked?: true }): Promise<unknown>;
}

export interface Places {
  readonly ledger: Pick<Ledger, "pages" | "view" | "submit" | "preview" | "opsAfter" | "position">;
  readonly tokens: Tokens;
  readonly series: SeriesStore;
  readonly pops: PopPlace;
  readonly snapshots: SnapshotStore;
  readonly byHand: Pick<ByHand, "rollback" | "release">;
  /** To how many an update goes: those of the page, or those that this incident touches. */
  subscriberCount(page: string, componentIds: readonly string[] | null): number;
  readonly previews: Previews;
  /** What befell people and keys. */
  readonly audit: Pick<Audit, "newestFirst">;
  /** What the person of this id is called; null where there is none. */
  personName(id: string): string | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
