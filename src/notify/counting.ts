// How many a job is for. In: a job, the rows of its page. Out: a count for each channel, and from where each has to look. Beside what is sent already, some
// rows in each turn of the event loop: a channel that nobody on the page uses never reads a million rows to find that out.
import { nextTurn } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { ChannelKind } from "../model/subscriber.ts";
import type { SubscriberLanes } from "../store/subscriber-lanes.ts";
import type { Job } from "./job.ts";
import { isMeant } from "./meant.ts";

export interface CountingOptions {
  readonly subscribers: SubscriberLanes;
  refresh(): void;
  /** The first of a kind is behind this id. */
  onFirst(kind: ChannelKind, after: string): void;
  /** Nobody wants to know any more. */
  isOver(): boolean;
}

/** Null where it was broken off. */
export async function countMeant(
  { audience }: Job,
  { subscribers, refresh, onFirst, isOver }: CountingOptions,
): Promise<ReadonlyMap<ChannelKind, number> | null> {
  const counts = new Map<ChannelKind, number>();
  for (let after: string | null = ""; after !== null; ) {
    if (isOver()) return null;
    refresh();
    const from: string = after;
    after = subscribers.next(audience.page, from, limits.laneRowsPerTurn, (_id, kind, row) => {
      if (!isMeant(audience, row())) return;
      const before = counts.get(kind) ?? 0;
      counts.set(kind, before + 1);
      if (before === 0) onFirst(kind, from);
    });
    await nextTurn();
  }
  return counts;
}
