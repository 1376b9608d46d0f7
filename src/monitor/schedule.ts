// When each check has its turn. In: checks with intervals, a clock. Out: calls, each a little after its turn and never before.
// Turns of one check lie an interval apart from a moment that follows from its name and the POP's, so 10,000 checks a minute are some 167 a second
// and no two POPs look at a target in the same instant.
import { hash } from "node:crypto";
import type { Clock, Timer } from "../base/clock.ts";
import { createDue } from "../base/due.ts";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";

export interface Turn<Item> {
  readonly item: Item;
  /** Monotonic. */
  readonly dueMs: number;
}

export interface Schedule<Item> {
  add(name: string, everyMs: number, item: Item): void;
  remove(name: string): void;
  stop(): void;
}

interface Entry<Item> {
  readonly item: Item;
  readonly everyMs: number;
  /** A moment that is one of its turns. */
  readonly phaseMs: number;
  dueMs: number;
  isGone: boolean;
}

export function createSchedule<Item>(
  { clock, random, place }: { readonly clock: Clock; readonly random: Random; readonly place: string },
  onTurn: (turn: Turn<Item>) => void,
): Schedule<Item> {
  const entries = new Map<string, Entry<Item>>();
  const due = createDue<Entry<Item>>();
  let timer: { readonly atMs: number; readonly timer: Timer } | null = null;

  /** Later at random; what comes on top is this machine's slowness. */
  function enter(entry: Entry<Item>, dueMs: number): void {
    entry.dueMs = dueMs;
    const jitterMs = limits.probeJitterShare * Math.min(entry.everyMs, limits.probeFirstMsMax);
    due.add(dueMs + random.fraction() * jitterMs, entry);
  }

  function wake(): void {
    const atMs = due.nextMs();
    if (timer !== null && (atMs === null || timer.atMs !== atMs)) {
      timer.timer.cancel();
      timer = null;
    }
    if (atMs === null || timer !== null) return;
    timer = { atMs, timer: clock.after(Math.max(0, atMs - clock.monotonicMs()), run) };
  }

  function run(): void {
    timer = null;
    const nowMs = clock.monotonicMs();
    for (let entry = due.take(nowMs); entry !== null; entry = due.take(nowMs)) {
      if (entry.isGone) continue;
      const { item, dueMs } = entry;
      enter(entry, turnAfter(entry, Math.max(nowMs, dueMs)));
      onTurn({ item, dueMs });
    }
    wake();
  }

  return {
    add(name, everyMs, item) {
      this.remove(name);
      const nowMs = clock.monotonicMs();
      const offsetMs = spread(`${place}\n${name}`) * everyMs;
      const entry = { item, everyMs, phaseMs: nowMs + offsetMs, dueMs: 0, isGone: false };
      entries.set(name, entry);
      // What is looked at once a day is first looked at within a minute.
      enter(entry, nowMs + Math.min(offsetMs, offsetMs % limits.probeFirstMsMax));
      wake();
    },
    remove(name) {
      const entry = entries.get(name);
      if (entry !== undefined) entry.isGone = true;
      entries.delete(name);
    },
    stop() {
      for (const entry of entries.values()) entry.isGone = true;
      entries.clear();
      timer?.timer.cancel();
      timer = null;
    },
  };
}

/** The first of its turns after a moment: what a machine that slept has missed is not made up for. */
function turnAfter({ phaseMs, everyMs }: { phaseMs: number; everyMs: number }, ms: number): number {
  return phaseMs + (Math.floor((ms - phaseMs) / everyMs) + 1) * everyMs;
}

/** A text as a fraction of 1, the same everywhere. */
function spread(text: string): number {
  return hash("sha256", text, "buffer").readUInt32BE() / 2 ** 32;
}
