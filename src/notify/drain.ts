// Sends one channel's messages: who is next, how many at once, how fast, what becomes of each. In: lanes. Out: messages, and lanes that know what became of them.
// A place of the window is taken from the beginning of a message until its outcome is on the device.
import { backoffMs } from "../base/backoff.ts";
import { type Clock, nextTurn, type Timer } from "../base/clock.ts";
import { createDue } from "../base/due.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import type { ChannelKind } from "../model/subscriber.ts";
import type { PageView } from "../model/view.ts";
import type { TryRow } from "../store/outbox-tries.ts";
import type { ReaderLinks } from "../store/reader-links.ts";
import type { Keeping } from "./keeping.ts";
import type { Lane } from "./lane.ts";
import { createLaneTurns } from "./lane-turns.ts";
import { isMeant } from "./meant.ts";
import { createRate } from "./rate.ts";
import { createReceivers } from "./receivers.ts";
import type { Channel, Links, Outcome, Recipient, Recipients } from "./types.ts";

export interface DrainOptions {
  readonly channel: Channel;
  readonly subscribers: Recipients;
  readonly keeping: Keeping;
  readonly clock: Clock;
  readonly random: Random;
  /** What is read next is what was committed last. */
  refresh(): void;
  /** Null while there is no key: then there is no subscriber either. */
  readerLinks(): ReaderLinks | null;
  linksOf(view: PageView, subscriber: Recipient, links: ReaderLinks, askedMs: number): Links;
  /** What one try came to. */
  onTried(outcome: Outcome["kind"]): void;
  /** Nobody is reached there any more. */
  onGone(lane: Lane, subscriber: string, why: string): void;
  /** It took a message; by its answer it may have confirmed that it wants more. */
  onSent(lane: Lane, subscriber: string, isConfirmed: boolean): void;
}

export interface Drain {
  add(lane: Lane): void;
  drop(lane: Lane): void;
  /** Tries again of a lane that came by now. */
  again(lane: Lane): void;
  /** Begins what can begin. */
  pump(): void;
  /** Messages whose outcome is not on the device. */
  inFlight(): number;
  /** Begins nothing more; what is under way has a while. */
  stop(): Promise<void>;
}

/** Rows that a pump looks at before others have their turn. */
const rowsPerPump = 4 * limits.laneRowsPerTurn;

export function createDrain(options: DrainOptions): Drain {
  return new ChannelDrain(options);
}

interface Waiting {
  readonly lane: Lane;
  readonly id: string;
}

interface Try {
  readonly lane: Lane;
  readonly id: string;
  readonly attempts: number;
}

class ChannelDrain implements Drain {
  readonly #options: DrainOptions;
  readonly #kind: ChannelKind;
  readonly #turns = createLaneTurns();
  readonly #due = createDue<{ readonly lane: Lane; readonly id: string; readonly dueMs: number }>();
  /** What waits for a receiver all of whose places are taken, by its hash. */
  readonly #waiting = new Map<string, Waiting[]>();
  /** What waited for one that has a place now. */
  readonly #ready: Waiting[] = [];
  #aside = 0;
  readonly #receivers;
  readonly #rate;
  readonly #lanes = new Set<Lane>();
  readonly #aborts = new Set<AbortController>();
  /** All of a channel's messages go to one receiver, such as a mail relay: nothing is set aside for it. */
  readonly #isShared: boolean;
  #inFlight = 0;
  #timer: Timer | null = null;
  #timerMs = Number.POSITIVE_INFINITY;
  #resumes = false;
  #stopping = false;
  #pumping = false;
  #againNext = true;
  /** Until then the shared receiver is left alone (monotonic ms). */
  #restsUntilMs = 0;

  constructor(options: DrainOptions) {
    const { channel, clock, random } = options;
    this.#options = options;
    this.#kind = channel.kind;
    this.#rate = createRate(channel.perSecondMax, clock);
    this.#isShared = channel.inFlightPerReceiverMax >= channel.inFlightMax;
    const inFlightMax = channel.inFlightPerReceiverMax;
    const inFlightFirst = this.#isShared ? inFlightMax : Math.min(inFlightMax, limits.receiverPlacesFirst);
    this.#receivers = createReceivers({ inFlightFirst, inFlightMax, clock, random });
  }

  inFlight(): number {
    return this.#inFlight;
  }

  add(lane: Lane): void {
    this.#lanes.add(lane);
    this.#turns.add(lane);
    this.again(lane);
    this.pump();
  }

  drop(lane: Lane): void {
    lane.over = true;
    this.#lanes.delete(lane);
    this.#turns.remove(lane);
  }

