// Fires timers. In: the ledger's views, the clock. Out: commands of the actor "timer", each when its moment has come, those that are late at
// once and in order. It remembers nothing that a restart could lose: what is due follows from the views (model/timers.ts).
import type { Timer as Alarm, Clock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { nextTimer, type Timer, timersDue } from "../model/timers.ts";
import type { Ledger } from "../store/ledger.ts";

export interface TimersOptions {
  readonly ledger: Pick<Ledger, "pages" | "view" | "submit" | "onAppend">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Timers {
  /** Resolves when nothing that is due waits. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

interface Failing {
  readonly sentence: string;
  /** Monotonic. */
  readonly againMs: number;
}

/** Begins at once with what came due while nobody looked. */
export function startTimers(options: TimersOptions): Timers {
  const { ledger, clock } = options;
  /** When each page has to be looked at next (wall); pages without a timer are not in it. */
  const lookAt = new Map<string, number>();
  const failing = new Map<string, Failing>();
  const fire = firing(options, failing);
  let alarm: Alarm | null = null;
  let running: Promise<void> | null = null;
  let live = true;

  const dueOn = (page: string): Timer | null => {
    const view = ledger.view(page);
    if (view === null) return null;
    const due = timersDue(view, clock.wallMs());
    const free = due.find(({ timer }) => {
      const failed = failing.get(nameOf(page, timer));
      return failed === undefined || failed.againMs <= clock.monotonicMs();
    });
    return free?.timer ?? null;
  };
  const look = (page: string): void => {
    const view = ledger.view(page);
    const at = dueOn(page)?.at ?? (view === null ? null : nextTimer(view, clock.wallMs()));
    if (at === null) lookAt.delete(page);
    else lookAt.set(page, at);
  };
  const first = (): readonly [page: string, at: number] | null => {
    let found: readonly [string, number] | null = null;
    for (const entry of lookAt) if (found === null || entry[1] < found[1]) found = entry;
    return found;
  };
  const run = async (): Promise<void> => {
    for (let next = first(); live && next !== null && next[1] <= clock.wallMs(); next = first()) {
      const [page] = next;
      const due = dueOn(page);
      if (due !== null) await fire(page, due);
      look(page);
    }
  };
  /** Not later than the recheck: somebody may set the wall clock, and what failed is tried again. */
  const rest = (): void => {
    alarm?.cancel();
    if (!live) return;
    const waitMs = (first()?.[1] ?? Number.POSITIVE_INFINITY) - clock.wallMs();
    alarm = clock.after(Math.min(Math.max(waitMs, 0), limits.timerRecheckMs), wake);
  };
  const work = (): void => {
    running ??= run().finally(() => {
      running = null;
      rest();
    });
  };
  const wake = (): void => {
    for (const page of ledger.pages()) look(page);
    work();
  };
  const end = ledger.onAppend((changed) => {
    for (const page of changed) look(page);
    if (running === null) work();
  });
  wake();
  return {
    async settled() {
      while (running !== null) await running;
    },
    async stop() {
      live = false;
      end();
      alarm?.cancel();
      await running;
    },
  };
}

const nameOf = (page: string, { kind, id, at }: Timer): string => `${page}/${kind}/${id}/${at}`;

/** Submits one. What fails is said once, counted, and left alone for a while, so that others go on. */
function firing(
  { ledger, clock, log, metrics }: TimersOptions,
  failing: Map<string, Failing>,
): (page: string, timer: Timer) => Promise<void> {
  const fired = metrics.counter("timers_fired_total", "Timers, by what they do and how it ended.", "outcome");

  const attempt = async (page: string, timer: Timer): Promise<string | null> => {
    try {
      const done = await ledger.submit(page, { kind: "timer", timer }, "timer");
      if (!done.ok) return done.refusal.sentences.join(" ");
      const view = ledger.view(page);
      const again = view === null ? [] : timersDue(view, clock.wallMs());
      const stays = again.some((it) => nameOf(page, it.timer) === nameOf(page, timer));
      return stays ? "It changed nothing." : null;
    } catch (thrown) {
      return messageOf(thrown);
    }
  };

  return async (page, timer) => {
    const name = nameOf(page, timer);
    const sentence = await attempt(page, timer);
    fired.add(1, sentence === null ? timer.kind : "failed");
    if (sentence === null) {
      failing.delete(name);
      return;
    }
    if (failing.get(name)?.sentence !== sentence)
      log.error(`The timer to ${timer.kind} ${timer.id} failed: ${sentence} It is tried again.`, { page });
    failing.set(name, { sentence, againMs: clock.monotonicMs() + limits.timerRetryMs });
  };
}
