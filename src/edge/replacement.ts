// Replaces the workers of a POP one by one. In: slots whose children work, how to begin another life. Out: successors in their places; where
// one cannot work, all that are left stay.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Counter } from "../base/metrics.ts";
import { type Life, type Living, lifeOfNone, type Slot } from "./child-life.ts";
import { toLine } from "./wire.ts";

export interface ReplacementOptions {
  begin(slot: Slot): Living;
  isStopping(): boolean;
  /** Workers that left after another one had begun to work in their place. */
  readonly replaced: Counter;
  readonly clock: Clock;
  readonly log: Log;
}

/** Says what came of it in the log. Never rejects. */
export async function replaceAll(slots: readonly Slot[], options: ReplacementOptions): Promise<void> {
  const { log, isStopping } = options;
  log.info("The workers are replaced, one by one.");
  for (const slot of slots) {
    if (isStopping()) return;
    const failed = await replace(slot, options).catch(lifeOfNone);
    if (failed !== null) {
      const { fault, exit } = failed;
      const why = fault === null ? `it ended (${exit.signal ?? `exit code ${exit.code}`}).` : fault.message;
      if (!isStopping()) log.error(`Another ${slot.name} did not start, so the one before it stays: ${why}`);
      return;
    }
  }
  log.info("The workers were replaced.");
}

/** Null when it is done, else the end of the one that could not work. */
async function replace(slot: Slot, { begin, replaced, clock }: ReplacementOptions): Promise<Life | null> {
  const before = slot.child;
  // It has ended and is started again, which is what was asked for.
  if (before === null) return null;
  const next = begin(slot);
  slot.successor = next;
  const late = clock.after(limits.childReadyMsMax, () => next.child.kill("SIGKILL"));
  const works = await next.ready;
  late.cancel();
  if (!works) {
    if (slot.successor === next) slot.successor = null;
    return next.life;
  }
  before.send(toLine({ says: "leave" }));
  const killing = clock.after(limits.leaveMsMax + limits.stopGraceMs, () => before.kill("SIGKILL"));
  await before.exited;
  killing.cancel();
  replaced.add();
  return null;
}
