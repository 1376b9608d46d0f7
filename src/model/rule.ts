// Rules of recurring maintenance (RFC 5545, section 3.3.10). In: the rule's text, its start on the page's clock, the zone. Out: the moments at
// which it occurs, or why the rule is refused. The library counts on a clock without a zone and we give its times a zone afterwards: with
// zones of its own it leaves out the night in which 02:30 does not exist. What a rule may cost is bounded: parts, counts, steps.
import { RRuleTemporal } from "rrule-temporal";
import { limits } from "../base/limits.ts";
import type { Sentences } from "./checks.ts";
import { addDays, momentIn, startOfDate } from "./zone.ts";

const days = "(MO|TU|WE|TH|FR|SA|SU)";
const listOf = (one: string): RegExp => new RegExp(`^${one}(,${one}){0,63}$`);

/** What may stand in a rule, and what its value looks like. Hours and minutes are those of the start. */
const parts: Readonly<Record<string, RegExp>> = {
  FREQ: /^(DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^[1-9]\d{0,2}$/,
  COUNT: /^[1-9]\d{0,3}$/,
  UNTIL: /^\d{8}(T\d{6}Z?)?$/,
  WKST: new RegExp(`^${days}$`),
  BYDAY: listOf(`([+-]?[1-9]\\d?)?${days}`),
  BYMONTHDAY: listOf("[+-]?([1-9]|[12]\\d|3[01])"),
  BYMONTH: listOf("([1-9]|1[0-2])"),
  BYYEARDAY: listOf("[+-]?[1-9]\\d{0,2}"),
  BYWEEKNO: listOf("[+-]?([1-9]|[1-4]\\d|5[0-3])"),
  BYSETPOS: listOf("[+-]?[1-9]\\d{0,2}"),
};
const tooOften = /^(SECONDLY|MINUTELY|HOURLY)$/;
const startShape = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/;
const dayMs = 86_400_000;

interface Read {
  readonly values: ReadonlyMap<string, string>;
  readonly wrong: Sentences;
}

function read(rule: string): Read {
  const values = new Map<string, string>();
  const wrong: string[] = [];
  for (const part of rule
    .replace(/^RRULE:/i, "")
    .toUpperCase()
    .split(";")) {
    const [name = "", value = "", ...more] = part.split("=");
    const shape = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (name === "FREQ" && tooOften.test(value))
      wrong.push(`FREQ=${value} is refused: a maintenance recurs at most once a day.`);
    else if (shape === undefined)
      wrong.push(`A rule cannot have "${name}"; it may have ${Object.keys(parts).join(", ")}.`);
    else if (values.has(name)) wrong.push(`The rule says ${name} twice.`);
    else if (!shape.test(value) || more.length > 0) wrong.push(`The rule's ${part} cannot be read.`);
    values.set(name, value);
  }
  return { values, wrong };
}

/** The start as the clock of the page shows it, counted as if that clock were UTC (ms); null for a text that is no such time. */
function localStart(start: string): number | null {
  if (!startShape.test(start)) return null;
  const ms = Date.parse(`${start}:00Z`);
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(start) ? null : ms;
}

/** Sentences that refuse a rule; `now` says from when on it must occur. */
export function checkRule(
  rule: string,
  start: string,
  durationMs: number,
  zone: string,
  now: number,
): Sentences {
  if (rule.length > limits.ruleCharsMax)
    return [`The rule has ${rule.length} characters; ${limits.ruleCharsMax} are allowed.`];
  const { values, wrong } = read(rule);
  if (wrong.length > 0) return wrong;
  if (!values.has("FREQ")) return ["The rule does not say FREQ, such as FREQ=WEEKLY."];
  if (values.has("COUNT") && values.has("UNTIL")) return ["A rule ends by COUNT or by UNTIL, not by both."];
  if (localStart(start) === null) return [`The start "${start}" is not a time such as 2026-12-01T02:30.`];
  if (!(Number.isSafeInteger(durationMs) && durationMs > 0 && durationMs <= limits.occurrenceMsMax))
    return [`An occurrence lasts from a minute to ${limits.occurrenceMsMax / dayMs} days.`];
  const first = occurrencesAfter({ rule, start }, zone, now, 5);
  if (first.length === 0) return [`The rule has no occurrence within ${limits.ruleYearsMax} years from now.`];
  if (first.some((at, place) => place > 0 && at - (first[place - 1] ?? 0) < durationMs))
    return ["One occurrence is not over when the next begins."];
  return [];
}

/** Whether a rule that can be read is over. */
export function hasEnded(rule: string, start: string, zone: string, now: number): boolean {
  const { values, wrong } = read(rule);
  if (wrong.length > 0 || localStart(start) === null) return false;
  if (!values.has("COUNT") && !values.has("UNTIL")) return false;
  return occurrencesAfter({ rule, start }, zone, now, 1).length === 0;
}

/**
 * The first `count` moments after `after` (ms) at which a checked rule occurs; fewer where it ends. A time that the zone leaves out is taken
 * with the offset before the gap, one that comes twice the first time (RFC 5545, 3.3.5).
 */
export function occurrencesAfter(
  { rule, start }: { readonly rule: string; readonly start: string },
  zone: string,
  after: number,
  count: number,
): readonly number[] {
  const { values } = read(rule);
  const until = endOf(values.get("UNTIL"), zone);
  const text = [...values].filter(([name]) => name !== "UNTIL").map((pair) => pair.join("="));
  const from = start.replace(/[-:]/g, "");
  const counted = new RRuleTemporal({
    rruleString: `DTSTART;TZID=UTC:${from}00\nRRULE:${text.join(";")}`,
    maxIterations: limits.ruleStepsMax,
  });
  const last = after + limits.ruleYearsMax * 366 * dayMs;
  const found: number[] = [];
  // Two days earlier on its own clock: no zone is further from UTC.
  let local = Math.max(after - 2 * dayMs, 0);
  while (found.length < count) {
    const next = nextOf(counted, local);
    if (next === null) break;
    local = next;
    const at = momentIn(local, zone);
    if (at > until || at > last) break;
    if (at > after) found.push(at);
  }
  return found;
}

/** The library throws where it has taken all steps that it may, and beyond the years that can be counted: nothing more occurs then. */
function nextOf(rule: RRuleTemporal, local: number): number | null {
  try {
    return rule.next(new Date(local))?.epochMilliseconds ?? null;
  } catch (thrown) {
    if (thrown instanceof Error) return null;
    throw thrown;
  }
}

/** UNTIL includes its own moment; a day alone includes all of that day. */
function endOf(until: string | undefined, zone: string): number {
  if (until === undefined) return Number.POSITIVE_INFINITY;
  const day = `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`;
  if (until.length === 8) return startOfDate(addDays(day, 1), zone) - 1;
  const ms = Date.parse(`${day}T${until.slice(9, 11)}:${until.slice(11, 13)}:${until.slice(13, 15)}Z`);
  return until.endsWith("Z") ? ms : momentIn(ms, zone);
}
