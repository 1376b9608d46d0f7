// Alerts from their address to the page: rows by the API, POSTs at the door, what the page says, a restart in between.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { monitorOf } from "../../src/cli/control-monitor.ts";
import { type ControlWorld, openControlWorld } from "../control/control-world.ts";
import { until } from "../support/installation.ts";

const own = "/api/pharos/v1";
let world: ControlWorld;
beforeEach(async () => {
  world = await openControlWorld();
});
afterEach(() => world.close());

async function made(fields: object): Promise<{ readonly id: string; readonly address: string }> {
  const { status, json } = await world.send("POST", `${own}/pages/${world.page}/alert_sources`, {
    alert_source: { name: "Prometheus", format: "alertmanager", ...fields },
  });
  expect(status).toBe(201);
  return json;
}

async function post(address: string, body: unknown, init: RequestInit = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = new Request(`http://control.example${address}`, { method: "POST", body: text, ...init });
  const response = await world.monitored.ingest(request);
  const json = (await response.json()) as Readonly<Record<string, unknown>>;
  await world.monitored.monitor.settled();
  return { status: response.status, json };
}

const alert = (status: "firing" | "resolved", fingerprint = "f1", labels: object = {}) => ({
  alerts: [
    { status, fingerprint, labels: { alertname: "Latency", ...labels }, annotations: { summary: "Slow." } },
  ],
});
/** Most of it at once: the wall clock alone says how long ago something was. */
async function later(ms: number): Promise<void> {
  world.clock.jumpWall(ms);
  await world.clock.advance(limits.alertHeardMs);
}
const statusOf = (id: string) => world.ledger.view(world.page)?.componentById.get(id)?.status;

