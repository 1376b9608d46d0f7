// Who takes messages, and how they fare. In: names of receivers, what became of messages to them. Out: whether one may be sent another now, or when.
// One that hangs holds a few places and no more: it has few until it takes messages. One that fails again and again is left alone for a while, and then asked by one message.
import { backoffMs } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";

interface Receiver {
  inFlight: number;
  /** Of its messages on their way at once. */
  places: number;
  /** In a row. */
  failures: number;
  /** Monotonic ms, as all here. */
  restUntilMs: number;
}

export interface Receivers {
  /** Takes one of its places; false where none is free or it is left alone. */
  take(name: string): boolean;
  /** The place was not used. */
  giveBack(name: string): void;
  done(name: string, wasTaken: boolean): void;
  /** How many places are free now; 0 too while it is left alone. */
  free(name: string): number;
  /** How long it will be left alone; 0: it may be asked. */
  restsMs(name: string): number;
}

export interface ReceiversOptions {
  /** Messages of one on their way at once, before it took any. */
  readonly inFlightFirst: number;
  /** And at most: one more with each that it takes. */
  readonly inFlightMax: number;
  readonly clock: Clock;
  readonly random: Random;
}

export function createReceivers({ inFlightFirst, inFlightMax, clock, random }: ReceiversOptions): Receivers {
  const held = new Map<string, Receiver>();
  const fresh = (): Receiver => ({ inFlight: 0, places: inFlightFirst, failures: 0, restUntilMs: 0 });
  const of = (name: string): Receiver => {
    const known = held.get(name);
    if (known !== undefined) return known;
    const made = fresh();
    held.set(name, made);
    return made;
  };
  const restsMs = (name: string): number =>
    Math.max(0, (held.get(name)?.restUntilMs ?? 0) - clock.monotonicMs());
  const free = (name: string): number => {
    const { inFlight, places, failures } = held.get(name) ?? fresh();
    if (restsMs(name) > 0) return 0;
    // One message asks for all whether it is there again.
    return Math.max(0, (failures >= limits.receiverFailuresMax ? 1 : places) - inFlight);
  };
  return {
    restsMs,
    free,
    take(name) {
      if (free(name) === 0) return false;
      of(name).inFlight++;
      return true;
    },
    giveBack(name) {
      of(name).inFlight--;
    },
    done(name, wasTaken) {
      const receiver = of(name);
      receiver.inFlight = Math.max(0, receiver.inFlight - 1);
      receiver.failures = wasTaken ? 0 : receiver.failures + 1;
      receiver.places = wasTaken ? Math.min(inFlightMax, receiver.places + 1) : inFlightFirst;
      // Of one that fares well there is nothing to remember.
      if (wasTaken && receiver.inFlight === 0) held.delete(name);
      const beyond = receiver.failures - limits.receiverFailuresMax;
      if (beyond < 0) return;
      const restMs = backoffMs(beyond + 1, limits.receiverRestMsMin, limits.receiverRestMsMax, random);
      receiver.restUntilMs = clock.monotonicMs() + restMs;
      if (held.size > limits.receiversMax) forget(held, clock.monotonicMs());
    },
  };
}

/** Those that failed longest ago. */
function forget(held: Map<string, Receiver>, now: number): void {
  for (const [name, { inFlight, restUntilMs }] of held)
    if (inFlight === 0 && restUntilMs <= now) held.delete(name);
}
