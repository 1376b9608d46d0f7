// The monitor of a control plane. In: what POPs found, the ledger's views. Out: levels that are kept, and commands of the actor `monitor`: each look compares
// what is so with what was done, so whatever came to nothing (a full disk, a person who was quicker, a restart) is done by the next look, and nothing twice.
import { type Clock, every } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { newId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Probe } from "../model/check.ts";
import type { PageView } from "../model/view.ts";
import type { Ledger } from "../store/ledger.ts";
import type { MonitorRows } from "../store/monitor-rows.ts";
import type { Claim, Held } from "./acting.ts";
import { claimIdOf, claimOf, speakersOf, subjectOf } from "./claims.ts";
import { createDeeds } from "./deeds.ts";
import { checkOf, childrenOf, createPanel, type Kept, type Panel } from "./panel.ts";
import { type Verdict, verdictStates } from "./verdict.ts";

export interface MonitorOptions {
  readonly ledger: Pick<Ledger, "pages" | "view" | "submit" | "position" | "opsAfter" | "onAppend">;
  readonly rows: MonitorRows;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What a POP brought at once. */
export interface Brought {
  readonly pop: string;
  /** When it was sent, by the POP's clock, and when it came, by ours (ms since the epoch): the difference is how far that clock is off. */
  readonly sentMs: number;
  readonly arrivedMs: number;
  readonly probes: readonly Probe[];
}

export interface Monitor {
  /** Never throws, and waits for nothing. */
  onProbes(brought: Brought): void;
  /**
   * What something beside checks says of a page now, by who says it: the claims of a source take the place of its last ones. What is claimed no more is well
   * again, but for those that are `gone`: nobody speaks of them any more.
   */
  setClaims(page: string, source: string, claims: readonly Claim[], gone?: readonly string[]): void;
  /** Acts from now on: when all who claim have said what stood before a restart. */
  start(): void;
  /** Null where there is no such check. */
  verdict(page: string, check: string): Verdict | null;
  /** Resolves when nothing waits to be done. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

function watchChecks(
  { ledger, clock, metrics }: MonitorOptions,
  panel: Panel,
  certificates: Map<string, number>,
): void {
  metrics.watchEach("checks", "Checks, by what is so of what they look at.", "state", () => {
    const counts = new Map<string, number>(verdictStates.map((state) => [state, 0]));
    for (const page of ledger.pages()) {
      const view = ledger.view(page);
      for (const check of view?.checks ?? []) {
        const state = check.paused || view === null ? "paused" : panel.state(view, check, clock.wallMs());
        counts.set(state, (counts.get(state) ?? 0) + 1);
      }
    }
    return counts;
  });
  metrics.watchEach(
    "check_certificate_expires_seconds",
    "Unix time at which the certificate ends that a check met last; of the first to end.",
    "check",
    () => {
      for (const name of certificates.keys()) {
        const slash = name.indexOf("/");
        const view = ledger.view(name.slice(0, slash));
        if (view === null || checkOf(view, name.slice(slash + 1)) === undefined) certificates.delete(name);
      }
      return [...certificates]
        .sort(([, one], [, other]) => one - other)
        .slice(0, limits.metricPagesMax)
        .map(([name, endsMs]) => [name, Math.round(endsMs / 1_000)] as const);
    },
  );
}

export function startMonitor(options: MonitorOptions): Monitor {
  const { ledger, rows, clock, random, log, metrics } = options;
  const panel = createPanel();
  /** The checks of each page when those that are gone were last forgotten. */
  const tidied = new Map<string, PageView["checks"]>();
  const claimed = new Map<string, Map<string, readonly Claim[]>>();
  /** Claims of which nobody speaks any more, by page. */
  const silent = new Set<string>();
  const changes = metrics.counter(
    "verdict_changes_total",
    "Changes of what is so of checks, by level.",
    "level",
  );
  const faults = metrics.counter("monitor_faults_total", "Faults of the monitor that were survived.");
  /** When certificates that checks met end (ms), by page and check. */
  const certificates = new Map<string, number>();
  watchChecks(options, panel, certificates);
  const said = new Set<string>();
  const guarded = (what: string, run: () => void): void => {
    try {
      run();
    } catch (thrown) {
      faults.add(1);
      const sentence = `${what}: ${messageOf(thrown)}`;
      // Once each: what fails at every probe would fill the log.
      if (!said.has(sentence) && said.size < 100) log.error(sentence);
      said.add(sentence);
    }
  };

