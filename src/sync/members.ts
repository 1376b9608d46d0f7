// Who is a member, as the registries of a store say. In: registries of publishers that root still delegates to. Out: standing, pages, marks.
// Publishers speak for themselves: a POP that one of them lists is a member, whatever another one says of it, and of a page only those
// have a say that may publish it. The last word of a publisher of all pages ends what was said before it.
import type { PublicKey } from "../snapshot/keys.ts";
import { everything } from "../snapshot/names.ts";
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
  /** The POP of this name: one that is not revoked before one that is; null where none is listed. */
  named(name: string): PopEntry | null;
  /** Does the POP of this key get this page? Yes where no registry that has a say of the page lists it as one that may follow. */
  gets(key: PublicKey, page: string): boolean;
  /** Reads the registries again: the store or trust has changed. */
  reload(): void;
}

export interface MembersOptions {
  readonly store: SnapshotStore;
  readonly trust: Pick<Trust, "isPublisher" | "mayPublish">;
}

/** One publisher's word on one POP. */
interface Word {
  readonly publisher: PublicKey;
  readonly serial: number;
  readonly pop: PopEntry;
}

export function createMembers({ store, trust }: MembersOptions): Members {
  let listed: ReadonlyMap<PublicKey, readonly Word[]> = new Map();
  const reload = (): void => {
    store.refresh();
    const found = new Map<PublicKey, Word[]>();
    for (const bytes of registriesOf(store)) {
      const opened = openRegistry(bytes);
      if (!opened.ok || !trust.isPublisher(opened.value.key)) continue;
      const { key: publisher, value } = opened.value;
      const { serial } = value;
      for (const pop of value.pops)
        found.set(pop.key, [...(found.get(pop.key) ?? []), { publisher, serial, pop }]);
    }
    listed = found;
  };
  const live = (words: readonly Word[]): readonly Word[] => words.filter(({ pop }) => !pop.revoked);
  /** What a publisher of all pages said last is the end of what was said before it: else a key that was replaced, and not yet revoked, would keep in what its successor revokes. */
  const wordsOf = (key: PublicKey): readonly Word[] => {
    const words = listed.get(key) ?? [];
    const ofAll = words.filter(({ publisher }) => trust.mayPublish(publisher, everything));
    const last = Math.max(0, ...ofAll.map(({ serial }) => serial));
    return words.filter(({ serial }) => serial >= last);
  };
  const entry = (key: PublicKey): PopEntry | null => (live(wordsOf(key))[0] ?? wordsOf(key)[0])?.pop ?? null;
  reload();
  return {
    standing(key) {
      const words = wordsOf(key);
      if (words.length === 0) return "unknown";
      return live(words).length > 0 ? "member" : "revoked";
    },
    entry,
    named(name) {
      const found = [...listed.keys()].map(entry).filter((pop) => pop?.name === name);
      return found.find((pop) => pop?.revoked === false) ?? found[0] ?? null;
    },
    gets(key, page) {
      const words = live(wordsOf(key)).filter(({ publisher }) => trust.mayPublish(publisher, page));
      return words.length === 0 || words.some(({ pop }) => namesPage(pop.pages, page));
    },
    reload,
  };
}

/** What became of a registry that came from elsewhere: `kept` is in the store, the others change nothing. */
export type RegistryTaken =
  | { readonly kind: "kept"; readonly key: PublicKey }
  | { readonly kind: "known" }
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
  return { kind: "kept", key: accepted.key };
}
