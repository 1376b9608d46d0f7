// Fills in what a POP took its pages without. In: pages that may lack something, whether there is time. Out: lazy bodies in the store, some a
// turn, until all are held. A publish goes before it, and so does a visitor who waits.
import { type Clock, every, type Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { openManifest } from "../snapshot/manifest.ts";
import { decodePart } from "../snapshot/part.ts";
import type { Digest, Route } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { LazyFetching } from "./lazy-fetch.ts";

export interface IdleOptions {
  readonly store: SnapshotStore;
  readonly fetching: Pick<LazyFetching, "fill">;
  /** A source is there, and nothing more urgent is asked of it. */
  isIdle(): boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Idling {
  /** This page has another generation; null: look at all pages. */
  look(page: string | null): void;
  stop(): void;
}

/** Starts with a look at all pages. */
export function startIdling(options: IdleOptions): Idling {
  const { store, fetching, clock, log, metrics } = options;
  /** Pages that may lack something, the one at work first. */
  const pages = new Set<string>();
  /** Parts of a page of which everything is here: what is held stays, so they are looked at once. */
  const whole = new Map<string, ReadonlySet<Digest>>();
  let notBeforeMs = 0;
  metrics.watch("edge_lazy_pages_left", "Pages that may lack bodies of old incidents.", () => pages.size);

  function look(page: string | null): void {
    if (page !== null) pages.add(page);
    else for (const head of store.heads()) pages.add(head.page);
  }

  async function turn(): Promise<void> {
    if (pages.size === 0 || clock.monotonicMs() < notBeforeMs || !options.isIdle()) return;
    try {
      store.refresh();
      const [page = ""] = pages;
      const routes = nextRoutes(page);
      if (routes === null || routes.length === 0 || (await fetching.fill(routes))) return;
      // Whoever has the next page may not be whoever lacks this one.
      pages.delete(page);
      pages.add(page);
      notBeforeMs = clock.monotonicMs() + limits.lazyIdleAgainMs;
    } catch (thrown) {
      log.warn(`What old pages lack could not be looked for: ${messageOf(thrown)}`);
      notBeforeMs = clock.monotonicMs() + limits.lazyIdleAgainMs;
    }
  }

  /** Routes of this page to fill next; null where it lacks nothing, none where there is more to look at. */
  function nextRoutes(page: string): readonly Route[] | null {
    const head = store.head(page);
    const bytes = head === null ? null : store.tree(head.manifest);
    const manifest = bytes === null ? null : openManifest(bytes);
    const parts = new Set(manifest?.ok === true ? manifest.value.value.parts : []);
    const known = new Set(whole.get(page)).intersection(parts);
    whole.set(page, known);
    if (parts.size === 0) whole.delete(page);
    const routes: Route[] = [];
    let [looked, length] = [0, 0];
    for (const digest of parts) {
      if (known.has(digest)) continue;
      if (looked++ === limits.lazyIdlePartsMax || length >= limits.lazyIdleBytes) return routes;
      const lacking = lackingIn(digest);
      if (lacking.length === 0) known.add(digest);
      for (const [route, bytesLacking] of lacking) {
        if (length >= limits.lazyIdleBytes) return routes;
        routes.push(route);
        length += bytesLacking;
      }
    }
    if (routes.length > 0) return routes;
    pages.delete(page);
    return null;
  }

  /** Lazy routes of a part that lack a body, and how many bytes have to travel. */
  function lackingIn(digest: Digest): (readonly [Route, number])[] {
    const bytes = store.tree(digest);
    const part = bytes === null ? null : decodePart(bytes);
    if (part?.ok !== true) return [];
    return part.value.routes.flatMap((route) => {
      if (!route.lazy) return [];
      const absent = Object.values(route.variants).filter((variant) => !store.hasObject(variant.digest));
      const travel = absent.filter((variant) => variant !== route.variants.identity);
      const length = travel.reduce((sum, variant) => sum + variant.length, 0);
      return absent.length === 0 ? [] : [[route, length] as const];
    });
  }

  store.refresh();
  look(null);
  const timer: Timer = every(clock, limits.lazyIdleMs, turn);
  return { look, stop: () => timer.cancel() };
}
