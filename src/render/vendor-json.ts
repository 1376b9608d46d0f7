// /api/aggregate.json: what vendors say, in one light body. In: a scene. Out: the document; none where a page has no upstream.
// Its time is that of the round, never ours: an answer that a cache kept tells its age.
import { limits } from "../base/limits.ts";
import { upstreamPage } from "../model/upstream.ts";
import { countsOf, type ShownUpstream, shownUpstreams } from "../model/upstream-shown.ts";
import { baseOf } from "./feed-entry.ts";
import { jsonType } from "./json-shape.ts";
import { keyOf } from "./key.ts";
import type { Document, Scene } from "./types.ts";

export const aggregatePath = "/api/aggregate.json";

export function* vendorJson({ view, upstreams, asOf }: Scene): Iterable<Document> {
  if (view.upstreams.length === 0) return;
  const shown = shownUpstreams(view, upstreams, asOf);
  const { id, name } = view.page;
  const checked = shown.flatMap(({ checkedAt }) => checkedAt ?? []);
  const body = JSON.stringify({
    page: { id, name, url: baseOf(view.page) },
    generated_at: checked.length === 0 ? null : timeOf(Math.max(...checked)),
    unknown_after_seconds: limits.upstreamFreshMsMax / 1_000,
    counts: countsOf(shown),
    vendors: shown.map(vendorShape),
  });
  yield {
    path: aggregatePath,
    contentType: jsonType,
    cache: "page",
    slot: false,
    key: keyOf("aggregate", [body]),
    body: () => body,
  };
}

function vendorShape({ upstream, ...shown }: ShownUpstream) {
  return {
    id: upstream.id,
    name: upstream.name,
    vendor: upstream.vendor,
    url: upstreamPage(upstream),
    component_id: upstream.componentId,
    status: shown.state,
    description: shown.said,
    updated_at: timeOf(shown.updatedAt),
    checked_at: timeOf(shown.checkedAt),
    confirmed_at: timeOf(shown.confirmedAt),
    last_known: shown.lastKnown,
    reason: shown.why,
    response_ms: shown.ms,
  };
}

const timeOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
