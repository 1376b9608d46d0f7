// So many a second, on average. In: the rate, a clock. Out: leave to send one, or how long to wait for it.
import type { Clock } from "../base/clock.ts";

export interface Rate {
  /** Takes leave for one message: 0; or says in how many ms there will be some. */
  take(): number;
}

/** A bucket of a tenth of a second: what is saved up meanwhile is no burst that a provider would mind. Null: no bound. */
export function createRate(perSecond: number | null, clock: Clock): Rate {
  if (perSecond === null) return { take: () => 0 };
  const full = Math.max(1, perSecond / 10);
  let [tokens, atMs] = [full, clock.monotonicMs()];
  return {
    take() {
      const now = clock.monotonicMs();
      tokens = Math.min(full, tokens + ((now - atMs) * perSecond) / 1_000);
      atMs = now;
      // A thousandth less: sums of fractions do not come to one.
      if (tokens < 0.999) return Math.max(1, Math.ceil(((1 - tokens) * 1_000) / perSecond));
      tokens -= 1;
      return 0;
    },
  };
}
