// One /metrics of several processes: families stay together, every sample says whose it is.
import { expect, test } from "bun:test";
import { createMetrics } from "../../src/base/metrics.ts";
import { mergeExpositions } from "../../src/edge/exposition.ts";
import { problemsIn } from "../support/exposition.ts";

test("edge/exposition: two workers and a syncer in one text", () => {
  const [one, two, syncer] = [createMetrics(), createMetrics(), createMetrics()];
  for (const [metrics, count] of [
    [one, 3],
    [two, 4],
  ] as const) {
    metrics.counter("requests_total", "Requests.", "status").add(count, "200");
    metrics.watch("bytes", "Bytes.", () => count);
  }
  syncer.gauge("level", "Level.").set(1);
  const text = mergeExpositions(
    new Map([
      ["syncer", syncer.text()],
      ["worker-1", one.text()],
      ["worker-2", two.text()],
    ]),
  );
  expect(text).toBe(`# HELP pharos_level Level.
# TYPE pharos_level gauge
pharos_level{process="syncer"} 1
# HELP pharos_requests_total Requests.
# TYPE pharos_requests_total counter
pharos_requests_total{process="worker-1",status="200"} 3
pharos_requests_total{process="worker-2",status="200"} 4
# HELP pharos_bytes Bytes.
# TYPE pharos_bytes gauge
pharos_bytes{process="worker-1"} 3
pharos_bytes{process="worker-2"} 4
`);
});

test("edge/exposition: a histogram's lines stay with it, each process's buckets in a row", () => {
  const [one, two] = [createMetrics(), createMetrics()];
  for (const [at, metrics] of [one, two].entries()) {
    metrics.histogram("seconds", "Seconds.", [1, 2]).observe(at + 0.5);
    metrics.counter("requests_total", "Requests.").add();
  }
  const text = mergeExpositions(
    new Map([
      ["worker-1", one.text()],
      ["worker-2", two.text()],
    ]),
  );
  expect(text).toStartWith(`# HELP pharos_seconds Seconds.
# TYPE pharos_seconds histogram
pharos_seconds_bucket{process="worker-1",le="1"} 1
pharos_seconds_bucket{process="worker-1",le="2"} 1
pharos_seconds_bucket{process="worker-1",le="+Inf"} 1
pharos_seconds_sum{process="worker-1"} 0.5
pharos_seconds_count{process="worker-1"} 1
pharos_seconds_bucket{process="worker-2",le="1"} 0
`);
  expect(problemsIn(text)).toEqual([]);
});
