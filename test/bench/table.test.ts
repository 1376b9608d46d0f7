// README's table beside nginx and h2o: what bench/table.ts makes of the baselines, and nothing else.
import { describe, expect, test } from "bun:test";
import { type Baseline, baselines, shownTable, tableOf } from "../../bench/table.ts";
import { skipUnless } from "../support/skip.ts";

const sample: Baseline = {
  date: "2026-11-21",
  commit: "abc1234",
  bun: "1.4.5",
  versions: { nginx: "1.22.1" },
  machine: { cpu: "a processor", cores: 2, memoryGiB: 4 },
  figures: [
    { what: "200, one page: pharos", value: 50_000, unit: "answers/s" },
    { what: "200, one page: pharos, CPU an answer", value: 16, unit: "us" },
    { what: "200, one page: nginx", value: 60_000, unit: "answers/s" },
    { what: "200, one page: to nginx", value: 0.9, unit: "x", contract: ">= 0.8 x", aim: ">= 1 x" },
  ],
};

describe("bench/table", () => {
  test("a row a kind of request, with its ratios and what they have to be; who was not there is said", () => {
    expect(tableOf([sample])).toBe(
      [
        "| on one core, answers a second | Pharos | nginx | h2o | to nginx | to h2o |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| 200, one page | 50,000 | 60,000 | not installed | 0.90 (contract >= 0.8, aim >= 1) |  |",
        "",
        "HTTP/1.1: 2026-11-21, abc1234, a processor, 2 cores, 4 GiB; Bun 1.4.5, nginx 1.22.1.",
        "",
      ].join("\n"),
    );
  });

  skipUnless(baselines().length > 0, "bench http and bench h2 have no baseline.json yet")(
    "README shows the baselines as they are",
    () => expect(shownTable()).toBe(tableOf(baselines())),
  );

  test("README has the marks", () => {
    expect(shownTable("").length).toBe(0);
    expect(shownTable().length).toBeGreaterThan(0);
  });
});
