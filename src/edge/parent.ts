// The parent of a POP's processes. In: how to start a child, when children end. Out: one syncer and N workers that run, whatever kills them.
// It opens no store and answers no request: what it does not touch cannot take it down.
import { backoffMs } from "../base/backoff.ts";
import { type Clock, every, pause, type Timer } from "../base/clock.ts";
import { Fault, type FaultCode, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Counter, Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Child, Exit } from "../host/process.ts";
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
  /** Dismisses the children and resolves when all have ended. */
  stop(): Promise<void>;
}

interface Slot {
  readonly name: string;
  readonly first: PromiseWithResolvers<void>;
  child: Child | null;
  /** Lives in a row that ended early. */
  failures: number;
  /** The last fault that was said; it is not said again until it changes or passes. */
  said: string;
}

/** One life of a child, after its end. */
interface Life {
  readonly exit: Exit;
  readonly ready: boolean;
  readonly fault: Fault | null;
  readonly livedMs: number;
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
const failuresAtStartMax = 5;

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
  readonly #stopped = Promise.withResolvers<void>();
  readonly #loops: Promise<void>[] = [];
  #storeDeathsMs: number[] = [];
  #movingAside: Promise<void> = Promise.resolve();
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
  }

  async start(): Promise<void> {
    const { clock, metrics } = this.#options;
    this.#reporting = every(clock, limits.workerMetricsMs, () =>
      this.#tellSyncer({ says: "worker-metrics", worker: "parent", text: metrics.text() }),
    );
    try {
      // The syncer makes the store, so it comes first.
      for (const slots of [[this.#syncer], this.#workers]) {
        this.#loops.push(...slots.map((slot) => this.#supervise(slot)));
        await Promise.all(slots.map(({ first }) => first.promise));
      }
      this.#started = true;
    } catch (thrown) {
      await this.stop();
      throw thrown;
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopped.resolve();
    this.#reporting?.cancel();
    for (const child of this.#running()) child.dismiss();
    const killing = this.#options.clock.after(limits.stopGraceMs, () => {
      for (const child of this.#running()) child.kill("SIGKILL");
    });
    await Promise.all(this.#loops);
    killing.cancel();
  }

  #running(): readonly Child[] {
    return [this.#syncer, ...this.#workers].flatMap(({ child }) => child ?? []);
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
    const { clock, log, spawn } = this.#options;
    const bornMs = clock.monotonicMs();
    let ready = false;
    let fault: Fault | null = null;
    const child = spawn(slot.name, (line) => {
      const message = childSays(line);
      if (message?.says === "fault") fault = faultOf(message);
      if (message?.says === "ready") ready = true;
      if (message !== null) this.#hear(slot, message);
    });
    slot.child = child;
    log.info("A process of this POP has started.", { name: slot.name, child: child.pid });
    const exit = await child.exited;
    slot.child = null;
    return { exit, ready, fault, livedMs: clock.monotonicMs() - bornMs };
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

  /** A store that says of itself that it is damaged is believed at once; a signal may have other causes, so it takes two. */
  #isStoreLost({ fault }: Life): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    this.#storeDeathsMs = this.#storeDeathsMs.filter((atMs) => nowMs - atMs <= limits.childDeathsWindowMs);
    this.#storeDeathsMs.push(nowMs);
    return fault !== null || this.#storeDeathsMs.length >= 2;
  }

  async #moveAside(): Promise<void> {
    // Two children may report the same damage; the second finds it mended.
    if (this.#stopping || this.#storeDeathsMs.length === 0) return;
    const { log, moveStoreAside } = this.#options;
    const running = this.#running();
    for (const child of running) child.kill("SIGKILL");
    await Promise.all(running.map(({ exited }) => exited));
    this.#storeDeathsMs = [];
    try {
      const place = moveStoreAside();
      this.#asides.add();
      log.error(`The store was damaged. It now lies at ${place}, and everything is fetched again.`);
    } catch (thrown) {
      log.error(`The store is damaged and cannot be moved aside: ${messageOf(thrown)}.`);
    }
  }
}

function newSlot(name: string): Slot {
  const first = Promise.withResolvers<void>();
  // Several children may fail together; the first one's fault is the command's, the others' are in the log.
  first.promise.catch(() => undefined);
  return { name, first, child: null, failures: 0, said: "" };
}

/** The program could not even be started. */
function lifeOfNone(thrown: unknown): Life {
  const fault =
    thrown instanceof Fault ? thrown : new Fault("internal", messageOf(thrown), "Report this line.");
  return { exit: { code: null, signal: null }, ready: false, fault, livedMs: 0 };
}

/** Reading a truncated map is SIGBUS at any time; SIGSEGV speaks of the store only while it is being opened. */
function isStoreDeath({ exit, ready, fault }: Life): boolean {
  if (fault?.code === "store-corrupt") return true;
  return exit.signal === "SIGBUS" || (exit.signal === "SIGSEGV" && !ready);
}

function endedEarly(name: string, { code, signal }: Exit): Fault {
  return new Fault(
    "internal",
    `The ${name} of this POP ended ${failuresAtStartMax} times before it could work (${signal ?? `exit code ${code}`}).`,
    "Its own lines above say more; if there are none, please report this.",
  );
}
