// Who is a member, as the registries of a store say. In: registries of publishers that root still delegates to. Out: standing, pages, marks.
// Publishers speak for themselves: a POP that one of them lists is a member, whatever another one says of it.
import type { PublicKey } from "../snapshot/keys.ts";
import { acceptRegistry, namesPage, openRegistry } from "../snapshot/registry.ts";
import type { Trust } from "../snapshot/trust.ts";
import type { PopEntry } from "../snapshot/types.ts";
import { keepRegistry, registriesOf } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";

/** `revoked`: listed, and by nobody as one that may follow. `unknown`: listed nowhere. */
export type Standing = "member" | "revoked" | "unknown";

export interface Members {
  standing(key: PublicKey): Standing;
  /** The POP as it is listed, a member's entry before a revoked one; null for an unknown key. */
  entry(key: PublicKey): PopEntry | null;
  /** Does the POP of this key get this page? One that is listed nowhere gets all. */
  gets(key: PublicKey, page: string): boolean;
  /** Reads the registries again: the store or trust has changed. */
  reload(): void;
}

export interface MembersOptions {
  readonly store: SnapshotStore;
  readonly trust: Pick<Trust, "isPublisher">;
}

export function createMembers({ store, trust }: MembersOptions): Members {
  let listed: ReadonlyMap<PublicKey, readonly PopEntry[]> = new Map();
  const reload = (): void => {
    store.refresh();
    const found = new Map<PublicKey, PopEntry[]>();
    for (const bytes of registriesOf(store)) {
      const opened = openRegistry(bytes);
      if (!opened.ok || !trust.isPublisher(opened.value.key)) continue;
      for (const pop of opened.value.value.pops) found.set(pop.key, [...(found.get(pop.key) ?? []), pop]);
    }
    listed = found;
  };
  const liveOf = (key: PublicKey): readonly PopEntry[] =>
    listed.get(key)?.filter(({ revoked }) => !revoked) ?? [];
  reload();
  return {
    standing(key) {
      if (!listed.has(key)) return "unknown";
      return liveOf(key).length > 0 ? "member" : "revoked";
    },
    entry: (key) => liveOf(key)[0] ?? listed.get(key)?.[0] ?? null,
    gets: (key, page) => !listed.has(key) || liveOf(key).some(({ pages }) => namesPage(pages, page)),
    reload,
  };
}

/** What became of a registry that came from elsewhere: `kept` is in the store, the others change nothing. */
export type RegistryTaken =
  | { readonly kind: "kept" | "known" }
  | { readonly kind: "refused"; readonly reason: string };

/** Judges a registry of anyone and keeps it where it holds and is newer. Throws Faults of the store. */
export async function takeRegistry(
  { store, trust }: MembersOptions,
  bytes: Uint8Array,
): Promise<RegistryTaken> {
  store.refresh();
  const accepted = acceptRegistry(trust, (key) => store.document("registry", key), bytes);
  if (accepted.outcome === "refused") return { kind: "refused", reason: accepted.reason };
  if (accepted.outcome !== "accepted") return { kind: "known" };
  await keepRegistry(store, accepted.key, bytes);
  store.refresh();
  return { kind: "kept" };
}
