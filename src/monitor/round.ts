// All sources, asked each `upstreamRoundMs`. In: which ones, a clock, a way out. Out: one combined result, as a whole, after each round.
// At most `upstreamsAtOnce` are under way, of one host `upstreamsPerHostAtOnce`; a host in trouble is left alone for some rounds. A round never
// waits for one that hangs longer than that one's own deadline.
import type { Clock, Timer } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { sourceKey, type UpstreamResult, type UpstreamSource } from "../model/upstream.ts";
import type { UpstreamResults } from "../model/upstream-shown.ts";
import { type Ask, type Asked, askUpstream, type Validators } from "./upstream-ask.ts";
import { documentOf } from "./upstreams.ts";

export interface RoundOptions {
  readonly ask: Ask;
  readonly clock: Clock;
  /** Called with all that is known, after each round; `askedCount` of them were asked in it. */
  onRound(results: UpstreamResults, round: { readonly ms: number; readonly askedCount: number }): void;
}

export interface Rounds {
  /** From now on these. One that is new is asked at once, the others at their time. */
  follow(sources: readonly UpstreamSource[], known?: UpstreamResults): void;
  stop(): void;
}

/** One source, and what was learned of it. */
interface Followed {
  readonly source: UpstreamSource;
  readonly host: string;
  result: UpstreamResult | null;
  validators: Validators | null;
  /** Whether this process asked it. */
  isAsked: boolean;
}

/** A host in trouble. */
interface Troubled {
  failures: number;
  /** Not asked before (ms, monotonic). */
  untilMs: number;
}

export function startRounds(options: RoundOptions): Rounds {
  return new Round(options);
}

class Round implements Rounds {
  readonly #options: RoundOptions;
  #followed = new Map<string, Followed>();
  readonly #troubled = new Map<string, Troubled>();
  #timer: Timer | null = null;
  #isUnderWay = false;
  #hasNew = false;
  #stopped = false;

  constructor(options: RoundOptions) {
    this.#options = options;
  }

  follow(sources: readonly UpstreamSource[], known?: UpstreamResults): void {
    const followed = new Map<string, Followed>();
    for (const source of sources.slice(0, limits.upstreamSourcesMax)) {
      const key = sourceKey(source);
      const host = new URL(documentOf(source)).host;
      followed.set(
        key,
        this.#followed.get(key) ?? {
          ...{ source, host, result: known?.get(key) ?? null, validators: null, isAsked: false },
        },
      );
    }
    this.#followed = followed;
    if (this.#timer === null) void this.#turn();
    else void this.#askNew();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** The next turn begins a round's time after this one began, or when this one is over. */
  async #turn(): Promise<void> {
    if (this.#stopped) return;
    this.#timer = this.#options.clock.after(limits.upstreamRoundMs, () => void this.#turn());
    if (this.#isUnderWay) return;
    await this.#ask([...this.#followed.values()]);
    await this.#askNew();
  }

  /** What came while a round was under way waits for its end, and no longer. */
  async #askNew(): Promise<void> {
    this.#hasNew = true;
    if (this.#isUnderWay) return;
    while (this.#hasNew && !this.#stopped) {
      this.#hasNew = false;
      const fresh = [...this.#followed.values()].filter(({ isAsked }) => !isAsked);
      if (fresh.length > 0) await this.#ask(fresh);
    }
  }

  async #ask(some: readonly Followed[]): Promise<void> {
    const { clock, onRound } = this.#options;
    this.#isUnderWay = true;
    const startedMs = clock.monotonicMs();
    const queue = some.filter(({ host }) => (this.#troubled.get(host)?.untilMs ?? 0) <= startedMs);
    const askedCount = queue.length;
    const busy = new Map<string, number>();
    const worker = async (): Promise<void> => {
      for (;;) {
        const at = queue.findIndex(({ host }) => (busy.get(host) ?? 0) < limits.upstreamsPerHostAtOnce);
        const [one] = at < 0 ? [] : queue.splice(at, 1);
        // Those that are left are of hosts that others here are asking: whoever is done with one takes the next.
        if (one === undefined) return;
        busy.set(one.host, (busy.get(one.host) ?? 0) + 1);
        await this.#askOne(one);
        busy.set(one.host, (busy.get(one.host) ?? 1) - 1);
      }
    };
    await Promise.all(Array.from({ length: limits.upstreamsAtOnce }, worker));
    this.#isUnderWay = false;
    if (!this.#stopped) onRound(this.#results(), { ms: clock.monotonicMs() - startedMs, askedCount });
  }

  #results(): UpstreamResults {
    const results = new Map<string, UpstreamResult>();
    for (const [key, { result }] of this.#followed) if (result !== null) results.set(key, result);
    return results;
  }

  async #askOne(one: Followed): Promise<void> {
    const { ask, clock } = this.#options;
    const last = one.result?.last ?? null;
    one.isAsked = true;
    const triedAt = clock.wallMs();
    // Another one of its host may have been sent away meanwhile.
    if ((this.#troubled.get(one.host)?.untilMs ?? 0) > clock.monotonicMs()) {
      one.isAsked = one.result !== null;
      return;
    }
    const asked = await askUpstream(one.source, { reading: last, validators: one.validators }, ask, clock);
    if (asked.kind === "read") {
      one.validators = asked.validators;
      one.result = { last: asked.reading, failed: null, triedAt, ms: asked.ms };
      this.#troubled.delete(one.host);
      return;
    }
    // The answer that comes next is read whole: what failed may have been about the very document that was kept.
    one.validators = null;
    one.result = { last, failed: asked.failure, triedAt, ms: asked.ms };
    if (asked.isHosts) this.#leave(one.host, asked);
    else this.#troubled.delete(one.host);
  }

  #leave(host: string, { waitMs }: Asked & { readonly kind: "failed" }): void {
    const nowMs = this.#options.clock.monotonicMs();
    const known = this.#troubled.get(host);
    const failures =
      known === undefined || known.untilMs <= nowMs ? (known?.failures ?? 0) + 1 : known.failures;
    const grown = limits.upstreamBackoffMsMin * 2 ** Math.min(failures - 1, 20);
    const backoff = Math.min(grown, limits.upstreamBackoffMsMax);
    // Half a round less, so that a host is asked by the round at that time and not by the one after it.
    const delayMs = Math.max(backoff - limits.upstreamRoundMs / 2, waitMs ?? 0);
    this.#troubled.set(host, { failures, untilMs: nowMs + delayMs });
  }
}
