// What accounts and who posts to them say to each other. In: nothing. Out: types, and how a text is cut.
import type { Posting } from "./posting.ts";
import type { Outcome } from "./types.ts";

export interface SocialPost {
  readonly text: string;
  /** The same at each attempt: a server that knows it posts once. */
  readonly key: string;
  /** When it is said (ms since the epoch). */
  readonly atMs: number;
  /** Two letters, as `en`; null: that of the account. */
  readonly language: string | null;
}

export interface Account {
  /** As its operator calls it: service and place. */
  readonly name: string;
  /** How long a post of it may be. */
  readonly graphemesMax: number;
  /** Never rejects. */
  publish(post: SocialPost, signal: AbortSignal): Promise<Outcome>;
}

export interface SocialService {
  readonly name: string;
  /** What stands behind its name in a setting. */
  readonly place: string;
  /** Null where `place` names no account of it. */
  open(place: string, token: string, posting: Posting): Account | null;
}

/** At most so many graphemes, which is how these services count. */
export function cutPost(text: string, graphemesMax: number): string {
  const graphemes = Array.from(new Intl.Segmenter("en").segment(text), ({ segment }) => segment);
  return graphemes.length <= graphemesMax
    ? text
    : `${graphemes
        .slice(0, graphemesMax - 1)
        .join("")
        .trimEnd()}…`;
}
