// The outbox: rows that decode for ever, transactions that decide on what they find, times within what is promised, and what is swept.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { openOutbox, outboxFile, readOutbox, wordChange } from "../../src/store/outbox.ts";
import { holdAs } from "../../src/store/outbox-holders.ts";
import {
  type JobRow,
  type LaneRow,
  newLane,
  packAgain,
  packDead,
  packGone,
  packJob,
  packLane,
  unpackAgain,
  unpackDead,
  unpackGone,
  unpackJob,
  unpackLane,
} from "../../src/store/outbox-rows.ts";
import { sweepOutbox } from "../../src/store/outbox-sweep.ts";
import { addTime, listOf, timeBelow } from "../../src/store/outbox-times.ts";
import { packTries, type TryRow, unpackTries } from "../../src/store/outbox-tries.ts";
import { freshFolder } from "./stores.ts";

const job: JobRow = {
  occasion: { kind: "update", page: "acme", incident: "i1", update: "u1" },
  occurredMs: 1_767_614_400_000,
  state: "open",
  revision: 2,
  told: null,
  endedMs: null,
};
const lane: LaneRow = {
  ...newLane,
  ...{ state: "scanned", cursor: "s9", open: ["s7", "s8"], holder: "n1", leaseUntilMs: 1_767_614_490_000 },
  ...{ queued: 12, sent: 8, failed: 1, left: 1, retried: 3, firstSentMs: 1_767_614_400_100 },
  ...{ lastSentMs: 1_767_614_401_000, times: [0, 7, 31, 1] },
};
const tries: readonly TryRow[] = [
  {
    ...{ atMs: 1_767_614_460_000, tookMs: 15_000, status: null, outcome: "later", why: "Nobody answered." },
    ...{ job: 7, attempt: 1 },
  },
  {
    ...{ atMs: 1_767_614_470_000, tookMs: 31, status: 200, outcome: "sent", why: "", job: 7, attempt: 2 },
  },
];
const rows = {
  job: [packJob(job), unpackJob, job],
  lane: [packLane(lane), unpackLane, lane],
  again: [
    packAgain({ dueMs: 1_767_614_460_000, attempts: 2, why: "It said 503.", receiver: "abcdefghijkl" }),
    unpackAgain,
    { dueMs: 1_767_614_460_000, attempts: 2, why: "It said 503.", receiver: "abcdefghijkl" },
  ],
  dead: [
    packDead({ atMs: 1_767_614_460_000, attempts: 40, why: "It said 400." }),
    unpackDead,
    { atMs: 1_767_614_460_000, attempts: 40, why: "It said 400." },
  ],
  tries: [packTries(tries), unpackTries, tries],
  gone: [
    packGone({ kind: "webhook", atMs: 1_767_614_460_000, why: "It said 410.", count: 1 }),
    unpackGone,
    { kind: "webhook", atMs: 1_767_614_460_000, why: "It said 410.", count: 1 },
  ],
} as const;

describe("store/outbox", () => {
  test("golden rows decode for ever, and what is written now is the same bytes", () => {
    const golden = JSON.parse(readFileSync(join(import.meta.dirname, "../golden/outbox-1.json"), "utf8"));
    expect(Object.keys(golden)).toEqual(Object.keys(rows));
    for (const [name, [bytes, unpack, value]] of Object.entries(rows)) {
      expect(Buffer.from(bytes).toString("hex")).toBe(golden[name]);
      expect(unpack(Buffer.from(golden[name], "hex")) as unknown).toEqual(value);
    }
  });

  test("a transaction decides on what is there, keeps all or nothing, and is there after a restart", async () => {
    const folder = freshFolder();
    expect(readOutbox(folder)).toBeNull();
    const outbox = await openOutbox(folder);
    const count = () =>
      outbox.transact(() => {
        const value = (outbox.word<number>("job") ?? 0) + 1;
        return { value, changes: [wordChange(outbox.tables, "job", value)] };
      });
    expect(await Promise.all(Array.from({ length: 20 }, count))).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
    const failing = outbox.transact(() => {
      throw new Error("undecided");
    });
    expect(failing).rejects.toThrow("undecided");
    expect(
      outbox.transact(() => ({ value: 0, changes: [wordChange(outbox.tables, "wrong" as "job", 1)] })),
    ).rejects.toThrow("outboxWords");
    await outbox.close();
    const reader = readOutbox(folder);
    expect(reader?.word<number>("job")).toBe(20);
    await reader?.close();
    expect(outboxFile(folder)).toContain("outbox");
  });

  test("a holder lives as long as its process holds its name", () => {
    const folder = freshFolder();
    const [one, other] = [holdAs(folder, "one"), holdAs(folder, "other")];
    expect([other.lives("one"), one.lives("one"), other.lives("nobody"), other.lives("../x")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    one.release();
    expect(other.lives("one")).toBe(false);
    other.release();
  });

  test("times are read within 2 % of what they were", () => {
    const [times, all] = [new Map<number, number>(), [] as number[]];
    for (let at = 1; at <= 2_000; at++) {
      const ms = 20 + ((at * 7_919) % 90_000);
      all.push(ms);
      addTime(times, ms);
    }
    all.sort((a, b) => a - b);
    const exact = all[Math.ceil(0.95 * all.length) - 1] ?? 0;
    expect(Math.abs((timeBelow([listOf(times)], 0.95) ?? 0) / exact - 1)).toBeLessThan(0.025);
    expect(timeBelow([[]], 0.95)).toBeNull();
  });

  test("what is over and old is swept with all that belongs to it; what is open stays", async () => {
    const outbox = await openOutbox(freshFolder());
    const { tables, transact } = outbox;
    const ended = (number: number, endedMs: number | null) => [
      { table: tables.jobs, key: number, value: packJob({ ...job, occurredMs: 1_000, endedMs }) },
      { table: tables.lanes, key: [number, 0], value: packLane(lane) },
      { table: tables.dead, key: [number, 0, "s1"], value: rows.dead[0] },
    ];
    await transact(() => ({
      value: null,
      changes: [...ended(1, 1_000), ...ended(2, null), ...ended(3, 5_000)],
    }));
    await sweepOutbox(outbox, 1_000 + limits.jobsKeptMs - 1);
    outbox.refresh();
    expect([...tables.jobs.getKeys()]).toEqual([1, 2, 3]);
    await sweepOutbox(outbox, 1_000 + limits.jobsKeptMs);
    outbox.refresh();
    expect([...tables.jobs.getKeys()]).toEqual([3]);
    expect([tables.lanes.getKeysCount(), tables.dead.getKeysCount()]).toEqual([1, 1]);
    await outbox.close();
  });
});
