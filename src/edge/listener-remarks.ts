// What the listeners of visitors say of themselves. In: defects, refused heads. Out: two counters, and in the log each kind of defect once: what
// one request brought about, the next million may.
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Remarks } from "../host/remarks.ts";

export function remarksOf({ log, metrics }: { readonly log: Log; readonly metrics: Metrics }): Remarks {
  const defects = metrics.counter(
    "edge_defects_total",
    "Requests answered 500, or cut off: defects of Pharos.",
  );
  const refused = metrics.counter(
    "edge_refused_heads_total",
    "Requests whose head a listener refused before anybody was asked.",
    "reason",
  );
  const said = new Set<string>();
  defects.add(0);
  return {
    onDefect(thrown) {
      defects.add();
      const says = messageOf(thrown);
      if (said.has(says) || said.size >= limits.defectsSaidMax) return;
      said.add(says);
      const stack = thrown instanceof Error ? thrown.stack : undefined;
      log.error(`A request failed by a defect of Pharos: ${says} Please report it; it is said once.`, {
        stack,
      });
    },
    onRefused: (reason) => refused.add(1, reason),
  };
}
