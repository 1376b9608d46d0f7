// What a notifier would have left behind, in an outbox of its own writer. In: a folder, an update, who failed. Out: two things told, numbered 1 and 2.
import { openOutbox } from "../../src/store/outbox.ts";
import { type LaneRow, packDead, packJob, packLane, placeOfKind } from "../../src/store/outbox-rows.ts";
import { packTries, type TryRow } from "../../src/store/outbox-tries.ts";

const lane: LaneRow = {
  ...{ state: "done", cursor: "", open: [], holder: null, leaseUntilMs: 0 },
  ...{ queued: 10, sent: 7, failed: 0, left: 1, retried: 3, firstSentMs: null, lastSentMs: null },
  times: [0, 7],
};

/** An update by mail and webhook, in which these failed, and another one of another page. */
export async function writeTold(
  folder: string,
  told: {
    readonly atMs: number;
    readonly page: string;
    readonly otherPage: string;
    readonly incident: string;
    readonly update: string;
    readonly failed: readonly string[];
    readonly why: string;
    /** An endpoint with two tries: not taken, and taken. */
    readonly endpoint?: string;
  },
): Promise<void> {
  const outbox = await openOutbox(folder);
  const { tables, transact } = outbox;
  const jobOf = (page: string) =>
    packJob({
      occasion: { kind: "update", page, incident: told.incident, update: told.update },
      ...{ occurredMs: told.atMs, state: "open", revision: 0, told: null, endedMs: null },
    });
  const [email, webhook] = [placeOfKind("email"), placeOfKind("webhook")];
  const tried: TryRow = {
    ...{ atMs: told.atMs + 1_000, tookMs: 1_204, status: 503, outcome: "later", why: told.why },
    ...{ job: 1, attempt: 1 },
  };
  const taken: TryRow = { ...tried, tookMs: 31, status: 200, outcome: "sent", why: "", job: 9, attempt: 2 };
  const dead = packDead({ atMs: told.atMs + 60_000, attempts: 2, why: told.why });
  await transact(() => ({
    value: null,
    changes: [
      { table: tables.jobs, key: 1, value: jobOf(told.page) },
      { table: tables.jobs, key: 2, value: jobOf(told.otherPage) },
      { table: tables.lanes, key: [1, email], value: packLane({ ...lane, failed: told.failed.length }) },
      { table: tables.lanes, key: [1, webhook], value: packLane({ ...lane, queued: 4, sent: 4, left: 0 }) },
      { table: tables.lanes, key: [2, email], value: packLane(lane) },
      ...told.failed.map((subscriber) => ({ table: tables.dead, key: [1, email, subscriber], value: dead })),
      { table: tables.dead, key: [2, email, "theirs"], value: dead },
      ...(told.endpoint === undefined
        ? []
        : [{ table: tables.tries, key: [told.page, told.endpoint], value: packTries([tried, taken]) }]),
    ],
  }));
  await outbox.close();
}
