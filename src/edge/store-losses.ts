// When the store of a POP is given up. In: how its processes ended. Out: a damaged store moved out of the way, once, while nobody has it open.
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Counter, Metrics } from "../base/metrics.ts";
import type { Child } from "../host/process.ts";
import { isStoreDeath, type Life } from "./child-life.ts";

export interface StoreLossesOptions {
  /** Moves the damaged store out of the way and gives its new place. No child runs. */
  moveStoreAside(): string;
  /** Children that may have it open. */
  running(): readonly Child[];
  isStopping(): boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface StoreLosses {
  /** Stores that were moved aside: the number of the one that lies there now. */
  current(): number;
  /** Hears of the end of a child, and ends all others where it means that the store is lost. */
  heed(life: Life): void;
  /** Resolves when nothing is being moved. */
  settled(): Promise<void>;
}

/** Counts damaged stores that were moved aside, by a parent or by a POP that is one process. */
export function asideCounter(metrics: Metrics): Counter {
  return metrics.counter("edge_stores_moved_aside_total", "Damaged stores that were moved aside.");
}

export function createStoreLosses(options: StoreLossesOptions): StoreLosses {
  const { clock, log } = options;
  const asides = asideCounter(options.metrics);
  let deathsMs: number[] = [];
  let store = 0;
  let moving: Promise<void> = Promise.resolve();

  /**
   * A store that says of itself that it is damaged is believed at once; a signal may have other causes, so it takes two. Whoever was born
   * with an earlier store speaks of that one, which is out of the way already.
   */
  function isLost(life: Life): boolean {
    if (!isStoreDeath(life) || life.store !== store) return false;
    const nowMs = clock.monotonicMs();
    deathsMs = deathsMs.filter((atMs) => nowMs - atMs <= limits.childDeathsWindowMs);
    deathsMs.push(nowMs);
    return life.fault !== null || deathsMs.length >= 2;
  }

  async function moveAside(): Promise<void> {
    // Two children may report the same damage at the same time; the second finds it mended.
    if (options.isStopping() || deathsMs.length === 0) return;
    const running = options.running();
    for (const child of running) child.kill("SIGKILL");
    await Promise.all(running.map(({ exited }) => exited));
    deathsMs = [];
    try {
      const place = options.moveStoreAside();
      store += 1;
      asides.add();
      log.error(`The store was damaged. It now lies at ${place}, and everything is fetched again.`);
    } catch (thrown) {
      log.error(`The store is damaged and cannot be moved aside: ${messageOf(thrown)}.`);
    }
  }

  return {
    current: () => store,
    heed(life) {
      if (isLost(life)) moving = moving.then(moveAside);
    },
    settled: () => moving,
  };
}
