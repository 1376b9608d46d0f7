// Tells CDNs what to forget. In: heads as they become, how many POPs lack one. Out: each page whose head changed, to every CDN, once it is
// of use: a purge that comes before the POPs have the new generation brings back the old one for another `max-age`.
// Nothing is kept over a restart: what a CDN was not told then has grown old by itself before a control plane is back.
import type { Timer } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Digest, Head } from "../snapshot/types.ts";
import { cloudflareVendor } from "./purge-cloudflare.ts";
import { fastlyVendor } from "./purge-fastly.ts";
import { createLane, type LaneOptions } from "./purge-lane.ts";
import type { PurgeAdapter, PurgeVendor } from "./purge-types.ts";
import { webhookVendor } from "./purge-webhook.ts";

/** The CDNs that Pharos can speak to. Adding one is a file, a line here, and its answers in test/publish/purge-vendors.test.ts. */
export const purgeVendors: readonly PurgeVendor[] = [fastlyVendor, cloudflareVendor, webhookVendor];

export interface PurgingOptions extends LaneOptions {
  readonly adapters: readonly PurgeAdapter[];
  /** How many of the POPs that can be reached have not applied this manifest. */
  lacking(page: string, manifest: Digest): number;
}

export interface Purging {
  /** The store has these heads now. The first look is what CDNs are taken to know. */
  look(heads: readonly Head[]): void;
  /** A POP has applied a generation of this page. */
  acked(page: string): void;
  stop(): Promise<void>;
}

/** A page that waits for POPs: `manifest` is null where the page is gone, which no POP acks. */
interface Awaited {
  readonly manifest: Digest | null;
  /** Of the first generation that CDNs were not told of: publishing often must not put the purge off for ever. */
  readonly sinceMs: number;
}

export function createPurging(options: PurgingOptions): Purging {
  const { adapters, clock, metrics } = options;
  const released = metrics.counter(
    "purge_released_total",
    "Pages handed to the CDNs: all POPs had acked, or the time for it was over.",
    "after",
  );
  const lanes = adapters.map((adapter) => createLane(adapter, options));
  const awaited = new Map<string, Awaited>();
  let known: ReadonlyMap<string, Digest> | null = null;
  let timer: Timer | null = null;
  metrics.watch("purge_waiting_pages", "Pages that CDNs are still to be told of, over all CDNs.", () =>
    lanes.reduce((sum, lane) => sum + lane.waiting(), awaited.size),
  );

  function release(page: string, after: "acks" | "time"): void {
    awaited.delete(page);
    released.add(1, after);
    for (const lane of lanes) lane.add(page);
  }

  /** Hands on what need not wait any longer, and has a look at the rest when the oldest is due. */
  function settle(page: string): void {
    const { manifest, sinceMs } = awaited.get(page) ?? {};
    if (sinceMs === undefined || manifest === undefined) return;
    if (manifest !== null && options.lacking(page, manifest) === 0) release(page, "acks");
    else if (clock.monotonicMs() - sinceMs >= limits.purgeAckMsMax) release(page, "time");
  }

  function settleAll(): void {
    timer?.cancel();
    timer = null;
    for (const page of [...awaited.keys()]) settle(page);
    const first = Math.min(...[...awaited.values()].map(({ sinceMs }) => sinceMs));
    if (awaited.size > 0)
      timer = clock.after(Math.max(0, first + limits.purgeAckMsMax - clock.monotonicMs()), settleAll);
  }

  function look(heads: readonly Head[]): void {
    const before = known;
    known = new Map(heads.map(({ page, manifest }) => [page, manifest]));
    if (before === null || lanes.length === 0) return;
    const changed = heads.filter(({ page, manifest }) => before.get(page) !== manifest);
    const gone = [...before.keys()].filter((page) => known?.has(page) !== true);
    const nowMs = clock.monotonicMs();
    const wait = (page: string, manifest: Digest | null): void =>
      void awaited.set(page, { manifest, sinceMs: awaited.get(page)?.sinceMs ?? nowMs });
    for (const { page, manifest } of changed) wait(page, manifest);
    for (const page of gone) wait(page, null);
    if (changed.length + gone.length > 0) settleAll();
  }

  return {
    look,
    acked: settle,
    async stop() {
      timer?.cancel();
      await Promise.all(lanes.map((lane) => lane.stop()));
    },
  };
}
