// Response rate limiting: nobody can have us send much to an address that they only pretend to have. In: an address, a kind of answer, its bytes. Out:
// whether it is sent, cut to almost nothing ("slip", by which a real asker comes back over TCP), or dropped.
//
// Two measures for each network (/24, /56): answers of one kind a second, as others do; and bytes, slipped ones with all others. For each byte that a
// network sends it has one and a half, and beyond that a free allowance, by which ordinary questions of a busy resolver are answered whole: three
// addresses are twice as long as the question for them. So over any time t what goes out is at most 1.5 of what came in and `free * (t + 2 s)`, at
// any rate and however many names are asked for. Who has asked for more than that over UDP is told to come by TCP.
// Tables have a fixed size. Who shares a row with another (places are by a hash with a secret) shares its allowance, which costs a retry over TCP.
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";

export type Fate = "send" | "slip" | "drop";

export interface RateLimit {
  /** `kind` is the same number for answers that say the same; a slipped answer is as long as the question, or `bytesSlipped`. */
  fate(address: Uint8Array, kind: number, bytesIn: number, bytesOut: number, bytesSlipped?: number): Fate;
}

export interface RateLimitOptions {
  /** Answers of one kind a second for a network. */
  readonly perSecond: number;
  readonly nowMs: () => number;
  readonly random: Random;
}

const rows = limits.dnsRateRows;

/** Bytes that a network may be sent in so many seconds beyond 1.5 of what it sent. */
export function freeBytes(perSecond: number, seconds: number): number {
  return perSecond * limits.dnsRateFreeBytes * (seconds + limits.dnsRateBurstS);
}

export function createRateLimit({ perSecond, nowMs, random }: RateLimitOptions): RateLimit {
  const seed = random.below(2 ** 32) | 0;
  const kinds = createBuckets(perSecond, perSecond);
  const bytes = createBuckets(perSecond * limits.dnsRateFreeBytes, freeBytes(perSecond, 0));
  /** Answers held back: each `dnsRateSlip`th of them is a short one. */
  let held = random.below(limits.dnsRateSlip);
  return {
    fate(address, kind, bytesIn, bytesOut, bytesSlipped = bytesIn) {
      const now = nowMs();
      const network = networkHash(address, seed);
      const row = bytes.row(network, now);
      bytes.add(row, bytesIn * limits.dnsRateBytesRatio);
      const kindRow = kinds.row(mixed(network, kind), now);
      const isOften = kinds.left(kindRow) < 1;
      if (!isOften && bytes.left(row) >= bytesOut) {
        kinds.add(kindRow, -1);
        bytes.add(row, -bytesOut);
        return "send";
      }
      held = (held + 1) % limits.dnsRateSlip;
      if (bytes.left(row) < bytesSlipped || !(held === 0 || (!isOften && maySlip(network, now))))
        return "drop";
      bytes.add(row, -bytesSlipped);
      return "slip";
    },
  };

  /** An answer that is only too long is not lost by the toss: who asks for it comes back at once, at an ordinary rate. */
  function maySlip(network: number, now: number): boolean {
    const row = kinds.row(mixed(network, slips), now);
    if (kinds.left(row) < 1) return false;
    kinds.add(row, -1);
    return true;
  }
}

/** A kind of its own, which no answer has but by chance. */
const slips = 0x736c6970;

/** /24 of IPv4, /56 of IPv6: what one household or machine may have many addresses in. */
function networkHash(address: Uint8Array, seed: number): number {
  const octets = address.length === 4 ? 3 : 7;
  let hash = seed ^ octets;
  for (let at = 0; at < octets; at++) hash = mixed(hash, address[at] as number);
  return hash;
}

/** A step of MurmurHash3 (Appleby, public domain). */
export function mixed(hash: number, value: number): number {
  let key = Math.imul(value, 0xcc9e2d51);
  key = Math.imul((key << 15) | (key >>> 17), 0x1b873593);
  const next = hash ^ key;
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}

interface Buckets {
  /** The row of this hash, filled up to now; of one that was not seen lately, full. */
  row(hash: number, nowMs: number): number;
  left(row: number): number;
  add(row: number, amount: number): void;
}

/** Token buckets in rows that are found by hash: four places each, of which the one that was used least lately gives way. */
function createBuckets(perSecond: number, most: number): Buckets {
  const tags = new Int32Array(rows);
  const levels = new Float64Array(rows).fill(most);
  const lastMs = new Float64Array(rows).fill(Number.NEGATIVE_INFINITY);
  return {
    row(hash, nowMs) {
      const first = (hash >>> 0) % (rows - 3);
      let place = first;
      for (let row = first; row < first + 4; row++) {
        if (tags[row] === hash) {
          place = row;
          break;
        }
        if ((lastMs[row] as number) < (lastMs[place] as number)) place = row;
      }
      if (tags[place] !== hash) {
        tags[place] = hash;
        levels[place] = most;
      } else {
        const passedMs = nowMs - (lastMs[place] as number);
        levels[place] = Math.min(most, (levels[place] as number) + (passedMs * perSecond) / 1_000);
      }
      lastMs[place] = nowMs;
      return place;
    },
    left: (row) => levels[row] as number,
    add(row, amount) {
      (levels[row] as number) += amount;
    },
  };
}
