// What happens although nobody is there to do it: kill -9 between ack and publish, and maintenance that takes its course meanwhile.
// Long: it runs a control plane and a POP, and waits for a maintenance of four seconds.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { openStore } from "../../src/store/open.ts";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";
import { sampleComponents, sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const installation = new Installation();
const data = join(installation.folder, "control");
let control: Running;
let api: ApiClient;
let pop = "";

beforeAll(async () => {
  const source = writeSampleSummary(installation.folder);
  await installation.run("import", "statuspage", source, "--data", data);
  const token = await installation.token();
  control = await installation.control();
  api = new ApiClient(`http://${await installation.address("api")}`, token);
  await installation.pop("pop", "--workers", "1");
  pop = await installation.address("pop");
  await until("the POP has the page", async () => (await seen("/"))?.status === 200);
}, 60_000);
afterAll(() => installation.end());

const seen = (path: string) => get(pop, path, { host: sampleHost }).catch(() => null);

/** The generation that the dead control plane left in its store. */
async function generationLeft(): Promise<number> {
  const store = openStore({ folder: data, clock: systemClock, log: silentLog });
  const generation = store.snapshots.head(samplePage)?.generation ?? 0;
  await store.close();
  return generation;
}

test("kill -9 between ack and publish: it is published after the restart", async () => {
  let interrupted = 0;
  for (let round = 0; round < 8 && interrupted === 0; round++) {
    const before = Number((await seen("/"))?.headers["pharos-generation"]);
    const incident = { name: `Trouble ${round}`, components: { [sampleComponents[0]]: "major_outage" } };
    const { status, body } = await api.ask("POST", `/pages/${samplePage}/incidents`, { incident });
    await control.kill("SIGKILL");
    expect(status).toBe(201);
    if ((await generationLeft()) === before) interrupted++;
    control = await installation.control();
    const path = `/api/v2/incidents/${body.id}.json`;
    await until("the POP shows what was acked", async () => (await seen(path))?.status === 200);
    expect(Number((await seen("/"))?.headers["pharos-generation"])).toBeGreaterThan(before);
  }
  expect(interrupted).toBe(1);
}, 120_000);

test("a maintenance begins while the control plane is dead, and completes while it runs: each is told once", async () => {
  const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
  const incident = {
    name: "Works",
    scheduled_for: at(2),
    scheduled_until: at(6),
    scheduled_auto_in_progress: true,
    scheduled_auto_completed: true,
    auto_transition_to_maintenance_state: true,
    auto_transition_to_operational_state: true,
    component_ids: [sampleComponents[1]],
  };
  const { body } = await api.ask("POST", `/pages/${samplePage}/incidents`, { incident });
  await control.kill("SIGKILL");
  await until("it should have begun", () => Date.now() > Date.parse(incident.scheduled_for));
  control = await installation.control();
  const told = async () => {
    const answer = await seen(`/api/v2/incidents/${body.id}.json`);
    return JSON.parse(answer?.status === 200 ? answer.body.toString() : "{}") as {
      status: string;
      incident_updates: { status: string; display_at: string }[];
    };
  };
  const begun = ["in_progress", "completed"];
  await until("it is told that it began", async () => begun.includes((await told()).status), 15_000);
  await until("it is told that it is complete", async () => (await told()).status === "completed", 20_000);
  expect((await told()).incident_updates.map(({ status }) => status)).toEqual([
    "completed",
    "in_progress",
    "scheduled",
  ]);
  expect((await told()).incident_updates[1]?.display_at).toBe(incident.scheduled_for);
  const { body: read } = await api.ask("GET", `/pages/${samplePage}/components/${sampleComponents[1]}`);
  expect(read.status).toBe("operational");
}, 60_000);
