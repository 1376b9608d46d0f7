// Times as forms have them: a wall clock of the page's zone. In: a moment or `2026-03-29T02:30`. Out: the other.
import { isoIn, momentIn } from "../model/zone.ts";

/** What a `datetime-local` field shows of a moment. */
export const localOf = (ms: number, zone: string): string => isoIn(ms, zone).slice(0, 16);

/**
 * The moment at which the zone's clock shows this; null where it is none. A time that the clock skips is the one an hour later, one that it
 * shows twice is the first: as RFC 5545, 3.3.5 has it.
 */
export function momentOf(local: string, zone: string): number | null {
  const found = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::\d{2})?$/.exec(local);
  const asUtc = found === null ? Number.NaN : Date.parse(`${found[1]}T${found[2]}:00Z`);
  return Number.isNaN(asUtc) ? null : momentIn(asUtc, zone);
}
