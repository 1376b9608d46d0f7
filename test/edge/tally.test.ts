// What a worker counts: each answer once, by status and kind, whether it was held, remembered, waited for or refused.
import { describe, expect, test } from "bun:test";
import { createMetrics } from "../../src/base/metrics.ts";
import { createServing } from "../../src/edge/serve.ts";
import { eventKind, kindOf, kinds } from "../../src/edge/tally.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import { problemsIn } from "../support/exposition.ts";
import { manualClock } from "../support/manual-clock.ts";
import { frontRoutes, memoryStore, servingOptions, signedPage } from "./fixture.ts";

const host = "status.example";

describe("edge/tally", () => {
  for (const [type, kind] of [
    ["text/html; charset=utf-8", "html"],
    ["Application/JSON", "json"],
    ["application/problem+json", "json"],
    ["application/atom+xml; charset=utf-8", "feed"],
    ["text/calendar", "feed"],
    ["text/event-stream", "event"],
    ["image/svg+xml", "other"],
    ["", "other"],
  ] as const)
    test(`${type === "" ? "no type" : type} is ${kind}`, () => expect(kinds[kindOf(type)]).toBe(kind));

  test("the kind of events has its place", () => expect(kinds[eventKind]).toBe("event"));

  test("each answer is counted once, with the bytes that a client gets of it", async () => {
    const metrics = createMetrics();
    const store = memoryStore();
    const routes = frontRoutes("calm");
    await store.apply(await signedPage({ page: "p1", hosts: [host], generation: 7, routes }));
    const clock = manualClock();
    const serving = fetchOf(createServing(servingOptions({ store, clock, metrics })));
    const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
      serving(new Request(`http://${host}${path}`, { method, headers: { host, ...headers } }));
    const etag = ask("/api/v2/summary.json").headers.get("etag") ?? "";
    ask("/api/v2/summary.json");
    ask("/api/v2/summary.json", {}, "HEAD");
    ask("/api/v2/summary.json", { "if-none-match": etag });
    ask("/history.atom");
    ask("/none");
    ask("/", {}, "POST");
    const length = (path: string): number => routes[path]?.body.length ?? 0;
    expect(metrics.text()).toContain(`# TYPE pharos_edge_requests_total counter
pharos_edge_requests_total{status="200",kind="json"} 3
pharos_edge_requests_total{status="200",kind="feed"} 1
pharos_edge_requests_total{status="304",kind="json"} 1
pharos_edge_requests_total{status="404",kind="other"} 1
pharos_edge_requests_total{status="405",kind="other"} 1
`);
    expect(
      metrics.text(),
    ).toContain(`pharos_edge_body_bytes_total{kind="json"} ${2 * length("/api/v2/summary.json")}
pharos_edge_body_bytes_total{kind="feed"} ${length("/history.atom")}
`);
    expect(problemsIn(metrics.text())).toEqual([]);
  });
});
