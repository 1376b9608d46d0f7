// Which lanes are ours. In: the outbox. Out: lanes that we hold: those that we made, those that nobody holds, those whose holder is dead or said nothing for
// as long as a lease. Two notifiers never have the same one: whoever writes its name into the row, inside a transaction, has it.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { ChannelKind } from "../model/subscriber.ts";
import type { PageView } from "../model/view.ts";
import type { Outbox } from "../store/outbox.ts";
import type { Holder } from "../store/outbox-holders.ts";
import {
  type AgainRow,
  kindAt,
  type LaneRow,
  packLane,
  placeOfKind,
  unpackAgain,
  unpackJob,
  unpackLane,
} from "../store/outbox-rows.ts";
import { Job } from "./job.ts";
import { Lane } from "./lane.ts";

export interface AdoptingOptions {
  readonly outbox: Outbox;
  readonly holder: Holder;
  readonly clock: Clock;
  readonly kinds: ReadonlySet<ChannelKind>;
  view(page: string): PageView | null;
}

export interface Adopting {
  /** Lanes that came since, and of those that others hold the ones that are free by now. */
  look(): Promise<readonly Lane[]>;
  /** This one, also where it is over; null where another holds it or it is not there. */
  claim(job: number, kind: ChannelKind): Promise<Lane | null>;
  /** It is another's now. */
  lost(lane: Lane): void;
  /** Nobody needs the job in memory any more. */
  forget(job: Job): void;
  jobs(): Iterable<Job>;
}

/** [job, kind] of a lane. */
type Place = readonly [number, number];

export function createAdopting({ outbox, holder, clock, kinds, view }: AdoptingOptions): Adopting {
  const { tables, transact } = outbox;
  const jobs = new Map<number, Job>();
  const others = new Map<string, Place>();
  let seen = 0;

  const isOver = ({ state }: LaneRow): boolean => state === "done" || state === "cancelled";
  const isFree = (row: LaneRow): boolean =>
    row.holder === null ||
    row.holder === holder.name ||
    row.leaseUntilMs <= clock.wallMs() ||
    !holder.lives(row.holder);

  /** Those of `places` that nobody else has are ours from now on. */
  const take = (
    places: readonly Place[],
    wanted: (row: LaneRow) => boolean,
  ): Promise<readonly (readonly [Place, LaneRow])[]> =>
    transact(() => {
      const leaseUntilMs = clock.wallMs() + limits.laneLeaseMs;
      const taken: (readonly [Place, LaneRow])[] = [];
      for (const place of places) {
        const bytes = tables.lanes.getBinary([...place]);
        const row = bytes === undefined ? null : unpackLane(bytes);
        others.delete(place.join());
        if (row === null || !wanted(row)) continue;
        if (isFree(row)) taken.push([place, { ...row, holder: holder.name, leaseUntilMs }]);
        else others.set(place.join(), place);
      }
      const changes = taken.map(([place, row]) => ({
        table: tables.lanes,
        key: [...place],
        value: packLane(row),
      }));
      return { changes, value: taken };
    });

  const jobOf = (number: number): Job | null => {
    const known = jobs.get(number);
    if (known !== undefined) return known;
    const bytes = tables.jobs.getBinary(number);
    if (bytes === undefined) return null;
    const row = unpackJob(bytes);
    const job = new Job(number, row, view(row.occasion.page));
    jobs.set(number, job);
    return job;
  };

  const laneOf = ([number, kind]: Place, row: LaneRow): readonly Lane[] => {
    const job = jobOf(number);
    if (job === null) return [];
    const again = new Map<string, AgainRow>();
    for (const { key, value } of tables.again.getRange({
      start: [number, kind],
      end: [number, kind, "\uffff"],
    }))
      again.set((key as [number, number, string])[2], unpackAgain(value));
    return [new Lane({ job, kind: kindAt(kind), row, again, tables })];
  };

  /** Places of jobs that came since the last look, of channels that we have. */
  const fresh = (): readonly Place[] => {
    const places: Place[] = [];
    for (const { key, value } of tables.jobs.getRange({ start: seen + 1 })) {
      seen = key as number;
      if (unpackJob(value).state !== "open") continue;
      for (const lane of tables.lanes.getKeys({ start: [seen], end: [seen, "\uffff"] }))
        if (kinds.has(kindAt((lane as [number, number])[1]))) places.push(lane as [number, number]);
    }
    return places;
  };

  return {
    async look() {
      outbox.refresh();
      const places = [...fresh(), ...others.values()];
      if (places.length === 0) return [];
      const taken = await take(places, (row) => !isOver(row));
      outbox.refresh();
      return taken.flatMap(([place, row]) => laneOf(place, row));
    },
    async claim(number, kind) {
      const [taken] = await take([[number, placeOfKind(kind)]], () => true);
      outbox.refresh();
      return taken === undefined ? null : (laneOf(...taken)[0] ?? null);
    },
    lost(lane) {
      const place = [lane.job.number, placeOfKind(lane.kind)] as const;
      others.set(place.join(), place);
    },
    forget: (job) => void jobs.delete(job.number),
    jobs: () => jobs.values(),
  };
}
