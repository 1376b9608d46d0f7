// Checks at a control plane, wired: plans for POPs, what they found, pings. In: the views, the registry, the reports of POPs. Out: signed plans, results on this disk, and word of
// each to whoever makes verdicts of them. A plan is made when something in it has changed and its POP asks: of what no check says, nothing is.
import { hash } from "node:crypto";
import { type Clock, every, type Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Check, Probe } from "../model/check.ts";
import { missingSecrets } from "../model/check-target.ts";
import type { PageView } from "../model/view.ts";
import { type CheckPlan, pingName, signPlan } from "../snapshot/check-plan.ts";
import { type ReportEntry, readBatch } from "../snapshot/check-report.ts";
import type { PublicKey, SecretKey } from "../snapshot/keys.ts";
import type { PopEntry } from "../snapshot/types.ts";
import { type CheckResults, openCheckResults, type Taking } from "../store/check-results.ts";
import type { Store } from "../store/open.ts";
import { createPingTokens, type PingTokens } from "../store/ping-tokens.ts";
import { type ChecksDoor, createChecksDoor, type HeardReport } from "../sync/checks-door.ts";
import type { Members } from "../sync/members.ts";
import { createHeartbeats, ownPlace } from "./control-heartbeats.ts";

/** What a POP brought at once, or the control plane itself of heartbeats. */
export interface BroughtProbes {
  readonly pop: string;
  /** When it was sent, by the POP's clock, and when it came, by ours (ms since 1970): the difference is how far that clock is off. */
  readonly sentMs: number;
  readonly arrivedMs: number;
  /** Their times are by the POP's clock. */
  readonly probes: readonly Probe[];
}

/** Called once what it brings is on the device. Must not throw. */
export type OnProbes = (brought: BroughtProbes) => void;

export interface ControlChecksOptions {
  readonly store: Store;
  readonly ledger: {
    pages(): readonly string[];
    view(page: string): PageView | null;
    onAppend(listener: (pages: ReadonlySet<string>) => void): unknown;
  };
  readonly members: Members;
  readonly secretKey: SecretKey;
  readonly onProbes: OnProbes;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface ControlChecks {
  readonly results: CheckResults;
  /** Answers POST /sync/checks; null for any other path. */
  readonly answer: ChecksDoor;
  /** `/ping/<token>` of a heartbeat, at any host of any POP; null where there is no such check. */
  pingPath(page: string, id: string): string | null;
  stop(): Promise<void>;
}

/** The POP's own clock is taken as right within this: what an answer takes is no error of it. */
const clockOffMsMin = 2_000;

export function startControlChecks(options: ControlChecksOptions): ControlChecks {
  const { store, ledger, clock, log, metrics } = options;
  const results = openCheckResults({ folder: store.folder, clock, log });
  const tokens = createPingTokens(store, options.random, log);
  const plans = createPlans(options, tokens);
  const heartbeats = createHeartbeats({ ...options, results });
  const counted = metrics.counter("probes_total", "Results of checks that POPs brought, by state.", "state");

  async function onReport({ pop, report, arrivedMs }: HeardReport): Promise<number> {
    const batches = report.batches.map(({ number, bytes }) => {
      const read = readBatch(bytes);
      if (!read.ok) log.warn("Results of a POP cannot be read.", { pop: pop.name, reason: read.reason });
      return { number, entries: read.ok ? read.value : [] };
    });
    const offMs = arrivedMs - report.timeMs;
    const onOurs = (atMs: number): number =>
      Math.min(Math.abs(offMs) < clockOffMsMin ? atMs : atMs + offMs, arrivedMs);
    let beats: readonly Probe[] = [];
    const { entries, upTo } = await results.take<ReportEntry>(
      { pop: pop.name, key: pop.key, origin: report.origin, batches },
      (fresh): Taking => {
        const pings = fresh.flatMap((one) =>
          "ping" in one ? [{ ...one.ping, atMs: onOurs(one.ping.atMs) }] : [],
        );
        const heard = heartbeats.hear(pings);
        beats = heard.probes;
        const probes = fresh.flatMap((one) =>
          "probe" in one ? [{ ...one.probe, atMs: onOurs(one.probe.atMs) }] : [],
        );
        return { probes, others: { pop: ownPlace, probes: heard.probes }, words: heard.words ?? [] };
      },
    );
    heartbeats.heardOf(pop.name, arrivedMs);
    const probes = entries.flatMap((one) => ("probe" in one ? [one.probe] : []));
    for (const { state } of probes) counted.add(1, state);
    if (probes.length > 0) options.onProbes({ pop: pop.name, sentMs: report.timeMs, arrivedMs, probes });
    if (beats.length > 0) options.onProbes({ pop: ownPlace, sentMs: arrivedMs, arrivedMs, probes: beats });
    return upTo;
  }

  const answer = createChecksDoor({ ...options, onReport, planFor: plans.planFor });
  const timers: readonly Timer[] = [startRollingUp(results, clock, log), heartbeats.start()];
  let known: ReadonlySet<string> = checksIn(ledger);
  ledger.onAppend(() => {
    // A check that is gone is forgotten: its name never comes again.
    const now = checksIn(ledger);
    for (const check of known) if (!now.has(check)) void forget(check);
    known = now;
  });
  async function forget(check: string): Promise<void> {
    const [page = "", id = ""] = check.split("/");
    await results
      .forget(page, id)
      .catch((thrown: unknown) => log.error(`Results of a check that is gone stay: ${messageOf(thrown)}`));
  }
  return {
    results,
    answer,
    pingPath(page, id) {
      const isThere = ledger
        .view(page)
        ?.checks.some((check) => check.id === id && check.target.kind === "heartbeat");
      return isThere === true ? `/ping/${tokens.of(page, id)}` : null;
    },
    async stop() {
      for (const timer of timers) timer.cancel();
      await results.close();
    },
  };
}

const listed = new WeakMap<readonly Check[], readonly string[]>();

function checksIn(ledger: ControlChecksOptions["ledger"]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const page of ledger.pages()) {
    const checks = ledger.view(page)?.checks ?? [];
    const names = listed.get(checks) ?? checks.map(({ id }) => `${page}/${id}`);
    listed.set(checks, names);
    for (const name of names) found.add(name);
  }
  return found;
}

