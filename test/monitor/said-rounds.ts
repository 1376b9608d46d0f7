// Probes and rules for tests of verdicts. In: what matters of them. Out: whole ones.
import type { Probe, ProbeState } from "../../src/model/check.ts";
import {
  hear,
  type ParentSays,
  type Rules,
  settle,
  unwatched,
  type Watched,
} from "../../src/monitor/verdict.ts";

export const rules: Rules = {
  everyMs: 10_000,
  timeoutMs: 5_000,
  failuresToOpen: 2,
  successesToClose: 2,
  alone: false,
  pops: [],
};

export const probe = (state: ProbeState, atMs: number, check = "page/check"): Probe => ({
  ...{ check, atMs, state },
  ms: state === "down" ? null : 40,
  why: state === "down" ? "timeout" : null,
  said: state === "down" ? "No answer within 5 s." : null,
  certificateEndsMs: null,
});

const states: Readonly<Record<string, ProbeState>> = { u: "up", s: "slow", d: "down", b: "blind" };

/**
 * Rounds of probes, a letter each: `{ a: "uud", b: "uu." }` is three rounds, in the third of which b says nothing. Gives what is known after each round, the
 * POPs 1 s apart within it.
 */
export function rounds(
  said: Readonly<Record<string, string>>,
  own: Partial<Rules> = {},
  start: Watched = unwatched,
  fromMs = 0,
  parent: ParentSays = "fine",
): {
  readonly all: readonly Watched[];
  readonly last: Watched;
  readonly endMs: number;
  readonly rules: Rules;
} {
  const all: Watched[] = [];
  const used = { ...rules, ...own };
  let watched = start;
  let endMs = fromMs;
  const count = Math.max(...Object.values(said).map((line) => line.length));
  for (let round = 0; round < count; round++) {
    Object.entries(said).forEach(([pop, line], place) => {
      const state = states[line[round] ?? ""];
      endMs = fromMs + round * used.everyMs + place * 1_000;
      if (state !== undefined) watched = hear(watched, used, pop, probe(state, endMs), endMs);
      watched = settle(watched, used, endMs, parent);
    });
    all.push(watched);
  }
  return { all, last: watched, endMs, rules: used };
}

/** The level after each round, by its first letter; `-` where none is known. */
export const levelsOf = (all: readonly Watched[]): string =>
  all.map(({ level }) => level?.[0] ?? "-").join("");
