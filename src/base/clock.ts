// Time as a value that is passed in. In: nothing. Out: wall time, monotonic time, timers. Never read `Date.now()` elsewhere.

/** A timer that can be called off. Calling `cancel` twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Wall time in ms since the epoch (may jump), monotonic time in ms (never goes back), and one-shot timers in ms. */
export interface Clock {
  wallMs(): number;
  monotonicMs(): number;
  after(delayMs: number, run: () => void): Timer;
}

/** The machine's clock. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const handle = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves after `delayMs` on `clock`. */
export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

/** Resolves when the event loop has gone round once: what waits there already goes first. No time passes on any clock. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs `tick` every `periodMs` from `periodMs` on, until cancelled. A tick that takes longer than the period delays the next. */
export function every(clock: Clock, periodMs: number, tick: () => void | Promise<void>): Timer {
  let live = true;
  let timer = clock.after(periodMs, turn);
  async function turn(): Promise<void> {
    await tick();
    if (live) timer = clock.after(periodMs, turn);
  }
  return {
    cancel() {
      live = false;
      timer.cancel();
    },
  };
}
