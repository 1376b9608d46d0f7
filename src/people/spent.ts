// What may be used once and is over by itself. In: a text and until when it could be used. Out: whether this was the first use.
import type { Clock } from "../base/clock.ts";

export interface Spent {
  /** True once, false when it comes again. Of more than are remembered the oldest are forgotten: refusing would let anybody shut out everybody. */
  spend(text: string, untilMs: number): boolean;
}

export function createSpent(clock: Clock, rememberedMax: number): Spent {
  const spent = new Map<string, number>();
  return {
    spend(text, untilMs) {
      const nowMs = clock.wallMs();
      for (const [oldest, overMs] of spent) {
        if (overMs > nowMs) break;
        spent.delete(oldest);
      }
      if (spent.has(text)) return false;
      if (spent.size >= rememberedMax) spent.delete(spent.keys().next().value ?? "");
      spent.set(text, untilMs);
      return true;
    },
  };
}
