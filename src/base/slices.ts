// Long work in small steps, so that what else waits is done between them. In: a generator that yields now and then. Out: its value.
import { type Clock, nextTurn } from "./clock.ts";

/** Work that stands still at each `yield`, and gives its value at the end. */
export type Steps<Value> = Generator<void, Value, void>;

/** All of it at once. */
export function whole<Value>(steps: Steps<Value>): Value {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** A slice of `sliceMs` each time the event loop comes round. Rejects with what a step throws. */
export async function inSlices<Value>(steps: Steps<Value>, sliceMs: number, clock: Clock): Promise<Value> {
  for (let untilMs = clock.monotonicMs() + sliceMs; ; ) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (clock.monotonicMs() < untilMs) continue;
    await nextTurn();
    untilMs = clock.monotonicMs() + sliceMs;
  }
}

/** Called between two pieces of work: resolves at once, or when those who wait have had their turn. */
export type GiveWay = () => Promise<void>;

export interface Manners {
  readonly clock: Pick<Clock, "monotonicMs">;
  /** Worked on before others are asked whether they have something to do (ms). */
  readonly sliceMs: number;
  /** Of the thread's time, kept even where others never have enough: 0 to 1. */
  readonly shareMin: number;
}

/** An event loop that comes round within this had nothing else to do (ms). */
const idleTurnMs = 0.3;

/**
 * Work that goes behind everything else on this thread. After a slice the event loop comes round until nobody else had work, so a burst of
 * requests is answered whole before the next slice; under requests without end a share is kept, or the work would never end.
 */
export function createGiveWay({ clock, sliceMs, shareMin }: Manners): GiveWay {
  const waitMsMax = sliceMs * (1 / shareMin - 1);
  let sinceMs = clock.monotonicMs();
  let waiting: Promise<void> | null = null;
  const wait = async (fromMs: number): Promise<void> => {
    for (let beganMs = fromMs; ; ) {
      await nextTurn();
      const endMs = clock.monotonicMs();
      const idle = endMs - beganMs < idleTurnMs;
      beganMs = endMs;
      if (!idle && endMs - fromMs < waitMsMax) continue;
      sinceMs = endMs;
      waiting = null;
      return;
    }
  };
  return async () => {
    const now = clock.monotonicMs();
    // Whoever works beside it for the same end waits with it: else what one leaves to others the next would take.
    if (waiting === null && now - sinceMs >= sliceMs) waiting = wait(now);
    if (waiting !== null) await waiting;
  };
}

/** One step, and then others: each time the event loop comes round, unless `giveWay` knows better. */
export async function inSteps<Value>(steps: Steps<Value>, giveWay: GiveWay = nextTurn): Promise<Value> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await giveWay();
  }
}
