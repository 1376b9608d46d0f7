// Makes the checks of a plan. In: a plan, a guard. Out: a probe for each look, with the times of its steps.
// turn (schedule.ts) -> place (places.ts) -> look (checks.ts) -> guard (connectivity.ts) -> probe
import { limits } from "../base/limits.ts";
import type { Probe, ProbeWhy } from "../model/check.ts";
import { hostOfTarget, isLookedAt, look } from "./checks.ts";
import { nothingSeen } from "./connection.ts";
import { createPlaces } from "./places.ts";
import { createSchedule } from "./schedule.ts";
import type { Found, LookedAt, PlannedCheck, Room, Runner, RunnerTerms } from "./types.ts";

interface Entry {
  readonly check: PlannedCheck;
  readonly target: LookedAt;
  readonly host: string;
  isBusy: boolean;
  isGone: boolean;
}

/** By these a failure may be this POP's own; by all others the target was reached. */
const unreached = new Set<ProbeWhy | null>(["timeout", "unreachable", "name"]);

export function createRunner(terms: RunnerTerms): Runner {
  const { clock, guard } = terms;
  const entries = new Map<string, Entry>();
  const places = createPlaces(limits.probesAtOnceMax, limits.probesPerHostMax);
  const room = createRoom(limits.probeBodiesBytesMax);
  const underWay = new Map<AbortController, Promise<void>>();
  const counts = { begun: 0, late: 0, skipped: 0 };
  let isStopped = false;

  const schedule = createSchedule<Entry>(terms, ({ item: entry, dueMs }) => {
    if (entry.isBusy) {
      counts.skipped++;
      return;
    }
    entry.isBusy = true;
    places.enter(entry.host, () => begin(entry, dueMs));
  });

  function begin(entry: Entry, dueMs: number): void {
    const called = new AbortController();
    const done = (entry.isGone ? Promise.resolve() : run(entry, dueMs, called))
      .catch((thrown: unknown) => terms.onDefect(entry.check.key, thrown))
      .then(() => {
        underWay.delete(called);
        entry.isBusy = false;
        places.leave(entry.host);
      });
    underWay.set(called, done);
  }

  async function run(entry: Entry, dueMs: number, called: AbortController): Promise<void> {
    const { key, everyMs, timeoutMs } = entry.check;
    const [atMs, sinceMs] = [clock.wallMs(), clock.monotonicMs()];
    counts.begun++;
    if (sinceMs - dueMs > limits.probeLateShare * everyMs) counts.late++;
    const deadline = clock.after(timeoutMs, () => called.abort());
    const { allowed, authorities, random } = terms;
    const given = { clock, random, allowed, authorities, timeoutMs, signal: called.signal, room };
    const found = await look(entry.target, given).catch((thrown): Found => {
      terms.onDefect(key, thrown);
      return { ...ourDefect, ...nothingSeen() };
    });
    deadline.cancel();
    const tookMs = clock.monotonicMs() - sinceMs;
    const state = await stateOf(entry.host, found, sinceMs);
    if (isStopped || entry.isGone) return;
    terms.onProbe(probeOf(entry.check, { ...found, state }, atMs, tookMs), found.times);
  }

  async function stateOf(host: string, { state, why }: Found, sinceMs: number): Promise<Found["state"]> {
    if (state === "blind") return state;
    const answered = !unreached.has(why);
    guard.saw(host, answered);
    return !answered && (await guard.isBlind(host, sinceMs)) ? "blind" : state;
  }

  return {
    plan(checks) {
      const wanted = new Map(checks.map((check) => [check.key, check]));
      for (const [key, entry] of entries) {
        const check = wanted.get(key);
        if (check !== undefined && isSame(check, entry.check)) wanted.delete(key);
        else drop(key, entry);
      }
      for (const [key, check] of wanted) {
        const { target, everyMs } = check;
        if (!isLookedAt(target)) continue;
        const entry = { check, target, host: hostOfTarget(target), isBusy: false, isGone: false };
        entries.set(key, entry);
        schedule.add(key, everyMs, entry);
      }
    },
    counts: () => ({
      planned: entries.size,
      running: places.running(),
      waiting: places.waiting(),
      ...counts,
    }),
    async stop() {
      isStopped = true;
      schedule.stop();
      places.clear();
      for (const called of underWay.keys()) called.abort();
      await Promise.all(underWay.values());
    },
  };

  function drop(key: string, entry: Entry): void {
    entry.isGone = true;
    entries.delete(key);
    schedule.remove(key);
  }
}

const ourDefect = {
  state: "blind",
  why: "internal",
  said: "This POP could not make the check: its log says why.",
} as const;

/** How long it took is told of what is up: how fast somebody was refused says nothing about how fast they are served. */
function probeOf({ key, slowMs }: PlannedCheck, found: Found, atMs: number, tookMs: number): Probe {
  const { why, said, certificateEndsMs } = found;
  const isUp = found.state === "up" || found.state === "slow";
  const isSlow = found.state === "up" && slowMs !== null && tookMs > slowMs;
  return {
    check: key,
    atMs,
    state: isSlow ? "slow" : found.state,
    ms: isUp ? Math.round(tookMs) : null,
    why,
    said: isSlow ? `It took ${Math.round(tookMs)} ms, which is more than ${slowMs} ms.` : said,
    certificateEndsMs,
  };
}

/** A plan is made anew when anything of its page changes; a check that is asked for as before keeps its turns. */
const isSame = (one: PlannedCheck, other: PlannedCheck): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function createRoom(bytesMax: number): Room {
  let free = bytesMax;
  return {
    take(bytes) {
      if (bytes > free) return false;
      free -= bytes;
      return true;
    },
    give(bytes) {
      free += bytes;
    },
  };
}
