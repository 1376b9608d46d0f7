// One CDN's purges. In: pages to forget. Out: one request at a time that names all who wait, tried again until it is taken, given up or newer.
// Nobody waits for it: a CDN that is down costs memory of a bounded list, and what it holds grows old by itself (`CDN-Cache-Control`).
import { backoffMs } from "../base/backoff.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { type Dialled, type dial, readAll } from "../host/dial.ts";
import type { PurgeAdapter, PurgeVerdict } from "./purge-types.ts";

export interface LaneOptions {
  readonly dial: typeof dial;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Lane {
  /** What this CDN holds of the page is to be forgotten: one that already waits is asked for once. */
  add(page: string): void;
  waiting(): number;
  /** Calls off what is under way. What still waits is left to its age. */
  stop(): Promise<void>;
}

/** What came of one request. `notBeforeMs`: how long the CDN asked to be left alone. */
type Outcome = (PurgeVerdict | { readonly kind: "unreachable"; readonly why: string }) & {
  readonly notBeforeMs?: number;
};

export function createLane(adapter: PurgeAdapter, options: LaneOptions): Lane {
  const { clock, random, log, metrics } = options;
  const requests = metrics.counter("purge_requests_total", "Requests to CDNs, by outcome.", "outcome");
  const pages = metrics.counter(
    "purge_pages_total",
    "Pages that CDNs were to forget, by outcome.",
    "outcome",
  );
  const failing = metrics.gauge("purge_failures", "Requests that failed since the last good one.", "cdn");
  const halt = new AbortController();
  /** Page to the moment (monotonic ms) at which it was last asked for, oldest first. */
  let pending = new Map<string, number>();
  let running: Promise<void> | null = null;
  let retry: Timer | null = null;
  let failures = 0;
  let said = "";

  function add(page: string): void {
    if (pending.delete(page)) pages.add(1, "coalesced");
    pending.set(page, clock.monotonicMs());
    for (const oldest of pending.keys()) {
      if (pending.size <= limits.purgesWaitingMax) break;
      pending.delete(oldest);
      pages.add(1, "dropped");
    }
    wake();
  }

  function wake(): void {
    if (halt.signal.aborted || retry !== null) return;
    running ??= run();
  }

  async function run(): Promise<void> {
    while (pending.size > 0 && retry === null && !halt.signal.aborted) {
      const taken = [...pending].slice(0, adapter.pagesMax);
      for (const [page] of taken) pending.delete(page);
      const outcome = await ask(taken.map(([page]) => page));
      if (halt.signal.aborted) break;
      requests.add(1, outcome.kind);
      if (outcome.kind === "done") succeeded(taken.length);
      else failed(taken, outcome);
    }
    running = null;
  }

  function succeeded(count: number): void {
    pages.add(count, "purged");
    failures = 0;
    failing.set(0, adapter.name);
    if (said !== "") log.info("A CDN takes purges again.", { cdn: adapter.name });
    said = "";
  }

  function failed(
    taken: readonly (readonly [string, number])[],
    outcome: Exclude<Outcome, { kind: "done" }>,
  ): void {
    const sinceMs = clock.monotonicMs() - limits.purgeGivenUpMs;
    const back = taken.filter(([page]) => !pending.has(page));
    pages.add(taken.length - back.length, "coalesced");
    const kept = [...back, ...pending].filter(([, atMs]) => atMs > sinceMs);
    pages.add(back.length + pending.size - kept.length, "given-up");
    pending = new Map(kept);
    failures += 1;
    failing.set(failures, adapter.name);
    if (said !== outcome.why)
      log.warn(`A CDN did not take a purge. ${outcome.why} It is tried again.`, { cdn: adapter.name });
    said = outcome.why;
    // What an operator has to change is not changed within a second.
    const tries = outcome.kind === "refused" ? Number.POSITIVE_INFINITY : failures - 1;
    const delayMs = backoffMs(tries, limits.purgeRetryMsMin, limits.purgeRetryMsMax, random);
    retry = clock.after(Math.max(delayMs, outcome.notBeforeMs ?? 0), () => {
      retry = null;
      wake();
    });
  }

  async function ask(named: readonly string[]): Promise<Outcome> {
    const call = new AbortController();
    const deadline = clock.after(limits.purgeAnswerMsMax, () => call.abort());
    const stopped = (): void => call.abort();
    halt.signal.addEventListener("abort", stopped);
    try {
      const { url, headers, body } = adapter.call(named);
      const dialled = await options.dial(url, {
        policy: "configured",
        method: "POST",
        headers,
        body: new TextEncoder().encode(body),
        timeoutMs: limits.purgeAnswerMsMax,
        signal: call.signal,
      });
      return await judged(dialled);
    } catch (thrown) {
      const fault = thrown instanceof Fault ? thrown : null;
      const why = `${messageOf(thrown)}${fault === null ? "" : ` ${fault.remedy}`}`;
      return { kind: fault?.code === "key-unreadable" ? "refused" : "unreachable", why };
    } finally {
      deadline.cancel();
      halt.signal.removeEventListener("abort", stopped);
    }
  }

  async function judged(dialled: Dialled): Promise<Outcome> {
    try {
      const bytes = await readAll(dialled.body, limits.purgeAnswerBytesMax);
      const verdict = adapter.judge({ status: dialled.status, body: new TextDecoder().decode(bytes) });
      return { ...verdict, notBeforeMs: retryAfterMs(dialled.header("retry-after"), clock.wallMs()) };
    } finally {
      dialled.close();
    }
  }

  return {
    add,
    waiting: () => pending.size,
    async stop() {
      halt.abort();
      retry?.cancel();
      await running;
    },
  };
}

/** `Retry-After` as ms from now (RFC 9110, 10.2.3): seconds or a date. 0 where it says nothing; never longer than a purge is tried at all. */
export function retryAfterMs(text: string | undefined, nowWallMs: number): number {
  if (text === undefined) return 0;
  const ms = /^\d{1,10}$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - nowWallMs;
  return Number.isNaN(ms) ? 0 : Math.min(limits.purgeGivenUpMs, Math.max(0, ms));
}
