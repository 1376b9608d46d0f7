// The engine of notifications. In: a store opened to read, the outbox, channels, words of the control plane. Out: messages, each with its first name at every
// try; what became of them in the outbox; reports. log -> jobs -> lanes -> channels; whatever ends it, the next one goes on where the outbox says.
import { type Clock, every, type Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { ChannelKind } from "../model/subscriber.ts";
import { followLedger } from "../store/ledger-follow.ts";
import type { Store } from "../store/open.ts";
import type { Outbox } from "../store/outbox.ts";
import type { Holder } from "../store/outbox-holders.ts";
import { forgetJob, sweepOutbox } from "../store/outbox-sweep.ts";
import { sweepTries } from "../store/outbox-tries.ts";
import { type ReaderLinks, readReaderLinks } from "../store/reader-links.ts";
import { subscriberLanes } from "../store/subscriber-lanes.ts";
import { createAdopting } from "./adopting.ts";
import { countMeant } from "./counting.ts";
import { createDrain, type Drain, type DrainOptions } from "./drain.ts";
import { createGone } from "./gone.ts";
import type { Job } from "./job.ts";
import { createKeeping } from "./keeping.ts";
import type { Lane } from "./lane.ts";
import { createMeasuring } from "./measuring.ts";
import { createReading } from "./reading.ts";
import type { Channel } from "./types.ts";
import type { DeadName, FromNotifier, ToNotifier } from "./wire.ts";

export interface NotifierOptions {
  /** Opened to read. */
  readonly store: Store;
  readonly outbox: Outbox;
  readonly holder: Holder;
  readonly channels: readonly Channel[];
  readonly linksOf: DrainOptions["linksOf"];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Where what is sent is counted, for `measured` reports; none: nobody reads it. */
  readonly metrics?: Metrics;
  report(message: FromNotifier): void;
}

export interface Notifier {
  /** A word of the control plane. Before the first `wake` nothing begins. */
  take(message: ToNotifier): void;
  /** Resolves when what was asked for is done but for messages under way and tries that are not due. */
  settled(): Promise<void>;
  /** Messages whose outcome is not on the device. */
  inFlight(): number;
  stop(): Promise<void>;
}

export function createNotifier(options: NotifierOptions): Notifier {
  return new Engine(options);
}

class Engine implements Notifier {
  readonly #options: NotifierOptions;
  readonly #drains: ReadonlyMap<ChannelKind, Drain>;
  readonly #lanes = new Set<Lane>();
  readonly #counting = new Map<Job, Promise<void>>();
  readonly #subscribers;
  readonly #view;
  readonly #reading;
  readonly #adopting;
  readonly #keeping;
  readonly #gone;
  readonly #measuring;
  readonly #timers: Timer[] = [];
  #correcting: Timer | null = null;
  #links: ReaderLinks | null = null;
  #from: number | null = null;
  #asked = -1;
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  #stopping = false;
  /** One after the other: a lane that is over is claimed once. */
  #replays: Promise<void> = Promise.resolve();

  constructor(options: NotifierOptions) {
    const { channels, clock, holder, log, outbox, report, store } = options;
    this.#options = options;
    this.#subscribers = subscriberLanes(store);
    this.#view = followLedger(store).view;
    const kinds = new Set(channels.map(({ kind }) => kind));
    const common = { ...options, subscribers: this.#subscribers, view: this.#view };
    this.#reading = createReading({ ...common, holder: holder.name });
    this.#adopting = createAdopting({ ...common, kinds });
    this.#gone = createGone({
      ...{ outbox, clock },
      report: (gone) => report({ says: "gone", gone }),
      onFailure: (thrown) => log.error(`Who is reached no more could not be kept: ${messageOf(thrown)}`),
    });
    this.#keeping = createKeeping({
      ...{ outbox, clock, log },
      holder: holder.name,
      onLost: (lane) => this.#lost(lane),
      onEnded: (job) => void this.#ended(job),
    });
    const { metrics } = options;
    this.#measuring = metrics === undefined ? null : createMeasuring(metrics, clock, () => this.#lanes);
    this.#drains = new Map(channels.map((channel) => [channel.kind, this.#drainOf(channel)]));
  }

  take(message: ToNotifier): void {
    if (message.does === "wake") {
      const isFirst = this.#from === null;
      this.#from = message.from;
      if (isFirst) this.#begin();
      this.#look();
    } else if (message.does === "replay")
      this.#replays = this.#replays.then(() => this.#replay(message.dead));
    else this.#gone.taken(message.page, message.ids);
  }

  async settled(): Promise<void> {
    do {
      await this.#looking;
      await Promise.all(this.#counting.values());
      await this.#keeping.settled();
      await this.#gone.settled();
    } while (this.#looking !== null);
  }

  inFlight(): number {
    return [...this.#drains.values()].reduce((sum, drain) => sum + drain.inFlight(), 0);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) timer.cancel();
    this.#correcting?.cancel();
    await this.#looking;
    await Promise.all([...this.#drains.values()].map((drain) => drain.stop()));
    await this.settled();
    await Promise.all(this.#options.channels.map((channel) => channel.close()));
    this.#subscribers.close();
  }

  #drainOf(channel: Channel): Drain {
    const { clock, linksOf, random, store } = this.#options;
    return createDrain({
      ...{ channel, clock, linksOf, random },
      subscribers: channel.recipients ?? this.#subscribers,
      keeping: this.#keeping,
      refresh: store.refresh,
      readerLinks: () => (this.#links ??= readReaderLinks(store.folder)),
      onTried: (outcome) => this.#measuring?.tried(channel.kind, outcome),
      onGone: ({ kind, job }, id, why) => {
        if (kind !== "social") this.#gone.bounced(job.page, id, kind, why);
      },
      onSent: (lane, id, isConfirmed) => {
        if (isConfirmed)
          this.#options.report({
            says: "confirmed",
            page: lane.job.page,
            subscriber: id,
            askedMs: lane.job.occurredMs,
            atMs: clock.wallMs(),
          });
      },
    });
  }

  #begin(): void {
    const { clock, outbox } = this.#options;
    this.#timers.push(
      every(clock, limits.notifyLookMs, () => this.#look()),
      every(clock, limits.laneRenewMs, () => {
        for (const lane of this.#lanes) this.#keeping.changed(lane);
      }),
      every(clock, limits.jobsSweepMs, () => this.#swept(sweepOutbox(outbox, clock.wallMs()))),
      every(clock, limits.triesSweepMs, () => {
        const isThere = (page: string, id: string): boolean => this.#subscribers.row(page, id) !== null;
        this.#options.store.refresh();
        return this.#swept(sweepTries(outbox, clock.wallMs(), isThere));
      }),
    );
    this.#measure();
    this.#gone.tell();
  }

  /** So often what is counted is told, where it changed. */
  #measure(): void {
    const { clock, metrics, report } = this.#options;
    if (metrics === undefined) return;
    let last = "";
    const tell = (): void => {
      const text = metrics.text();
      if (text !== last) report({ says: "measured", text });
      last = text;
    };
    tell();
    this.#timers.push(every(clock, limits.notifierMeasuredMs, tell));
  }

  async #swept(sweeping: Promise<void>): Promise<void> {
    await sweeping.catch((thrown) =>
      this.#options.log.error(`The outbox could not be swept: ${messageOf(thrown)}`),
    );
  }

  /** One look at a time; what comes meanwhile is looked at once more. */
  #look(): void {
    this.#lookAgain = true;
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = null;
    });
  }

  async #lookOn(): Promise<void> {
    while (this.#lookAgain && !this.#stopping) {
      this.#lookAgain = false;
      try {
        while (await this.#reading.ops(this.#from ?? 0)) await this.#adopt();
        await this.#readAsks();
        await this.#adopt();
        this.#correct();
      } catch (thrown) {
        this.#options.log.error(`Subscribers could not be told: ${messageOf(thrown)}`);
      }
    }
  }

  async #readAsks(): Promise<void> {
    const own = [...this.#adopting.jobs()].filter(({ isOwn }) => isOwn).length;
    const room = limits.ownJobsMax - own;
    if (room <= 0) return;
    const { more, until } = await this.#reading.asks(room);
    if (more) this.#lookAgain = true;
    if (until === this.#asked) return;
    this.#asked = until;
    this.#options.report({ says: "asked", until });
  }

  async #adopt(): Promise<void> {
    for (const lane of await this.#adopting.look()) this.#open(lane);
  }

  #open(lane: Lane): void {
    this.#lanes.add(lane);
    if (lane.job.row.state === "cancelled") this.#cancel(lane.job);
    this.#drains.get(lane.kind)?.add(lane);
    if (lane.counts) this.#count(lane.job);
  }

  #count(job: Job): void {
    if (this.#counting.has(job)) return;
    const lanes = (): readonly Lane[] => [...this.#lanes].filter((lane) => lane.job === job);
    const count = async (): Promise<void> => {
      // Lanes of the same job that are adopted in this turn are counted with it.
      await Promise.resolve();
      const counts = await countMeant(job, {
        subscribers: this.#subscribers,
        refresh: this.#options.store.refresh,
        isOver: () => this.#stopping || lanes().length === 0,
        onFirst: (kind, after) => {
          for (const lane of lanes())
            if (lane.kind === kind) {
              lane.startAt(after);
              this.#drains.get(kind)?.pump();
            }
        },
      });
      if (counts === null) return;
      for (const lane of lanes()) {
        lane.counted(counts.get(lane.kind) ?? 0);
        this.#keeping.changed(lane);
        this.#drains.get(lane.kind)?.pump();
      }
    };
    const counting = count()
      .catch((thrown) => this.#options.log.error(`Subscribers could not be counted: ${messageOf(thrown)}`))
      .finally(() => this.#counting.delete(job));
    this.#counting.set(job, counting);
  }

  /** What was corrected, taken back, or has stood for as long as it may be corrected. */
  #correct(): void {
    const now = this.#options.clock.wallMs();
    let next: number | null = null;
    for (const job of this.#adopting.jobs()) {
      const looked = job.openUntilMs === null ? "same" : job.look(this.#view(job.page), now);
      if (looked === "taken-back") this.#cancel(job);
      else if (looked !== "same") this.#keeping.job(job);
      const until = job.openUntilMs;
      if (until !== null && (next === null || until < next)) next = until;
    }
    this.#correcting?.cancel();
    this.#correcting = null;
    if (next !== null && !this.#stopping)
      this.#correcting = this.#options.clock.after(Math.max(1, next - now), () => this.#look());
  }

  #cancel(job: Job): void {
    job.end("cancelled", this.#options.clock.wallMs());
    for (const lane of this.#lanes) {
      if (lane.job !== job) continue;
      lane.cancel();
      this.#drains.get(lane.kind)?.drop(lane);
      this.#keeping.changed(lane);
    }
    this.#keeping.job(job);
  }

  #lost(lane: Lane): void {
    this.#lanes.delete(lane);
    this.#drains.get(lane.kind)?.drop(lane);
    this.#adopting.lost(lane);
  }

  async #ended(job: Job): Promise<void> {
    const lanes = [...this.#lanes].filter((lane) => lane.job === job);
    for (const lane of lanes) this.#lanes.delete(lane);
    this.#adopting.forget(job);
    // What one was told of the own subscription is no progress that anyone looks at; what could not be told is.
    const { log, outbox } = this.#options;
    if (job.isOwn && lanes.every(({ failed }) => failed === 0))
      await forgetJob(outbox, job.number).catch((thrown) => log.error(messageOf(thrown)));
    if (job.isOwn && !this.#stopping) this.#look();
  }

  async #replay(dead: readonly DeadName[]): Promise<void> {
    try {
      for (const { job, kind, subscriber } of dead) {
        const held = [...this.#lanes].find((it) => it.job.number === job && it.kind === kind && !it.closed);
        const lane = held ?? (await this.#adopting.claim(job, kind));
        if (lane === null) continue;
        this.#lanes.add(lane);
        lane.job.reopen();
        const dueMs = this.#options.clock.wallMs();
        if (lane.replay(subscriber, { dueMs, attempts: 0, why: "An operator sent it again.", receiver: "" }))
          this.#drains.get(kind)?.again(lane);
        this.#keeping.job(lane.job);
        this.#keeping.changed(lane);
      }
    } catch (thrown) {
      this.#options.log.error(`Dead letters could not be sent again: ${messageOf(thrown)}`);
    }
  }
}
