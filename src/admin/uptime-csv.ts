// Uptime as a CSV (RFC 4180). In: rows by span. Out: text with a head, times in seconds. Names are people's: one that a spreadsheet would take for a formula is
// written as a text.
import type { UptimeRow } from "../model/uptime-report.ts";
import type { PageView } from "../model/view.ts";
import { fullName } from "./speech.ts";

const head = [
  ...["span", "component_id", "component", "uptime_percent", "counted_s", "down_s", "major_outage_s"],
  ...["partial_outage_s", "maintenance_s", "target_percent", "budget_left_s"],
];

export function uptimeCsv(
  view: PageView,
  spans: readonly (readonly [span: string, rows: readonly UptimeRow[]])[],
): string {
  const seconds = (ms: number): number => Math.round(ms / 1_000);
  const lines = spans.flatMap(([span, rows]) =>
    rows.map(({ component, uptime, budget }) => [
      ...[span, component.id, fullName(view, component)],
      uptime.ratio === null ? "" : Math.round(uptime.ratio * 1_000_000) / 10_000,
      ...[uptime.countedMs, uptime.downMs, uptime.outageMs, uptime.partialMs, uptime.maintenanceMs].map(
        seconds,
      ),
      ...(budget === null ? ["", ""] : [budget.target, seconds(budget.leftMs)]),
    ]),
  );
  return [head, ...lines].map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

function cell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
