// How long a sign-in must wait after failures. In: an account, an address, whether the browser is known. Out: milliseconds.
// Counted are one account from one address, and one address. Never an account alone: whoever knows an address of an owner could then lock him
// out. A browser that has signed in as the user is counted by itself, so that neither a neighbour behind the same address nor who guesses from
// elsewhere delays it. Lives in memory: a restart forgets, and nobody outside can cause one.
import { isIP } from "node:net";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";

export interface Attempt {
  /** The one form of the e-mail address that was typed. */
  readonly email: string;
  readonly address: string | null;
  /** What the browser keeps, where it has signed in as this user before. */
  readonly device: string | null;
  /** The user whose password was right and whose second factor is asked for. Only who has the password can delay it. */
  readonly second?: string;
}

export interface Charge {
  /** Nothing was found out: the attempt does not count. */
  undo(): void;
  /** Someone signed in: nothing counts that was counted of this account from here. */
  clear(): void;
  /** It is the failure with which delays begin. */
  readonly begins: boolean;
}

export interface SignInDelays {
  /** Counts an attempt as failed until it is refunded, or says how long (ms) it must wait: many at once are then no way around. */
  charge(attempt: Attempt): Charge | { readonly waitMs: number };
}

interface Count {
  failures: number;
  lastMs: number;
}

export function createSignInDelays(clock: Clock): SignInDelays {
  const counts = new Map<string, Count>();
  const countOf = (key: string, nowMs: number): Count => {
    const held = counts.get(key);
    const fresh = held === undefined || nowMs - held.lastMs >= limits.signInForgetMs;
    return fresh ? { failures: 0, lastMs: nowMs } : held;
  };
  const keep = (key: string, count: Count): void => {
    counts.delete(key);
    counts.set(key, count);
    for (const [oldest] of counts) {
      if (counts.size <= limits.signInRememberedMax) break;
      counts.delete(oldest);
    }
  };
  const take = (key: string): void => {
    const count = counts.get(key);
    if (count !== undefined) count.failures = Math.max(0, count.failures - 1);
  };
  return {
    charge(attempt) {
      const nowMs = clock.monotonicMs();
      const counted = keysOf(attempt).map(({ key, free }) => ({ key, free, count: countOf(key, nowMs) }));
      const waitMs = Math.max(
        ...counted.map(({ free, count }) => count.lastMs + delayOf(count.failures - free) - nowMs),
      );
      if (waitMs > 0) return { waitMs };
      for (const { key, count } of counted) keep(key, { failures: count.failures + 1, lastMs: nowMs });
      return {
        begins: counted.some(({ free, count }) => count.failures + 1 === free),
        undo() {
          for (const { key } of counted) take(key);
        },
        clear() {
          for (const [at, { key }] of counted.entries()) {
            if (at === 0) counts.delete(key);
            else take(key);
          }
        },
      };
    },
  };
}

/** After so many failures beyond the free ones. */
function delayOf(beyond: number): number {
  return beyond < 0
    ? 0
    : Math.min(limits.signInDelayMsMax, limits.signInDelayMsMin * 2 ** Math.min(beyond, 30));
}

function keysOf({
  email,
  address,
  device,
  second,
}: Attempt): readonly { readonly key: string; readonly free: number }[] {
  if (device !== null) return [{ key: `device ${device} ${email}`, free: limits.signInFreePair }];
  const net = netOf(address);
  return [
    { key: `pair ${net} ${email}`, free: limits.signInFreePair },
    { key: `net ${net}`, free: limits.signInFreeAddress },
    ...(second === undefined ? [] : [{ key: `second ${second}`, free: limits.signInFreePair }]),
  ];
}

/** IPv4 as it is; of IPv6 the 64 bits that one household has (RFC 6177). */
export function netOf(address: string | null): string {
  if (address === null) return "unknown";
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => "0");
  const groups = [...front, ...middle, ...back].slice(0, 4);
  return `${groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
