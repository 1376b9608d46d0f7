// What one change costs on a big page: an update to one of 5,000 incidents sends under 200 kB to a POP that was up to date.
// Long: it publishes 5,000 incidents.
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { ApiClient, Installation, until } from "../support/installation.ts";
import { writeLongHistory } from "../support/long-history.ts";
import { metricsAt } from "../support/metrics.ts";
import { get } from "../support/reader.ts";
import { sampleHost, samplePage } from "../support/summary.ts";

const incidents = 5_000;
const bytesMax = 200_000;
const installation = new Installation();
afterAll(() => installation.end());

test(`one update on a page of ${incidents} incidents sends under ${bytesMax / 1_000} kB`, async () => {
  const data = join(installation.folder, "control");
  const { folder, openIncident } = writeLongHistory(
    installation.folder,
    samplePage,
    incidents,
    seededRandom(5_000),
  );
  await installation.control();
  const api = new ApiClient(`http://${await installation.address("api")}`, await installation.token());
  const ops = await installation.address("control-ops");
  const pop = await installation.address("pop");
  const startedMs = performance.now();
  const imported = await installation.run("import", "statuspage", folder, "--data", data, "--json");
  expect(imported).toMatchObject({ code: 0 });
  expect(JSON.parse(imported.out)).toMatchObject({ incidents });
  const importedMs = performance.now();
  await installation.pop();
  const path = `/api/v2/incidents/${openIncident}.json`;
  const firstUpdate = async (): Promise<{ body: string; level: string | undefined } | null> => {
    const answer = await get(pop, path, { host: sampleHost }).catch(() => null);
    if (answer?.status !== 200) return null;
    const incident = JSON.parse(answer.body.toString("utf8"));
    return { body: incident.incident_updates[0].body, level: answer.headers["pharos-level"] };
  };
  await until(
    "the POP has the page and its source",
    async () => (await firstUpdate())?.level === "0",
    60_000,
  );
  const followedMs = performance.now();
  // Up to date means that it holds the old pages too.
  const popOps = await installation.address("pop-ops");
  await until(
    "it has all old pages",
    async () => (await metricsAt(popOps)).of("edge_lazy_pages_left").values().toArray().join() === "0",
    60_000,
  );
  const wholeMs = performance.now();

  const before = await metricsAt(ops);
  const body = "The last of the slow queues has drained; we watch it for another hour.";
  const updatedMs = performance.now();
  const incident = { body, status: "monitoring" };
  const updated = await api.ask("PATCH", `/pages/${samplePage}/incidents/${openIncident}`, { incident });
  expect(updated.status).toBe(200);
  const ackedMs = performance.now();
  await until("the POP shows the update", async () => (await firstUpdate())?.body === body);
  const visibleMs = performance.now();
  const after = await metricsAt(ops);

  const sent = (frame: string): number =>
    after.sum("feed_bytes_total", `frame="${frame}"`) - before.sum("feed_bytes_total", `frame="${frame}"`);
  const frames = [...after.of("feed_bytes_total").keys()].map(
    (labels) => /frame="(\w+)"/.exec(labels)?.[1] ?? "",
  );
  const byFrame = Object.fromEntries(frames.map((frame) => [frame, sent(frame)]));
  const bytes = Object.values(byFrame).reduce((sum, count) => sum + count, 0);
  const rendered = after.sum("documents_rendered_total") - before.sum("documents_rendered_total");
  const took = (from: number, to: number): string => `${Math.round(to - from)} ms`;
  console.log(
    `${incidents} incidents: imported in ${took(startedMs, importedMs)}, published in ${Math.round(before.sum("publish_duration_ms"))} ms, at the POP ${took(importedMs, followedMs)} after the import, old pages ${took(followedMs, wholeMs)} later.`,
    `One update: ${bytes} bytes ${JSON.stringify(byFrame)}, ${rendered} documents rendered,`,
    `acked in ${took(updatedMs, ackedMs)}, published in ${Math.round(after.sum("publish_duration_ms"))} ms,`,
    `visible ${took(ackedMs, visibleMs)} after the ack.`,
  );
  expect(bytes).toBeLessThan(bytesMax);
  expect(byFrame.body).toBeGreaterThan(0);
}, 180_000);
