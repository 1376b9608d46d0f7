// Coalesces asks for one body into one. In: digests, a way to bring one. Out: one answer for all who wait; what was not to be had is not asked
// for again within a second. A flight of each worker alone would let N workers ask N times at the worst moment, so the same stands in the
// syncer, before the sources, and in a relay before its own.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import { createFlights } from "../base/single-flight.ts";
import type { Digest } from "../snapshot/types.ts";
import type { Brought } from "./link.ts";

export interface CoalescingOptions {
  /** Must not reject. `givenUp` ends when nobody waits any more. */
  bring(digest: Digest, givenUp: AbortSignal): Promise<Brought>;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Brings a body, or says why not, within `limits.lazyWaitMsMax`. Never rejects. */
export type Coalesced = (digest: Digest) => Promise<Brought>;

export function createCoalescing({ bring, clock, metrics }: CoalescingOptions): Coalesced {
  const asks = metrics.counter(
    "edge_lazy_asks_total",
    "Asks for bodies that were not here, by what came of it.",
    "outcome",
  );
  const begun = metrics.counter(
    "edge_lazy_flights_total",
    "Flights for bodies that were not here: all who ask meanwhile wait for the same one.",
  );
  /** Bodies that were not to be had lately, and until when (monotonic ms) that holds; the oldest first. */
  const refused = new Map<Digest, { readonly outcome: Brought; readonly untilMs: number }>();

  function remember(digest: Digest, outcome: Brought): Brought {
    if (outcome !== "absent" && outcome !== "late") return outcome;
    refused.delete(digest);
    for (const oldest of refused.keys()) {
      if (refused.size < limits.lazyRefusedMax) break;
      refused.delete(oldest);
    }
    refused.set(digest, { outcome, untilMs: clock.monotonicMs() + limits.lazyAgainMs });
    return outcome;
  }

  const flights = createFlights<Brought>({
    clock,
    ageMsMax: limits.lazyWaitMsMax,
    late: (digest) => remember(digest, "late"),
    flightsMax: limits.lazyFlightsMax,
    waitersMax: limits.lazyWaitersMax,
  });
  metrics.watch("edge_lazy_waiting", "Requests that wait for a body.", flights.waiting);

  async function fly(digest: Digest, givenUp: AbortSignal): Promise<Brought> {
    begun.add();
    return remember(digest, await bring(digest, givenUp));
  }

  return async (digest) => {
    const known = refused.get(digest);
    if (known !== undefined && clock.monotonicMs() < known.untilMs) {
      asks.add(1, "remembered");
      return known.outcome;
    }
    refused.delete(digest);
    const outcome = await (flights.join(digest, (givenUp) => fly(digest, givenUp)) ?? "busy");
    asks.add(1, outcome);
    return outcome;
  };
}
