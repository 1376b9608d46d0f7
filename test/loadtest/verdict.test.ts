// When a run counts, and what it comes to: tables of what was measured, and what must be said of it.
import { describe, expect, test } from "bun:test";
import type { Threshold } from "../../loadtest/lib/plan.ts";
import { between, percentileMs } from "../../loadtest/run/histogram.ts";
import {
  busiestShare,
  type GeneratorSample,
  type Honesty,
  type Reason,
  reasonsAgainst,
} from "../../loadtest/run/honesty.ts";
import { exitCodes, linesOf, rowOf, verdictOf } from "../../loadtest/run/verdict.ts";
import { bucketsOf, valuesOf } from "../../loadtest/run/watch.ts";

/** A sample each 250 ms for four seconds, each using so much of a core, and others so much beside. */
const steady = (used: number, others: number | null = 0): readonly GeneratorSample[] =>
  Array.from({ length: 17 }, (_, at) => ({
    atMs: at * 250,
    cpuMs: at * 250 * used,
    busyMs: others === null ? null : at * 250 * (used + others),
  }));

const honest: Honesty = {
  asked: 10_000,
  lateMs: 2,
  ended: 10_000,
  dropped: 0,
  generator: steady(0.5),
  top: [0, 60],
  cores: 1,
};

describe("a run is invalid where", () => {
  const cases: readonly (readonly [string, Partial<Honesty>, readonly Reason["kind"][]])[] = [
    ["nothing speaks against it: it is not", {}, []],
    ["one visit was dropped", { dropped: 1 }, ["dropped"]],
    ["k6 used 91 % of its core", { generator: steady(0.91) }, ["generator"]],
    ["k6 used 89 % of its core: it is not", { generator: steady(0.89) }, []],
    ["k6 used 91 % of one of two cores: it is not", { generator: steady(0.91), cores: 2 }, []],
    ["others took what k6 left of its core", { generator: steady(0.5, 0.45) }, ["taken"]],
    ["others took a twentieth of its core: it is not", { generator: steady(0.88, 0.05) }, []],
    ["others took a third of its core, and left some: it is not", { generator: steady(0.5, 0.35) }, []],
    ["others took its core before the top: it is not", { generator: steady(0.5, 0.5), top: [4, 60] }, []],
    ["the system says nothing of others: it is not", { generator: steady(0.5, null) }, []],
    ["k6 was 41 ms late at the top", { lateMs: 41 }, ["generator"]],
    ["k6 was 40 ms late at the top: it is not", { lateMs: 40 }, []],
    ["nobody looked how late k6 was: it is not", { lateMs: null }, []],
    ["1.1 % of the visits did not take place", { ended: 9_890 }, ["under-asked"]],
    ["0.9 % did not take place: it is not", { ended: 9_910 }, []],
    ["a visit at the border of two stages is missing of a few: it is not", { asked: 100, ended: 98 }, []],
    [
      "all of it",
      { dropped: 500, generator: steady(1), ended: 9_000 },
      ["dropped", "generator", "under-asked"],
    ],
  ];
  for (const [name, changed, kinds] of cases)
    test(name, () => {
      expect(reasonsAgainst({ ...honest, ...changed }).map(({ kind }) => kind)).toEqual([...kinds]);
    });

  test("k6 was busy for two seconds of many", () => {
    const calm = steady(0.2);
    const last = calm.at(-1) ?? { atMs: 0, cpuMs: 0, busyMs: 0 };
    const busy = Array.from({ length: 9 }, (_, at) => ({
      ...last,
      atMs: last.atMs + at * 250,
      cpuMs: last.cpuMs + at * 245,
    }));
    expect(busiestShare([...calm, ...busy.slice(1)], 1)).toBeGreaterThan(0.9);
    expect(busiestShare([...calm, ...busy.slice(1, 5)], 1)).toBeLessThan(0.9);
  });
});

