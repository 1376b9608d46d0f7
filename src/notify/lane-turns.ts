// Whose turn it is among the lanes of a channel. In: lanes. Out: the next one. First what one is told of the own subscription, then what happens, then what
// will; among pages in turn, so that a page of a million delays no other; on a page in the order in which it happened.
import type { Lane } from "./lane.ts";

export interface LaneTurns {
  add(lane: Lane): void;
  remove(lane: Lane): void;
  /** One that has somebody, or rows to look at; null: none has. */
  next(): Lane | null;
}

export function createLaneTurns(): LaneTurns {
  /** By turn, then by page: a page that was served goes to the end. */
  const queues = [new Map<string, Lane[]>(), new Map<string, Lane[]>(), new Map<string, Lane[]>()] as const;
  return {
    add(lane) {
      const queue = queues[lane.job.turn];
      const { page } = lane.job;
      const lanes = queue.get(page) ?? [];
      lanes.push(lane);
      lanes.sort((a, b) => a.job.number - b.job.number);
      queue.set(page, lanes);
    },
    remove(lane) {
      const queue = queues[lane.job.turn];
      const rest = queue.get(lane.job.page)?.filter((it) => it !== lane) ?? [];
      if (rest.length === 0) queue.delete(lane.job.page);
      else queue.set(lane.job.page, rest);
    },
    next() {
      for (const queue of queues)
        for (const [page, lanes] of queue) {
          const [first] = lanes;
          if (first === undefined || !(first.has || first.scans || first.taken)) continue;
          queue.delete(page);
          queue.set(page, lanes);
          return first;
        }
      return null;
    },
  };
}
