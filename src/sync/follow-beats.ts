// What heartbeats confirm. In: heartbeats, head lists, generations applied, the monotonic clock. Out: the POP's freshness, kept in its store.
// A heartbeat counts when its signature holds, its sequence rises and the list that it names is there; anything else confirms nothing.
import type { Clock, Timer } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import type { Trust } from "../snapshot/trust.ts";
import type { Digest, Head, Heartbeat } from "../snapshot/types.ts";
import type { Freshness, SnapshotStore } from "../store/types.ts";
import { heardLevel, type Level, levelAt, startLevel } from "./freshness.ts";
import type { Refusals } from "./refusals.ts";

export interface BeatsOptions {
  readonly store: SnapshotStore;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly refusals: Refusals;
  isRefused(page: string, manifest: Digest): boolean;
  /** Is this page one that this POP gets? Of the others it says nothing. */
  gets(page: string): boolean;
  want(page: string, manifest: Digest): void;
}

/** A heartbeat and what it named, by page. */
export interface Named {
  readonly sequence: number;
  readonly heads: ReadonlyMap<string, Head>;
}

export interface Beats {
  /** The heads that the heartbeat names where it counts, else null. `first`: of its connection, where it may well be the one heard last. */
  take(
    bytes: Uint8Array,
    headsOf: (digest: Digest) => readonly Head[] | null,
    first: boolean,
  ): readonly Head[] | null;
  /** A generation was applied. */
  applied(head: Head): void;
  /** A generation was refused: its page is behind from now on. */
  refused(page: string): void;
  /** A page was removed. */
  forgotten(page: string): void;
  level(): 0 | 1;
  /** The last heartbeat that counted since the start, and what it named. */
  named(): Named | null;
  start(): void;
  stop(): void;
}

/**
 * Heartbeats that may pass before a page that they do not confirm counts as behind: one may come while its generation is on its way.
 */
const missesMax = 2;

export function createBeats(options: BeatsOptions): Beats {
  const { store, trust, clock, log, refusals } = options;
  const last = store.freshness();
  let level: Level = startLevel(last, clock.wallMs(), clock.monotonicMs());
  let heard: Omit<Freshness, "level" | "behind"> | null = last;
  let named: Named | null = null;
  const behind = new Map(Object.entries(last?.behind ?? {}));
  /** Heartbeats in a row that did not confirm a page, and the time of the one that last did. */
  const misses = new Map<string, { readonly count: number; readonly confirmedMs: number }>();
  let timer: Timer | null = null;
  let stopped = false;
  const outcomes = options.metrics.counter("follow_heartbeats_total", "Heartbeats, by outcome.", "outcome");
  options.metrics.watch("follow_level", "0: confirmed by a source; 1: no source.", () => level.level);
  options.metrics.watch(
    "follow_behind_pages",
    "Pages held in an older generation than the last heartbeat names.",
    () => behind.size,
  );
  const save = saver(store, refusals, () =>
    heard === null || stopped ? null : { ...heard, level: level.level, behind: Object.fromEntries(behind) },
  );

  function moveTo(next: Level): void {
    const changed = next.level !== level.level;
    level = next;
    if (changed && next.level === 1)
      log.warn("No source has confirmed these pages for a while: they now say so.", { level: 1 });
    if (changed && next.level === 0) log.info("A source confirms these pages again.", { level: 0 });
    timer?.cancel();
    timer = null;
    if (next.level === 1) return;
    const leftMs = next.sinceMs + limits.staleAfterMs - clock.monotonicMs();
    timer = clock.after(Math.max(0, leftMs), () => {
      moveTo(levelAt(level, clock.monotonicMs()));
      save();
    });
  }

  function accept(heartbeat: Heartbeat, key: PublicKey, heads: readonly Head[]): void {
    const listed = new Map(heads.map((head) => [head.page, head]));
    named = { sequence: heartbeat.sequence, heads: listed };
    const confirmedBefore = heard?.confirmedMs ?? heartbeat.timeMs;
    heard = { sequence: heartbeat.sequence, confirmedMs: heartbeat.timeMs, acceptedMs: clock.wallMs() };
    store.refresh();
    const held = new Map(store.heads().map((head) => [head.page, head]));
    for (const page of new Set([...held.keys(), ...listed.keys()]))
      if (trust.mayPublish(key, page) && options.gets(page))
        weigh(page, held.get(page), listed.get(page), confirmedBefore);
    const old = Math.abs(clock.wallMs() - heartbeat.timeMs) >= limits.staleAfterMs;
    moveTo(heardLevel(level, clock.monotonicMs(), old));
    save();
  }

  /** One page: is what is held what the publisher names? */
  function weigh(
    page: string,
    held: Head | undefined,
    named: Head | undefined,
    confirmedBefore: number,
  ): void {
    if (held !== undefined && held.manifest === named?.manifest) {
      misses.delete(page);
      behind.delete(page);
      return;
    }
    const { count, confirmedMs } = misses.get(page) ?? { count: 0, confirmedMs: confirmedBefore };
    const missed = count + 1;
    misses.set(page, { count: missed, confirmedMs });
    const refused = named !== undefined && options.isRefused(page, named.manifest);
    if (held !== undefined && (refused || missed >= missesMax) && !behind.has(page))
      behind.set(page, confirmedMs);
    if (named === undefined || refused || missed < missesMax || trust.isRemoved(page)) return;
    if (held === undefined || isAbove(named, held)) options.want(page, named.manifest);
    else refusals.refuse("generation-not-above", page);
  }

  function refuse(reason: string, first: boolean): null {
    if (reason === "sequence-not-rising" && first) outcomes.add(1, "repeated");
    else {
      outcomes.add(1, "refused");
      refusals.refuse(reason, null);
    }
    return null;
  }

  return {
    take(bytes, headsOf, first) {
      const check = trust.checkHeartbeat(bytes, heard?.sequence ?? null);
      if (!check.ok) return refuse(check.reason, first);
      const heads = headsOf(check.heartbeat.headsDigest);
      if (heads === null) return refuse("heads-mismatch", false);
      outcomes.add(1, "accepted");
      accept(check.heartbeat, check.key, heads);
      return heads;
    },
    applied(head) {
      misses.delete(head.page);
      if (behind.delete(head.page)) save();
    },
    refused(page) {
      if (heard === null || behind.has(page) || store.head(page) === null) return;
      behind.set(page, misses.get(page)?.confirmedMs ?? heard.confirmedMs);
      save();
    },
    forgotten(page) {
      misses.delete(page);
      if (behind.delete(page)) save();
    },
    level: () => level.level,
    named: () => named,
    start() {
      moveTo(level);
      if (last !== null && last.level !== level.level) save();
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

function isAbove(head: Head, held: Head): boolean {
  return head.epoch > held.epoch || (head.epoch === held.epoch && head.generation > held.generation);
}

/** Writes the newest freshness, one write at a time; what came while one was under way is one more. */
function saver(store: SnapshotStore, refusals: Refusals, read: () => Freshness | null): () => void {
  let writing = false;
  let again = false;
  const save = (): void => {
    const freshness = read();
    if (freshness === null) return;
    again = writing;
    if (writing) return;
    writing = true;
    store
      .putFreshness(freshness)
      .catch((thrown) =>
        refusals.refuse(
          `store-${thrown instanceof Fault ? thrown.code : "internal"}`,
          null,
          messageOf(thrown),
        ),
      )
      .finally(() => {
        writing = false;
        if (again) save();
      });
  };
  return save;
}
