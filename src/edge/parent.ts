// The parent of a POP's processes. In: how to start a child, when children end. Out: one syncer and N workers that run, whatever kills them.
// It opens no store and answers no request: what it does not touch cannot take it down.
import { backoffMs } from "../base/backoff.ts";
import { type Clock, every, pause, type Timer } from "../base/clock.ts";
import { type Fault, type FaultCode, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Counter, Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Child } from "../host/process.ts";
import {
  endedEarly,
  failuresAtStartMax,
  isStoreDeath,
  type Life,
  type Living,
  lifeOfNone,
  newSlot,
  type Slot,
} from "./child-life.ts";
import { type ChildSays, childSays, faultOf, type ParentSays, toLine } from "./wire.ts";

export interface ParentOptions {
  /** At least 1. */
  readonly workers: number;
  /** Starts the child of this name: `syncer`, `worker-1`, … */
  spawn(name: string, onLine: (line: string) => void): Child;
  /** Moves the damaged store out of the way and gives its new place. No child runs. */
  moveStoreAside(): string;
  /** True when there is a store that workers can serve from, also while no syncer can write it. */
  hasStore(): boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Parent {
  /** Resolves when all children do their work. Rejects with the Fault of one that cannot, after ending the others. */
  start(): Promise<void>;
  /**
   * Replaces the workers one by one: each leaves once its successor does its work, and the next one's turn comes when it has left. A
   * successor that cannot work is said, and all that are left stay. Never rejects.
   */
  restart(): Promise<void>;
  /** Dismisses the children and resolves when all have ended. */
  stop(): Promise<void>;
}

/** Faults that no restart mends: at the first start the command says them and ends. */
const fatalCodes: ReadonlySet<FaultCode> = new Set<FaultCode>([
  "usage",
  "key-unreadable",
  "document-refused",
  "port-taken",
  "address-refused",
  "folder-locked",
  "folder-unusable",
  "store-format",
  "disk-full",
]);

/** Counts damaged stores that were moved aside, by a parent or by a POP that is one process. */
export function asideCounter(metrics: Metrics): Counter {
  return metrics.counter("edge_stores_moved_aside_total", "Damaged stores that were moved aside.");
}

export function createParent(options: ParentOptions): Parent {
  return new RunningParent(options);
}

class RunningParent implements Parent {
  readonly #options: ParentOptions;
  readonly #syncer = newSlot("syncer");
  readonly #workers: readonly Slot[];
  readonly #restarts: Counter;
  readonly #asides: Counter;
  readonly #replacements: Counter;
  readonly #stopped = Promise.withResolvers<void>();
  readonly #loops: Promise<void>[] = [];
  #storeDeathsMs: number[] = [];
  /** Stores that were moved aside: the number of the one that lies there now. */
  #store = 0;
  #movingAside: Promise<void> = Promise.resolve();
  #restarting: Promise<void> = Promise.resolve();
  #started = false;
  #stopping = false;
  #reporting: Timer | null = null;

