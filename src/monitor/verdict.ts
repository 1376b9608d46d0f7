// From what POPs say to what is so. In: probes of each POP, a check's rules, the moment. Out: a level (up, slow, down) that changes only when a
// majority of the POPs that reported in the last two intervals says so often enough in a row, and a sentence that says why. Pure.
// A POP alone proves nothing but that it is alone: it raises suspicion, and opens only where the check allows it.
import { limits } from "../base/limits.ts";
import type { Check, Probe, ProbeWhy } from "../model/check.ts";

export type Level = "up" | "slow" | "down";
/** `suspected`: some say so, not enough of them. `unknown`: nobody has reported of late. */
export const verdictStates = ["up", "slow", "down", "suspected", "unknown"] as const;
export type VerdictState = (typeof verdictStates)[number];

export type Rules = Pick<
  Check,
  "everyMs" | "timeoutMs" | "failuresToOpen" | "successesToClose" | "alone" | "pops"
> & {
  /** So long a probe counts, where that does not follow from the interval. */
  readonly freshMs?: number;
};

/**
 * By which rules a check is judged. A job that pings comes whenever it comes, to whichever POP answers it: the control plane alone says how it is, each of its words
 * is the whole truth, and it stays that until the next one.
 */
export function rulesOf(check: Rules & Pick<Check, "target">): Rules {
  if (check.target.kind !== "heartbeat") return check;
  const always = { everyMs: 0, timeoutMs: 0, freshMs: Number.MAX_SAFE_INTEGER };
  return { ...always, failuresToOpen: 1, successesToClose: 1, alone: true, pops: [] };
}

/** What one POP says of a check. Counts are of probes in a row, the newest included. */
export interface Voice {
  /** Of the newest probe, on our clock (ms since the epoch). */
  readonly atMs: number;
  /** Of the first of those that say what the newest one says: it works, or not. */
  readonly sinceMs: number;
  readonly state: Level;
  readonly ms: number | null;
  readonly why: ProbeWhy | null;
  readonly said: string | null;
  readonly downs: number;
  readonly answers: number;
  /** Slow or down. */
  readonly slows: number;
  /** Neither. */
  readonly fines: number;
}

/** What is known of one check. A restart keeps `level`, `sinceMs` and `fallsAt`; voices come back with the next probes. */
export interface Watched {
  /** By POP. */
  readonly voices: ReadonlyMap<string, Voice>;
  readonly level: Level | null;
  /** When it took this level (ms). */
  readonly sinceMs: number | null;
  /** When it got worse of late (ms), the latest last. */
  readonly fallsAt: readonly number[];
}

export interface Verdict {
  readonly state: VerdictState;
  readonly level: Level | null;
  readonly sinceMs: number | null;
  /** How many POPs reported of late, and how many of them say that it is not well. */
  readonly reported: number;
  readonly against: number;
  /** For operators: names of POPs and what they met. */
  readonly sentence: string;
}

/** What is said of a check's parent: `asked` while it is not clear yet whether it stands behind a failure. */
export type ParentSays = "fine" | "asked" | "down";

export const unwatched: Watched = { voices: new Map(), level: null, sinceMs: null, fallsAt: [] };

/** So long a probe counts (ms): two intervals, and the time that it takes to end and to arrive. */
export const freshMsOf = ({ everyMs, freshMs, timeoutMs }: Rules): number =>
  freshMs ?? 2 * everyMs + timeoutMs + limits.verdictSlackMs;

/**
 * One probe more of a POP; `atMs` is its moment on our clock. Blind ones, those of POPs that are not asked and those that came before change nothing:
 * what is sent again counts once.
 */
export function hear(watched: Watched, rules: Rules, pop: string, probe: Probe, atMs: number): Watched {
  if (probe.state === "blind" || (rules.pops.length > 0 && !rules.pops.includes(pop))) return watched;
  const held = watched.voices.get(pop);
  // A quarter of an interval: clocks that were compared over a network agree no better, and two probes are never so near.
  if (held !== undefined && atMs < held.atMs + rules.everyMs / 4) return watched;
  const voices = new Map(watched.voices);
  // A row with a gap is no row.
  const before = held !== undefined && atMs - held.atMs <= 2 * freshMsOf(rules) ? held : undefined;
  voices.set(pop, voiceAfter(before, probe, probe.state, atMs));
  const keptMs = Math.max(limits.voiceKeptMs, freshMsOf(rules));
  for (const [other, { atMs: heardMs }] of voices) if (heardMs < atMs - keptMs) voices.delete(other);
  return { ...watched, voices };
}

