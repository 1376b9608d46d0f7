// Keeps what became of messages: rows of lanes, what is tried again, what was given up, in groups that share a flush. In: lanes that changed. Out: word of
// what is on the device. A place of the window is free again only then, so that a kill sends at most a window twice.
// Each lane is kept only where it still is ours: another notifier may have taken it, and what it writes counts.
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Change } from "../store/commit.ts";
import type { Outbox } from "../store/outbox.ts";
import { packJob, packLane, placeOfKind, unpackLane } from "../store/outbox-rows.ts";
import { triesAdded } from "../store/outbox-tries.ts";
import type { Job } from "./job.ts";
import type { Lane } from "./lane.ts";

export interface KeepingOptions {
  readonly outbox: Outbox;
  /** Our name. */
  readonly holder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** A lane is not ours any more. */
  onLost(lane: Lane): void;
  /** All of a job is settled, on the device. */
  onEnded(job: Job): void;
}

export interface Keeping {
  /** The lane changed; `then` runs when that is on the device. */
  changed(lane: Lane, then?: () => void): void;
  /** The job's own row changed. */
  job(job: Job): void;
  /** Resolves when all that changed is kept, or could not be. */
  settled(): Promise<void>;
}

interface Batch {
  readonly lanes: ReadonlyMap<Lane, ReturnType<Lane["collect"]>>;
  readonly jobs: ReadonlySet<Job>;
}

export function createKeeping(options: KeepingOptions): Keeping {
  const { clock, log } = options;
  const lanes = new Set<Lane>();
  const jobs = new Set<Job>();
  let then: (() => void)[] = [];
  let running: Promise<void> | null = null;
  let failures = 0;

  const keep = async (): Promise<void> => {
    // What happens in the same turn of the event loop goes with it.
    await Promise.resolve();
    while (lanes.size + jobs.size + then.length > 0) {
      const batch = { lanes: new Map([...lanes].map((lane) => [lane, lane.collect()])), jobs: new Set(jobs) };
      const told = then;
      lanes.clear();
      jobs.clear();
      then = [];
      try {
        await keepBatch(options, batch);
        failures = 0;
        for (const tell of told) tell();
      } catch (thrown) {
        for (const [lane, collected] of batch.lanes) {
          lane.keptNot(collected);
          lanes.add(lane);
        }
        for (const job of batch.jobs) jobs.add(job);
        then = [...told, ...then];
        if (failures++ === 0) log.error(`What became of messages could not be kept: ${messageOf(thrown)}`);
        clock.after(limits.notifyLookMs, start);
        return;
      }
    }
  };
  const start = (): void => {
    running ??= keep().finally(() => {
      running = null;
    });
  };
  return {
    changed(lane, tell) {
      if (!lane.closed) lanes.add(lane);
      if (tell !== undefined) then.push(tell);
      start();
    },
    job(job) {
      jobs.add(job);
      start();
    },
    async settled() {
      while (running !== null) await running;
    },
  };
}

async function keepBatch(
  { outbox, holder, clock, onLost, onEnded }: KeepingOptions,
  batch: Batch,
): Promise<void> {
  const { tables, transact } = outbox;
  const nowMs = clock.wallMs();
  const leaseUntilMs = nowMs + limits.laneLeaseMs;
  const [lost, closed, ended] = await transact(() => {
    const changes: Change[] = [];
    const lostOnes: Lane[] = [];
    const closedOnes: Lane[] = [];
    const rows = new Map<Lane, { state: string }>();
    for (const [lane, { row, changes: own }] of batch.lanes) {
      const key = [lane.job.number, placeOfKind(lane.kind)];
      const held = tables.lanes.getBinary(key);
      if (held === undefined || unpackLane(held).holder !== holder) {
        lostOnes.push(lane);
        continue;
      }
      const isOver = row.state === "done" || (row.state === "cancelled" && row.open.length === 0);
      const value = packLane({
        ...row,
        ...(isOver ? { holder: null, leaseUntilMs: 0 } : { holder, leaseUntilMs }),
      });
      if (isOver) closedOnes.push(lane);
      rows.set(lane, row);
      changes.push({ table: tables.lanes, key, value }, ...own);
    }
    // Also of a lane that is another's now: those messages were sent.
    changes.push(
      ...triesAdded(
        outbox,
        [...batch.lanes.values()].flatMap(({ tried }) => tried),
      ),
    );
    const over = [...rows].filter(([, { state }]) => state === "done" || state === "cancelled");
    const jobs = new Set([...over].map(([lane]) => lane.job));
    const endedJobs = [...jobs].filter((job) => isEnded(outbox, job, rows));
    for (const job of endedJobs) job.end(job.row.state === "cancelled" ? "cancelled" : "done", nowMs);
    for (const job of new Set([...batch.jobs, ...endedJobs]))
      changes.push({ table: tables.jobs, key: job.number, value: packJob(job.row) });
    return { changes, value: [lostOnes, closedOnes, endedJobs] as const };
  });
  for (const lane of batch.lanes.keys()) lane.leaseUntilMs = leaseUntilMs;
  for (const lane of closed) lane.closed = true;
  for (const lane of lost) onLost(lane);
  for (const job of ended) onEnded(job);
}

/** All of its lanes are over, those of other notifiers too. */
function isEnded({ tables }: Outbox, job: Job, rows: ReadonlyMap<Lane, { readonly state: string }>): boolean {
  const own = new Map(
    [...rows].filter(([lane]) => lane.job === job).map(([lane, row]) => [placeOfKind(lane.kind), row]),
  );
  for (const { key, value } of tables.lanes.getRange({ start: [job.number], end: [job.number, "\uffff"] })) {
    const state = own.get((key as [number, number])[1])?.state ?? unpackLane(value).state;
    if (state !== "done" && state !== "cancelled") return false;
  }
  return true;
}
