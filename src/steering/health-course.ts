// Does it live? In: outcomes of probes, one after the other. Out: up, down, or not known yet. Pure: it counts.
import { limits } from "../base/limits.ts";

export interface Course {
  /** Null before anything is known. */
  up(): boolean | null;
  /** Failures, or where it is down successes, in a row. */
  streak(): number;
  /** True where this changed what `up` says. */
  took(answered: boolean): boolean;
}

/** `before` is what was known at the last stop: it holds until probes say otherwise, as they would have without the stop. */
export function createCourse(before: boolean | null): Course {
  let up = before;
  let streak = 0;
  const settle = (now: boolean): boolean => {
    const changed = up !== now;
    up = now;
    streak = 0;
    return changed;
  };
  return {
    up: () => up,
    streak: () => streak,
    took(answered) {
      // An answer of one never heard says all: there was nothing to be steady about.
      if (up === null && answered) return settle(true);
      if (answered === (up ?? true)) {
        streak = 0;
        return false;
      }
      streak++;
      const needed = answered ? limits.probesToRise : limits.probesToFall;
      return streak >= needed && settle(answered);
    },
  };
}

/** Full at its capacity, and no more when it is clearly below: at the edge it would fill and empty with its own visitors. */
export function isFull(before: boolean, load: number, capacity: number): boolean {
  if (load >= capacity) return true;
  return before && load > capacity - Math.min(limits.roomAgainLoad, capacity / 2);
}
