// Forgets what nobody looks at any more. In: the outbox, the time. Out: jobs that are over and old, or too many, are gone with their lanes and dead letters.
import { limits } from "../base/limits.ts";
import type { Change } from "./commit.ts";
import type { Outbox } from "./outbox.ts";
import { unpackJob } from "./outbox-rows.ts";

/** So many rows a transaction. */
const rowsPerTxn = 1_000;

/** Removes a job with all that belongs to it. */
export function forgetJob({ tables, transact }: Outbox, job: number): Promise<void> {
  return transact(() => {
    const range = { start: [job], end: [job, "\uffff"] };
    const changes: Change[] = [{ table: tables.jobs, key: job, value: null }];
    for (const table of [tables.lanes, tables.again, tables.dead])
      for (const key of table.getKeys(range)) changes.push({ table, key, value: null });
    return { changes, value: undefined };
  });
}

/** Oldest first, some at a time. */
export async function sweepOutbox(outbox: Outbox, nowMs: number): Promise<void> {
  const { tables, transact, refresh } = outbox;
  refresh();
  let spare = tables.jobs.getKeysCount() - limits.jobsKept;
  const old: number[] = [];
  for (const { key, value } of tables.jobs.getRange()) {
    const { endedMs, occurredMs } = unpackJob(value);
    // One that was never settled, such as of a channel that was taken away, is tried no more after a day.
    const isOld = (endedMs ?? occurredMs) <= nowMs - limits.jobsKeptMs;
    if (!isOld && spare <= 0) break;
    if (!isOld && endedMs === null) continue;
    old.push(key as number);
    spare--;
  }
  for (const job of old) await forgetJob(outbox, job);
  const dead = tables.dead.getKeysCount() - limits.deadLettersMax;
  if (dead <= 0) return;
  await transact(() => {
    const keys = Array.from(tables.dead.getKeys({ limit: Math.min(dead, rowsPerTxn) }));
    return { changes: keys.map((key) => ({ table: tables.dead, key, value: null })), value: undefined };
  });
}
