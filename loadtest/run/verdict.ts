// What a run comes to. In: rows that had to hold, reasons why the numbers may not be believed. Out: passed, failed or invalid; the exit code; lines. Pure.
import type { Threshold } from "../lib/plan.ts";
import { seriesOfThreshold } from "../lib/plan.ts";
import type { Row } from "../lib/scenario.ts";
import type { Reason } from "./honesty.ts";

export type Outcome = "passed" | "failed" | "invalid";

export interface Verdict {
  readonly outcome: Outcome;
  readonly rows: readonly Row[];
  readonly reasons: readonly Reason[];
}

/** 2 is a wrong command line, as in all of Pharos. */
export const exitCodes: Readonly<Record<Outcome, number>> = { passed: 0, failed: 1, invalid: 3 };

/**
 * Invalid before all: what cannot be believed has not passed, and has not failed. A core that others took makes visits late and never early: it excuses
 * what is about time and did not hold, and takes nothing from a run that passed in spite of it, nor from an answer that was wrong.
 */
export function verdictOf(rows: readonly Row[], reasons: readonly Reason[]): Verdict {
  const nothing: Row = { what: "anything was measured", wanted: "at least one row", got: "none", ok: false };
  const all = rows.some(({ ok }) => ok !== null) ? rows : [...rows, nothing];
  const broken = all.filter(({ ok }) => ok === false);
  const isExcused = reasons.some(({ kind }) => kind === "taken") && broken.every(({ time }) => time === true);
  const isInvalid = reasons.some(({ kind }) => kind !== "taken") || (broken.length > 0 && isExcused);
  const outcome = isInvalid ? "invalid" : broken.length === 0 ? "passed" : "failed";
  return { outcome, rows: all, reasons };
}

export type Numbers = (series: string, value: string) => number | null;

/** A threshold with what was measured; a number that is missing does not hold. */
export function rowOf(threshold: Threshold, numbers: Numbers): Row {
  const parts = /^(p\(\d+\)|[a-z]+)\s*(<=|<|>=|>|==)\s*([\d.]+)$/.exec(threshold.holds);
  if (parts === null) throw new Error(`The threshold ${threshold.holds} cannot be read.`);
  const [, value = "", comparison = "", bound = ""] = parts;
  const got = numbers(seriesOfThreshold(threshold), value);
  const unit = ["visit", "age"].includes(threshold.measure) ? "ms" : "";
  return {
    what: threshold.says,
    wanted: `${value} ${comparison} ${bound}${unit && ` ${unit}`}`,
    got: got === null ? "nothing was measured" : `${shown(got, value)}${unit && ` ${unit}`}`,
    ok: got !== null && compares(got, comparison, Number(bound)),
    ...(["visit", "age"].includes(threshold.measure) && { time: true as const }),
  };
}

function compares(got: number, comparison: string, bound: number): boolean {
  switch (comparison) {
    case "<":
      return got < bound;
    case "<=":
      return got <= bound;
    case ">":
      return got > bound;
    case ">=":
      return got >= bound;
    default:
      return got === bound;
  }
}

const shown = (value: number, of: string): string =>
  of === "rate" && value !== 0
    ? value.toPrecision(3)
    : value.toLocaleString("en", { maximumFractionDigits: 1 });

/** The table as text, then the verdict in one line. */
export function linesOf({ outcome, rows, reasons }: Verdict, about: string): readonly string[] {
  const width = Math.max(...rows.map(({ what }) => what.length));
  const wide = Math.max(...rows.map(({ wanted }) => wanted.length));
  const mark = { true: "ok  ", false: "FAIL", null: "    " };
  return [
    ...rows.map(
      ({ what, wanted, got, ok }) =>
        `${mark[`${ok}`]}  ${what.padEnd(width)}  ${wanted.padEnd(wide)}  ${got}`,
    ),
    ...reasons.map(({ sentence }) => `      ${sentence}`),
    `${outcome.toUpperCase()}: ${about}${outcome === "invalid" ? " These numbers say nothing about the server." : ""}`,
  ];
}
