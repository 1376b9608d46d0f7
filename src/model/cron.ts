// Schedules of five fields as cron reads them. In: a schedule, a zone, a moment. Out: when it is due next, or why it is refused.
// A time that the zone leaves out is due when the gap is over; one that comes twice is due the first time.
import { Cron } from "croner";
import { limits } from "../base/limits.ts";
import type { Sentences } from "./checks.ts";

/** The library also takes a date for a schedule, which is due once. */
const shape = /^(@(hourly|daily|weekly|monthly|yearly|annually|midnight)|\S+(\s+\S+){4})$/i;

/** Sentences that refuse a schedule. A zone that is none is another's to say. */
export function checkCron(cron: string): Sentences {
  const wrong = (why: string): Sentences => [
    `The schedule "${cron.slice(0, limits.cronCharsMax)}" is none of cron's, such as 30 2 * * 1-5: ${why}`,
  ];
  if (cron.length > limits.cronCharsMax) return wrong(`it is longer than ${limits.cronCharsMax} characters.`);
  if (!shape.test(cron.trim()))
    return wrong("it has five fields, minute, hour, day, month, day of the week.");
  const read = readCron(cron.trim(), "UTC");
  if (typeof read === "string") return wrong(read);
  // No field names a year: what is ever due was due before.
  return read.nextRun(new Date(0)) === null ? wrong("it is never due.") : [];
}

/** The first moment after `afterMs` at which a checked schedule is due (ms); null where there is none. */
export function cronAfter(cron: string, zone: string, afterMs: number): number | null {
  const read = readCron(cron.trim(), zone);
  return typeof read === "string" ? null : (read.nextRun(new Date(afterMs))?.getTime() ?? null);
}

/** What the library holds against a schedule is told as it says it, without its own name. */
function readCron(cron: string, zone: string): Cron | string {
  try {
    return new Cron(cron, { timezone: zone, mode: "5-part", paused: true });
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    return thrown.message.replace(/^Cron\w+: */, "").replace(/\.?$/, ".");
  }
}