function voiceAfter(held: Voice | undefined, { ms, why, said }: Probe, state: Level, atMs: number): Voice {
  const count = (says: boolean, before: number | undefined): number => (says ? (before ?? 0) + 1 : 0);
  const isSame = held !== undefined && (held.state === "down") === (state === "down");
  return {
    ...{ atMs, state, ms, why, said },
    sinceMs: isSame ? held.sinceMs : atMs,
    downs: count(state === "down", held?.downs),
    answers: count(state !== "down", held?.answers),
    slows: count(state !== "up", held?.slows),
    fines: count(state === "up", held?.fines),
  };
}

/** Those that count now, by POP. */
function freshVoices(
  { voices }: Watched,
  rules: Rules,
  nowMs: number,
): readonly (readonly [string, Voice])[] {
  return [...voices].filter(([, { atMs }]) => nowMs - atMs <= freshMsOf(rules));
}

/** More than half; two at least, unless one alone may. Infinity where there are too few to say anything. */
function majorityOf(count: number, alone: boolean): number {
  if (count === 0 || (count === 1 && !alone)) return Number.POSITIVE_INFINITY;
  return Math.floor(count / 2) + 1;
}

/** The good probes in a row that close it: more of them while it goes to and fro. */
export function successesWanted(rules: Rules, fallsAt: readonly number[], nowMs: number): number {
  const falls = fallsAt.filter((at) => nowMs - at < limits.flapWindowMs).length;
  const doubled = rules.successesToClose * 2 ** Math.min(Math.max(falls - 1, 0), limits.flapDoublingsMax);
  // A job's word is no probe that comes by itself: the next one may be a day away.
  if (rules.freshMs !== undefined) return rules.successesToClose;
  const held = Math.max(rules.successesToClose, Math.floor(limits.flapHoldMsMax / rules.everyMs));
  return Math.min(doubled, held);
}

/** The level that the voices of this moment give it. */
export function settle(watched: Watched, rules: Rules, nowMs: number, parent: ParentSays = "fine"): Watched {
  if (parent === "down") return muted(watched);
  const level = levelNow(watched, rules, nowMs);
  // Who hangs on another one waits until that one has answered after the failure, or has not.
  if (parent === "asked" && level === "down") return watched;
  if (level === watched.level) return watched;
  const falls = watched.fallsAt.filter((at) => nowMs - at < limits.flapWindowMs);
  return {
    ...watched,
    level,
    sinceMs: level === null ? null : nowMs,
    fallsAt: weightOf(level) > weightOf(watched.level) ? [...falls, nowMs] : falls,
  };
}

const levels: readonly (Level | null)[] = ["up", "slow", "down"];
const weightOf = (level: Level | null): number => Math.max(levels.indexOf(level), 0);

/** Failures behind a parent that is down are the parent's: they count for nothing, also when it is up again. */
function muted(watched: Watched): Watched {
  if (![...watched.voices.values()].some(({ slows }) => slows > 0)) return watched;
  const quiet = (voice: Voice): Voice => ({ ...voice, downs: 0, slows: 0 });
  return { ...watched, voices: new Map([...watched.voices].map(([pop, voice]) => [pop, quiet(voice)])) };
}

function levelNow(watched: Watched, rules: Rules, nowMs: number): Level | null {
  const { level } = watched;
  const fresh = freshVoices(watched, rules, nowMs);
  const count = (says: (voice: Voice) => boolean): number => fresh.filter(([, voice]) => says(voice)).length;
  const most = majorityOf(fresh.length, rules.alone);
  const isDown = count(({ downs }) => downs >= rules.failuresToOpen) >= most;
  const isSlow = count(({ slows }) => slows >= rules.failuresToOpen) >= most;
  if (isDown) return "down";
  const closing = majorityOf(fresh.length, rules.alone || othersAreGone(watched, fresh, nowMs));
  const wanted = successesWanted(rules, watched.fallsAt, nowMs);
  const answers = count((voice) => voice.answers >= wanted) >= closing;
  const isFine = count(({ fines }) => fines >= wanted) >= closing;
  switch (level) {
    case "down":
      return answers ? (isSlow ? "slow" : "up") : "down";
    case "slow":
      return isFine ? "up" : "slow";
    case "up":
      return isSlow ? "slow" : "up";
    case null:
      return isSlow ? "slow" : count(({ fines }) => fines > 0) > fresh.length / 2 ? "up" : null;
  }
}

/** One alone may close where nobody else has been heard for long: it would stay open for ever where POPs were taken away. */
function othersAreGone(
  { voices }: Watched,
  fresh: readonly (readonly [string, Voice])[],
  nowMs: number,
): boolean {
  const others = [...voices].filter(([pop]) => fresh.every(([one]) => one !== pop));
  return others.every(([, { atMs }]) => nowMs - atMs > limits.verdictAloneMs);
}

