// What belongs to the install and to no page: POPs, kept generations, keys, the trail of what was done. In: parts of other folders, handed in by
// the command that starts them. Out: one value that the rows of the own API read and write by.
import type { PeopleDesk } from "../people/desk.ts";
import type { PopEntry } from "../snapshot/types.ts";
import type { Audit } from "../store/audit.ts";
import type { Ledger } from "../store/ledger.ts";
import type { Tokens } from "../store/tokens.ts";

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

export interface PopDesk {
  list(): Promise<readonly PopSeen[]>;
  /** Marks the POP of this key. Throws Fault `not-found`. */
  mark(key: string, marks: { readonly drained?: boolean; readonly revoked?: true }): Promise<unknown>;
}

/** A generation that is still held. */
export interface KeptGeneration {
  readonly generation: number;
  readonly epoch: number;
  readonly createdMs: number;
  readonly manifest: string;
}

export interface GenerationDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** What travels to a POP that holds the older one. */
  readonly bytes: number;
}

export interface MadeGeneration {
  readonly generation: number;
  readonly changed: boolean;
}

/** Generations of pages. Throws Faults: `not-found`, `usage`, `document-refused`. */
export interface GenerationDesk {
  /** Oldest first, and to which one the page is pinned. */
  list(page: string): { readonly kept: readonly KeptGeneration[]; readonly pinnedTo: number | null };
  diff(page: string, from: number, to: number): GenerationDiff;
  rollback(page: string, to: number): Promise<MadeGeneration>;
  release(page: string): Promise<MadeGeneration>;
}

export interface Install {
  readonly pops: PopDesk;
  readonly generations: GenerationDesk;
  readonly tokens: Tokens;
  readonly people: PeopleDesk;
  readonly audit: Audit;
  readonly log: Pick<Ledger, "opsAfter" | "position">;
}
