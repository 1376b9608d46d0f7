// Hybrid logical clock: stamps that sort as time does and never repeat. In: a clock, a node name, stamps seen elsewhere.
// Out: stamps. Knows nothing of what is stamped; refusing stamps from the future is the caller's decision.
// Kulkarni, Demirbas et al.: Logical Physical Clocks (2014).
import type { Clock } from "../base/clock.ts";
import { assert } from "../base/fault.ts";

/** A source of stamps: 12 hex digits of wall ms, 4 of a counter, "-", 8 of the node. Fixed width: string order is time order. */
export interface Hlc {
  /** A stamp greater than every stamp given or observed before. */
  next(): string;
  /** Takes note of a stamp from elsewhere, so that the next one is greater. */
  observe(stamp: string): void;
}

const counterMax = 0xffff;
const stampShape = /^[0-9a-f]{16}-[0-9a-f]{8}$/;
const nodeShape = /^[0-9a-f]{8}$/;

/** Whether a text has the shape of a stamp. */
export function isStamp(text: string): boolean {
  return stampShape.test(text);
}

/** The wall time inside a stamp, ms since the epoch. */
export function stampMs(stamp: string): number {
  return Number.parseInt(stamp.slice(0, 12), 16);
}

function stampCounter(stamp: string): number {
  return Number.parseInt(stamp.slice(12, 16), 16);
}

/**
 * A clock for one node. `node` is 8 hex digits, its own among all nodes that stamp; `last` is the greatest stamp already
 * logged. When wall time stands still or goes back, the counter goes on from the greatest stamp known.
 */
export function createHlc(setup: {
  readonly clock: Clock;
  readonly node: string;
  readonly last?: string | undefined;
}): Hlc {
  assert(nodeShape.test(setup.node), `HLC: the node "${setup.node}" is not 8 hex digits.`);
  let ms = 0;
  let counter = 0;
  const observe = (stamp: string): void => {
    assert(isStamp(stamp), `HLC: "${stamp}" is not a stamp.`);
    const [seenMs, seenCounter] = [stampMs(stamp), stampCounter(stamp)];
    if (seenMs < ms || (seenMs === ms && seenCounter <= counter)) return;
    ms = seenMs;
    counter = seenCounter;
  };
  if (setup.last !== undefined) observe(setup.last);
  return {
    observe,
    next() {
      const wall = Math.max(0, Math.floor(setup.clock.wallMs()));
      if (wall > ms) {
        ms = wall;
        counter = 0;
      } else if (counter < counterMax) {
        counter++;
      } else {
        // A full counter borrows the next millisecond: order matters more than a millisecond of truth.
        ms++;
        counter = 0;
      }
      return `${ms.toString(16).padStart(12, "0")}${counter.toString(16).padStart(4, "0")}-${setup.node}`;
    },
  };
}
