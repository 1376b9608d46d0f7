// Schedules of five fields as cron reads them. In: a schedule, a zone, a moment. Out: when it is due next, or why it is refused.
// A time that the zone leaves out is due when the gap is over; one that comes twice is due the first time.
import { Cron } from "croner";
import { limits } from "../base/limits.ts";
import type { Sentences } from "./checks.ts";
import { isZone } from "./zone.ts";

/** The library also takes a date for a schedule, which is due once. */
const shape = /^(@(hourly|daily|weekly|monthly|yearly|annually|midnight)|\S+( +\S+){4})$/i;

/** Sentences that refuse a schedule; `now` says from when on it must be due. */
export function checkCron(cron: string, zone: string, now: number): Sentences {
  if (cron.length > limits.cronCharsMax)
    return [`The schedule has ${cron.length} characters; ${limits.cronCharsMax} are allowed.`];
  if (!isZone(zone)) return [`"${zone}" is no time zone such as Europe/Berlin.`];
  if (!shape.test(cron))
    return [
      `The schedule "${cron}" has not the five fields minute, hour, day, month, day of the week, such as 30 2 * * *.`,
    ];
  const read = readCron(cron, zone);
  if (typeof read === "string") return [`The schedule "${cron}" cannot be read: ${read}`];
  return read.nextRun(new Date(now)) === null ? [`The schedule "${cron}" is never due.`] : [];
}

/** The first moment after `afterMs` at which a checked schedule is due (ms); null where there is none. */
export function cronAfter(cron: string, zone: string, afterMs: number): number | null {
  const read = readCron(cron, zone);
  return typeof read === "string" ? null : (read.nextRun(new Date(afterMs))?.getTime() ?? null);
}

/** What the library holds against a schedule is told as it says it, without its own name. */
function readCron(cron: string, zone: string): Cron | string {
  try {
    return new Cron(cron, { timezone: zone, mode: "5-part", paused: true });
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    const said = thrown.message.replace(/^Cron\w+: */, "").replace(/\.?$/, ".");
    return `${said.charAt(0).toUpperCase()}${said.slice(1)}`;
  }
}
