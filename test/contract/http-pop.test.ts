// A POP over HTTP from both sides: it follows a control plane, answers visitors and its operator, feeds another POP, outlives its source.
// On every runtime, or on the one that PHAROS_RUNTIME names; the control plane and the POP behind it run under Bun.
// Long: it waits for POPs that start and stop on three runtimes.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout } from "bun:test";
import { join } from "node:path";
import { runLine } from "../support/command.ts";
import { openEvents } from "../support/event-stream.ts";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { pharosOn } from "../support/pop.ts";
import { rawAsk } from "../support/raw-http.ts";
import { type Answer, get } from "../support/reader.ts";
import { sampleComponents, sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";
import { type Runtime, runtimes } from "./runtimes.ts";

setDefaultTimeout(30_000);

const origin = new Installation(pharosOn("bun"));
const opened: Installation[] = [origin];
let api: ApiClient;
let posted = 0;

beforeAll(async () => {
  await origin.control();
  const source = writeSampleSummary(origin.folder);
  const data = join(origin.folder, "control");
  expect(await origin.run("import", "statuspage", source, "--data", data)).toMatchObject({ code: 0 });
  api = new ApiClient(`http://${await origin.address("api")}`, await origin.token());
}, 30_000);
afterAll(async () => {
  for (const installation of opened) await installation.end();
});

/** Posts an incident and gives its name once it is acked. */
async function post(): Promise<string> {
  const name = `Contract ${++posted}`;
  const incident = { name, status: "investigating", body: "We look." };
  expect((await api.ask("POST", `/pages/${samplePage}/incidents`, { incident })).status).toBe(201);
  return name;
}

const troubles = [
  ["degraded_performance", "Degraded performance"],
  ["partial_outage", "Partial outage"],
  ["major_outage", "Major outage"],
] as const;

for (const runtime of runtimes) describe(`contract/pop on ${runtime.name}`, () => contractOn(runtime));

function contractOn(runtime: Runtime): void {
  const { test, needing } = runtime;
  const name = `pop-${runtime.name.replaceAll("/", "-")}`;
  let installation: Installation;
  let command: readonly string[];
  let pop: Running;

  /** Starts the POP in its one folder at its one place. */
  async function start(source: string, ...more: readonly string[]): Promise<Running> {
    const at = async (what: string): Promise<string> => installation.address(`${name}-${what}`);
    const places = ["--listen", await at("pages"), "--ops", await at("ops"), "--feed", await at("feed")];
    const trusted = ["--data", join(installation.folder, name), "--root-key", origin.rootKeyFile];
    return installation.start(name, ["edge", ...trusted, ...places, "--source", `http://${source}`, ...more]);
  }
  const ask = async (path: string, place = "pages"): Promise<Answer | null> =>
    get(await installation.address(`${name}-${place}`), path, { host: sampleHost }).catch(() => null);
  const shows = async (path: string, text: string): Promise<boolean> =>
    (await ask(path))?.body.toString().includes(text) ?? false;

  beforeAll(async () => {
    if (!runtime.present) return;
    command = pharosOn(await runtime.program());
    installation = new Installation(command, "none");
    opened.push(installation);
    pop = await start(await origin.address("feed"), "--workers", "0");
  }, 60_000);

  test("it follows: the page and each change of it are there", async () => {
    await until("the page is there", async () => (await ask("/"))?.status === 200);
    const incident = await post();
    await until("the incident is there", () => shows("/api/v2/incidents.json", incident));
    expect((await ask("/"))?.headers).toMatchObject({ "pharos-level": "0" });
  });

  test("an open page is told of each generation, by an event that is signed like the page", async () => {
    const stream = await openEvents(await installation.address(`${name}-pages`), sampleHost);
    await until("it says what there is", () => stream.told().length === 1);
    // A row is small on every page; the incidents that were opened for other runtimes are more than an event holds.
    const [status, words] = troubles[runtimes.indexOf(runtime) % troubles.length] ?? troubles[0];
    const path = `/pages/${samplePage}/components/${sampleComponents[0]}`;
    expect((await api.ask("PATCH", path, { component: { status } })).status).toBe(200);
    const [, told] = await until("it is told", () => stream.told().length > 1 && stream.told());
    const event = await ask("/_event");
    expect(told?.data).toBe(event?.body.toString());
    expect(told?.id).toBe(String(event?.headers["pharos-generation"]));
    const { since, fragments } = JSON.parse(told?.data ?? "");
    expect(since).toBe(JSON.parse(stream.told()[0]?.data ?? "").front);
    expect(Object.values(fragments).join("")).toContain(words);
    expect(stream.told("level")[0]).toMatchObject({ data: "0" });
    stream.close();
  });

  test("its operator's address: alive, ready, metrics, and documents within their bound", async () => {
    expect((await ask("/healthz", "ops"))?.status).toBe(200);
    expect((await ask("/readyz", "ops"))?.status).toBe(200);
    expect((await ask("/metrics", "ops"))?.body.toString()).toContain("edge_requests_total");
    const ops = `http://${await installation.address(`${name}-ops`)}/ingest`;
    const send = async (body: Uint8Array | ReadableStream | string): Promise<number> =>
      (await fetch(ops, { method: "POST", body })).status;
    expect(await send("no document")).toBe(403);
    const long = new Uint8Array(1_000_000);
    expect(await send(long)).toBe(413);
    const chunked = new ReadableStream({
      start(to) {
        for (let at = 0; at < long.length; at += 50_000) to.enqueue(long.subarray(at, at + 50_000));
        to.close();
      },
    });
    expect(await send(chunked)).toBe(413);
  });

  test("another POP follows it", async () => {
    const feed = await installation.address(`${name}-feed`);
    const child = await origin.popOf(`child-of-${name}`, feed, "--workers", "0");
    const incident = await post();
    await until("the incident is at the child", async () => {
      const address = await origin.address(`child-of-${name}`);
      const answer = await get(address, "/api/v2/incidents.json", { host: sampleHost }).catch(() => null);
      return answer?.body.toString().includes(incident);
    });
    await child.dismiss();
  });

  test("a folder and a place have one POP: the second says so in a sentence", async () => {
    const common = [...command, "edge", "--root-key", origin.rootKeyFile, "--workers", "0"];
    const pages = await installation.address(`${name}-pages`);
    const other = await runLine([...common, "--data", join(installation.folder, "other"), "--listen", pages]);
    expect(other).toMatchObject({ code: 1, out: "" });
    expect(other.err).toContain(`${pages} is taken by another process.`);
    const folder = join(installation.folder, name);
    const same = await runLine([...common, "--data", folder, "--listen", "127.0.0.1:0"]);
    expect(same).toMatchObject({ code: 1, out: "" });
    expect(same.err).toContain("is held by another process.");
  });

  test("killed and started again without its source, it serves what it held, and says its age", async () => {
    await pop.kill("SIGKILL");
    pop = await start("127.0.0.1:1", "--workers", "0");
    await until("level 1", async () => (await ask("/"))?.headers["pharos-level"] === "1");
    expect(await shows("/api/v2/incidents.json", `Contract ${posted}`)).toBe(true);
  });

  test("told to stop, it ends with 0 while a visitor holds a connection; so does one whose parent goes", async () => {
    const [host = "", port] = (await installation.address(`${name}-pages`)).split(":");
    const held = rawAsk(host, Number(port), `GET / HTTP/1.1\r\nHost: ${sampleHost}\r\n`, 20_000);
    await until("a request is answered beside it", async () => (await ask("/"))?.status === 200);
    await pop.kill("SIGTERM");
    expect(await pop.exited).toBe(0);
    await held;
    pop = await start(await origin.address("feed"), "--workers", "0");
    await pop.dismiss();
    expect(await pop.exited).toBe(0);
  });

  needing("worker processes")("asked for two workers, it has two", async () => {
    pop = await start(await origin.address("feed"), "--workers", "2");
    const metrics = await until("both report", async () => {
      const text = (await ask("/metrics", "ops"))?.body.toString() ?? "";
      return text.includes('"worker-1"') && text.includes('"worker-2"') && text;
    });
    expect(metrics).toContain('"syncer"');
    await pop.kill("SIGTERM");
  });

  if (runtime.name === "deno")
    test("asked for workers, it says in a sentence that it is one process, and serves", async () => {
      pop = await start(await origin.address("feed"), "--workers", "2");
      expect((await ask("/"))?.status).toBe(200);
      expect(
        pop.log().match(/This runtime has no worker processes: all is done in this one\./g),
      ).toHaveLength(1);
      await pop.kill("SIGTERM");
    });
}
