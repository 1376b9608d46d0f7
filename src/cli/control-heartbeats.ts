// Heartbeats at a control plane: jobs that ping POPs. In: pings of all POPs, the moment. Out: a probe for each word of a job, and one when it has been silent for longer than its schedule
// and grace. Lateness is judged here alone: a job pings whichever POP answers it, so no POP knows that none came.
import { type Clock, every, type Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Check, HeartbeatTarget, Probe } from "../model/check.ts";
import { cronAfter } from "../model/cron.ts";
import type { PageView } from "../model/view.ts";
import type { Ping } from "../snapshot/check-report.ts";
import type { CheckResults, Taking } from "../store/check-results.ts";
import type { OnProbes } from "./control-checks.ts";

export interface HeartbeatsOptions {
  readonly results: Pick<CheckResults, "word" | "keepWord" | "add">;
  readonly ledger: {
    pages(): readonly string[];
    view(page: string): PageView | null;
  };
  readonly onProbes: OnProbes;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Heartbeats {
  /** What follows from pings, whose times are on our clock: to be kept with them. */
  hear(pings: readonly Ping[]): Taking;
  /** A POP has brought what it had. */
  heardOf(pop: string, atMs: number): void;
  start(): Timer;
}

/** What is known of a job (ms since 1970). */
interface Beat {
  readonly lastMs: number;
  readonly startMs: number | null;
  /** It was said to be silent since its last word. */
  readonly isSilent: boolean;
}

/** Under this name stand results that no POP found. */
export const ownPlace = "control";

/** How often jobs are looked after. */
const lookMs = 5_000;
/** POPs that brought nothing for so long are not waited for. */
const popGoneMs = 10 * limits.planAskMs;

export function createHeartbeats(options: HeartbeatsOptions): Heartbeats {
  const { results, ledger, clock, log } = options;
  const beats = new Map<string, Beat>();
  const pops = new Map<string, number>();
  const startedMs = clock.wallMs();

  function beatOf(check: string): Beat | null {
    const known = beats.get(check) ?? results.word<Beat>("beat", check);
    if (known !== null) beats.set(check, known);
    return known;
  }

  function hear(pings: readonly Ping[]): Taking {
    const probes: Probe[] = [];
    const changed = new Set<string>();
    for (const ping of pings) {
      const before = beatOf(ping.check);
      changed.add(ping.check);
      const startMs = ping.word === "start" ? ping.atMs : (before?.startMs ?? null);
      const tookMs = startMs === null || ping.word === "start" ? null : Math.max(0, ping.atMs - startMs);
      const lastMs = Math.max(before?.lastMs ?? 0, ping.atMs);
      beats.set(ping.check, { lastMs, startMs: ping.word === "start" ? startMs : null, isSilent: false });
      if (ping.word !== "start") probes.push(probeOf(ping, tookMs));
    }
    const words = [...changed].map((name) => ({ word: "beat", name, value: beats.get(name) }));
    return { probes, words };
  }

  async function silent(page: string, check: Check, dueMs: number): Promise<void> {
    const name = `${page}/${check.id}`;
    const nowMs = clock.wallMs();
    const before = beatOf(name) ?? { lastMs: 0, startMs: null, isSilent: false };
    const probe: Probe = {
      ...{ check: name, atMs: nowMs, state: "down", ms: null, why: "silent", certificateEndsMs: null },
      said: `Nothing was heard of it, which was due at ${new Date(dueMs).toISOString()} at the latest.`,
    };
    const beat = { ...before, isSilent: true };
    beats.set(name, beat);
    await results.add(ownPlace, [probe]);
    await results.keepWord("beat", name, beat);
    options.onProbes({ pop: ownPlace, sentMs: nowMs, arrivedMs: nowMs, probes: [probe] });
  }

  /** Whether what POPs hold would have come by now: most of those that live brought what they had since. */
  function isHeardSince(dueMs: number): boolean {
    const nowMs = clock.wallMs();
    const living = [...pops.values()].filter((atMs) => nowMs - atMs < popGoneMs);
    return living.length > 0 && living.filter((atMs) => atMs > dueMs).length * 2 > living.length;
  }

  function look(): void {
    const nowMs = clock.wallMs();
    for (const page of ledger.pages()) {
      for (const check of ledger.view(page)?.checks ?? []) {
        const { target, paused, everyMs } = check;
        if (target.kind !== "heartbeat" || paused) continue;
        const beat = beatOf(`${page}/${check.id}`);
        const dueMs = dueAfter(target, Math.max(beat?.lastMs ?? 0, check.createdAt ?? startedMs));
        if (dueMs === null || nowMs < dueMs || !isHeardSince(dueMs)) continue;
        const saidMs = saidAt.get(check.id) ?? 0;
        // Said again while it lasts, as a probe would be: a verdict forgets what it does not hear again.
        if (beat?.isSilent === true && nowMs - saidMs < Math.max(everyMs, lookMs)) continue;
        saidAt.set(check.id, nowMs);
        silent(page, check, dueMs).catch((thrown: unknown) =>
          log.error(`A job that is silent was not written down: ${messageOf(thrown)}`),
        );
      }
    }
  }
  const saidAt = new Map<string, number>();

  return {
    hear,
    heardOf: (pop, atMs) => void pops.set(pop, atMs),
    start: () => every(clock, lookMs, look),
  };
}

/** When it is late that was last heard at `lastMs`; null for a schedule that is never due again. */
export function dueAfter({ schedule, graceMs }: HeartbeatTarget, lastMs: number): number | null {
  const nextMs =
    "everyMs" in schedule ? lastMs + schedule.everyMs : cronAfter(schedule.cron, schedule.zone, lastMs);
  return nextMs === null ? null : nextMs + graceMs;
}

function probeOf({ check, atMs, word, exit, said }: Ping, tookMs: number | null): Probe {
  const isUp = word === "success";
  const code = exit === null || isUp ? null : `It ended with exit code ${exit}.`;
  const words = [code, isUp ? null : said].filter((one) => one !== null).join(" ");
  return {
    ...{ check, atMs, state: isUp ? "up" : "down", ms: isUp ? tookMs : null, certificateEndsMs: null },
    why: isUp ? null : "answer",
    said: isUp ? null : words === "" ? "It said that it failed." : words,
  };
}