  const claimsOn = (view: PageView, subject: string): readonly Claim[] => [
    ...speakersOf(view, subject).flatMap((check) => {
      const level = panel.level(view.page.id, check.id);
      if (level === "up" || level === null) return [];
      return claimOf(view, check, panel.verdict(view, check, clock.wallMs())) ?? [];
    }),
    ...[...(claimed.get(view.page.id)?.values() ?? [])]
      .flat()
      .filter((claim) => subjectOf(view, claim.componentId, claim.id) === subject),
  ];
  /** Whether something that made a claim is still there to take it back. */
  const stillThere = (view: PageView, subject: string, held: Held): boolean =>
    held.claims.some((claim) => {
      if (!claim.startsWith("check/")) return !silent.has(`${view.page.id}/${claim}`);
      const check = checkOf(view, claim.slice(6));
      return check !== undefined && !check.paused && subjectOf(view, check.componentId, claim) === subject;
    });
  const deeds = createDeeds({ ...options, newId: () => newId(random), claimsOn, stillThere });

  /** Levels that changed, and what follows from them. */
  const keepLevel = (view: PageView, id: string, kept: Kept): void => {
    changes.add(1, kept.level ?? "unknown");
    const check = checkOf(view, id);
    deeds.keep(rows.change(view.page.id, "level", id, kept));
    deeds.look(view.page.id, subjectOf(view, check?.componentId ?? null, claimIdOf(id)));
  };
  const settle = (view: PageView, id: string): void => {
    const check = checkOf(view, id);
    const kept = check === undefined ? null : panel.settle(view, check, clock.wallMs());
    if (kept !== null) keepLevel(view, id, kept);
  };

  const onProbes = ({ pop, sentMs, arrivedMs, probes }: Brought): void => {
    const offMs = arrivedMs - sentMs;
    for (const probe of probes) {
      const slash = probe.check.indexOf("/");
      const [page, id] = [probe.check.slice(0, slash), probe.check.slice(slash + 1)];
      const view = ledger.view(page);
      // A clock that ran ahead while it was probed says no more than that it was just now.
      const atMs = Math.min(probe.atMs + offMs, arrivedMs);
      if (view === null || !panel.hear(view, id, pop, probe, atMs)) continue;
      if (probe.certificateEndsMs !== null) certificates.set(probe.check, probe.certificateEndsMs);
      settle(view, id);
      if (probe.state !== "up") for (const child of childrenOf(view, id)) settle(view, child);
    }
  };

  const lookAt = (page: string): void => {
    const view = ledger.view(page);
    if (view === null) return;
    if (tidied.get(page) !== view.checks)
      for (const id of panel.tidy(view)) deeds.keep(rows.change(page, "level", id, null));
    tidied.set(page, view.checks);
    const unwell = panel
      .restless(page)
      .flatMap((id) => checkOf(view, id) ?? [])
      .filter(({ act }) => act !== "watch");
    const claims = [...(claimed.get(page)?.values() ?? [])].flat();
    deeds.lookAtAll(view, [
      ...unwell.map(({ id, componentId }) => subjectOf(view, componentId, claimIdOf(id))),
      ...claims.map(({ id, componentId }) => subjectOf(view, componentId, id)),
    ]);
  };
  const restore = (page: string): void => {
    for (const [id, kept] of rows.list<Kept>(page, "level")) panel.restore(page, id, kept);
    deeds.restore(page, rows.list<Held>(page, "subject"));
    lookAt(page);
  };
  const tick = every(clock, limits.verdictTickMs, () =>
    guarded("The monitor could not look at what is not well", () => {
      for (const page of ledger.pages()) {
        const view = ledger.view(page);
        if (view !== null) for (const id of panel.restless(page)) settle(view, id);
      }
      deeds.wake();
    }),
  );
  const end = ledger.onAppend((pages) =>
    guarded("The monitor could not look at a change", () => {
      for (const page of pages) lookAt(page);
    }),
  );
  for (const page of ledger.pages())
    guarded(`What the monitor knew of page ${page} could not be read`, () => restore(page));

  return {
    onProbes: (brought) => guarded("What a POP found could not be judged", () => onProbes(brought)),
    setClaims(page, source, claims, gone = []) {
      for (const { id } of claims) silent.delete(`${page}/${id}`);
      for (const id of gone) silent.add(`${page}/${id}`);
      const own = claimed.get(page) ?? new Map<string, readonly Claim[]>();
      claimed.set(page, own.set(source, claims));
      const view = ledger.view(page);
      const subjects = (): readonly string[] =>
        claims.map(({ id, componentId }) => subjectOf(view as PageView, componentId, id));
      if (view !== null) guarded("An alert could not be acted on", () => deeds.lookAtAll(view, subjects()));
    },
    verdict(page, id) {
      const view = ledger.view(page);
      const check = view === null ? undefined : checkOf(view, id);
      return view === null || check === undefined ? null : panel.verdict(view, check, clock.wallMs());
    },
    start: () => deeds.start(),
    settled: () => deeds.settled(),
    async stop() {
      tick.cancel();
      end();
      await deeds.stop();
    },
  };
}