  constructor(options: ParentOptions) {
    const { metrics, workers } = options;
    this.#options = options;
    this.#workers = Array.from({ length: workers }, (_none, at) => newSlot(`worker-${at + 1}`));
    this.#restarts = metrics.counter(
      "edge_restarts_total",
      "Children that ended and were started again.",
      "child",
    );
    this.#asides = asideCounter(metrics);
    this.#replacements = metrics.counter(
      "edge_workers_replaced_total",
      "Workers that left after another one had begun to work in their place.",
    );
  }

  async start(): Promise<void> {
    const { clock, metrics } = this.#options;
    this.#reporting = every(clock, limits.workerMetricsMs, () =>
      this.#tellSyncer({ says: "worker-metrics", worker: "parent", text: metrics.text() }),
    );
    try {
      for (const slots of this.#order()) {
        this.#loops.push(...slots.map((slot) => this.#supervise(slot)));
        await Promise.all(slots.map(({ first }) => first.promise));
      }
      this.#started = true;
    } catch (thrown) {
      await this.stop();
      throw thrown;
    }
  }

  /** The syncer makes the store, so it comes first; where there is one, visitors need not wait for who writes it. */
  #order(): readonly (readonly Slot[])[] {
    return this.#options.hasStore() ? [[this.#syncer, ...this.#workers]] : [[this.#syncer], this.#workers];
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopped.resolve();
    this.#reporting?.cancel();
    for (const child of this.#running()) child.dismiss();
    const killing = this.#options.clock.after(limits.stopGraceMs, () => {
      for (const child of this.#running()) child.kill("SIGKILL");
    });
    await Promise.all([...this.#loops, this.#restarting]);
    killing.cancel();
  }

  #running(): readonly Child[] {
    return [this.#syncer, ...this.#workers].flatMap(({ child, successor }) =>
      [child, successor?.child].filter((one) => one != null),
    );
  }

  #tellSyncer(message: ParentSays): void {
    this.#syncer.child?.send(toLine(message));
  }

  /** Keeps one child alive for as long as the POP runs. */
  async #supervise(slot: Slot): Promise<void> {
    const { clock, random } = this.#options;
    while (!this.#stopping) {
      const life = await this.#live(slot).catch(lifeOfNone);
      if (this.#stopping) return;
      if (slot.successor !== null) continue;
      const worked = life.ready && life.livedMs > limits.childDeathsWindowMs;
      slot.failures = worked ? 0 : slot.failures + 1;
      if (this.#started || !this.#endsStart(slot, life)) this.#say(slot, life);
      if (isStoreDeath(life) && this.#isStoreLost(life)) {
        this.#movingAside = this.#movingAside.then(() => this.#moveAside());
      }
      this.#restarts.add(1, slot.name);
      const delayMs = backoffMs(slot.failures - 1, limits.restartMsMin, limits.restartMsMax, random);
      await Promise.race([pause(clock, delayMs), this.#stopped.promise]);
      await this.#movingAside;
    }
  }

  async #live(slot: Slot): Promise<Life> {
    const living = slot.successor ?? this.#begin(slot);
    slot.successor = null;
    slot.child = living.child;
    const life = await living.life;
    slot.child = null;
    return life;
  }

  #begin(slot: Slot): Living {
    const { clock, log, spawn } = this.#options;
    const bornMs = clock.monotonicMs();
    const store = this.#store;
    const works = Promise.withResolvers<boolean>();
    let ready = false;
    let fault: Fault | null = null;
    const child = spawn(slot.name, (line) => {
      const message = childSays(line);
      if (message?.says === "fault") fault = faultOf(message);
      if (message?.says === "ready") {
        ready = true;
        works.resolve(true);
      }
      if (message !== null) this.#hear(slot, message);
    });
    log.info("A process of this POP has started.", { name: slot.name, child: child.pid });
    const life = child.exited.then((exit) => {
      works.resolve(false);
      return { store, exit, ready, fault, livedMs: clock.monotonicMs() - bornMs };
    });
    return { child, ready: works.promise, life };
  }

  restart(): Promise<void> {
    this.#restarting = this.#restarting.then(() => this.#replaceAll());
    return this.#restarting;
  }

  async #replaceAll(): Promise<void> {
    const { log } = this.#options;
    if (!this.#started) return;
    log.info("The workers are replaced, one by one.");
    for (const slot of this.#workers) {
      if (this.#stopping) return;
      const failed = await this.#replace(slot).catch(lifeOfNone);
      if (failed !== null) {
        const { fault, exit } = failed;
        const why = fault === null ? `it ended (${exit.signal ?? `exit code ${exit.code}`}).` : fault.message;
        if (!this.#stopping)
          log.error(`Another ${slot.name} did not start, so the one before it stays: ${why}`);
        return;
      }
    }
    log.info("The workers were replaced.");
  }

  /** Null when it is done, else the end of the one that could not work. */
  async #replace(slot: Slot): Promise<Life | null> {
    const { clock } = this.#options;
    const before = slot.child;
    // It has ended and is started again, which is what was asked for.
    if (before === null) return null;
    const next = this.#begin(slot);
    slot.successor = next;
    const late = clock.after(limits.childReadyMsMax, () => next.child.kill("SIGKILL"));
    const works = await next.ready;
    late.cancel();
    if (!works) {
      if (slot.successor === next) slot.successor = null;
      return next.life;
    }
    before.send(toLine({ says: "leave" }));
    const killing = clock.after(limits.leaveMsMax + limits.stopGraceMs, () => before.kill("SIGKILL"));
    await before.exited;
    killing.cancel();
    this.#replacements.add();
    return null;
  }

  #hear(slot: Slot, message: ChildSays): void {
    switch (message.says) {
      case "ready":
        slot.said = "";
        slot.first.resolve();
        return;
      case "metrics":
        this.#tellSyncer({ says: "worker-metrics", worker: slot.name, text: message.text });
        return;
      case "damaged":
        this.#tellSyncer(message);
        return;
      case "fault":
        return;
    }
  }

  /** At the first start a fault that stays is the end; but a syncer that finds the disk full must not keep workers from serving. */
  #endsStart(slot: Slot, { fault, exit }: Life): boolean {
    if (slot === this.#syncer && fault?.code === "disk-full" && this.#options.hasStore()) {
      slot.first.resolve();
      return false;
    }
    const lasts = fault !== null && fatalCodes.has(fault.code);
    if (!lasts && slot.failures < failuresAtStartMax) return false;
    slot.first.reject(fault ?? endedEarly(slot.name, exit));
    return true;
  }

  #say(slot: Slot, { fault, exit }: Life): void {
    const { log } = this.#options;
    const sentence = fault === null ? "" : `${fault.message} ${fault.remedy}`;
    if (fault === null)
      log.warn("A process of this POP ended and is started again.", { name: slot.name, ...exit });
    else if (slot.said !== sentence) log.error(sentence, { name: slot.name });
    slot.said = sentence;
  }

  /**
   * A store that says of itself that it is damaged is believed at once; a signal may have other causes, so it takes two. Whoever was born
   * with an earlier store speaks of that one, which is out of the way already.
   */
  #isStoreLost({ fault, store }: Life): boolean {
    if (store !== this.#store) return false;
    const nowMs = this.#options.clock.monotonicMs();
    this.#storeDeathsMs = this.#storeDeathsMs.filter((atMs) => nowMs - atMs <= limits.childDeathsWindowMs);
    this.#storeDeathsMs.push(nowMs);
    return fault !== null || this.#storeDeathsMs.length >= 2;
  }

  async #moveAside(): Promise<void> {
    // Two children may report the same damage at the same time; the second finds it mended.
    if (this.#stopping || this.#storeDeathsMs.length === 0) return;
    const { log, moveStoreAside } = this.#options;
    const running = this.#running();
    for (const child of running) child.kill("SIGKILL");
    await Promise.all(running.map(({ exited }) => exited));
    this.#storeDeathsMs = [];
    try {
      const place = moveStoreAside();
      this.#store += 1;
      this.#asides.add();
      log.error(`The store was damaged. It now lies at ${place}, and everything is fetched again.`);
    } catch (thrown) {
      log.error(`The store is damaged and cannot be moved aside: ${messageOf(thrown)}.`);
    }
  }
}
