// Times as people read them, in the page's zone. In: ms and a zone. Out: "21 Nov 2026", "14:03 UTC", "3 h 20 min".
// Built from the ISO form alone: no locale tables, so each runtime gives the same bytes.
import { isoIn } from "../model/zone.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const monthsLong = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** The written parts of a moment in a zone. */
export interface Moment {
  readonly year: string;
  readonly month: string;
  readonly day: number;
  readonly weekday: string;
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
  const year = iso.slice(0, 4);
  const month = Number(iso.slice(5, 7));
  const day = Number(iso.slice(8, 10));
  return {
    year,
    month: months[month - 1] ?? "",
    day,
    weekday: weekdays[new Date(Date.UTC(Number(year), month - 1, day)).getUTCDay()] ?? "",
    time: iso.slice(11, 16),
    second: iso.slice(17, 19),
    zone: zoneWord(iso.slice(23)),
  };
}

function zoneWord(offset: string): string {
  if (offset === "Z" || offset === "+00:00") return "UTC";
  const hours = Number(offset.slice(1, 3));
  const minutes = offset.slice(4, 6);
  return `UTC${offset.startsWith("-") ? "−" : "+"}${hours}${minutes === "00" ? "" : `:${minutes}`}`;
}

/** "21 Nov 2026" */
export const dayText = ({ day, month, year }: Moment): string => `${day} ${month} ${year}`;

/** "Sat 21 Nov 2026" of "2026-11-21" */
export function dateText(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  return `${weekdays[date.getUTCDay()] ?? ""} ${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ""} ${day.slice(0, 4)}`;
}

/** "15 – 21 Nov 2026" of two days, with the first one's month or year where they differ. */
export function daysText(from: string, to: string): string {
  const [first, last] = [partsOf(from), partsOf(to)];
  const shared = first.year !== last.year ? 3 : first.month !== last.month ? 2 : 1;
  const start = [first.date, first.month, first.year].slice(0, shared).join(" ");
  return `${start} – ${last.date} ${last.month} ${last.year}`;
}

function partsOf(day: string): { readonly year: string; readonly month: string; readonly date: number } {
  const [year = "", month, date] = day.split("-");
  return { year, month: months[Number(month) - 1] ?? "", date: Number(date) };
}

/** "21 Nov 2026, 14:03 UTC" */
export const minuteText = (moment: Moment): string => `${dayText(moment)}, ${moment.time} ${moment.zone}`;

/** "21 Nov 2026, 14:03:22 UTC" */
export const secondText = (moment: Moment): string =>
  `${dayText(moment)}, ${moment.time}:${moment.second} ${moment.zone}`;

/** "Sat 21 Nov 2026, 02:00 – 04:00 UTC", or both days where they differ. */
export function windowText(from: Moment, until: Moment): string {
  const start = `${from.weekday} ${dayText(from)}, ${from.time}`;
  const sameDay = dayText(from) === dayText(until);
  const end = sameDay ? until.time : `${until.weekday} ${dayText(until)}, ${until.time}`;
  return `${start} – ${end} ${until.zone}`;
}

/** "November 2026" of "2026-11" */
export function monthText(month: string): string {
  return `${monthsLong[Number(month.slice(5, 7)) - 1] ?? ""} ${month.slice(0, 4)}`;
}

/** "45 s", "12 min", "3 h 20 min", "2 d 4 h": two units at most. */
export function durationText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.round(ms / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const wholeHours = Math.round(minutes / 60);
  const days = Math.floor(wholeHours / 24);
  return wholeHours % 24 === 0 ? `${days} d` : `${days} d ${wholeHours % 24} h`;
}

/** The machine's form for `<time datetime>`, to the minute, in UTC. */
export const minuteIso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

/** The same to the second. */
export const secondIso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
