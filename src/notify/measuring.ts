// What is counted of messages for who watches the installation. In: what became of each, lanes. Out: counters and gauges, in the process that sends; its control
// plane shows them with its own.
import type { Clock } from "../base/clock.ts";
import type { Metrics } from "../base/metrics.ts";
import { type ChannelKind, channelKinds } from "../model/subscriber.ts";
import { tryOutcomes } from "../store/outbox-tries.ts";
import type { Lane } from "./lane.ts";
import type { Outcome } from "./types.ts";

export interface Measuring {
  /** What one try came to. */
  tried(kind: ChannelKind, outcome: Outcome["kind"]): void;
}

export function createMeasuring(metrics: Metrics, clock: Clock, lanes: () => Iterable<Lane>): Measuring {
  const tries = metrics.table(
    "notify_tries_total",
    "Messages by channel and what their try came to: later is tried again, gone and refused are given up.",
    { name: "channel", values: channelKinds },
    { name: "outcome", values: tryOutcomes },
  );
  const byChannel = (of: (lane: Lane) => number, join: (a: number, b: number) => number) => () => {
    const all = new Map<ChannelKind, number>();
    for (const lane of lanes())
      if (lane.waiting > 0) all.set(lane.kind, join(all.get(lane.kind) ?? 0, of(lane)));
    return all;
  };
  metrics.watchEach(
    "notify_waiting",
    "Messages that are counted and neither taken nor given up.",
    "channel",
    byChannel(
      (lane) => lane.waiting,
      (a, b) => a + b,
    ),
  );
  metrics.watchEach(
    "notify_oldest_seconds",
    "How long ago it happened what somebody is still to be told of.",
    "channel",
    byChannel((lane) => Math.max(0, clock.wallMs() - lane.job.occurredMs) / 1_000, Math.max),
  );
  return {
    tried(kind, outcome) {
      tries.add(channelKinds.indexOf(kind), tryOutcomes.indexOf(outcome));
    },
  };
}
