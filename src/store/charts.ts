// What was measured, as a page shows it. In: a view, the points of its metrics. Out: the charts that render is given.
import type { PageView } from "../model/view.ts";
import type { Charts } from "../render/types.ts";
import type { SeriesStore } from "./series.ts";

/** What was measured of the metrics that a page shows; nothing where there is no store of points. */
export function chartsOf({ page, metrics }: PageView, series: Pick<SeriesStore, "spans"> | null): Charts {
  return new Map(
    metrics.flatMap(({ id, display }) => {
      const spans = display ? (series?.spans(page.id, id) ?? null) : null;
      return spans === null ? [] : [[id, spans] as const];
    }),
  );
}