/** What is so, and why. */
export function verdictOf(
  watched: Watched,
  rules: Rules,
  nowMs: number,
  parent: ParentSays = "fine",
): Verdict {
  const { level, sinceMs } = watched;
  const fresh = freshVoices(watched, rules, nowMs);
  const against = fresh.filter(([, { state }]) => state === "down" || (level === "slow" && state === "slow"));
  const state = stateOf(watched, fresh, parent);
  const sentence = sentenceOf({ watched, rules, nowMs, parent, fresh, state });
  return {
    ...{ state, level, sinceMs, reported: fresh.length, against: against.length },
    sentence: sentence.slice(0, limits.verdictSentenceCharsMax),
  };
}

/** As `verdictOf` says it, without the words. */
export function stateNow(
  watched: Watched,
  rules: Rules,
  nowMs: number,
  parent: ParentSays = "fine",
): VerdictState {
  return stateOf(watched, freshVoices(watched, rules, nowMs), parent);
}

function stateOf(
  { level }: Watched,
  fresh: readonly (readonly [string, Voice])[],
  parent: ParentSays,
): VerdictState {
  if (fresh.length === 0) return "unknown";
  if (level === "down" || level === "slow") return level;
  const isSuspect = parent !== "down" && fresh.some(([, { downs }]) => downs > 0);
  return isSuspect ? "suspected" : (level ?? "unknown");
}

interface Said {
  readonly watched: Watched;
  readonly rules: Rules;
  readonly nowMs: number;
  readonly parent: ParentSays;
  readonly fresh: readonly (readonly [string, Voice])[];
  readonly state: VerdictState;
}

function sentenceOf({ watched, rules, nowMs, parent, fresh, state }: Said): string {
  if (fresh.length === 0)
    return `No POP has reported in the last ${secondsOf(freshMsOf(rules))}.${watched.level === "down" ? " It was down by then and counts as down until somebody reports." : ""}`;
  const bad = fresh.filter(([, voice]) => voice.state !== "up");
  const good = fresh.filter(([, voice]) => voice.state === "up");
  const places = `${fresh.length} ${fresh.length === 1 ? "POP" : "POPs"} that reported in the last ${secondsOf(freshMsOf(rules))}`;
  if (rules.freshMs !== undefined)
    return bad.length > 0
      ? `The job failed: ${bad.map(([, voice]) => (voice.said ?? voice.why ?? voice.state).replace(/\.$/, "")).join(", ")}.`
      : "The job said that all is well when it was heard last.";
  const told = [
    `${bad.length} of ${places} ${bad.length === 1 ? "meets" : "meet"} a fault${bad.length === 0 ? "" : `: ${bad.map(wordsOf).join(", ")}`}.`,
    ...(good.length > 0 && bad.length > 0 ? [`Well from ${good.map(([pop]) => pop).join(", ")}.`] : []),
  ];
  return [...told, ...remarksOf(watched, rules, nowMs, parent, state, fresh.length)].join(" ");
}

function remarksOf(
  watched: Watched,
  rules: Rules,
  nowMs: number,
  parent: ParentSays,
  state: VerdictState,
  reported: number,
): readonly string[] {
  const wanted = successesWanted(rules, watched.fallsAt, nowMs);
  return [
    ...(parent === "down" ? ["What it hangs on is down, so this says nothing of its own."] : []),
    ...(parent === "asked" && state === "suspected" ? ["What it hangs on is asked first."] : []),
    ...(state === "suspected" && reported === 1 && !rules.alone ? ["One POP alone opens nothing."] : []),
    ...(state === "suspected" && (reported > 1 || rules.alone)
      ? [
          `It is down when a majority met ${rules.failuresToOpen} ${rules.failuresToOpen === 1 ? "fault" : "faults in a row"}.`,
        ]
      : []),
    ...(watched.level === "down" && wanted > rules.successesToClose
      ? [
          `It fell ${watched.fallsAt.length} times within the hour, so ${wanted} good probes in a row close it, not ${rules.successesToClose}.`,
        ]
      : []),
  ];
}

function wordsOf([pop, { state, why, said, downs, slows }]: readonly [string, Voice]): string {
  const times = state === "down" ? downs : slows;
  const what = said ?? why ?? state;
  return `${pop} (${what.replace(/\.$/, "")}${times > 1 ? `, ${times} in a row` : ""})`;
}

const secondsOf = (ms: number): string => `${Math.round(ms / 1_000)} s`;
