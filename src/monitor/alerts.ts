// Alerts that stand. In: what sources send, the moment. Out: rows that outlive a restart, and claims. The same alert again only says that it still stands; one
// that is not sent again for a day is forgotten, and takes nothing back: whether it works nobody has said.
import { type Clock, every } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Alert, AlertSource, StandingAlert } from "../model/alert-source.ts";
import type { PageView } from "../model/view.ts";
import type { Change } from "../store/commit.ts";
import type { MonitorRows } from "../store/monitor-rows.ts";
import type { Claim } from "./acting.ts";
import type { Monitor } from "./monitor.ts";

export interface AlertsOptions {
  readonly ledger: { pages(): readonly string[]; view(page: string): PageView | null };
  /** The sources of a page. */
  sources(page: string): readonly AlertSource[];
  readonly rows: MonitorRows;
  readonly monitor: Pick<Monitor, "setClaims">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Taken {
  readonly standing: number;
  readonly ended: number;
  /** Names of components that the page does not have. */
  readonly unknown: readonly string[];
  /** That were left away: as many of the source stand already. */
  readonly left: number;
}

export interface Alerts {
  /** On the device when it resolves. Throws Fault `disk-full`. */
  take(view: PageView, source: AlertSource, alerts: readonly Alert[]): Promise<Taken>;
  standing(page: string): readonly StandingAlert[];
  /** The source is another one, or there is none any more. */
  look(page: string): Promise<void>;
  stop(): void;
}

export const alertClaimId = ({ source, key }: Pick<StandingAlert, "source" | "key">): string =>
  `alert/${source}/${key}`;

export function startAlerts({ ledger, sources, rows, monitor, clock, log, metrics }: AlertsOptions): Alerts {
  const taken = metrics.counter("alerts_taken_total", "Alerts of other systems, by what they said.", "state");
  const pages = new Map<string, Map<string, StandingAlert>>();
  metrics.watch("alerts_standing", "Alerts of other systems that stand.", () =>
    pages.values().reduce((all, held) => all + held.size, 0),
  );
  const rowId = ({ source, key }: StandingAlert): string => `${source}/${key}`;
  const on = (page: string): Map<string, StandingAlert> => {
    const held = pages.get(page) ?? new Map<string, StandingAlert>();
    pages.set(page, held);
    return held;
  };
  const claim = (page: string, gone: readonly StandingAlert[] = []): void => {
    const known = new Map(sources(page).map((source) => [source.id, source]));
    const claims = [...on(page).values()].flatMap((alert) => {
      const source = known.get(alert.source);
      return source === undefined || alert.severity === "note" ? [] : [claimOf(alert, source)];
    });
    monitor.setClaims(page, "alerts", claims, gone.map(alertClaimId));
  };
  for (const page of ledger.pages()) {
    for (const [, alert] of rows.list<StandingAlert>(page, "alert")) on(page).set(rowId(alert), alert);
    if (on(page).size > 0) claim(page);
  }

  const drop = async (page: string, gone: readonly StandingAlert[]): Promise<void> => {
    if (gone.length === 0) return;
    await rows.keep(gone.map((alert) => rows.change(page, "alert", rowId(alert), null)));
    for (const alert of gone) on(page).delete(rowId(alert));
    claim(page, gone);
  };
  const look = async (page: string): Promise<void> => {
    const known = new Set(sources(page).map(({ id }) => id));
    const oldest = clock.wallMs() - limits.alertForgottenMs;
    await drop(
      page,
      [...on(page).values()].filter(({ source, heardMs }) => !known.has(source) || heardMs < oldest),
    );
    if (on(page).size > 0) claim(page);
  };
  let hasSaid = false;
  const sweeping = every(clock, limits.alertHeardMs, async () => {
    try {
      for (const page of [...pages.keys()]) if (on(page).size > 0) await look(page);
      hasSaid = false;
    } catch (thrown) {
      if (!hasSaid) log.error(`Alerts that nobody repeats were not forgotten: ${messageOf(thrown)}`);
      hasSaid = true;
    }
  });

  return {
    standing: (page) => [...(pages.get(page)?.values() ?? [])],
    look,
    stop: () => sweeping.cancel(),
    async take(view, source, alerts) {
      const page = view.page.id;
      const held = on(page);
      const nowMs = clock.wallMs();
      const unknown = new Set<string>();
      const next = new Map<string, StandingAlert | null>();
      let left = 0;
      let room =
        limits.alertsPerSourceMax - [...held.values()].filter((one) => one.source === source.id).length;
      for (const alert of alerts) {
        const id = `${source.id}/${alert.key}`;
        const before = next.has(id) ? next.get(id) : held.get(id);
        taken.add(1, alert.stands ? "standing" : "over");
        if (!alert.stands) {
          if (before) next.set(id, null);
          continue;
        }
        if (!before && room-- <= 0) {
          left++;
          continue;
        }
        const componentId = source.componentId ?? componentNamed(view, alert.component);
        if (componentId === null && alert.component !== null) unknown.add(alert.component);
        next.set(id, {
          ...{ source: source.id, key: alert.key, name: alert.name, severity: alert.severity },
          ...{ componentId, said: alert.said, sinceMs: before?.sinceMs ?? nowMs, heardMs: nowMs },
        });
      }
      const changes: Change[] = [];
      for (const [id, alert] of next)
        if (isNews(held.get(id), alert)) changes.push(rows.change(page, "alert", id, alert));
      if (changes.length > 0) await rows.keep(changes);
      for (const [id, alert] of next)
        if (alert === null) held.delete(id);
        else held.set(id, isNews(held.get(id), alert) ? alert : (held.get(id) ?? alert));
      if (changes.length > 0) claim(page);
      const standing = [...held.values()].filter((one) => one.source === source.id).length;
      const ended = [...next.values()].filter((one) => one === null).length;
      return { standing, ended, unknown: [...unknown], left };
    },
  };
}

/** Whether it has to be written down; that it was heard again is, now and then. */
function isNews(held: StandingAlert | undefined, alert: StandingAlert | null): boolean {
  if (alert === null || held === undefined) return true;
  const same = { ...held, heardMs: alert.heardMs };
  return (
    alert.heardMs - held.heardMs >= limits.alertHeardMs || JSON.stringify(same) !== JSON.stringify(alert)
  );
}

/** By its id, else by its name, as people write it. */
function componentNamed({ componentById, components }: PageView, said: string | null): string | null {
  if (said === null) return null;
  if (componentById.has(said)) return said;
  const wanted = said.toLowerCase();
  return components.find(({ group, name }) => !group && name.toLowerCase() === wanted)?.id ?? null;
}

function claimOf(alert: StandingAlert, source: AlertSource): Claim {
  const isFault = alert.severity === "fault";
  return {
    id: alertClaimId(alert),
    name: alert.name,
    componentId: alert.componentId,
    status: isFault ? source.outageStatus : "degraded_performance",
    act: isFault || source.act === "watch" ? source.act : "component",
    templateId: source.templateId,
    sinceMs: alert.sinceMs,
    by: `An alert of ${source.name} says`,
    why: `${source.name} sent this alert${alert.said === null ? "" : `: ${alert.said.replace(/\.$/, "")}`}.`,
  };
}
