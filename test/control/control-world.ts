// A control plane with one page, without a process. In: nothing. Out: its API, ledger, tokens and clock, in a folder of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics, type Metrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { bouncesOf } from "../../src/cli/control-bounces.ts";
import { checkDeskOf } from "../../src/cli/control-checking.ts";
import { deliveriesOf } from "../../src/cli/control-deliveries.ts";
import { type ControlMonitor, monitorOf } from "../../src/cli/control-monitor.ts";
import { type ApiOptions, createApi } from "../../src/control/api.ts";
import type { Command } from "../../src/model/command.ts";
import type { Grants } from "../../src/model/roles.ts";
import type { DeadName } from "../../src/notify/wire.ts";
import { type CheckResults, openCheckResults } from "../../src/store/check-results.ts";
import type { Change } from "../../src/store/commit.ts";
import { type Ledger, openLedger } from "../../src/store/ledger.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { createPageRows } from "../../src/store/page-rows.ts";
import type { Pops } from "../../src/store/pops.ts";
import { createReplays } from "../../src/store/replays.ts";
import { createSeries, type SeriesStore } from "../../src/store/series.ts";
import { createSubscribers, type Subscribers } from "../../src/store/subscribers.ts";
import { commandLine, createTokens, type Tokens } from "../../src/store/tokens.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { checkedAnswers } from "./checked-answers.ts";
import { openInstall } from "./open-install.ts";

export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of many shapes
  readonly json: any;
}

export interface ControlWorld {
  readonly ledger: Ledger;
  readonly tokens: Tokens;
  readonly series: SeriesStore;
  readonly subscribers: Subscribers;
  readonly clock: ManualClock;
  readonly metrics: Metrics;
  readonly store: Store;
  readonly monitored: ControlMonitor;
  /** What POPs found. */
  readonly results: CheckResults;
  /** Everything that was written, a list for each transaction. */
  readonly commits: readonly (readonly Change[])[];
  readonly pops: Pops;
  readonly page: string;
  /** A component in a group, and one without. */
  readonly grouped: string;
  readonly plain: string;
  readonly group: string;
  /** Of this page; and of all pages. */
  readonly token: string;
  readonly adminToken: string;
  readonly ownerToken: string;
  /** What the API is made of, to make another one of it. */
  readonly parts: ApiOptions;
  /** Dead letters that the process which sends would be told of. */
  readonly sentAgain: readonly DeadName[];
  api(request: Request): Promise<Response>;
  /** Sends with this page's token, or another key, JSON unless `body` is a text. */
  send(method: string, path: string, body?: unknown, key?: string): Promise<Reply>;
  run(page: string | null, command: Command): Promise<string>;
  /** Publishes what changed. */
  publish(): Promise<void>;
  close(): Promise<void>;
}

export async function openControlWorld(): Promise<ControlWorld> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-control-"));
  const clock = manualClock();
  const random = seededRandom(5);
  const opened = openStore({ folder, clock, log: silentLog });
  const commits: (readonly Change[])[] = [];
  const store: Store = {
    ...opened,
    commit(changes) {
      commits.push(changes);
      return opened.commit(changes);
    },
  };
  const ledger = openLedger({ store, clock, random, region: "test", log: silentLog });
  const tokens = createTokens(store, random);
  const series = createSeries(store);
  const rows = createPageRows(store, random);
  const subscribers = createSubscribers({ store, log: silentLog, random });
  const metrics = createMetrics();
  const { install, pops, publish } = openInstall({ store, ledger, tokens });
  const replays = createReplays(store);
  const sentAgain: DeadName[] = [];
  const replay = (dead: readonly DeadName[]): boolean => sentAgain.push(...dead) > 0;
  const deliveries = deliveriesOf({ store, notifier: { replay } });
  const monitored = monitorOf({ store, ledger, rows, clock, random, log: silentLog, metrics });
  monitored.start();
  const results = openCheckResults({ folder, clock, log: silentLog });
  const checks = checkDeskOf({ results, verdict: monitored.monitor.verdict });
  const parts = {
    alerts: monitored.alerts,
    checks,
    replays,
    requestsPerMinute: 0,
    ledger,
    tokens,
    series,
    rows,
    subscribers,
    bounces: bouncesOf({ store, subscribers, clock, log: silentLog, domain: "bounces.acme.example" }),
    deliveries,
    install,
    clock,
    log: silentLog,
    metrics,
  };
  const api = checkedAnswers(createApi(parts));
  const run = async (page: string | null, command: Command): Promise<string> => {
    const done = await ledger.submit(page, command, "test");
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    return done.id;
  };
  const page = await run(null, {
    kind: "page.create",
    fields: { name: "Acme", url: "https://status.acme.example" },
  });
  const group = await run(page, { kind: "component.create", fields: { name: "Core", group: true } });
  const grouped = await run(page, { kind: "component.create", fields: { name: "API", groupId: group } });
  const plain = await run(page, { kind: "component.create", fields: { name: "Website" } });
  const addToken = (name: string, grants: Grants, expiresMs: number | null = null) =>
    tokens.add({ name, grants, expiresMs }, commandLine);
  const { token } = await addToken("tests", [[page, "admin"]]);
  const { token: adminToken } = await addToken("admin", [["*", "admin"]]);
  const { token: ownerToken } = await addToken("owner", [["*", "owner"]]);
  return {
    ...{
      parts,
      sentAgain,
      store,
      monitored,
      results,
      commits,
      pops,
      publish,
      ledger,
      tokens,
      series,
      subscribers,
      clock,
      metrics,
      page,
      grouped,
      plain,
      group,
      token,
      adminToken,
      ownerToken,
      api,
      run,
    },
    async send(method, path, body, key = token) {
      const text = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
      const headers = { authorization: `OAuth ${key}` };
      const response = await api(new Request(`http://api.example${path}`, { method, headers, ...text }));
      return { status: response.status, json: JSON.parse((await response.text()) || "null") };
    },
    async close() {
      await monitored.stop();
      await results.close();
      await subscribers.close();
      // When a key was last used is written after the answer: behind it all that is.
      await tokens.revoke(() => false, commandLine);
      await deliveries.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
