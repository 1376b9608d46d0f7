// The notifier in a process of its own, as the control plane has it. In: how to start it, what changes. Out: its reports, carried out: who is reached no
// more is quarantined, who confirmed is told from now on, asks that it took are forgotten. It is started once there is somebody to tell, and again when it ends.
import { type Clock, every, type Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { createApart, type Apart as Process } from "../host/apart.ts";
import type { Child } from "../host/process.ts";
import { type DeadName, type FromNotifier, fromFrame, type ToNotifier, toFrame } from "./wire.ts";

export interface NotifierApartOptions {
  /** Starts it. Throws Fault `internal` where it cannot be. */
  start(onFrame: (frame: Uint8Array) => void): Child<Uint8Array>;
  /** Whether there is anybody to tell anything. */
  isNeeded(): boolean;
  /** How far the op-log is. */
  position(): number;
  /** Quarantines them; on the device when it resolves. */
  onGone(page: string, ids: readonly string[], why: string): Promise<void>;
  onConfirmed(page: string, id: string, askedMs: number, atMs: number): Promise<void>;
  /** Asks up to this number are in the outbox. */
  onAsked(until: number): Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface NotifierApart {
  /** Something was written that subscribers may have to be told of. */
  wake(): void;
  /** Sends what was given up once more; false while no process is there that could. */
  replay(dead: readonly DeadName[]): boolean;
  /** What it counted last, as Prometheus reads it; empty while it is not there. */
  metricsText(): string;
  stop(): Promise<void>;
}

/** Looks at once, and then every `notifierNeededMs` until it is needed. */
export function startNotifierApart(options: NotifierApartOptions): NotifierApart {
  return new Apart(options);
}

class Apart implements NotifierApart {
  readonly #options: NotifierApartOptions;
  readonly #process: Process;
  readonly #looking: Timer;
  #waking: Timer | null = null;
  #measured = "";
  #stopping = false;
  /** Where an outbox that is new begins to read: what was written before anybody was there to be told is told nobody. */
  #from: number;
  #isNeeded = false;

  constructor(options: NotifierApartOptions) {
    this.#options = options;
    this.#process = createApart({
      ...options,
      ...{ does: "tells subscribers", again: "by itself" },
      starts: options.metrics.counter(
        "notifier_starts_total",
        "Starts of the process that tells subscribers.",
      ),
      onFrame: (frame) => void this.#take(fromFrame<FromNotifier>(frame)),
      onStarted: () => this.#tellWake(),
      onEnded: () => {
        this.#measured = "";
      },
    });
    this.#from = options.position();
    this.#looking = every(options.clock, limits.notifierNeededMs, () => this.#look());
    this.#look();
  }

  wake(): void {
    // At each append: who comes after it is not told of it.
    this.#look();
    this.#waking ??= this.#options.clock.after(limits.notifierWakeMs, () => this.#tellWake());
  }

  replay(dead: readonly DeadName[]): boolean {
    if (!this.#process.isThere()) return false;
    // Each fits a frame.
    for (let at = 0; at < dead.length; at += limits.deadLettersPerFrame)
      this.#tell({ does: "replay", dead: dead.slice(at, at + limits.deadLettersPerFrame) });
    return true;
  }

  metricsText(): string {
    return this.#measured;
  }

  #tellWake(): void {
    this.#waking?.cancel();
    this.#waking = null;
    this.#tell({ does: "wake", from: this.#from });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#looking.cancel();
    this.#waking?.cancel();
    await this.#process.stop();
  }

  #look(): void {
    if (this.#isNeeded || this.#stopping) return;
    this.#isNeeded = this.#options.isNeeded();
    if (this.#isNeeded) {
      this.#looking.cancel();
      this.#process.need();
    } else this.#from = this.#options.position();
  }

  /** One that is gone reads what it missed when it is there again. */
  #tell(message: ToNotifier): void {
    this.#process.tell(toFrame(message));
  }

  async #take(message: FromNotifier): Promise<void> {
    const { onGone, onConfirmed, onAsked, log } = this.#options;
    try {
      switch (message.says) {
        case "gone":
          for (const { page, ids, why } of message.gone) {
            await onGone(page, ids, why);
            this.#tell({ does: "took", page, ids });
          }
          return;
        case "measured":
          this.#measured = message.text;
          return;
        case "confirmed":
          return await onConfirmed(message.page, message.subscriber, message.askedMs, message.atMs);
        case "asked":
          return await onAsked(message.until);
      }
    } catch (thrown) {
      log.error(`What the process that tells subscribers said was not kept: ${messageOf(thrown)}`);
    }
  }
}
