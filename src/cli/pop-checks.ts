// The process that makes a POP's checks. In: checks on standard input, what the operator opened to them. Out: batches of what was found. It holds no key and opens no file, goes
// behind all others of this machine, and ends with the syncer that started it.
import { every } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { checksOfFrame, frameOfBatch, frameOfCounts } from "../edge/checks-apart.ts";
import { goBehindOthers } from "../host/core-turns.ts";
import { linkFramed } from "../host/process.ts";
import { connectsTo, createGuard, usualGuards } from "../monitor/connectivity.ts";
import { createRunner } from "../monitor/runner.ts";
import { checkName } from "../snapshot/check-plan.ts";
import { batchesOf, type ReportEntry } from "../snapshot/check-report.ts";
import { type CheckFlags, checkNetworks, guardsOf } from "./check-flags.ts";
import type { Context } from "./flags.ts";

/** Runs until the syncer lets go of it, or is gone. `place`: checks of another POP are spread otherwise. */
export async function runChecks(
  flags: CheckFlags,
  place: string,
  { clock, random, log }: Pick<Context, "clock" | "random" | "log">,
): Promise<void> {
  await goBehindOthers();
  const gone = Promise.withResolvers<void>();
  const said = new Set<string>();
  let found: ReportEntry[] = [];
  const runner = createRunner({
    ...{ clock, random, place, allowed: checkNetworks(flags) },
    guard: createGuard({ clock, log, places: guardsOf(flags) ?? usualGuards, connects: connectsTo }),
    onProbe: (probe) => void found.push({ probe }),
    onDefect(key, thrown) {
      const sentence = messageOf(thrown);
      // Once each: what throws at every look would fill the log.
      if (said.has(sentence) || said.size > 100) return;
      said.add(sentence);
      log.error(`A check was not made: ${sentence}. This is a defect of Pharos: please report it.`, { key });
    },
  });
  const link = linkFramed({
    onFrame: (frame) =>
      runner.plan(checksOfFrame(frame).map((check) => ({ key: checkName(check), ...check }))),
    onGone: gone.resolve,
  });
  const tell = (): void => {
    const some = found;
    found = [];
    for (const batch of batchesOf(some)) link.send(frameOfBatch(batch));
  };
  const timers = [
    every(clock, limits.probesCollectMs, tell),
    every(clock, limits.workerMetricsMs, () => link.send(frameOfCounts(runner.counts()))),
  ];
  await gone.promise;
  for (const timer of timers) timer.cancel();
  await runner.stop();
}
