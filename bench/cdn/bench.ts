// Varnish before a POP, by deploy/varnish.vcl: 10,000 requests a second over 50 kept connections, a publish each 10 s: once left to max-age, once
// purged by the control plane, which costs a fetch of each route a publish and shows the publish at once.
// The load keeps its pace where answers are late (paced.ts). What reaches the POP is counted by the POP, and route by route by varnish's log of
// what it fetched.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import { ApiClient, Installation, until } from "../../test/support/installation.ts";
import { writeLongHistory } from "../../test/support/long-history.ts";
import { metricsAt } from "../../test/support/metrics.ts";
import { get } from "../../test/support/reader.ts";
import { sampleComponents, sampleHost, samplePage } from "../../test/support/summary.ts";
import { startVarnish, type Varnish } from "../../test/support/varnish.ts";
import { type Figure, quantile, type Run, type Suite } from "../suite.ts";
import type { Pace, Told } from "./paced.ts";

const connections = 50;
const requestsASecond = 10_000;
const publishEveryMs = 10_000;
const maxAgeMs = 5_000;
const incidents = 200;
const statuses = ["degraded_performance", "partial_outage", "operational"];

export const suite: Suite = {
  about: `varnish before a POP at ${requestsASecond} requests a second, a publish each ${publishEveryMs / 1_000} s`,
  async run(run) {
    return [...(await phase(run, false)), ...(await phase(run, true))];
  },
};

async function phase(run: Run, purging: boolean): Promise<readonly Figure[]> {
  const installation = new Installation();
  const varnish = await startVarnish(await installation.address("pop"));
  try {
    const figures = await measure(installation, varnish, purging, run);
    return figures.map((figure) => ({
      ...figure,
      what: `${purging ? "purged" : "by age"}: ${figure.what}`,
    }));
  } finally {
    await varnish.stop();
    await installation.end();
  }
}

async function measure(
  installation: Installation,
  varnish: Varnish,
  purging: boolean,
  { quick, say }: Run,
): Promise<readonly Figure[]> {
  const history = writeLongHistory(installation.folder, samplePage, incidents, seededRandom(1));
  await installation.control(...(purging ? ["--purge", varnish.webhook] : []));
  const data = join(installation.folder, "control");
  const imported = await installation.run("import", "statuspage", history.folder, "--data", data);
  if (imported.code !== 0) throw new Error(imported.err);
  await installation.pop("pop", "--workers", "1");
  const read = (path: string) =>
    get(varnish.address, path, { host: sampleHost, "accept-encoding": "gzip, br" });
  await until("the page is there", async () => (await read("/").catch(() => null))?.status === 200, 60_000);
  const routes = await routesOf(read);
  say(`${routes.length} routes are warm; ${purging ? "each publish is purged" : "nothing is purged"}`);

  const seconds = quick ? 20 : 70;
  const api = new ApiClient(`http://${await installation.address("api")}`, await installation.token());
  // What was asked for to be warm is counted a moment later.
  await new Promise((done) => setTimeout(done, 2 * limits.workerMetricsMs));
  const fetches = watchFetches(varnish);
  const before = await answersAt(installation);
  const { address } = varnish;
  const load = askPaced({
    address,
    host: sampleHost,
    connections,
    requestsASecond,
    seconds,
    paths: drawn(routes),
  });
  const visibleMs: number[] = [];
  for (let at = 0; at < seconds / (publishEveryMs / 1_000); at++) {
    const next = performance.now() + publishEveryMs;
    await new Promise((done) => setTimeout(done, publishEveryMs / 2));
    visibleMs.push(await publish(api, history.openIncident, at, read));
    await new Promise((done) => setTimeout(done, Math.max(0, next - performance.now())));
  }
  const answers = await load;
  const fetched = await fetches.end();
  const after = await until("the POP has counted everything", async () => {
    const now = await answersAt(installation);
    return now - before >= fetched.filter(({ what }) => what !== "purge").length && now;
  });
  return figuresOf({ answers, atPop: after - before, fetched, routes, seconds, visibleMs });
}

/** What people ask for, the front page first. */
async function routesOf(read: (path: string) => ReturnType<typeof get>): Promise<readonly string[]> {
  const page = (await textOf(read, "/history")).matchAll(/href="(\/incidents\/[^"#]+)"/g);
  const found = [...new Set([...page].map(([, path]) => path ?? ""))].slice(0, 10);
  const routes = [
    "/",
    "/api/v2/summary.json",
    "/api/v2/status.json",
    "/api/v2/incidents/unresolved.json",
    "/history",
    "/history.atom",
    "/api/v2/components.json",
    "/api/v2/incidents.json",
    "/history.rss",
    "/api/v2/scheduled-maintenances.json",
    ...found,
  ];
  for (const path of routes) {
    const { status } = await read(path);
    if (status !== 200) throw new Error(`${path} answers ${status}.`);
  }
  return routes;
}

async function textOf(read: (path: string) => ReturnType<typeof get>, path: string): Promise<string> {
  const { body, headers } = await read(path);
  return (headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString("utf8");
}

/** 400 requests in the order of one connection, by Zipf: the n-th route 1/n as often as the first. */
function drawn(routes: readonly string[]): readonly string[] {
  const random = seededRandom(2);
  const weights = routes.map((_path, at) => 1 / (at + 1));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: 400 }, () => {
    let left = random.fraction() * all;
    const at = weights.findIndex((weight) => {
      left -= weight;
      return left <= 0;
    });
    return routes[Math.max(0, at)] ?? "/";
  });
}