describe("monitor/ingest-door", () => {
  test("an alert sets the component and its end puts it back; sent again it changes nothing", async () => {
    const { address, id } = await made({ component_id: world.plain });
    expect(address).toMatch(new RegExp(`^/ingest/${world.page}\\.${id}\\.[\\w-]{32}$`));
    expect(await post(address, alert("firing"))).toMatchObject({
      status: 202,
      json: { status: "success", standing: 1, ended: 0, unknown: [], left: 0 },
    });
    expect(statusOf(world.plain)).toBe("major_outage");
    const { position } = { position: world.ledger.position() };
    for (let again = 0; again < 3; again++) await post(address, alert("firing"));
    expect(world.ledger.position()).toBe(position);
    const { json } = await world.send("GET", `${own}/pages/${world.page}/alert_sources/${id}`);
    expect(json.alerts).toMatchObject([{ key: "f1", name: "Latency", severity: "fault", said: "Slow." }]);
    expect(await post(address, alert("resolved"))).toMatchObject({ json: { standing: 0, ended: 1 } });
    expect(statusOf(world.plain)).toBe("operational");
    expect(await post(address, alert("resolved"))).toMatchObject({
      status: 202,
      json: { standing: 0, ended: 0 },
    });
  });

  test("labels name the component by id or name; one that the page does not have is said", async () => {
    const { address } = await made({ component_label: "service" });
    const said = await post(address, {
      alerts: [
        ...alert("firing", "f1", { service: "website" }).alerts,
        ...alert("firing", "f2", { service: world.grouped, severity: "warning" }).alerts,
        ...alert("firing", "f3", { service: "Elsewhere" }).alerts,
        ...alert("firing", "f4", { service: "Core", severity: "info" }).alerts,
      ],
    });
    expect(said.json).toMatchObject({ standing: 4, unknown: ["Elsewhere", "Core"] });
    expect([statusOf(world.plain), statusOf(world.grouped)]).toEqual([
      "major_outage",
      "degraded_performance",
    ]);
  });

  test("an incident by an alert is explained, and a person's after a change", async () => {
    const { address } = await made({ component_id: world.plain, act: "incident" });
    await post(address, alert("firing"));
    const incident = world.ledger.view(world.page)?.incidents[0];
    expect(incident?.updates[0]?.body).toStartWith("An alert of Prometheus says that Website fails since");
    expect(incident?.metadata).toMatchObject({
      pharos_monitor: { explanation: "An incident was opened. Latency: Prometheus sent this alert: Slow." },
    });
    await world.run(world.page, {
      kind: "incident.update",
      id: incident?.id ?? "",
      fields: { body: "On it." },
    });
    await post(address, alert("resolved"));
    expect(world.ledger.view(world.page)?.incidents[0]?.status).toBe("investigating");
  });

  test("a restart between an alert and its end loses neither", async () => {
    const { address } = await made({ component_id: world.plain, act: "incident" });
    await post(address, alert("firing"));
    await world.monitored.stop();
    const { parts, store, ledger, clock, metrics } = world;
    const again = monitorOf({
      store,
      ledger,
      rows: parts.rows,
      clock,
      metrics,
      log: parts.log,
      random: { ...seeded },
    });
    again.start();
    await again.monitor.settled();
    expect(ledger.view(world.page)?.incidents).toMatchObject([{ status: "investigating" }]);
    await again.ingest(
      new Request(`http://control.example${address}`, {
        method: "POST",
        body: JSON.stringify(alert("resolved")),
      }),
    );
    await again.monitor.settled();
    expect(ledger.view(world.page)?.incidents).toMatchObject([{ status: "resolved" }]);
    await again.stop();
  });

  test("an alert that nobody repeats for a day is forgotten, and takes nothing back; so does a source that goes", async () => {
    const { address, id } = await made({ component_id: world.plain });
    await post(address, alert("firing"));
    await later(limits.alertForgottenMs - 2 * limits.alertHeardMs);
    await post(address, alert("firing"));
    await later(limits.alertForgottenMs - 2 * limits.alertHeardMs);
    expect(world.monitored.alerts.standing(world.page).length).toBe(1);
    await later(4 * limits.alertHeardMs);
    await until("it is forgotten", () => world.monitored.alerts.standing(world.page).length === 0);
    await world.monitored.monitor.settled();
    expect(statusOf(world.plain)).toBe("major_outage");
    await post(address, alert("firing"));
    await world.send("DELETE", `${own}/pages/${world.page}/alert_sources/${id}`);
    await world.monitored.monitor.settled();
    expect(statusOf(world.plain)).toBe("major_outage");
    expect((await post(address, alert("resolved"))).status).toBe(404);
  });

  test("another address ends the one before it", async () => {
    const { address, id } = await made({});
    const { json } = await world.send("POST", `${own}/pages/${world.page}/alert_sources/${id}/address`);
    expect((await post(address, alert("firing"))).status).toBe(404);
    expect((await post(json.address, alert("firing"))).status).toBe(202);
    const bearer = { headers: { authorization: `Bearer ${json.address.slice("/ingest/".length)}` } };
    expect((await post("/ingest", alert("firing"), bearer)).status).toBe(202);
  });

  const refused: readonly (readonly [
    string,
    (address: string) => Promise<{ readonly status: number; readonly json: object }>,
    number,
    RegExp,
  ])[] = [
    [
      "a secret that is another one",
      (address) => post(`${address.slice(0, -1)}_`, alert("firing")),
      404,
      /No source has this address/,
    ],
    ["no secret", () => post("/ingest/", alert("firing")), 404, /No source/],
    [
      "a page that is not there",
      (address) => post(address.replace("/ingest/", "/ingest/x"), {}),
      404,
      /No source/,
    ],
    ["a body that is no JSON", (address) => post(address, "", { method: "PUT", body: "[" }), 400, /no JSON/],
    [
      "another format",
      (address) => post(address, { event_action: "trigger" }),
      422,
      /no alert as Prometheus Alertmanager/,
    ],
    [
      "a body that is too long",
      (address) => post(address, " ".repeat(limits.alertBodyBytesMax + 1)),
      413,
      /1048576 bytes/,
    ],
    [
      "too many alerts",
      (address) => post(address, { alerts: Array(1_001).fill(alert("firing").alerts[0]) }),
      413,
      /1000 alerts/,
    ],
  ];
  test.each(refused)("refused: %s", async (_, ask, status, says) => {
    const { address } = await made({});
    const answered = await ask(address);
    expect(answered.status).toBe(status);
    expect((answered.json as { readonly error: string }).error).toMatch(says);
    expect(world.monitored.alerts.standing(world.page)).toEqual([]);
  });

  test("a flood of one source is bounded, in time and in what stands", async () => {
    const [flooding, other] = [await made({}), await made({ name: "Other" })];
    const many = Array.from(
      { length: limits.alertsPerSourceMax + 5 },
      (_, at) => alert("firing", `f${at}`).alerts[0],
    );
    expect((await post(flooding.address, { alerts: many })).json).toMatchObject({
      standing: limits.alertsPerSourceMax,
      left: 5,
    });
    const answers = [];
    for (let at = 0; at <= limits.alertRequestsPerMinute; at++)
      answers.push((await post(flooding.address, { alerts: [] })).status);
    expect(answers.at(-1)).toBe(429);
    expect((await post(other.address, alert("firing"))).status).toBe(202);
  });
});

const seeded = { bytes: (count: number) => new Uint8Array(count).fill(7), below: () => 0, fraction: () => 0 };
