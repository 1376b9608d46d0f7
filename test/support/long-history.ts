// A page with years of trouble, to import. In: a seed, a number of incidents. Out: summary and incidents as Statuspage's API gives them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../src/base/random.ts";
import { sampleComponents, sampleSummary } from "./summary.ts";

const dayMs = 86_400_000;
const words =
  "we are looking into errors of requests to the service some customers see slow answers and timeouts a fix was found and is on its way engineers watch recovery queues drain latency of writes in one region database connections cache storage network provider deploy rollback capacity".split(
    " ",
  );
const stages = ["investigating", "identified", "monitoring", "resolved"] as const;
const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[random.below(values.length)] as Value;
const iso = (ms: number): string => new Date(ms).toISOString();

function sentence(random: Random): string {
  return `${Array.from({ length: 12 + random.below(40) }, () => pick(random, words)).join(" ")}.`;
}

/** The incident of number `at`, the newest being 0; four updates, or, while it is open, three. */
function incident(random: Random, page: string, at: number, endMs: number, open: boolean) {
  const id = `t${at.toString(36).padStart(11, "0")}`;
  const startMs = endMs - Math.floor((at + 1) * 0.7 * dayMs) - random.below(dayMs / 2);
  const component = pick(random, sampleComponents);
  const told = open ? stages.slice(0, 3) : stages;
  const times = told.map((_status, stage) => startMs + stage * 20 * 60_000 + random.below(60_000));
  const endedAt = iso(times.at(-1) ?? startMs);
  return {
    id,
    name: sentence(random).slice(0, 60),
    status: told.at(-1),
    created_at: iso(startMs),
    updated_at: endedAt,
    monitoring_at: iso(times[2] ?? startMs),
    resolved_at: open ? null : endedAt,
    impact: pick(random, ["minor", "major", "critical", "none"]),
    shortlink: `https://stspg.io/${id}`,
    started_at: iso(startMs),
    page_id: page,
    incident_updates: told
      .map((status, stage) => ({
        id: `u${stage}${id.slice(1)}`,
        status,
        body: sentence(random),
        incident_id: id,
        created_at: iso(times[stage] ?? startMs),
        updated_at: iso(times[stage] ?? startMs),
        display_at: iso(times[stage] ?? startMs),
        affected_components: [
          { code: component, name: component, old_status: "operational", new_status: "operational" },
        ],
        deliver_notifications: false,
        custom_tweet: null,
        tweet_id: null,
      }))
      .reverse(),
    components: [],
    reminder_intervals: null,
  };
}

/** Writes `summary.json` and `incidents.json` into a new folder below `folder`; the newest incident is open. Gives folder and its id. */
export function writeLongHistory(
  folder: string,
  page: string,
  incidents: number,
  random: Random,
): { folder: string; openIncident: string } {
  const place = join(folder, `history-${page}`);
  mkdirSync(place, { recursive: true });
  const summary = sampleSummary(page);
  const endMs = Date.now() - dayMs;
  const all = Array.from({ length: incidents }, (_none, at) => incident(random, page, at, endMs, at === 0));
  writeFileSync(join(place, "summary.json"), JSON.stringify(summary));
  writeFileSync(join(place, "incidents.json"), JSON.stringify({ page: summary.page, incidents: all }));
  return { folder: place, openIncident: all[0]?.id ?? "" };
}
