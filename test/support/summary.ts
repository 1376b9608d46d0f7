// A small page to import. In: a name. Out: a Statuspage summary as its public API gives it, invented.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const samplePage = "k7x2m9q4w1zz";
export const sampleHost = "status.example.org";
export const sampleComponents = ["c0mp0nent001", "c0mp0nent002", "c0mp0nent003"] as const;

const at = "2026-01-05T10:00:00.000Z";

/** A summary of three components and no trouble. */
export function sampleSummary(page = samplePage, host = sampleHost) {
  return {
    page: { id: page, name: "Example", url: `https://${host}`, time_zone: "Etc/UTC", updated_at: at },
    components: sampleComponents.map((id, index) => ({
      id,
      name: `Part ${index + 1}`,
      status: "operational",
      created_at: at,
      updated_at: at,
      position: index + 1,
      description: null,
      showcase: false,
      start_date: null,
      group_id: null,
      page_id: page,
      group: false,
      only_show_if_degraded: false,
    })),
    incidents: [],
    scheduled_maintenances: [],
    status: { indicator: "none", description: "All Systems Operational" },
  };
}

/** Writes `summary.json` into a new folder below `folder`, and gives that folder. */
export function writeSampleSummary(folder: string, page = samplePage, host = sampleHost): string {
  const place = join(folder, `sample-${page}`);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "summary.json"), JSON.stringify(sampleSummary(page, host)));
  return place;
}
