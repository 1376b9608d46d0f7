// A word that means a state. In: a word that a document shows, the vendor's own words. Out: the status, or nothing: no word is guessed.
import type { UpstreamOptions } from "../model/upstream.ts";
import type { ComponentStatus } from "../model/view.ts";

const own = [
  ["operational", "operational"],
  ["maintenance", "under_maintenance"],
  ["degraded", "degraded_performance"],
  ["outage", "major_outage"],
] as const;

const common: ReadonlyMap<string, ComponentStatus> = new Map(
  (
    [
      [
        "operational",
        "operational,ok,okay,up,good,green,none,normal,healthy,available,online,running,true,1,pass,all systems operational,all systems go,no issues,no known issues,no incidents",
      ],
      ["under_maintenance", "maintenance,under maintenance,under_maintenance,scheduled maintenance,blue"],
      [
        "degraded_performance",
        "degraded,degraded performance,degraded_performance,minor,yellow,orange,amber,warning,warn,slow,impaired,issues,partially degraded service,minor service outage",
      ],
      ["partial_outage", "partial,partial outage,partial_outage,major,partial system outage"],
      [
        "major_outage",
        "down,outage,major outage,major_outage,critical,red,unavailable,offline,error,failed,fail,false,0,major service outage",
      ],
    ] as const
  ).flatMap(([status, words]) => words.split(",").map((word) => [word, status] as const)),
);

/** A vendor's own words may be part of what is shown, the longest first; common ones must be all of it. */
export function statusOfWords(shown: string, words: UpstreamOptions["words"]): ComponentStatus | null {
  const text = shown.trim().toLowerCase().replace(/\s+/g, " ");
  const named = own
    .flatMap(([state, status]) => (words?.[state] ?? []).map((word) => [word.toLowerCase(), status] as const))
    .filter(([word]) => word !== "" && text.includes(word))
    .toSorted(([a], [b]) => b.length - a.length);
  return named[0]?.[1] ?? common.get(text.replace(/[.!]$/, "")) ?? null;
}
