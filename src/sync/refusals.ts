// What was refused, counted each time and said once. In: a reason, and the page where one is known. Out: a counter and one line in the log.
// A source that sends garbage for a day leaves one line a reason and page, not a full disk.
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";

export interface Refusals {
  refuse(reason: string, page: string | null, detail?: string): void;
  /** This page is well again: what befalls it next is said again. */
  forget(page: string): void;
}

const saidMax = 1_024;

export function createRefusals(log: Log, metrics: Metrics): Refusals {
  const counter = metrics.counter(
    "follow_refused_total",
    "What was refused from sources, by reason.",
    "reason",
  );
  const said = new Map<string, Set<string>>();
  return {
    refuse(reason, page, detail) {
      counter.add(1, reason);
      const subject = page ?? "";
      const reasons = said.get(subject) ?? new Set();
      if (reasons.has(reason)) return;
      if (said.size >= saidMax) said.clear();
      said.set(subject, reasons.add(reason));
      log.warn("Refused what a source sent; the last good state is served on.", { reason, page, detail });
    },
    forget: (page) => void said.delete(page),
  };
}
