// One /metrics of several processes: families stay together, every sample says whose it is.
import { expect, test } from "bun:test";
import { createMetrics } from "../../src/base/metrics.ts";
import { mergeExpositions } from "../../src/edge/exposition.ts";

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
