// Who may ask a feed. In: a request's headers, then its frames and the digest of its body. Out: yes, or the status of the refusal.
// Whoever names a listed key must prove that it holds it, in both modes: else anyone could ack, and be counted, as another POP.
import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import type { Members } from "./members.ts";
import { type Claim, challengeText, holds, nonceBytes, readClaim } from "./members-proof.ts";

/** `open`: whoever reaches the feed may follow, for what it sends any visitor may read. `members`: listed POPs alone. Revoked ones never. */
export type FeedAccess = "open" | "members";

export interface GateOptions {
  readonly members: Members;
  readonly access: FeedAccess;
  readonly random: Random;
}

/** What a feed asks of who it speaks to. */
export interface Gate {
  /** Before the body is read. */
  greet(headers: Headers): Greeting;
  /** Once the body is read: may the POP that calls itself `key` ask this? `challenge` is what to answer it with, where it has to prove it. */
  judge(claim: Claim | null, key: PublicKey, path: string, digest: Uint8Array): Judgement;
  /** May a session of this key go on? */
  allows(key: PublicKey): boolean;
  /** Does the POP of this key get this page? */
  gets(key: PublicKey, page: string): boolean;
  /** The registries may have changed. */
  reload(): void;
}

/** Why a request is turned away. */
export type TurnedAway =
  | { readonly kind: "not-allowed" }
  | { readonly kind: "unproven"; readonly challenge: string };
export type Judgement = { readonly kind: "allowed" } | TurnedAway;
export type Greeting = { readonly kind: "go-on"; readonly claim: Claim | null } | TurnedAway;

export function createGate({ members, access, random }: GateOptions): Gate {
  const nonce = Buffer.from(random.bytes(nonceBytes)).toString("base64url");
  const counts = createCounts();
  const unproven = (key: PublicKey): TurnedAway => ({
    kind: "unproven",
    challenge: challengeText({ nonce, count: counts.highest(key) }),
  });
  const isStale = (claim: Claim): boolean => claim.nonce !== nonce || !counts.isFresh(claim.key, claim.count);
  const allows = (key: PublicKey): boolean => {
    const standing = members.standing(key);
    return standing === "member" || (standing === "unknown" && access === "open");
  };
  return {
    greet(headers) {
      const claim = readClaim(headers.get("authorization"));
      if (claim === null) return { kind: "go-on", claim };
      if (!allows(claim.key)) return { kind: "not-allowed" };
      // An unknown key proves nothing that anyone would ask for: it is let in as one without a key.
      if (members.standing(claim.key) === "unknown") return { kind: "go-on", claim: null };
      return isStale(claim) ? unproven(claim.key) : { kind: "go-on", claim };
    },
    judge(claim, key, path, digest) {
      if (!allows(key)) return { kind: "not-allowed" };
      if (members.standing(key) === "unknown") return { kind: "allowed" };
      // Asked again here: while the body was read, the same proof may have been used.
      if (claim === null || claim.key !== key || isStale(claim)) return unproven(key);
      if (!holds(claim, path, digest)) return { kind: "not-allowed" };
      counts.use(key, claim.count);
      return { kind: "allowed" };
    },
    allows,
    gets: members.gets,
    reload: members.reload,
  };
}

/** The gate of a feed without a registry: all come in. */
export const openGate: Gate = {
  greet: () => ({ kind: "go-on", claim: null }),
  judge: () => ({ kind: "allowed" }),
  allows: () => true,
  gets: () => true,
  reload: () => {},
};

interface Counts {
  highest(key: PublicKey): number;
  isFresh(key: PublicKey, count: number): boolean;
  use(key: PublicKey, count: number): void;
}

/** Counts that were used, by key. Only proven keys of the registry come in here, so there are few. */
function createCounts(): Counts {
  const used = new Map<PublicKey, { highest: number; recent: Set<number> }>();
  return {
    highest: (key) => used.get(key)?.highest ?? 0,
    isFresh(key, count) {
      const seen = used.get(key);
      return seen === undefined
        ? count > 0
        : count > seen.highest - limits.proofsInFlightMax && !seen.recent.has(count);
    },
    use(key, count) {
      const seen = used.get(key) ?? { highest: 0, recent: new Set() };
      used.set(key, seen);
      seen.highest = Math.max(seen.highest, count);
      seen.recent.add(count);
      for (const one of seen.recent)
        if (one <= seen.highest - limits.proofsInFlightMax) seen.recent.delete(one);
    },
  };
}