  again(lane: Lane): void {
    this.#lanes.add(lane);
    for (const [id, { dueMs }] of lane.again()) this.#due.add(dueMs, { lane, id, dueMs });
    this.pump();
  }

  pump(): void {
    if (this.#pumping || this.#stopping) return;
    this.#pumping = true;
    try {
      this.#pumpOnce();
    } finally {
      this.#pumping = false;
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#timer?.cancel();
    const { clock, keeping } = this.#options;
    const grace = clock.after(limits.notifierStopMs, () => {
      for (const abort of this.#aborts) abort.abort();
    });
    while (this.#aborts.size > 0) await nextTurn();
    grace.cancel();
    await keeping.settled();
  }

  #pumpOnce(): void {
    const { channel, clock, refresh } = this.#options;
    refresh();
    let rows = rowsPerPump;
    while (this.#inFlight < channel.inFlightMax) {
      const restsMs = this.#restsUntilMs - clock.monotonicMs();
      if (restsMs > 0) {
        this.#wakeIn(restsMs);
        return;
      }
      const next = this.#next(rows);
      rows = next.rowsLeft;
      if (next.work === null) {
        if (rows <= 0) this.#resume();
        break;
      }
      if (!this.#begin(next.work)) return;
    }
    this.#wakeForDue();
  }

  /** What is tried again and what is new take turns: neither waits for all of the other. */
  #next(rows: number): { readonly work: Try | null; readonly rowsLeft: number } {
    this.#againNext = !this.#againNext;
    const first = this.#againNext ? this.#nextAgain() : null;
    if (first !== null) return { work: first, rowsLeft: rows };
    let left = rows;
    for (let lane = this.#turns.next(); lane !== null; lane = this.#turns.next()) {
      // Where too much waits to be tried again, nothing new is begun.
      if (this.#due.size() + this.#aside >= limits.againRowsMax) break;
      if (lane.scans) {
        if (left <= 0) return { work: this.#nextAgain(), rowsLeft: 0 };
        left -= this.#scan(lane);
      }
      const id = lane.take();
      if (id !== null) return { work: { lane, id, attempts: 0 }, rowsLeft: left };
      if (lane.taken) this.#turns.remove(lane);
      // The end of its rows is to be kept, too.
      this.#options.keeping.changed(lane);
      this.#endIfDone(lane);
    }
    return { work: this.#nextAgain(), rowsLeft: left };
  }

  /** Looks at some rows of the lane; says how many that were. */
  #scan(lane: Lane): number {
    const { subscribers } = this.#options;
    const { audience } = lane.job;
    const ids: string[] = [];
    const to = subscribers.next(audience.page, lane.scannedTo, limits.laneRowsPerTurn, (id, kind, row) => {
      if (kind === this.#kind && isMeant(audience, row())) ids.push(id);
    });
    lane.found(ids, to);
    return limits.laneRowsPerTurn;
  }

  #nextAgain(): Try | null {
    const now = this.#options.clock.wallMs();
    for (let ready = this.#ready.shift(); ready !== undefined; ready = this.#ready.shift()) {
      const held = ready.lane.tryAgain(ready.id);
      if (held !== null) return { ...ready, attempts: held.attempts };
    }
    for (let due = this.#due.take(now); due !== null; due = this.#due.take(now)) {
      const { lane, id, dueMs } = due;
      const held = lane.tryAgain(id);
      if (held === null) continue;
      if (held.dueMs !== dueMs) {
        lane.waitOn(id, held);
        continue;
      }
      // Known by its hash: nothing is unsealed for one whose receiver is not to be asked yet.
      const restsMs = this.#receivers.restsMs(held.receiver);
      if (restsMs === 0) return { lane, id, attempts: held.attempts };
      if (now - lane.job.occurredMs > limits.deliveryAgeMsMax) {
        lane.gaveUp(id, {
          atMs: now,
          attempts: held.attempts,
          why: "Its receiver could not be reached in time.",
        });
        this.#options.keeping.changed(lane);
        this.#endIfDone(lane);
        continue;
      }
      this.#wait({ lane, id }, { ...held, dueMs: now + restsMs * (1 + this.#options.random.fraction()) });
    }
    return null;
  }

  #wait({ lane, id }: Pick<Try, "lane" | "id">, row: Parameters<Lane["waitOn"]>[1]): void {
    lane.waitOn(id, row);
    this.#due.add(row.dueMs, { lane, id, dueMs: row.dueMs });
  }

  /** False where nothing more can begin now. */
  #begin(work: Try): boolean {
    const { channel, clock, keeping } = this.#options;
    const { lane, id } = work;
    const now = clock.wallMs();
    const links = this.#options.readerLinks();
    const subscriber = links === null ? null : this.#subscriberOf(lane, id);
    if (links === null || subscriber === null) {
      lane.left(id);
      keeping.changed(lane);
      this.#endIfDone(lane);
      return true;
    }
    // A message that is begun ends before another notifier may take the lane.
    if (now + limits.deliveryMsMax > lane.leaseUntilMs) {
      keeping.changed(lane, () => this.#resume());
      return this.#postpone(work, limits.laneRenewMs);
    }
    const receiver = links.deliveryKey("receiver", channel.receiverOf(subscriber)).slice(0, 12);
    if (!this.#receivers.take(receiver)) {
      this.#setAside(work, receiver);
      return !this.#isShared;
    }
    const waitMs = this.#rate.take();
    if (waitMs > 0) {
      this.#receivers.giveBack(receiver);
      return this.#postpone(work, waitMs);
    }
    this.#inFlight++;
    void this.#deliver(work, subscriber, receiver, links);
    return true;
  }

  /** Its receiver has no place, or is left alone: others are not to wait for it. */
  #setAside(work: Try, receiver: string): void {
    const { clock, keeping } = this.#options;
    const { lane, id, attempts } = work;
    const restsMs = this.#receivers.restsMs(receiver);
    if (this.#isShared) {
      this.#restsUntilMs = clock.monotonicMs() + restsMs;
      this.#postpone(work, restsMs);
      return;
    }
    const row = { dueMs: clock.wallMs() + restsMs, attempts, why: "Its receiver was busy.", receiver };
    if (lane.isTrying(id)) lane.waitOn(id, row);
    else {
      lane.setAside(id, row);
      keeping.changed(lane);
    }
    if (restsMs > 0) {
      this.#due.add(row.dueMs, { lane, id, dueMs: row.dueMs });
      return;
    }
    const waiting = this.#waiting.get(receiver) ?? [];
    waiting.push({ lane, id });
    this.#waiting.set(receiver, waiting);
    this.#aside++;
  }

  /** As many of those who wait for it as it has places; while it is left alone, none: one is due when that is over, and leads the others. */
  #freed(receiver: string): void {
    const waiting = this.#waiting.get(receiver);
    if (waiting === undefined) return;
    const restsMs = this.#receivers.restsMs(receiver);
    const some = waiting.splice(0, restsMs > 0 ? 1 : Math.max(1, this.#receivers.free(receiver)));
    this.#aside -= some.length;
    if (waiting.length === 0) this.#waiting.delete(receiver);
    if (restsMs === 0) {
      this.#ready.push(...some);
      return;
    }
    for (const { lane, id } of some) {
      const dueMs = this.#options.clock.wallMs() + restsMs;
      lane.waitUntil(id, dueMs);
      this.#due.add(dueMs, { lane, id, dueMs });
    }
  }

  /** It is the next one again, a little later. */
  #postpone({ lane, id }: Try, ms: number): false {
    if (lane.isTrying(id)) {
      // Due as it was: what holds it up is ours.
      const dueMs = this.#options.clock.wallMs();
      lane.waitUntil(id, dueMs);
      this.#due.add(dueMs, { lane, id, dueMs });
    } else lane.putBack(id);
    this.#wakeIn(ms);
    return false;
  }

  /** As it is at this moment: whoever unsubscribed meanwhile is told nothing. Null where it is not meant. */
  #subscriberOf(lane: Lane, id: string): Recipient | null {
    const { subscribers } = this.#options;
    const { job } = lane;
    const row = subscribers.row(job.page, id);
    if (lane.over || job.view === null || row === null || row.kind !== this.#kind) return null;
    if (!isMeant(job.audience, row)) return null;
    // Nobody is reminded of what has begun.
    if (job.occasion.kind === "reminder" && this.#options.clock.wallMs() >= job.occasion.from) return null;
    const subscriber = subscribers.open(job.page, row);
    if (subscriber === null || row.incident === null || job.isOwn) return subscriber;
    // One contact that follows the page and the incident hears once, by the page.
    const ofPage = subscribers.pageRowOf(job.page, subscriber);
    return ofPage !== null && isMeant(job.audience, ofPage) ? null : subscriber;
  }

  async #deliver(work: Try, subscriber: Recipient, receiver: string, links: ReaderLinks): Promise<void> {
    const { channel, clock, keeping } = this.#options;
    const { lane } = work;
    const [atMs, beganMs] = [clock.wallMs(), clock.monotonicMs()];
    const outcome = await this.#outcomeOf(work, subscriber, links);
    if (channel.keepsTries === true)
      this.#tried(work, outcome, { atMs, tookMs: clock.monotonicMs() - beganMs });
    this.#options.onTried(outcome.kind);
    this.#receivers.done(receiver, outcome.kind !== "later");
    this.#freed(receiver);
    this.#settle(work, outcome, receiver);
    keeping.changed(lane, () => {
      this.#inFlight--;
      this.#endIfDone(lane);
      // Not each of a group for itself.
      if (this.#inFlight < channel.inFlightMax) this.#resume();
    });
  }

  async #outcomeOf({ lane, id, attempts }: Try, subscriber: Recipient, links: ReaderLinks): Promise<Outcome> {
    const { channel, clock, linksOf } = this.#options;
    const { job } = lane;
    const view = job.view as PageView;
    const abort = new AbortController();
    this.#aborts.add(abort);
    const late = Promise.withResolvers<Outcome>();
    const timer = clock.after(limits.deliveryMsMax, () => {
      abort.abort();
      late.resolve({
        kind: "later",
        why: `It took longer than ${limits.deliveryMsMax / 1_000} s.`,
        afterMs: null,
      });
    });
    try {
      const delivery = {
        key: links.deliveryKey(job.name, id),
        attempt: attempts + 1,
        occasion: job.occasion,
        occurredMs: job.occurredMs,
        view,
        revision: job.row.revision,
        subscriber,
        language: subscriber.language ?? view.page.languages[0] ?? "en",
        links: linksOf(view, subscriber, links, job.occurredMs),
      };
      return await Promise.race([channel.deliver(delivery, abort.signal), late.promise]);
    } catch (thrown) {
      // A channel never rejects; one that does all the same costs a try and no notifier.
      return { kind: "later", why: messageOf(thrown), afterMs: null };
    } finally {
      timer.cancel();
      this.#aborts.delete(abort);
    }
  }

  #tried({ lane, id, attempts }: Try, outcome: Outcome, at: Pick<TryRow, "atMs" | "tookMs">): void {
    lane.tried(id, {
      atMs: at.atMs,
      tookMs: Math.round(at.tookMs),
      status: outcome.status ?? null,
      outcome: outcome.kind,
      why: "why" in outcome ? outcome.why.slice(0, limits.whyCharsMax) : "",
      job: lane.job.number,
      attempt: attempts + 1,
    });
  }

  #settle({ lane, id, attempts: before }: Try, outcome: Outcome, receiver: string): void {
    const { clock, onGone, onSent, random } = this.#options;
    const now = clock.wallMs();
    const attempts = before + 1;
    if (outcome.kind === "sent" || outcome.kind === "confirmed") {
      lane.sent(id, now);
      onSent(lane, id, outcome.kind === "confirmed");
      return;
    }
    const why = outcome.why.slice(0, limits.whyCharsMax);
    if (outcome.kind === "gone") onGone(lane, id, why);
    if (lane.over) {
      lane.left(id);
      return;
    }
    const isLast =
      attempts >= limits.deliveryAttemptsMax || now - lane.job.occurredMs > limits.deliveryAgeMsMax;
    if (outcome.kind !== "later" || isLast) {
      lane.gaveUp(id, { atMs: now, attempts, why });
      return;
    }
    const asked = Math.min(outcome.afterMs ?? 0, limits.againAskedMsMax);
    const waitMs = Math.max(asked, backoffMs(attempts, limits.againMsMin, limits.againMsMax, random));
    const row = { dueMs: now + waitMs, attempts, why, receiver };
    lane.setAside(id, row);
    this.#due.add(row.dueMs, { lane, id, dueMs: row.dueMs });
  }

  #endIfDone(lane: Lane): void {
    if (!lane.done) return;
    this.#lanes.delete(lane);
    this.#options.keeping.changed(lane);
  }

  #resume(): void {
    if (this.#resumes) return;
    this.#resumes = true;
    void nextTurn().then(() => {
      this.#resumes = false;
      this.pump();
    });
  }

  #wakeForDue(): void {
    const dueMs = this.#due.nextMs();
    if (dueMs !== null && this.#inFlight < this.#options.channel.inFlightMax)
      this.#wakeIn(dueMs - this.#options.clock.wallMs());
  }

  #wakeIn(ms: number): void {
    const { clock } = this.#options;
    const at = clock.monotonicMs() + Math.max(0, ms);
    if (this.#timer !== null && this.#timerMs <= at) return;
    this.#timer?.cancel();
    this.#timerMs = at;
    // A wall clock that was set is noticed within a minute.
    this.#timer = clock.after(Math.min(60_000, Math.max(0, ms)), () => {
      this.#timer = null;
      this.pump();
    });
  }
}
