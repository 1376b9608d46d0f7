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
import type { Offer } from "../render/types.ts";
import { digestOf } from "../snapshot/digest.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import { refusalSentence } from "../snapshot/refusals.ts";
import type { Trust } from "../snapshot/trust.ts";
import type { Ledger } from "../store/ledger.ts";
import type { SnapshotStore } from "../store/types.ts";
import { followPoints, type Pace, type SeriesSource } from "./charts.ts";
import { createMaker, type Maker } from "./maker.ts";
import { carryOver, publishPage } from "./publish-page.ts";
import { loadSigned, type Published } from "./published.ts";
import { followUpstreams, type UpstreamSource } from "./upstreams.ts";

export interface PublisherOptions {
  readonly ledger: Pick<Ledger, "pages" | "view" | "onAppend">;
  readonly store: SnapshotStore;
  /** Points of metrics; without it pages have no charts. */
  readonly series?: SeriesSource;
  /** What vendors say; without it pages know nothing of them. */
  readonly upstreams?: UpstreamSource;
  /** Default: this process, behind whatever requests it has to answer. */
  readonly maker?: Maker;
  /** What a page takes from visitors, and how subscribers are reached; without it no page has a form. */
  offer?(page: string): Offer | null;
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
  /** What the store holds of it; null until it is read, and where somebody else may have written. */
  signed: Published | null;
  running: Promise<void> | null;
  dirty: boolean;
  failures: number;
  wake: Timer | null;
  /** Why the last turn came to nothing: said once, until it changes. */
  refusal: string;
}

export function createPublisher(given: PublisherOptions): Publisher {
  const { ledger, store, clock } = given;
  const options = { ...given, maker: given.maker ?? makerHere(given) };
  const pages = new Map<string, PageTurns>();
  let unsubscribe: (() => void) | null = null;
  let points: Pace | null = null;
  let vendors: Pace | null = null;
  let live = false;
  const wakeAfter = (page: string, delayMs: number): void => {
    const turns = turnsOf(page);
    turns.wake?.cancel();
    turns.wake = clock.after(delayMs, () => mark(page));
  };
  const turn = createTurn({ ...options, isLive: () => live }, wakeAfter);

  const turnsOf = (page: string): PageTurns => {
    let turns = pages.get(page);
    if (turns === undefined) {
      turns = { signed: null, running: null, dirty: false, failures: 0, wake: null, refusal: "" };
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
      turns.signed = null;
      options.maker.forget(page);
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
      const all = { ids: () => ledger.pages(), view: ledger.view };
      vendors = options.upstreams === undefined ? null : followUpstreams(options.upstreams, all, clock, mark);
      recheck();
    },
    recheck,
    alone,
    settled,
    async stop() {
      live = false;
      unsubscribe?.();
      points?.stop();
      vendors?.stop();
      for (const turns of pages.values()) turns.wake?.cancel();
      // What is nearly made is waited for, a page of 20,000 new documents is not: the next start publishes it.
      const ending = clock.after(limits.stopGraceMs, () => void options.maker.stop());
      await settled();
      ending.cancel();
      await options.maker.stop();
    },
  };
}

/** A maker in this process. */
export function makerHere({
  ledger,
  store,
  series,
  upstreams,
  clock,
}: Omit<PublisherOptions, "maker">): Maker {
  const giveWay = createGiveWay({ clock, sliceMs: limits.publishSliceMs, shareMin: limits.publishShareMin });
  return createMaker({ store, view: ledger.view, series, upstreams, giveWay });
}

/** One turn of one page; `wakeAfter` asks for the next one. Failures are said, counted and tried again. */
function createTurn(
  options: PublisherOptions & { readonly maker: Maker; isLive(): boolean },
  wakeAfter: (page: string, delayMs: number) => void,
): (page: string, turns: PageTurns) => Promise<void> {
  const { ledger, store, trust, clock, random, log, metrics } = options;
  const outcomes = metrics.counter("publishes_total", "Turns of the publisher, by outcome.", "outcome");
  const documents = metrics.counter("documents_rendered_total", "Documents that were rendered.");
  const lastMs = metrics.gauge("publish_duration_ms", "Duration of the last publish (ms).");

  const attempt = async (page: string, turns: PageTurns): Promise<void> => {
    if (trust.isRemoved(page)) return;
    const view = ledger.view(page);
    const before = turns.signed ?? loadSigned(store, page);
    const isOurs = view !== null && before.pin === null;
    const asOf = clock.wallMs();
    const began = clock.monotonicMs();
    const outcome = isOurs
      ? await publishPage(options, page, asOf, before)
      : await carryOver(options, asOf, before);
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
    turns.signed = isOurs ? outcome.signed : null;
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
      turns.signed = null;
      options.maker.forget(page);
      if (!options.isLive()) {
        log.info(`Page ${page} waits for the next start to be published: ${messageOf(thrown)}`);
        return;
      }
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
