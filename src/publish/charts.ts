// Points of metrics on their way to a page. In: pages whose points changed. Out: word to publish it, at a bounded pace.
import type { Clock, Timer } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { SeriesStore } from "../store/series.ts";

export type SeriesSource = Pick<SeriesStore, "spans" | "onChange">;

export interface Pace {
  stop(): void;
}

/** Tells of a page whose points changed: at once after a silence, then each `seriesPublishMs` at most, and never not at all. */
export function followPoints(
  { onChange }: Pick<SeriesSource, "onChange">,
  clock: Clock,
  tell: (page: string) => void,
): Pace {
  /** When a page was last told of. Ones that may be told of at once are forgotten when others come. */
  const toldMs = new Map<string, number>();
  const waiting = new Map<string, Timer>();

  const now = (page: string): void => {
    waiting.delete(page);
    const nowMs = clock.monotonicMs();
    for (const [other, atMs] of toldMs) if (nowMs - atMs >= limits.seriesPublishMs) toldMs.delete(other);
    toldMs.set(page, nowMs);
    tell(page);
  };
  const end = onChange((page) => {
    if (waiting.has(page)) return;
    const lastMs = toldMs.get(page) ?? Number.NEGATIVE_INFINITY;
    const delayMs = lastMs + limits.seriesPublishMs - clock.monotonicMs();
    if (delayMs <= 0) now(page);
    else
      waiting.set(
        page,
        clock.after(delayMs, () => now(page)),
      );
  });
  return {
    stop() {
      end();
      for (const timer of waiting.values()) timer.cancel();
      waiting.clear();
    },
  };
}
