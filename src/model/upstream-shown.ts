// What readers are told of upstreams. In: a page's upstreams, what rounds learned, the moment. Out: each with its state and the ages of it.
import { limits } from "../base/limits.ts";
import { severityOf } from "./group.ts";
import {
  sourceKey,
  sourceOf,
  stateOf,
  type Upstream,
  type UpstreamFailure,
  type UpstreamResult,
  type UpstreamState,
} from "./upstream.ts";
import type { ComponentStatus, PageView } from "./view.ts";

/** By `sourceKey`. */
export type UpstreamResults = ReadonlyMap<string, UpstreamResult>;

export interface ShownUpstream {
  readonly upstream: Upstream;
  readonly state: UpstreamState;
  /** Finer than the state; null where nothing is known. */
  readonly status: ComponentStatus | null;
  readonly said: string | null;
  /** The vendor's own time. */
  readonly updatedAt: number | null;
  /** When what is told, or was known last, was read or confirmed. */
  readonly confirmedAt: number | null;
  readonly checkedAt: number | null;
  readonly ms: number | null;
  /** What was known last, where the state is unknown. */
  readonly lastKnown: UpstreamState | null;
  /** Why it is unknown. `unasked`: no round came to it yet. `late`: no round came to it for too long. */
  readonly why: UpstreamFailure["why"] | "unasked" | "late" | null;
}

/** In the page's order. */
export function shownUpstreams(
  view: PageView,
  results: UpstreamResults,
  asOf: number,
): readonly ShownUpstream[] {
  return view.upstreams.map((upstream) => shownOf(upstream, resultOf(upstream, results), asOf));
}

export function resultOf(upstream: Upstream, results: UpstreamResults): UpstreamResult | null {
  const source = sourceOf(upstream);
  return source === null ? null : (results.get(sourceKey(source)) ?? null);
}

function shownOf(upstream: Upstream, result: UpstreamResult | null, asOf: number): ShownUpstream {
  const last = result?.last ?? null;
  const why = whyUnknown(result, asOf);
  const state = last === null ? "unknown" : stateOf(last.status);
  return {
    upstream,
    state: why === null ? state : "unknown",
    status: why === null ? (last?.status ?? null) : null,
    said: why === null ? (last?.said ?? null) : null,
    updatedAt: last?.updatedAt ?? null,
    confirmedAt: last?.confirmedAt ?? null,
    checkedAt: result?.triedAt ?? null,
    ms: result?.ms ?? null,
    lastKnown: why === null || last === null ? null : state,
    why,
  };
}

function whyUnknown(result: UpstreamResult | null, asOf: number): ShownUpstream["why"] {
  if (result === null) return "unasked";
  if (result.failed !== null) return result.failed.why;
  if (asOf - result.triedAt > limits.upstreamFreshMsMax) return "late";
  return result.last === null ? "unasked" : null;
}

/** The worst first, what is not known before what is well; among alike the page's order. */
export function byGravity(shown: readonly ShownUpstream[]): readonly ShownUpstream[] {
  const gravity = ({ status }: ShownUpstream): number => (status === null ? 0.5 : severityOf[status]);
  return shown.toSorted((a, b) => gravity(b) - gravity(a));
}

export function countsOf(shown: readonly ShownUpstream[]): Readonly<Record<UpstreamState, number>> {
  const counts = { operational: 0, degraded: 0, outage: 0, maintenance: 0, unknown: 0 };
  for (const { state } of shown) counts[state]++;
  return counts;
}
