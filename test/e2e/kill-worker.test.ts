// Alone: it counts each of 2,000 requests a second while processes are killed.
// kill -9 of one of two workers beneath visitors costs at most a request for each connection that it held, by the system's own count; kill -9 of the
// syncer costs none. Both are replaced while the other worker serves.
import { expect } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { runLine } from "../support/command.ts";
import { noOwnNetworkReason, runInOwnNetwork } from "../support/own-network.ts";
import { count } from "../support/seed.ts";
import { skipUnless } from "../support/skip.ts";
import type { KillReport } from "./kill-worker-load.ts";

const kills = count(1, 10);
const script = join(import.meta.dirname, "kill-worker-load.ts");
const deadlineMs = 40_000 + 10_000 * kills;
const hasSs = process.platform === "linux" && spawnSync("ss", ["-V"]).status === 0;
const testWithSs = skipUnless(hasSs, "counting a process's connections needs ss (iproute2)");
const testInOwnNetwork = skipUnless(
  hasSs && noOwnNetworkReason === null,
  noOwnNetworkReason ?? "ss is absent",
);

testWithSs(
  "a worker is killed: its connections fail, and those that came while it was dying",
  async () => {
    const env = { PATH: process.env.PATH ?? "" };
    const { code, out, err } = await runLine([process.execPath, script, String(kills)], { env, deadlineMs });
    expect([code, err]).toEqual([0, ""]);
    const report = JSON.parse(out) as KillReport;
    expect(report.workers).toHaveLength(kills);
    for (const { held, waiting, failedBefore, failedAfter } of report.workers) {
      expect(held).toBeGreaterThan(0);
      expect(failedBefore).toBeLessThanOrEqual(held + waiting);
      expect(failedAfter).toBe(0);
    }
    expect(report.syncer).toEqual([]);
  },
  deadlineMs,
);

testInOwnNetwork(
  "with tcp_migrate_req=1: its connections, and nothing else",
  async () => {
    const out = await runInOwnNetwork(script, [String(kills)], ["net.ipv4.tcp_migrate_req=1"]);
    const report = JSON.parse(out) as KillReport;
    expect(report.workers).toHaveLength(kills);
    for (const { held, waiting, failedBefore, failedDying, failedAfter } of report.workers) {
      expect(held).toBeGreaterThan(0);
      expect(failedBefore).toBeLessThanOrEqual(held + waiting);
      expect([failedDying, failedAfter]).toEqual([0, 0]);
    }
    expect(report.syncer).toEqual([]);
  },
  deadlineMs,
);
