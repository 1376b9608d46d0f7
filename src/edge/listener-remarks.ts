// What the listeners of visitors say of themselves. In: defects, refused heads. Out: two counters, and defects in the log.
import { defectsOf } from "../base/defects.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Remarks } from "../host/remarks.ts";

export function remarksOf({ log, metrics }: { readonly log: Log; readonly metrics: Metrics }): Remarks {
  const onDefect = defectsOf({ log, metrics, of: "edge" });
  const refused = metrics.counter(
    "edge_refused_heads_total",
    "Requests whose head a listener refused before anybody was asked.",
    "reason",
  );
  return { onDefect, onRefused: (reason) => refused.add(1, reason) };
}
