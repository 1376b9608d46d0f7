// What a scrape reads: text that any Prometheus takes, made of numbers that the hot path added to.
import { describe, expect, test } from "bun:test";
import { createMetrics } from "../../src/base/metrics.ts";
import { problemsIn } from "../support/exposition.ts";

describe("metrics: histogram", () => {
  test("each value is in every bucket that holds it; a value on a bound is below it; sum and count are of all", () => {
    const metrics = createMetrics();
    const seconds = metrics.histogram("request_duration_seconds", "Served in.", [0.001, 0.005, 0.02]);
    for (const value of [0.0004, 0.001, 0.0011, 0.02, 3]) seconds.observe(value);
    expect(metrics.text()).toBe(`# HELP pharos_request_duration_seconds Served in.
# TYPE pharos_request_duration_seconds histogram
pharos_request_duration_seconds_bucket{le="0.001"} 2
pharos_request_duration_seconds_bucket{le="0.005"} 3
pharos_request_duration_seconds_bucket{le="0.02"} 4
pharos_request_duration_seconds_bucket{le="+Inf"} 5
pharos_request_duration_seconds_sum ${0.0004 + 0.001 + 0.0011 + 0.02 + 3}
pharos_request_duration_seconds_count 5
`);
    expect(seconds.count()).toBe(5);
    expect(problemsIn(metrics.text())).toEqual([]);
  });

  test("asked for again, it is the same one", () => {
    const metrics = createMetrics();
    metrics.histogram("a_seconds", "A.", [1]).observe(0.5);
    metrics.histogram("a_seconds", "A.", [1]).observe(2);
    expect(metrics.histogram("a_seconds", "A.", [1]).count()).toBe(2);
  });
});

describe("metrics: table", () => {
  const rows = { name: "class", values: ["2xx", "5xx"] };
  const columns = { name: "kind", values: ["html", 'o"dd'] };

  test("cells by two indexes; what was never counted is not there", () => {
    const metrics = createMetrics();
    const table = metrics.table("responses_total", "Answers.", rows, columns);
    table.add(0, 0);
    table.add(0, 0, 4);
    table.add(1, 1);
    expect(table.value(0, 0)).toBe(5);
    expect(metrics.text()).toBe(`# HELP pharos_responses_total Answers.
# TYPE pharos_responses_total counter
pharos_responses_total{class="2xx",kind="html"} 5
pharos_responses_total{class="5xx",kind="o\\"dd"} 1
`);
    expect(problemsIn(metrics.text())).toEqual([]);
  });
});

test("metrics: a gauge of each page is read when someone scrapes", () => {
  const metrics = createMetrics();
  let generation = 4;
  metrics.watchEach("page_generation", "Generation.", "page", () => [["acme", generation]]);
  generation = 5;
  expect(metrics.text()).toContain('pharos_page_generation{page="acme"} 5\n');
});

describe("metrics: what the tests' own reader of the format refuses", () => {
  const good = createMetrics();
  good.histogram("a_seconds", "A.", [1, 2]).observe(1.5);
  for (const [what, from, to] of [
    ["a bucket that falls", 'le="1"} 0', 'le="1"} 2'],
    ["a count that is not the last bucket's", "a_seconds_count 1", "a_seconds_count 2"],
    ["a line that is none", "# TYPE", "#TYPE"],
    ["a type that no one knows", "histogram", "hist"],
    ["a value that is no number", "_sum 1.5", "_sum x"],
  ] as const) {
    test(what, () => {
      expect(problemsIn(good.text())).toEqual([]);
      expect(problemsIn(good.text().replace(from, to))).not.toEqual([]);
    });
  }
});
