// The process that asks vendors, as the control plane has it. In: pages with their upstreams, how to start it. Out: each round's results, kept and
// told; components that follow an upstream. It is started once a page has an upstream.
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { createApart } from "../host/apart.ts";
import type { Child } from "../host/process.ts";
import { sourceKey, sourceOf, type UpstreamSource } from "../model/upstream.ts";
import type { UpstreamResults } from "../model/upstream-shown.ts";
import type { ComponentStatus, PageView } from "../model/view.ts";
import type { Ledger } from "../store/ledger.ts";
import type { UpstreamStore } from "../store/upstreams.ts";
import { linkedBy } from "./upstream-linking.ts";
import { type FromRounds, fromFrame, type ToRounds, toFrame } from "./upstream-wire.ts";

export interface UpstreamsApartOptions {
  start(onFrame: (frame: Uint8Array) => void): Child<Uint8Array>;
  readonly ledger: Pick<Ledger, "pages" | "view" | "submit" | "onAppend">;
  readonly upstreams: UpstreamStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Who sets components by upstreams, in the audit trail. */
export const upstreamActor = "upstream";

export function startUpstreamsApart(options: UpstreamsApartOptions): { stop(): Promise<void> } {
  const { ledger, upstreams, clock, log, metrics } = options;
  const roundMs = metrics.gauge("upstream_round_ms", "How long the last round over vendors took.");
  const unknown = metrics.gauge("upstream_unknown", "Sources of which the last round learned nothing.");
  const apart = createApart({
    ...options,
    ...{ does: "asks vendors", again: "by itself" },
    starts: metrics.counter("upstream_starts_total", "Starts of the process that asks vendors."),
    onFrame: (frame) => void take(fromFrame<FromRounds>(frame)),
    onStarted: () => follow(),
  });
  /** The lists that were followed last: an entity that did not change is the same object. */
  let followed: readonly (readonly unknown[])[] = [];

  const views = (): readonly PageView[] =>
    ledger.pages().flatMap((page) => {
      const view = ledger.view(page);
      return view === null || view.upstreams.length === 0 ? [] : [view];
    });
  const follow = (): void => {
    const sources = new Map<string, UpstreamSource>();
    for (const { upstreams } of views())
      for (const upstream of upstreams) {
        const source = sourceOf(upstream);
        if (source !== null) sources.set(sourceKey(source), source);
      }
    if (sources.size > limits.upstreamSourcesMax)
      log.warn(`Of ${sources.size} sources of upstreams, ${limits.upstreamSourcesMax} are asked.`);
    const known = [...upstreams.results()].filter(([key]) => sources.has(key));
    apart.tell(toFrame({ does: "follow", sources: [...sources.values()], known } satisfies ToRounds));
  };
  const look = (): void => {
    const lists = views().map((view) => view.upstreams);
    if (lists.length === followed.length && lists.every((list, at) => list === followed[at])) return;
    followed = lists;
    if (lists.length > 0) apart.need();
    follow();
  };
  const take = async ({ results, ms }: FromRounds): Promise<void> => {
    roundMs.set(Math.round(ms));
    unknown.set(results.filter(([, { failed }]) => failed !== null).length);
    try {
      await settle(new Map(results));
    } catch (thrown) {
      log.error(`What vendors say was not kept: ${messageOf(thrown)}`);
    }
  };
  const settle = async (results: UpstreamResults): Promise<void> => {
    const before = upstreams.given();
    const given = new Map<string, ComponentStatus>();
    // Pages that show them are told first: what a component follows is a change of its own.
    const kept = upstreams.swap(results, before);
    for (const view of views()) {
      const page = view.page.id;
      const linked = linkedBy(view, results, (id) => before.get(`${page}/${id}`), clock.wallMs());
      for (const [id, status] of linked.given) given.set(`${page}/${id}`, status);
      if (linked.commands.length === 0) continue;
      const done = await ledger.submit(page, linked.commands, upstreamActor);
      if (!done.ok) log.warn(`Upstreams of ${page} set no component: ${done.refusal.sentences.join(" ")}`);
    }
    await kept;
    if (changed(before, given)) await upstreams.swap(results, given);
  };
  const end = ledger.onAppend(look);
  look();
  return {
    async stop() {
      end();
      await apart.stop();
    },
  };
}

function changed(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): boolean {
  return before.size !== now.size || now.entries().some(([id, status]) => before.get(id) !== status);
}
