// Commands on metrics: made, changed, put into an order, deleted for good; refused with a sentence.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { world } from "./world.ts";

const names = (made: ReturnType<typeof world>): readonly string[] =>
  made.view().metrics.map(({ name }) => name);

test("decide-metric/a metric is made with what it was not told, and changed field by field", () => {
  const made = world();
  const { id } = made.run({ kind: "metric.create", fields: { name: "Latency", suffix: "ms" } });
  expect(made.view().metrics[0]).toMatchObject({
    ...{ id, name: "Latency", suffix: "ms", decimalPlaces: 0, display: true, transform: "average" },
    ...{ yAxisMin: null, yAxisMax: null, yAxisHidden: false, position: 1, createdAt: made.now },
  });
  made.now += 1_000;
  const { ops } = made.run({ kind: "metric.update", id, fields: { suffix: "ms", yAxisMax: 100 } });
  expect(ops.map(({ kind, fields }) => [kind, fields])).toEqual([
    ["metric", { yAxisMax: 100, updatedAt: made.now }],
    ["page", { updatedAt: made.now }],
  ]);
  expect(made.run({ kind: "metric.update", id, fields: { yAxisMax: 100 } }).ops).toEqual([]);
});

test("decide-metric/the named stand first in their order, the others behind them; only what moved is written", () => {
  const made = world();
  const ids = ["a", "b", "c", "d"].map((name) => made.run({ kind: "metric.create", fields: { name } }).id);
  const [a = "", b = "", c = ""] = ids;
  const { ops } = made.run({ kind: "metric.reorder", ids: [c, a] });
  expect(names(made)).toEqual(["c", "a", "b", "d"]);
  expect(ops.filter(({ kind }) => kind === "metric").length).toBe(3);
  expect(ops.filter(({ kind }) => kind === "page").length).toBe(1);
  expect(made.run({ kind: "metric.reorder", ids: [c, a, b] }).ops).toEqual([]);
  expect(made.refusal({ kind: "metric.reorder", ids: [a, a] }).status).toBe(422);
  expect(made.refusal({ kind: "metric.reorder", ids: ["none"] }).status).toBe(404);
});

test("decide-metric/what is deleted is gone, and its id is not brought back by a late change", () => {
  const made = world();
  const { id } = made.run({ kind: "metric.create", fields: { name: "Latency" } });
  made.run({ kind: "metric.delete", id });
  expect(names(made)).toEqual([]);
  expect(made.refusal({ kind: "metric.update", id, fields: { name: "Again" } }).status).toBe(404);
  expect(made.refusal({ kind: "metric.delete", id }).status).toBe(404);
});

test.each([
  [{ name: " " }, "is empty"],
  [{ decimalPlaces: 6 }, "from 0 to 5"],
  [{ suffix: "x".repeat(21) }, "20 are allowed"],
  [{ yAxisMin: 5, yAxisMax: 5 }, "its minimum must be under its maximum"],
  [{ yAxisMin: 11 }, "its minimum must be under its maximum"],
  [{ yAxisMax: 1e16 }, "is beyond"],
  [{ transform: "median" as "max" }, "known are average"],
  [{ position: 1.5 }, "not a whole number"],
])("decide-metric/refused: %j", (fields, says) => {
  const made = world();
  const { id } = made.run({ kind: "metric.create", fields: { name: "Latency", yAxisMax: 10 } });
  expect(made.refusal({ kind: "metric.update", id, fields }).sentences.join()).toContain(says);
});

test("decide-metric/a page has a bounded number of them", () => {
  const made = world();
  for (let at = 0; at < limits.seriesPerPageMax; at++)
    made.run({ kind: "metric.create", fields: { name: `m${at}` } });
  expect(made.refusal({ kind: "metric.create", fields: { name: "more" } }).sentences.join()).toContain(
    "at most 20",
  );
});