interface HeldPlan {
  /** Of all that it holds but its sequence. */
  readonly digest: string;
  readonly sequence: number;
  signed: Uint8Array | null;
}

/** The same each time: nothing has changed. */
const noChecks: readonly Check[] = [];

/** The plan of each POP, made when it asks and something has changed since. */
function createPlans(options: ControlChecksOptions, tokens: PingTokens) {
  const { ledger, members, secretKey, clock } = options;
  const plans = new Map<PublicKey, HeldPlan & { readonly plan: CheckPlan }>();
  /** Lists of checks by page, as they were when a plan was made of them: a list that did not change is the same array. */
  let seen = new Map<string, readonly Check[]>();
  let changes = 0;
  const madeAt = new Map<PublicKey, string>();

  function look(): void {
    const now = new Map(ledger.pages().map((page) => [page, ledger.view(page)?.checks ?? noChecks] as const));
    const isSame = now.size === seen.size && [...now].every(([page, checks]) => seen.get(page) === checks);
    seen = now;
    if (!isSame) changes++;
  }

  function contentsFor(pop: PopEntry): Omit<CheckPlan, "sequence"> {
    const own = [...seen].filter(([page]) => members.gets(pop.key, page));
    const checks = own.flatMap(([page, all]) =>
      all
        .filter(({ paused, pops }) => !paused && (pops.length === 0 || pops.includes(pop.name)))
        // Without the secrets that nobody gave yet it would find an outage that is none.
        .filter(({ target }) => missingSecrets(target).length === 0)
        .map((check) => ({ page, check })),
    );
    return {
      pop: pop.key,
      checks: checks
        .flatMap(({ page, check: { id, everyMs, timeoutMs, slowMs, latency, target } }) =>
          target.kind === "heartbeat" ? [] : [{ page, id, everyMs, timeoutMs, slowMs, latency, target }],
        )
        .slice(0, limits.planChecksMax),
      // Whichever POP a ping comes to takes it: who pings is led there by DNS.
      pings: own
        .flatMap(([page, all]) => all.map((check) => ({ page, check })))
        .filter(({ check }) => check.target.kind === "heartbeat" && !check.paused)
        .map(({ page, check: { id } }) => ({ page, id, name: pingName(tokens.of(page, id)) }))
        .slice(0, limits.planChecksMax),
    };
  }

  function refresh(pop: PopEntry, held: number): HeldPlan & { readonly plan: CheckPlan } {
    const known = plans.get(pop.key);
    const at = `${changes} ${pop.name} ${pop.pages.join(",")}`;
    const isNewest = known !== undefined && madeAt.get(pop.key) === at;
    const contents = isNewest ? known.plan : contentsFor(pop);
    const digest = isNewest ? known.digest : hash("sha256", JSON.stringify({ ...contents, sequence: 0 }));
    madeAt.set(pop.key, at);
    // A POP may hold one of before a restart, which this process knows nothing of.
    if (known !== undefined && known.digest === digest && held <= known.sequence) return known;
    const sequence = Math.max(Math.floor(clock.wallMs()), held + 1, (known?.sequence ?? 0) + 1);
    const made = { digest, sequence, signed: null, plan: { ...contents, sequence } };
    plans.set(pop.key, made);
    return made;
  }

  return {
    planFor(pop: PopEntry, held: number): Uint8Array | null {
      look();
      const plan = refresh(pop, held);
      const isEmpty = plan.plan.checks.length + plan.plan.pings.length === 0;
      if (plan.sequence === held || (isEmpty && held === 0)) return null;
      plan.signed ??= signPlan(plan.plan, secretKey);
      return plan.signed;
    },
  };
}

/** Rolls up what is past, some in each turn, so that nobody waits behind it. */
function startRollingUp(results: CheckResults, clock: Clock, log: Log): Timer {
  let running = false;
  let hasSaid = false;
  return every(clock, limits.resultsSweepMs, async () => {
    if (running) return;
    running = true;
    try {
      while (await results.sweep());
      hasSaid = false;
    } catch (thrown) {
      if (!hasSaid) log.error(`Results of checks were not rolled up: ${messageOf(thrown)}`);
      hasSaid = true;
    } finally {
      running = false;
    }
  });
}
