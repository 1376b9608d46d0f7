// Addresses of a page as one visitor knows them. In: what the resolver said, time (ms). Out: the order in which to try them; when to ask again.
// A visitor keeps an answer for as long as it says, and no longer; a name that cannot be asked for is asked again at the next visit, and meanwhile
// what was known is used, as resolvers do (RFC 8767).

export interface Answer {
  readonly addresses: readonly string[];
  readonly ttlMs: number;
}

export interface Known {
  readonly addresses: readonly string[];
  readonly untilMs: number;
}

export const unknown: Known = { addresses: [], untilMs: 0 };

/** Whether the resolver is to be asked before this visit. */
export const isOver = (known: Known, nowMs: number): boolean => nowMs >= known.untilMs;

/** What is known after an answer; null is none. */
export function learned(known: Known, answer: Answer | null, nowMs: number): Known {
  if (answer === null || answer.addresses.length === 0) return known;
  return { addresses: answer.addresses, untilMs: nowMs + answer.ttlMs };
}

/** Tries in order, beginning at one of chance where the answer says nothing of nearness. */
export function order(addresses: readonly string[], fraction: number): readonly string[] {
  const first = Math.floor(fraction * addresses.length);
  return [...addresses.slice(first), ...addresses.slice(0, first)];
}
