// Follows the op-log. In: pages that changed, moments at which a page changes by itself. Out: new generations, announced.
// One turn a page at a time; what changes meanwhile is one more turn, so a burst of ops costs one generation, not one each.
import { backoffMs } from "../base/backoff.ts";
import { type Clock, nextTurn, type Timer } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { createGiveWay } from "../base/slices.ts";
import { dueAt } from "../model/due.ts";
import { digestOf } from "../snapshot/digest.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import { refusalSentence } from "../snapshot/refusals.ts";
import type { Trust } from "../snapshot/trust.ts";
import { chartsOf } from "../store/charts.ts";
import type { Ledger } from "../store/ledger.ts";
import type { SnapshotStore } from "../store/types.ts";
import { followPoints, type Pace, type SeriesSource } from "./charts.ts";
import { carryOver, publishPage } from "./publish-page.ts";
import { loadPublished, loadSigned, type Published } from "./published.ts";

export interface PublisherOptions {
  readonly ledger: Pick<Ledger, "pages" | "view" | "onAppend">;
  readonly store: SnapshotStore;
  /** Points of metrics; without it pages have no charts. */
  readonly series?: SeriesSource;
  readonly trust: Trust;
  readonly secretKey: SecretKey;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The store has a new head. */
  announce(): void;
}

export interface Publisher {
  /** Publishes what changed while nobody looked, and follows from then on. */
  start(): void;
  /** Asks for a turn of every page: a signed document may have changed what it carries. */
  recheck(): void;
  /** Runs `work` on a page's snapshot while no turn of that page runs, and has a turn look at what it left. */
  alone<Value>(page: string, work: () => Promise<Value>): Promise<Value>;
  /** Resolves when no page waits for a turn. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

interface PageTurns {
  published: Published | null;
  running: Promise<void> | null;
  dirty: boolean;
  failures: number;
  wake: Timer | null;
  /** Why the last turn came to nothing: said once, until it changes. */
  refusal: string;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { ledger, store, clock } = options;
  const pages = new Map<string, PageTurns>();
  let unsubscribe: (() => void) | null = null;
  let points: Pace | null = null;
  let live = false;
  const turn = createTurn(options, (page, delayMs) => {
    const turns = turnsOf(page);
    turns.wake?.cancel();
    turns.wake = clock.after(delayMs, () => mark(page));
  });

  const turnsOf = (page: string): PageTurns => {
    let turns = pages.get(page);
    if (turns === undefined) {
      turns = { published: null, running: null, dirty: false, failures: 0, wake: null, refusal: "" };
      pages.set(page, turns);
    }
    return turns;
  };
  const run = async (page: string, turns: PageTurns): Promise<void> => {
    while (turns.dirty && live) {
      // The editor's answer goes out first: rendering takes the thread.
      await nextTurn();
      turns.dirty = false;
      await turn(page, turns);
    }
    turns.running = null;
  };
  const mark = (page: string): void => {
    if (!live) return;
    const turns = turnsOf(page);
    turns.dirty = true;
    turns.running ??= run(page, turns);
  };
  const settled = async (): Promise<void> => {
    for (;;) {
      const running = [...pages.values()].flatMap((turns) => turns.running ?? []);
      if (running.length === 0) return;
      await Promise.all(running);
    }
  };
  // Pages that have no op-log are asked too: a new epoch or key has them signed again.
  const recheck = (): void => {
    store.refresh();
    for (const page of new Set([...ledger.pages(), ...store.heads().map((head) => head.page)])) mark(page);
  };
  const alone = async <Value>(page: string, work: () => Promise<Value>): Promise<Value> => {
    const turns = turnsOf(page);
    while (turns.running !== null) await turns.running;
    const done = work().finally(() => {
      turns.published = null;
      turns.running = null;
      mark(page);
    });
    turns.running = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  };
  return {
    start() {
      live = true;
      unsubscribe = ledger.onAppend((changed) => {
        for (const page of changed) mark(page);
      });
      points = options.series === undefined ? null : followPoints(options.series, clock, mark);
      recheck();
    },
    recheck,
    alone,
    settled,
    async stop() {
      live = false;
      unsubscribe?.();
      points?.stop();
      for (const turns of pages.values()) turns.wake?.cancel();
      await settled();
    },
  };
}

/** One turn of one page; `wakeAfter` asks for the next one. Failures are said, counted and tried again. */
function createTurn(
  options: PublisherOptions,
  wakeAfter: (page: string, delayMs: number) => void,
): (page: string, turns: PageTurns) => Promise<void> {
  const { ledger, store, trust, clock, random, log, metrics } = options;
  const giveWay = createGiveWay({ clock, sliceMs: limits.publishSliceMs, shareMin: limits.publishShareMin });
  const context = { ...options, giveWay };
  const outcomes = metrics.counter("publishes_total", "Turns of the publisher, by outcome.", "outcome");
  const documents = metrics.counter("documents_rendered_total", "Documents that were rendered.");
  const lastMs = metrics.gauge("publish_duration_ms", "Duration of the last publish (ms).");

  const attempt = async (page: string, turns: PageTurns): Promise<void> => {
    if (trust.isRemoved(page)) return;
    const view = ledger.view(page);
    const held = turns.published ?? loadSigned(store, page);
    const isOurs = view !== null && held.pin === null;
    const before = isOurs ? (turns.published ?? loadPublished(store, page)) : held;
    const asOf = clock.wallMs();
    const began = clock.monotonicMs();
    const outcome = isOurs
      ? await publishPage(context, view, asOf, before, chartsOf(view, options.series ?? null))
      : await carryOver(context, asOf, before);
    outcomes.add(1, outcome.kind);
    if (outcome.kind === "refused") {
      if (turns.refusal !== outcome.reason)
        log.error(`Page ${page} cannot be published: ${refusalSentence(outcome.reason)}`, {
          page,
          reason: outcome.reason,
        });
      turns.refusal = outcome.reason;
      return;
    }
    turns.refusal = "";
    turns.published = isOurs ? outcome.published : null;
    documents.add(outcome.renderedCount);
    if (outcome.kind === "published") {
      lastMs.set(clock.monotonicMs() - began);
      options.announce();
    }
    const due = isOurs ? dueAt(view, asOf) : null;
    if (due !== null) wakeAfter(page, Math.max(0, due - clock.wallMs()) + spreadMs(page));
  };

  return async (page, turns) => {
    try {
      await attempt(page, turns);
      turns.failures = 0;
    } catch (thrown) {
      outcomes.add(1, "failed");
      // What the store holds now is not what was remembered.
      turns.published = null;
      const remedy = thrown instanceof Fault ? ` ${thrown.remedy}` : "";
      const failure = thrown instanceof Fault ? thrown.code : messageOf(thrown);
      if (turns.refusal !== failure)
        log.error(`Page ${page} was not published: ${messageOf(thrown)}${remedy} It is tried again.`, {
          page,
        });
      turns.refusal = failure;
      wakeAfter(
        page,
        backoffMs(turns.failures++, limits.publishRetryMsMin, limits.publishRetryMsMax, random),
      );
    }
  };
}

/** A page's own share of a minute: a thousand pages that all turn at midnight do not turn at once. */
function spreadMs(page: string): number {
  return Number.parseInt(digestOf(new TextEncoder().encode(page)).slice(0, 8), 16) % limits.publishSpreadMs;
}
