// What commands ask of a control plane about its POPs. In: a data folder. Out: tokens, the list, marks: of the running control plane through its
// socket, or, where none runs, of the folder's rows, which the control plane signs when it starts.
import { Fault } from "../base/fault.ts";
import type { LocalOperations } from "../control/local.ts";
import type { PopEntry } from "../snapshot/types.ts";
import { createPops, type PopGrant, type Pops } from "../store/pops.ts";
import type { Lag } from "../sync/members-lag.ts";
import { type ReachOptions, withHolder } from "./control-plane.ts";

/** A POP as it is listed, and what it said last; null where it was never heard, or nobody runs who would have heard it. */
export interface PopState extends PopEntry {
  readonly said: {
    readonly level: 0 | 1;
    /** Thousandths of its processors. */
    readonly load: number;
    readonly pagesHeld: number;
    readonly ageMs: number;
    readonly lag: Lag | null;
  } | null;
}

export type PopMarks = Parameters<Pops["mark"]>[1];

export interface PopPlane {
  addToken(grant: PopGrant): Promise<{ readonly token: string; readonly expiresMs: number }>;
  list(): Promise<readonly PopState[]>;
  /** Marks the POP of this name or key. `signed` is false where the registry is signed only when the control plane starts. */
  mark(named: string, marks: PopMarks): Promise<{ readonly pop: PopEntry; readonly signed: boolean }>;
}

export interface PopPlaneParts {
  readonly pops: Pops;
  stateOf(pop: PopEntry): PopState;
  /** Signs what changed; null where this process has no key. */
  readonly onChanged: (() => Promise<void>) | null;
}

export function popPlaneOf({ pops, stateOf, onChanged }: PopPlaneParts): PopPlane {
  return {
    addToken: (grant) => pops.addToken(grant),
    list: async () => pops.list().map(stateOf),
    async mark(named, marks) {
      const found = popNamed(pops.list(), named);
      const pop = (await pops.mark(found.key, marks)) ?? found;
      await onChanged?.();
      return { pop, signed: onChanged !== null };
    },
  };
}

/** What the running control plane answers of it. */
export function popOperations(plane: PopPlane): LocalOperations {
  return {
    popToken: ([grant]) => plane.addToken(grant as PopGrant),
    popList: () => plane.list(),
    popMark: ([named, marks]) => plane.mark(named as string, marks as PopMarks),
  };
}

/** Runs `use` with whoever knows the POPs of the folder. */
export function withPopPlane<Value>(
  options: ReachOptions,
  use: (plane: PopPlane) => Promise<Value>,
): Promise<Value> {
  return withHolder(options, {
    running: (call) =>
      use({
        addToken: (grant) => call("popToken", grant),
        list: () => call("popList"),
        mark: (named, marks) => call("popMark", named, marks),
      }),
    alone: ({ store }) => {
      const pops = createPops(store, options.random);
      return use(popPlaneOf({ pops, stateOf: (pop) => ({ ...pop, said: null }), onChanged: null }));
    },
  });
}

/** Names are unique among POPs that are not revoked; a key is unique among all. */
function popNamed(pops: readonly PopEntry[], named: string): PopEntry {
  const found =
    pops.find(({ key }) => key === named) ??
    pops.find(({ name, revoked }) => name === named && !revoked) ??
    pops.find(({ name }) => name === named);
  if (found !== undefined) return found;
  const live = pops.filter(({ revoked }) => !revoked).map(({ name }) => name);
  throw new Fault(
    "not-found",
    `No POP is named ${named}, and none has this key.`,
    live.length === 0 ? "None has joined yet: see pharos pop token." : `Give one of ${live.join(", ")}.`,
  );
}
