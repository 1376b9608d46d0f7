// A clock that a test moves. In: advance(ms). Out: wall and monotonic time, timers that fire in order of their moment.
import type { Clock, Timer } from "../../src/base/clock.ts";

export interface ManualClock extends Clock {
  /** Moves both times on, firing each timer at its own moment and letting promises settle between two. */
  advance(ms: number): Promise<void>;
  /** Moves wall time alone: someone set the machine's clock. */
  jumpWall(ms: number): void;
}

export function manualClock(startWallMs = Date.UTC(2026, 0, 5, 12)): ManualClock {
  let wall = startWallMs;
  let monotonic = 0;
  let order = 0;
  const timers = new Set<{ at: number; order: number; run: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    wallMs: () => wall,
    monotonicMs: () => monotonic,
    after(delayMs, run): Timer {
      const timer = { at: monotonic + Math.max(0, delayMs), order: order++, run };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    async advance(ms) {
      const until = monotonic + ms;
      for (;;) {
        const [next] = [...timers]
          .filter((timer) => timer.at <= until)
          .sort((a, b) => a.at - b.at || a.order - b.order);
        if (next === undefined) break;
        wall += next.at - monotonic;
        monotonic = next.at;
        timers.delete(next);
        next.run();
        await settle();
      }
      wall += until - monotonic;
      monotonic = until;
      await settle();
    },
    jumpWall(ms) {
      wall += ms;
    },
  };
}
