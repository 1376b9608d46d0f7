// Requests that failed by a defect of ours. In: what was thrown. Out: a counter, and in the log each kind once: what one request brought about, the
// next million may.
import { messageOf } from "./fault.ts";
import { limits } from "./limits.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";

export interface DefectsOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  /** First word of the counter's name: `edge`, `control`. */
  readonly of: string;
}

export function defectsOf({ log, metrics, of }: DefectsOptions): (thrown: unknown) => void {
  const defects = metrics.counter(
    `${of}_defects_total`,
    "Requests answered 500, or cut off: defects of Pharos.",
  );
  const said = new Set<string>();
  defects.add(0);
  return (thrown) => {
    defects.add();
    const says = messageOf(thrown);
    if (said.has(says) || said.size >= limits.defectsSaidMax) return;
    said.add(says);
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    log.error(`A request failed by a defect of Pharos: ${says} Please report it; it is said once.`, {
      stack,
    });
  };
}