describe("thresholds", () => {
  const p95: Threshold = { measure: "visit", phase: "spike", holds: "p(95)<80", says: "fast" };
  const table: readonly (readonly [Threshold, number | null, boolean])[] = [
    [p95, 79.9, true],
    [p95, 80, false],
    [p95, null, false],
    [{ measure: "visits_failed", holds: "rate==0", says: "none" }, 0, true],
    [{ measure: "visits_failed", holds: "rate==0", says: "none" }, 0.000_01, false],
    [{ measure: "visits_failed", holds: "rate<0.001", says: "few" }, 0.001, false],
    [{ measure: "answers", holds: "count>=5", says: "some" }, 5, true],
  ];
  for (const [threshold, got, ok] of table)
    test(`${threshold.holds} with ${got} ${ok ? "holds" : "does not hold"}`, () => {
      expect(rowOf(threshold, () => got).ok).toBe(ok);
    });

  test("it asks for the series of its phase", () => {
    const asked: string[] = [];
    rowOf(p95, (series, value) => {
      asked.push(`${series} ${value}`);
      return 1;
    });
    expect(asked).toEqual(["visit{phase:spike} p(95)"]);
  });

  test("one that cannot be read is an error, not a pass", () => {
    expect(() => rowOf({ ...p95, holds: "quick" }, () => 1)).toThrow("cannot be read");
  });
});

describe("the verdict", () => {
  const good = { what: "fast", wanted: "< 80", got: "5", ok: true };
  const bad = { ...good, ok: false };
  const told = { ...good, ok: null };
  const late = { ...bad, time: true as const };
  const reason = { kind: "dropped", sentence: "5 visits were dropped." } as const;
  const taken = { kind: "taken", sentence: "Others had its core." } as const;
  test.each([
    [[good], [], "passed", 0],
    [[good, told], [], "passed", 0],
    [[good, bad], [], "failed", 1],
    [[good], [reason], "invalid", 3],
    [[bad], [reason], "invalid", 3],
    [[late], [], "failed", 1],
    [[late], [taken], "invalid", 3],
    [[late, bad], [taken], "failed", 1],
    [[good], [taken], "passed", 0],
    [[good], [taken, reason], "invalid", 3],
    [[], [], "failed", 1],
    [[], [taken], "failed", 1],
    [[told], [], "failed", 1],
  ] as const)("%j with reasons %j is %s", (rows, reasons, outcome, code) => {
    const verdict = verdictOf(rows, reasons);
    expect(verdict.outcome).toBe(outcome);
    expect(exitCodes[verdict.outcome]).toBe(code);
  });

  test("what is invalid says that it says nothing", () => {
    expect(linesOf(verdictOf([bad], [reason]), "spike.").at(-1)).toBe(
      "INVALID: spike. These numbers say nothing about the server.",
    );
  });
});

describe("the POPs' own histogram", () => {
  const text = `# TYPE pharos_edge_request_duration_seconds histogram
pharos_edge_request_duration_seconds_bucket{process="worker-1",le="0.001"} 50
pharos_edge_request_duration_seconds_bucket{process="worker-1",le="0.005"} 90
pharos_edge_request_duration_seconds_bucket{process="worker-1",le="+Inf"} 100
pharos_edge_request_duration_seconds_bucket{process="worker-2",le="0.001"} 50
pharos_edge_request_duration_seconds_bucket{process="worker-2",le="0.005"} 110
pharos_edge_request_duration_seconds_bucket{process="worker-2",le="+Inf"} 100
pharos_edge_requests_total{process="worker-1",status="200",kind="html"} 7
pharos_edge_requests_total_more 9
`;
  test("is summed over workers, and percentiles lie within buckets", () => {
    const buckets = bucketsOf(text);
    expect([...buckets]).toEqual([
      [0.001, 100],
      [0.005, 200],
      [Number.POSITIVE_INFINITY, 200],
    ]);
    expect(percentileMs(buckets, 0.5)).toBe(1);
    expect(percentileMs(buckets, 0.75)).toBe(3);
    expect(percentileMs(new Map(), 0.5)).toBeNull();
    expect(valuesOf(text, "pharos_edge_requests_total")).toEqual([7]);
  });

  test("what is above the last bound is told as that bound", () => {
    expect(
      percentileMs(
        new Map([
          [0.005, 1],
          [Number.POSITIVE_INFINITY, 100],
        ]),
        0.99,
      ),
    ).toBe(5);
  });

  test("a POP that was started again counts from nothing", () => {
    const before = new Map([[Number.POSITIVE_INFINITY, 100]]);
    const after = new Map([[Number.POSITIVE_INFINITY, 10]]);
    expect([...between(before, after).values()]).toEqual([10]);
    expect([...between(after, before).values()]).toEqual([90]);
  });
});
