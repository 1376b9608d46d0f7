// Times in a page's zone. In: ms since the epoch and an IANA zone name. Out: ISO texts, days, months, their boundaries.
// Intl knows the zones but takes microseconds a question, and a page asks thousands of times: offsets are kept by UTC day.

const dayMs = 86_400_000;
/** About 55 years of days: more than a page shows, little enough to keep for each zone. */
const daysKeptMax = 20_000;

/** The offset during one UTC day: `before` until `changeAt`, `after` from then on (ms east of UTC). */
interface DayOffset {
  readonly before: number;
  readonly changeAt: number;
  readonly after: number;
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly utc: boolean;
  readonly offsets: Map<number, DayOffset>;
  readonly dayStarts: Map<string, number>;
}

const zones = new Map<string, Zone>();
/** Zones that are UTC itself: written with `Z`, while a zone that is at +00:00 for now is written with its offset. */
const utcNames = /^(Etc\/)?(UTC|UCT|Universal|Zulu)$/i;

/** Whether the runtime knows a zone of this name. */
export function isZone(name: string): boolean {
  try {
    zoneOf(name);
    return true;
  } catch (thrown) {
    if (thrown instanceof RangeError) return false;
    throw thrown;
  }
}

/** Throws RangeError for a name that is no zone. */
function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const zone = { format, utc: utcNames.test(name), offsets: new Map(), dayStarts: new Map() };
  zones.set(name, zone);
  return zone;
}

/** Asks Intl. */
function askOffset(zone: Zone, ms: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of zone.format.formatToParts(ms)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}

/** The offset at a moment, ms east of UTC. */
function offsetAt(zone: Zone, ms: number): number {
  if (zone.utc) return 0;
  const day = Math.floor(ms / dayMs);
  let known = zone.offsets.get(day);
  if (known === undefined) {
    known = offsetsOfDay(zone, day * dayMs);
    if (zone.offsets.size >= daysKeptMax) zone.offsets.clear();
    zone.offsets.set(day, known);
  }
  return ms < known.changeAt ? known.before : known.after;
}

/** No zone has changed twice within one UTC day since 1970, so the two ends of a day and the moment between tell all. */
function offsetsOfDay(zone: Zone, start: number): DayOffset {
  const before = askOffset(zone, start);
  const after = askOffset(zone, start + dayMs);
  if (before === after) return { before, changeAt: start, after };
  let [low, high] = [start, start + dayMs];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (askOffset(zone, middle) === before) low = middle;
    else high = middle;
  }
  return { before, changeAt: high, after };
}

function localIso(zone: Zone, ms: number): string {
  return new Date(ms + offsetAt(zone, ms)).toISOString();
}

/** `2020-06-16T14:00:29.031-07:00`: three fractional digits and the zone's offset, `Z` for UTC. Throws RangeError for no zone. */
export function isoIn(ms: number, name: string): string {
  const zone = zoneOf(name);
  if (zone.utc) return new Date(ms).toISOString();
  const offset = offsetAt(zone, ms);
  const minutes = Math.abs(Math.trunc(offset / 60_000));
  const sign = offset < 0 ? "-" : "+";
  const two = (count: number) => String(count).padStart(2, "0");
  return `${localIso(zone, ms).slice(0, -1)}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The zone's calendar day of a moment, `YYYY-MM-DD`. */
export function dayOf(ms: number, name: string): string {
  return localIso(zoneOf(name), ms).slice(0, 10);
}

/** The zone's calendar month of a moment, `YYYY-MM`. */
export function monthOf(ms: number, name: string): string {
  return localIso(zoneOf(name), ms).slice(0, 7);
}

/** `days` after (before, if negative) a calendar day, `YYYY-MM-DD`. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** The first moment of a calendar day in the zone. It need not be 00:00: clocks may be put forward at midnight. */
export function startOfDate(day: string, name: string): number {
  const zone = zoneOf(name);
  const known = zone.dayStarts.get(day);
  if (known !== undefined) return known;
  const utcMidnight = Date.parse(`${day}T00:00:00Z`);
  // Midnight with the offset of the day before, or of the day after: the one that really begins the day.
  const start =
    [utcMidnight - dayMs, utcMidnight + dayMs]
      .map((near) => utcMidnight - offsetAt(zone, near))
      .find((ms) => dayOf(ms, name) >= day && dayOf(ms - 1, name) < day) ?? utcMidnight;
  if (zone.dayStarts.size >= daysKeptMax) zone.dayStarts.clear();
  zone.dayStarts.set(day, start);
  return start;
}

/** The first moment of the zone's day that `ms` is in. */
export function startOfDay(ms: number, name: string): number {
  return startOfDate(dayOf(ms, name), name);
}

/** The first moment of the day after the one that `ms` is in. */
export function nextMidnight(ms: number, name: string): number {
  return startOfDate(addDays(dayOf(ms, name), 1), name);
}

/**
 * The moment at which the zone's clock shows a time, given as if that clock were UTC (ms). Where clocks are put forward over it, it is
 * read with the offset of before; where it comes twice, the first counts (RFC 5545, 3.3.5).
 */
export function momentIn(local: number, name: string): number {
  const zone = zoneOf(name);
  const [first, second] = [local - dayMs, local + dayMs].map((near) => local - offsetAt(zone, near));
  const shows = (ms: number | undefined): ms is number =>
    ms !== undefined && ms + offsetAt(zone, ms) === local;
  if (shows(first)) return first;
  return shows(second) ? second : (first ?? local);
}
