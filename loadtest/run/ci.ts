// What is tried with every change: is it correct under load, and does the harness itself still judge. In: a way to run a scenario. Out: lines, an exit code.
// Times are told and not judged here: a machine that does other things too would fail for its neighbours. One ratio is, against the committed one.
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { resolve } from "node:path";
import type { Row } from "../lib/scenario.ts";
import { controls, runControl } from "./controls.ts";
import type { Summary } from "./summary.ts";

export const ciScenarios = ["smoke", "spike-1000x", "origin-loss"] as const;
/** Of the committed ratio; twice in a row. */
export const ratioShareMin = 0.6;
const tries = 2;
const baseline = resolve(import.meta.dirname, "../baseline.json");

export interface CiOptions {
  readonly k6: { readonly file: string; readonly version: string };
  /** False where they have been tried already, as `npm test` does. */
  readonly withControls: boolean;
  /** The ratio is written down in place of being judged. */
  readonly saves: boolean;
  /** All on one network, in this order: the last of them leaves it without an origin. */
  run(scenario: string): Promise<Summary>;
  /** A POP to a raw server; null where it cannot be measured here. */
  ratio(): Promise<number | null>;
  out(line: string): void;
}

export async function runCi({ k6, withControls, saves, run, ratio, out }: CiOptions): Promise<number> {
  const wrong: string[] = [];
  if (saves) wrong.push(...save(await ratio(), out));
  else if (!(await ratioKept(ratio, committedRatio(), out)))
    wrong.push(
      `A POP is slower beside a raw server than ${ratioShareMin} of what it was, ${tries} times of ${tries}.`,
    );
  for (const name of ciScenarios) {
    const { verdict } = await run(name);
    const rows = incorrect(verdict.rows);
    out(
      `${rows.length === 0 ? "ok  " : "FAIL"}  ${name}: ${verdict.outcome}${rows.length === 0 && verdict.outcome !== "passed" ? ", by its times alone" : ""}`,
    );
    wrong.push(...rows.map(({ what, wanted, got }) => `${name}: ${what}: wanted ${wanted}, got ${got}.`));
  }
  for (const control of withControls ? controls : []) {
    const { ok, summary } = await runControl(control, k6);
    out(`${ok ? "ok  " : "FAIL"}  control: ${control.name}`);
    if (!ok) wrong.push(`The control "${control.name}" came to ${summary.verdict.outcome}.`);
  }
  for (const sentence of wrong) out(sentence);
  return wrong.length === 0 ? 0 : 1;
}

/** Rows that do not hold and are not about time. */
export const incorrect = (rows: readonly Row[]): readonly Row[] =>
  rows.filter(({ ok, time }) => ok === false && time !== true);

/** True where one of two tries reaches the share of what was committed, or nothing can be measured. */
export async function ratioKept(
  ratio: () => Promise<number | null>,
  committed: number,
  out: (line: string) => void,
): Promise<boolean> {
  for (let at = 0; at < tries; at++) {
    const now = await ratio();
    if (now === null) {
      out("      no ratio: autocannon is not here");
      return true;
    }
    out(`      a POP to a raw Bun.serve: ${now.toFixed(2)}, committed ${committed}`);
    if (now >= ratioShareMin * committed) return true;
  }
  return false;
}

/** Sentences of what was in the way. */
function save(ratio: number | null, out: (line: string) => void): readonly string[] {
  if (ratio === null) return ["No ratio was saved: autocannon is not here."];
  const popToRaw = Number(ratio.toFixed(2));
  const measured = `${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores of ${cpus()[0]?.model.trim()}: a POP of the demo to a raw Bun.serve, front page, autocannon, 16 connections, median of three rounds turn about`;
  writeFileSync(baseline, `${JSON.stringify({ popToRaw, measured }, null, 2)}\n`);
  out(`      a POP to a raw Bun.serve: ${popToRaw}, saved in ${baseline}`);
  return [];
}

function committedRatio(): number {
  return (JSON.parse(readFileSync(baseline, "utf8")) as { readonly popToRaw: number }).popToRaw;
}
