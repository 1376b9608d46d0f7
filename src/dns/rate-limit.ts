// Response rate limiting: nobody can have us send much to an address that they only pretend to have. In: an address, a kind of answer, its bytes. Out:
// whether it is sent, cut to almost nothing ("slip", by which a real asker comes back over TCP), or dropped.
//
// Two measures for each network (/24, /56): answers of one kind a second, as others do; and bytes. A network has `freeBytes` a second, and beyond it
// as many bytes as it sends. So whoever floods in another's name gets back about what he sent, however many names he asks for.
// Tables have a fixed size. Who shares a row with another (places are by a hash with a secret) shares its allowance, which costs a retry over TCP.
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";

export type Fate = "send" | "slip" | "drop";

export interface RateLimit {
  /** `kind` is the same number for answers that say the same. */
  fate(address: Uint8Array, kind: number, bytesIn: number, bytesOut: number): Fate;
}

export interface RateLimitOptions {
  /** Answers of one kind a second for a network. */
  readonly perSecond: number;
  readonly nowMs: () => number;
  readonly random: Random;
}

const rows = limits.dnsRateRows;

export function createRateLimit({ perSecond, nowMs, random }: RateLimitOptions): RateLimit {
  const seed = random.below(2 ** 32) | 0;
  const kinds = createBuckets(perSecond, perSecond);
  const freeBytes = perSecond * limits.dnsRateBytesAnAnswer;
  const bytes = createBuckets(freeBytes, freeBytes);
  /** Answers held back: each `dnsRateSlip`th of them is a short one. */
  let held = random.below(limits.dnsRateSlip);
  return {
    fate(address, kind, bytesIn, bytesOut) {
      const now = nowMs();
      const network = networkHash(address, seed);
      const row = bytes.row(network, now);
      bytes.add(row, bytesIn);
      const kindRow = kinds.row(mixed(network, kind), now);
      if (kinds.left(kindRow) >= 1 && bytes.left(row) >= bytesOut) {
        kinds.add(kindRow, -1);
        bytes.add(row, -bytesOut);
        return "send";
      }
      held = (held + 1) % limits.dnsRateSlip;
      return held === 0 ? "slip" : "drop";
    },
  };
}

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
