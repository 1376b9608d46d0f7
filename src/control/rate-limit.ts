// How often one key may ask. In: who asks, the clock. Out: the headers of draft-ietf-httpapi-ratelimit-headers (and the older three, which more clients
// read), and whether it was too often. A bucket for each key: a flood by one takes nothing from another, and costs it no more than this look-up.
import type { Clock } from "../base/clock.ts";

const windowS = 60;

export interface Allowance {
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

interface Bucket {
  /** Requests that are left at `atMs`; fractions fill up to the next one. */
  left: number;
  atMs: number;
}

/** `perMinute` requests at once, and as many a minute from then on. 0: as often as anyone likes. */
export function createRateLimit(perMinute: number, clock: Clock): (asker: string) => Allowance {
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / (windowS * 1_000);
  return (asker) => {
    if (perMinute === 0) return { allowed: true, headers: {} };
    const nowMs = clock.monotonicMs();
    const bucket = buckets.get(asker) ?? { left: perMinute, atMs: nowMs };
    bucket.left = Math.min(perMinute, bucket.left + (nowMs - bucket.atMs) * perMs);
    bucket.atMs = nowMs;
    const allowed = bucket.left >= 1;
    if (allowed) bucket.left -= 1;
    // The least lately used first: by now a full bucket, like one that was never used.
    buckets.delete(asker);
    buckets.set(asker, bucket);
    for (const [other, { left, atMs }] of buckets) {
      if (left + (nowMs - atMs) * perMs < perMinute) break;
      buckets.delete(other);
    }
    const remaining = Math.floor(bucket.left);
    const fullS = Math.ceil((perMinute - bucket.left) / perMs / 1_000);
    const waitS = Math.max(1, Math.ceil((1 - bucket.left) / perMs / 1_000));
    return {
      allowed,
      headers: {
        "ratelimit-policy": `"key";q=${perMinute};w=${windowS}`,
        ratelimit: `"key";r=${remaining};t=${allowed ? fullS : waitS}`,
        "ratelimit-limit": String(perMinute),
        "ratelimit-remaining": String(remaining),
        "ratelimit-reset": String(allowed ? fullS : waitS),
        ...(allowed ? {} : { "retry-after": String(waitS) }),
      },
    };
  };
}
