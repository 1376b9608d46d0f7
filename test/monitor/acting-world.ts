// A control plane without its faces: store, ledger, timers and monitor, which can be dropped at any moment and started again. In: probes of POPs and what
// people do. Out: what the page says, and who did what.
import { onTestFinished } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Log, silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { startTimers, type Timers } from "../../src/control/timers.ts";
import type { Check, ProbeState } from "../../src/model/check.ts";
import type { Command } from "../../src/model/command.ts";
import type { Incident, PageView } from "../../src/model/view.ts";
import { type Monitor, startMonitor } from "../../src/monitor/monitor.ts";
import { type AuditEntry, auditOf } from "../../src/store/audit.ts";
import { type Ledger, openLedger } from "../../src/store/ledger.ts";
import { createMonitorRows } from "../../src/store/monitor-rows.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { memoryPlace } from "../store/stores.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { probe } from "./said-rounds.ts";

interface Running {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly monitor: Monitor;
  readonly timers: Timers;
}

export interface World {
  readonly clock: ManualClock;
  /** What the log warned of. */
  readonly said: string[];
  readonly page: string;
  ledger(): Ledger;
  monitor(): Monitor;
  view(): PageView;
  incidents(): readonly Incident[];
  status(component: string): string | undefined;
  run(command: Command | readonly Command[], actor?: string): Promise<string>;
  check(fields?: Partial<Check>): Promise<string>;
  /** A round of probes of one check, a letter a POP (a, b, c): u up, s slow, d down, b blind, `.` nothing. */
  round(check: string, said: string, everyMs?: number): Promise<void>;
  rounds(check: string, ...said: readonly string[]): Promise<void>;
  /** Lets time go by, and what is due then be done. */
  pass(ms: number): Promise<void>;
  /** What the monitor did, by the audit, the oldest first. */
  audit(): readonly AuditEntry[];
  /** As a kill: nothing is told. Then the same folder again. */
  restart(): Promise<void>;
}

const states: Readonly<Record<string, ProbeState>> = { u: "up", s: "slow", d: "down", b: "blind" };

export async function openWorld(change: (ledger: Ledger) => Ledger = (ledger) => ledger): Promise<World> {
  const folder = mkdtempSync(join(memoryPlace(64 * 1024 * 1024), "pharos-monitor-"));
  const clock = manualClock();
  const said: string[] = [];
  const warn = (sentence: string): void => void said.push(sentence);
  const log: Log = { ...silentLog, warn, error: warn };
  let restarts = 0;
  const start = (): Running => {
    const store = openStore({ folder, clock, log: silentLog });
    const random = seededRandom(17 + restarts++);
    const ledger = openLedger({ store, clock, random, region: "test", log: silentLog });
    const metrics = createMetrics();
    const monitor = startMonitor({
      ...{ ledger: change(ledger), clock, random, log, metrics },
      rows: createMonitorRows(store),
    });
    monitor.start();
    return { store, ledger, monitor, timers: startTimers({ ledger, clock, log, metrics }) };
  };
  let running = start();
  const stop = async (): Promise<void> => {
    await running.timers.stop();
    await running.monitor.stop();
    await running.store.close();
  };
  onTestFinished(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const settled = async (): Promise<void> => {
    await running.timers.settled();
    await running.monitor.settled();
  };
  const run = async (command: Command | readonly Command[], actor = "user:ann"): Promise<string> => {
    const done = await running.ledger.submit(page, command, actor);
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    await settled();
    return done.id;
  };
  let page: string | null = null;
  page = await run({
    kind: "page.create",
    fields: { name: "Acme", url: "https://status.acme.example" },
  });
  await run({ kind: "component.create", id: "api", fields: { name: "API" } });
  await run({ kind: "component.create", id: "web", fields: { name: "Website" } });
  const known = page;

  const pass: World["pass"] = async (ms) => {
    await clock.advance(ms);
    await settled();
  };
  const round: World["round"] = async (check, line, everyMs = 10_000) => {
    [..."abc"].forEach((pop, place) => {
      const state = states[line[place] ?? ""];
      const nowMs = clock.wallMs();
      if (state !== undefined)
        running.monitor.onProbes({
          ...{ pop, sentMs: nowMs, arrivedMs: nowMs },
          probes: [probe(state, nowMs, `${known}/${check}`)],
        });
    });
    await settled();
    await pass(everyMs);
  };
  const view = (): PageView => running.ledger.view(known) as PageView;
  return {
    ...{ clock, said, run, round, pass, view, page: known },
    ledger: () => running.ledger,
    monitor: () => running.monitor,
    incidents: () => view().incidents,
    status: (component) => view().componentById.get(component)?.status,
    check: (fields = {}) => run({ kind: "check.create", fields: { ...defaults, ...fields } as never }),
    async rounds(check, ...lines) {
      for (const line of lines) await round(check, line);
    },
    audit: () =>
      [...auditOf(running.store).newestFirst()].filter(({ actor }) => actor === "monitor").reverse(),
    async restart() {
      await stop();
      running = start();
      await settled();
    },
  };
}

const defaults = {
  name: "API answers",
  target: { kind: "tcp", host: "api.acme.example", port: 443, send: null, expect: null },
  everyMs: 10_000,
  timeoutMs: 5_000,
  failuresToOpen: 2,
  successesToClose: 2,
  componentId: "api",
  outageStatus: "major_outage",
  act: "incident",
};
