// Times as people read them, in the page's zone and language. In: ms and a voice. Out: "21 Nov 2026", "14:03 UTC", "3 h 20 min".
// Built from the ISO form and the language's own file: no locale tables, so each runtime gives the same bytes.
import { isoIn } from "../model/zone.ts";
import type { Voice } from "./languages.ts";
import type { Day, TimeWords, Words } from "./words.ts";

type Speaks = Pick<Voice, "words" | "zone">;

/** The written parts of a moment in a zone. */
export interface Moment extends Day {
  /** 0 is Sunday. */
  readonly weekday: number;
  /** HH:MM */
  readonly time: string;
  /** SS */
  readonly second: string;
  /** "UTC", "UTC+5:30", "UTC−5" */
  readonly zone: string;
}

/** Takes a moment apart. Years before 1000 or after 9999 do not come. */
export function momentIn(ms: number, zone: string): Moment {
  const iso = isoIn(ms, zone);
  const day = dayIn(iso);
  return {
    ...day,
    weekday: weekdayOf(day),
    time: iso.slice(11, 16),
    second: iso.slice(17, 19),
    zone: zoneWord(iso.slice(23)),
  };
}

/** Of "2026-11-21" and whatever follows. */
function dayIn(iso: string): Day {
  return { year: Number(iso.slice(0, 4)), month: Number(iso.slice(5, 7)), day: Number(iso.slice(8, 10)) };
}

const weekdayOf = ({ year, month, day }: Day): number => new Date(Date.UTC(year, month - 1, day)).getUTCDay();

function zoneWord(offset: string): string {
  if (offset === "Z" || offset === "+00:00") return "UTC";
  const hours = Number(offset.slice(1, 3));
  const minutes = offset.slice(4, 6);
  return `UTC${offset.startsWith("-") ? "−" : "+"}${hours}${minutes === "00" ? "" : `:${minutes}`}`;
}

/** "Sat 21 Nov 2026" of "2026-11-21" */
export function dateText(day: string, { times }: Words): string {
  const parts = dayIn(day);
  return times.weekdayDate(parts, weekdayOf(parts));
}

/** "15 – 21 Nov 2026" of two days, with the first one's month or year where they differ. */
export function daysText(from: string, to: string, { times }: Words): string {
  return times.dates(dayIn(from), dayIn(to));
}

/** "21 Nov 2026, 14:03 UTC" */
export function minuteText(ms: number, { words: { times }, zone }: Speaks): string {
  const moment = momentIn(ms, zone);
  return times.dateTime(times.date(moment), `${moment.time} ${moment.zone}`);
}

/** "21 Nov 2026, 14:03:22 UTC" */
export function secondText(ms: number, { words: { times }, zone }: Speaks): string {
  const moment = momentIn(ms, zone);
  return times.dateTime(times.date(moment), `${moment.time}:${moment.second} ${moment.zone}`);
}

/** "Sat 21 Nov 2026, 02:00 – 04:00 UTC", or both days where they differ. */
export function windowText(from: number, until: number, { words: { times }, zone }: Speaks): string {
  const [first, last] = [momentIn(from, zone), momentIn(until, zone)];
  const dated = (moment: Moment): string => times.weekdayDate(moment, moment.weekday);
  const sameDay = times.date(first) === times.date(last);
  const end = sameDay ? last.time : times.dateTime(dated(last), last.time);
  return `${times.dateTime(dated(first), first.time)} – ${end} ${last.zone}`;
}

/** "November 2026" of "2026-11" */
export function monthText(month: string, { times }: Words): string {
  return times.month(Number(month.slice(0, 4)), Number(month.slice(5, 7)));
}

/** "45 s", "12 min", "3 h 20 min", "2 d 4 h": two units at most. */
export function durationText(ms: number, { times }: Words): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return times.unit(Math.max(0, Math.round(ms / 1000)), "second");
  if (minutes < 60) return times.unit(minutes, "minute");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return twoUnits(times, [hours, "hour"], [minutes % 60, "minute"]);
  const wholeHours = Math.round(minutes / 60);
  return twoUnits(times, [Math.floor(wholeHours / 24), "day"], [wholeHours % 24, "hour"]);
}

type Amount = Parameters<TimeWords["unit"]>;

function twoUnits(times: TimeWords, first: Amount, second: Amount): string {
  return second[0] === 0 ? times.unit(...first) : `${times.unit(...first)} ${times.unit(...second)}`;
}

/** "99.98%" of a ratio, never rounded up to a hundred that was not; "–" when nothing is known. */
export function percentText(ratio: number | null, { times }: Words): string {
  if (ratio === null) return "–";
  return times.percent(ratio >= 1 ? 10_000 : Math.floor(ratio * 10_000));
}

/** A share that somebody set, as they set it. */
export const shareText = (share: number, { times }: Words): string =>
  times.percent(Math.round(share * 10_000));

/** The machine's form for `<time datetime>`, to the minute, in UTC. */
export const minuteIso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

/** The same to the second. */
export const secondIso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