/** Answers that the POP gave to visitors, its cache among them; probes and purges (405) are none. */
async function answersAt(installation: Installation): Promise<number> {
  const counted = await metricsAt(await installation.address("pop-ops"));
  return counted.sum("edge_requests_total") - counted.sum("edge_requests_total", 'status="405"');
}

/** Publishes, and waits until the front page behind varnish is of a newer generation: ms from the API's answer. */
async function publish(
  api: ApiClient,
  incident: string,
  at: number,
  read: (path: string) => ReturnType<typeof get>,
): Promise<number> {
  const generation = async (): Promise<number> => Number((await read("/")).headers["pharos-generation"]);
  const was = await generation();
  const components = { [sampleComponents[0]]: statuses[at % statuses.length] };
  await api.ask("PATCH", `/pages/${samplePage}/incidents/${incident}`, {
    incident: { body: `Update number ${at}: the queues drain.`, components },
  });
  const acked = performance.now();
  await until("the change is behind varnish", async () => (await generation()) > was, 20_000);
  return performance.now() - acked;
}

async function askPaced(pace: Pace): Promise<Told> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "paced.ts"), JSON.stringify(pace)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await new Promise((done) => child.once("close", done));
  return JSON.parse(said) as Told;
}

interface Fetched {
  readonly atMs: number;
  /** A route, or `purge`. */
  readonly what: string;
}

/** What varnish asks the POP for, from now on. */
function watchFetches({ folder }: Varnish): { end(): Promise<readonly Fetched[]> } {
  const format = "%{VSL:Timestamp:Start[1]}x %D %m %U";
  const child = spawn("varnishncsa", ["-n", folder, "-b", "-F", format], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const exited = new Promise((done) => child.once("exit", done));
  return {
    async end() {
      // What was fetched last is in its log a moment later.
      await new Promise((done) => setTimeout(done, 1_000));
      child.kill("SIGTERM");
      await exited;
      const lines = said.split("\n").filter((line) => line !== "");
      return lines.map((line) => {
        const [at, tookUs, method, path = ""] = line.split(" ");
        const atMs = Number(at) * 1_000;
        // A purge holds from the POP's answer on, which it waits for.
        if (method === "POST") return { atMs: atMs + Number(tookUs) / 1_000, what: "purge" };
        return { atMs, what: path };
      });
    },
  };
}

/** Fetches that neither the age of what was held nor a purge since then explains. */
function beyondMaxAge(fetched: readonly Fetched[]): number {
  const last = new Map<string, number>();
  let count = 0;
  for (const { atMs, what } of fetched.toSorted((one, other) => one.atMs - other.atMs)) {
    if (what === "purge") last.clear();
    else if (atMs - (last.get(what) ?? Number.NEGATIVE_INFINITY) < maxAgeMs) count += 1;
    if (what !== "purge") last.set(what, atMs);
  }
  return count;
}

function figuresOf(measured: {
  readonly answers: Told;
  readonly atPop: number;
  readonly fetched: readonly Fetched[];
  readonly routes: readonly string[];
  readonly seconds: number;
  readonly visibleMs: readonly number[];
}): readonly Figure[] {
  const { answers, atPop, fetched, routes, seconds, visibleMs } = measured;
  const { ok, other } = answers;
  const purges = fetched.filter(({ what }) => what === "purge").length;
  const share = (1 - atPop / (ok + other)) * 100;
  const windows = (seconds * 1_000) / maxAgeMs;
  return [
    { what: "requests a second", value: (ok + other) / seconds, unit: "/s", aim: "10,000" },
    { what: "answers that were not 200", value: other, unit: "answers", contract: "0" },
    { what: "hit ratio", value: share, unit: "%", contract: ">= 99 %", aim: "99.9 %" },
    { what: "answers of the POP", value: atPop, unit: "answers" },
    { what: "the same by varnish's log", value: fetched.length - purges, unit: "fetches" },
    {
      what: "fetches within max-age of one or a purge",
      value: beyondMaxAge(fetched),
      unit: "fetches",
      // A fetch may be under way while the purge is.
      ...(purges === 0 ? { contract: "0" } : {}),
    },
    {
      what: "fetches a route and max-age",
      value: atPop / routes.length / windows,
      unit: "",
      ...(purges === 0 ? { contract: "<= 1" } : {}),
    },
    { what: "purges", value: purges, unit: "" },
    { what: "publish to visible behind varnish, p50", value: quantile(visibleMs, 0.5), unit: "ms" },
    { what: "publish to visible behind varnish, worst", value: Math.max(...visibleMs), unit: "ms" },
    { what: "request to answer, p50", value: answers.p50Ms, unit: "ms" },
    { what: "request to answer, p99", value: answers.p99Ms, unit: "ms" },
    { what: "request to answer, worst", value: answers.worstMs, unit: "ms" },
    { what: "answers older than one before on their path", value: answers.fell, unit: "answers" },
  ];
}
