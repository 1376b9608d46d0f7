// How long to wait before the next try. In: the count of failures in a row, randomness. Out: ms.
import type { Random } from "./random.ts";

/**
 * Full jitter over an exponentially growing window: uniform in [min, min(max, min * 2^failures)].
 * (Brooker, "Exponential Backoff and Jitter", 2015: it spreads a herd better than equal jitter.)
 */
export function backoffMs(failures: number, minMs: number, maxMs: number, random: Random): number {
  const windowMs = Math.min(maxMs, minMs * 2 ** Math.min(failures, 30));
  return minMs + random.fraction() * Math.max(0, windowMs - minMs);
}
