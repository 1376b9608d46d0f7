// The parent of a POP's processes. In: how to start a child, when children end. Out: one syncer and N workers that run, whatever kills them.
// It opens no store and answers no request: what it does not touch cannot take it down.
import { backoffMs } from "../base/backoff.ts";
import { type Clock, every, pause, type Timer } from "../base/clock.ts";
import type { Fault, FaultCode } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Counter, Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Child } from "../host/process.ts";
import {
  endedEarly,
  failuresAtStartMax,
  type Life,
  type Living,
  lifeOfNone,
  newSlot,
  type Slot,
} from "./child-life.ts";
import { replaceAll } from "./replacement.ts";
import { createStoreLosses, type StoreLosses } from "./store-losses.ts";
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
  /** Says it to every child that runs. */
  tell(message: ParentSays): void;
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

export function createParent(options: ParentOptions): Parent {
  return new RunningParent(options);
}

class RunningParent implements Parent {
  readonly #options: ParentOptions;
  readonly #syncer = newSlot("syncer");
  readonly #workers: readonly Slot[];
  readonly #restarts: Counter;
  readonly #losses: StoreLosses;
  readonly #replacements: Counter;
  readonly #stopped = Promise.withResolvers<void>();
  readonly #loops: Promise<void>[] = [];
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
    this.#losses = createStoreLosses({
      ...options,
      running: () => this.#running(),
      isStopping: () => this.#stopping,
    });
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

  tell(message: ParentSays): void {
    for (const child of this.#running()) child.send(toLine(message));
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
      this.#losses.heed(life);
      this.#restarts.add(1, slot.name);
      const delayMs = backoffMs(slot.failures - 1, limits.restartMsMin, limits.restartMsMax, random);
      await Promise.race([pause(clock, delayMs), this.#stopped.promise]);
      await this.#losses.settled();
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
    const store = this.#losses.current();
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
    log.info("A process has started.", { name: slot.name, child: child.pid });
    const life = child.exited.then((exit) => {
      works.resolve(false);
      return { store, exit, ready, fault, livedMs: clock.monotonicMs() - bornMs };
    });
    return { child, ready: works.promise, life };
  }

  restart(): Promise<void> {
    const { clock, log } = this.#options;
    const replacing = {
      begin: (slot: Slot) => this.#begin(slot),
      isStopping: () => this.#stopping,
      replaced: this.#replacements,
      clock,
      log,
    };
    this.#restarting = this.#restarting.then(() =>
      this.#started ? replaceAll(this.#workers, replacing) : undefined,
    );
    return this.#restarting;
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
      case "reload":
        this.tell(message);
        return;
      case "reloaded":
        this.#tellSyncer({ ...message, says: "worker-reloaded", worker: slot.name });
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
    if (fault === null) log.warn("A process ended and is started again.", { name: slot.name, ...exit });
    else if (slot.said !== sentence) log.error(sentence, { name: slot.name });
    slot.said = sentence;
  }
}
