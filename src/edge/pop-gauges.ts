// What a POP is, as gauges. In: its store, read when someone scrapes. Out: level, generations, the age of its source, who reads the store.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import type { SnapshotStore } from "../store/types.ts";
import { createEmergencies } from "./emergency.ts";
import { createLevels } from "./level.ts";
import { createReads } from "./reads.ts";

export interface PopGaugesOptions {
  readonly store: SnapshotStore;
  readonly rootKeys: readonly PublicKey[];
  /** Processes and threads that have a place in the store's table of readers. */
  storeReaders(): number;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Levels that a POP can be at; at 2 there is no POP to say so. */
type Shown = 0 | 1 | 3;

export function watchPop(options: PopGaugesOptions): void {
  const { store, storeReaders, clock, metrics } = options;
  const { live } = createReads(store);
  const levels = createLevels(clock);
  const emergencies = createEmergencies(options);

  const levelOf = (page: string): Shown => {
    if (emergencies.of(page, live) !== null) return 3;
    return levels.of(page, 0, live.freshness).level;
  };
  const pages = (): readonly { readonly page: string; readonly generation: number }[] => {
    store.refresh();
    return store.heads().toSorted((one, other) => (one.page < other.page ? -1 : 1));
  };

  metrics.watch("edge_level", "Highest level of any page: 0 full, 1 no source, 3 emergency.", () =>
    pages().reduce<number>((highest, { page }) => Math.max(highest, levelOf(page)), 0),
  );
  metrics.watchEach("edge_pages", "Pages held, by level.", "level", () => {
    const counts: Record<Shown, number> = { 0: 0, 1: 0, 3: 0 };
    for (const { page } of pages()) counts[levelOf(page)]++;
    return Object.entries(counts);
  });
  metrics.watchEach(
    "edge_page_generation",
    `Generation held, of the first ${limits.metricPagesMax} pages by id.`,
    "page",
    () =>
      pages()
        .slice(0, limits.metricPagesMax)
        .map(({ page, generation }) => [page, generation] as const),
  );
  metrics.watchEach("edge_source_age_seconds", "Since the last heartbeat was accepted.", "", () => {
    const last = store.freshness();
    return last === null ? [] : [["", Math.max(0, clock.wallMs() - last.acceptedMs) / 1_000] as const];
  });
  metrics.watch("store_readers", "Places taken in the store's table of readers.", storeReaders);
}
