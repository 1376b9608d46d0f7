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

/** One step each time the event loop comes round: for steps that take a slice each, and for who has no clock. */
export async function inSteps<Value>(steps: Steps<Value>): Promise<Value> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await nextTurn();
  }
}
