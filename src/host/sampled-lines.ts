// Lines about a share of what happens, appended in batches. In: happenings, a share of which is wanted. Out: lines in a file, never in the way of who
// tells of them: a number is counted down, and nothing else done, where a line is not wanted; a disk that is slow makes dropped lines.
import { type Clock, every } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Counter } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Appender } from "./append.ts";

export interface SampledLines {
  /** Whether this one gets a line; `always`: it does, whatever the share. */
  wants(always: boolean): boolean;
  /** Without its end. */
  add(line: string): void;
  /** Writes what is left. */
  stop(): Promise<void>;
}

export interface SampledLinesOptions {
  readonly to: Appender;
  /** From 0 to 1. */
  readonly sample: number;
  /** What a sentence says when it cannot be written, and who goes on all the same. */
  readonly called: { readonly log: string; readonly others: string };
  /** Lines by outcome: written, failed, dropped. */
  readonly outcomes: Counter;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export function createSampledLines(options: SampledLinesOptions): SampledLines {
  const { to, sample, called, outcomes, clock, random, log } = options;
  let left = gapOf(sample, random);
  let lines: string[] = [];
  let chars = 0;
  let writing: Promise<void> | null = null;
  let said = "";

  async function write(batch: readonly string[]): Promise<void> {
    try {
      await to.append(batch.join(""));
      outcomes.add(batch.length, "written");
      said = "";
    } catch (thrown) {
      outcomes.add(batch.length, "failed");
      const sentence = messageOf(thrown);
      if (sentence !== said)
        log.warn(`The ${called.log} cannot be written: ${sentence}. ${called.others} are still answered.`);
      said = sentence;
    }
  }

  /** One batch at a time: a disk that is slow makes dropped lines, never a queue of writes. */
  function flush(): Promise<void> {
    if (writing !== null || lines.length === 0) return writing ?? Promise.resolve();
    const batch = lines;
    lines = [];
    chars = 0;
    writing = write(batch).finally(() => {
      writing = null;
    });
    return writing;
  }

  const flushing = every(clock, limits.accessLogFlushMs, () => void flush());
  return {
    wants(always) {
      left -= 1;
      if (left > 0 && !always) return false;
      if (left <= 0) left = gapOf(sample, random);
      if (chars < limits.accessLogCharsMax) return true;
      outcomes.add(1, "dropped");
      return false;
    },
    add(text) {
      const line = `${text}\n`;
      lines.push(line);
      chars += line.length;
    },
    async stop() {
      flushing.cancel();
      await flush();
      await flush();
      await to.close();
    },
  };
}

/** How many to the next one that gets a line: chance, so that a rhythm of happenings and one of lines cannot agree. */
function gapOf(sample: number, random: Random): number {
  if (sample >= 1) return 1;
  if (sample <= 0) return Number.POSITIVE_INFINITY;
  return 1 + Math.floor(Math.log(1 - random.fraction()) / Math.log(1 - sample));
}
