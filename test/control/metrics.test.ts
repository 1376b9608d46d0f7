// /v1/pages/{page_id}/metrics as Statuspage's clients use it, and their points: taken whole or refused whole.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

const path = (rest = ""): string => `/v1/pages/${world.page}/metrics${rest}`;
const nowS = (): number => Math.floor(world.clock.wallMs() / 1_000);

async function newMetric(metric: object = {}): Promise<string> {
  const made = await world.send("POST", path(), { metric: { name: "Latency", suffix: "ms", ...metric } });
  expect(made.status).toBe(201);
  return made.json.id;
}

describe("control/metrics", () => {
  test("made, read, listed, changed, deleted: what was sent comes back in the next read", async () => {
    const sent = {
      ...{ name: "Errors", suffix: "%", decimal_places: 2, display: false, tooltip_description: "Of all." },
      ...{
        y_axis_min: 0,
        y_axis_max: 100,
        y_axis_hidden: true,
        transform: "max",
        metric_identifier: "errors",
      },
    };
    const id = await newMetric(sent);
    const read = await world.send("GET", path(`/${id}`));
    expect(read.json).toMatchObject({ ...sent, id, metrics_provider_id: null, most_recent_data_at: null });
    const changed = await world.send("PATCH", path(`/${id}`), {
      metric: { name: "Faults", y_axis_max: null },
    });
    expect([changed.status, changed.json.name, changed.json.y_axis_max]).toEqual([200, "Faults", null]);
    expect((await world.send("PUT", path(`/${id}.json`), "metric[suffix]=pct")).json.suffix).toBe("pct");
    expect((await world.send("GET", path())).json.map((one: { id: string }) => one.id)).toContain(id);
    const gone = await world.send("DELETE", path(`/${id}`));
    expect([gone.status, gone.json.id]).toEqual([200, id]);
    expect(await world.send("GET", path(`/${id}`))).toEqual({
      status: 404,
      json: { error: "Metric not found" },
    });
  });

  test("an order of their own", async () => {
    const [a, b] = [await newMetric({ name: "a" }), await newMetric({ name: "b" })];
    const ordered = await world.send("POST", path("/order"), { metrics: [b, a] });
    expect(ordered.json.slice(0, 2).map((one: { name: string }) => one.name)).toEqual(["b", "a"]);
    expect((await world.send("POST", path("/order"), { metrics: ["none"] })).status).toBe(404);
  });

  test("a point is 201, a batch 202, and the metric says when the latest was measured", async () => {
    const [one, other] = [await newMetric(), await newMetric()];
    const data = { timestamp: nowS() - 60, value: 12.5 };
    expect(await world.send("POST", path(`/${one}/data`), { data })).toEqual({ status: 201, json: { data } });
    const batch = {
      [one]: [{ timestamp: nowS(), value: 3 }],
      [other]: [data, { timestamp: nowS(), value: 9 }],
    };
    expect(await world.send("POST", path("/data"), { data: batch })).toEqual({
      status: 202,
      json: batch,
    });
    const at = new Date(nowS() * 1_000).toISOString();
    expect((await world.send("GET", path(`/${other}`))).json.most_recent_data_at).toBe(at);
    const columns = world.series.spans(world.page, other)?.day.columns ?? [];
    expect(columns.flatMap((column) => (column === null ? [] : [column.sum]))).toEqual([12.5, 9]);
    expect(
      (await world.send("POST", path(`/${one}/data`), `data[timestamp]=${nowS()}&data[value]=4`)).status,
    ).toBe(201);
    const reset = await world.send("DELETE", path(`/${other}/data`));
    expect([reset.status, reset.json.most_recent_data_at]).toEqual([200, null]);
  });

  test("points are no ops: the log stands where it stood", async () => {
    const id = await newMetric();
    const before = world.ledger.position();
    await world.send("POST", path(`/${id}/data`), { data: { timestamp: nowS(), value: 1 } });
    expect(world.ledger.position()).toBe(before);
  });

  test("one point that cannot be taken, and none of the batch is", async () => {
    const id = await newMetric();
    const points = [
      { timestamp: nowS(), value: 1 },
      { timestamp: nowS() * 1_000, value: 1 },
    ];
    const refused = await world.send("POST", path("/data"), { data: { [id]: points } });
    expect([refused.status, refused.json.error[0]]).toEqual([
      422,
      expect.stringContaining("is in the future"),
    ]);
    const unknown = await world.send("POST", path("/data"), { data: { [id]: points.slice(0, 1), none: [] } });
    expect(unknown.status).toBe(404);
    const many = Array.from({ length: limits.seriesPointsPerRequestMax / 2 + 1 }, () => points[0]);
    const other = await newMetric();
    const tooMany = await world.send("POST", path("/data"), { data: { [id]: many, [other]: many } });
    expect([tooMany.status, tooMany.json.error.join()]).toEqual([
      422,
      expect.stringContaining("at most 12000 points"),
    ]);
    expect(world.series.spans(world.page, id)).toBeNull();
  });

  test.each([
    [{ timestamp: "yesterday", value: 1 }],
    [{ timestamp: 1 }],
    [{ value: 1 }],
    [{ timestamp: null, value: null }],
    ["x"],
  ])("no point: %j", async (data) => {
    const id = await newMetric();
    expect((await world.send("POST", path(`/${id}/data`), { data })).status).toBe(422);
    await world.send("DELETE", path(`/${id}`));
  });

  test("a metric of another page, and a stranger", async () => {
    const id = await newMetric();
    const asked = await world.api(
      new Request(`http://api.example${path(`/${id}/data`)}`, { method: "POST", body: "{}" }),
    );
    expect(asked.status).toBe(401);
    const other = await world.run(null, {
      kind: "page.create",
      fields: { name: "B", url: "https://b.example" },
    });
    expect((await world.send("GET", `/v1/pages/${other}/metrics/${id}`)).status).toBe(404);
  });
});
