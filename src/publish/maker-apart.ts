// A maker in a process of its own. In: how to start it. Out: the same as a maker in this process; an end of it fails what it was making.
// A large page takes seconds of processor time to make; editors and POPs are answered by a thread that has none of it.
import { type Clock, nextTurn } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Counter, Metrics } from "../base/metrics.ts";
import { collectFresh } from "../host/collect.ts";
import type { Child } from "../host/process.ts";
import type { Apply } from "../store/types.ts";
import type { Made } from "./make-page.ts";
import type { Maker, Order } from "./maker.ts";
import {
  type FromMaker,
  failureOf,
  faultOf,
  fromFrame,
  joined,
  type Piece,
  type ToMaker,
  toFrame,
} from "./maker-wire.ts";

export interface ApartOptions {
  /** Starts it. Throws Fault `internal` where it cannot be. */
  start(onFrame: (frame: Uint8Array) => void): Child<Uint8Array>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

interface Waiting {
  stage(objects: Apply["objects"]): Promise<void>;
  readonly made: PromiseWithResolvers<Made>;
  /** Of it, as far as they have come. */
  readonly pieces: Piece[];
}

/** Starts its process with the first order, and again with the next one after its end. */
export function createMakerApart(options: ApartOptions): Maker {
  return new MakerApart(options);
}

class MakerApart implements Maker {
  readonly #options: ApartOptions;
  readonly #starts: Counter;
  readonly #waiting = new Map<number, Waiting>();
  #orders = 0;
  #child: Child<Uint8Array> | null = null;
  #stopping = false;

  constructor(options: ApartOptions) {
    this.#options = options;
    this.#starts = options.metrics.counter(
      "maker_starts_total",
      "Starts of the process that makes large pages.",
    );
  }

  make(of: Order, stage: Waiting["stage"]): Promise<Made> {
    const order = ++this.#orders;
    const made = Promise.withResolvers<Made>();
    this.#child ??= this.#start();
    this.#waiting.set(order, { stage, made, pieces: [] });
    this.#tell({ does: "make", order, of });
    return made.promise;
  }

  kept(head: Parameters<Maker["kept"]>[0]): void {
    this.#tell({ does: "kept", head });
  }

  forget(page: string): void {
    this.#tell({ does: "forget", page });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child === null) return;
    child.dismiss();
    const killing = this.#options.clock.after(limits.stopGraceMs, () => child.kill("SIGKILL"));
    await child.exited;
    killing.cancel();
  }

  /** One that is gone knows nothing that could be wrong. */
  #tell(message: ToMaker): void {
    this.#child?.send(toFrame(message));
  }

  #start(): Child<Uint8Array> {
    const child = this.#options.start((frame) => this.#take(fromFrame<FromMaker>(frame)));
    this.#starts.add();
    void child.exited.then(({ code, signal }) => {
      this.#child = null;
      const how = signal ?? `exit code ${code}`;
      const fault = new Fault(
        "internal",
        `The process that makes large pages ended (${how}).`,
        "It is started again; the log above says what it said.",
      );
      if (!this.#stopping) this.#options.log.error(fault.message);
      for (const { made } of this.#waiting.values()) made.reject(fault);
      this.#waiting.clear();
    });
    return child;
  }

  #take(message: FromMaker): void {
    const { order } = message;
    const waiting = this.#waiting.get(order);
    if (waiting === undefined) return;
    if (message.says === "stage") {
      waiting.stage(message.objects).then(
        () => {
          this.#tell({ does: "staged", order, failure: null });
          // Frame, pieces and bodies: 20 MB that the heap hardly counts, and that this turn still holds.
          void nextTurn().then(collectFresh);
        },
        (thrown) => this.#tell({ does: "staged", order, failure: failureOf(thrown) }),
      );
      return;
    }
    if (message.says === "piece") {
      waiting.pieces.push(message);
      return;
    }
    this.#waiting.delete(order);
    if (message.says === "made") waiting.made.resolve(joined(waiting.pieces, message.made));
    else waiting.made.reject(faultOf(message.failure));
  }
}
