// The management API of a large installation: 2,000 components, 20,000 incidents, 100,000 subscribers. What reads, writes, screens and starts take, what
// the process weighs, and what visitors of a POP beside it notice of 500 writes a second.
// The control plane, all of its processes, has one core; the POP, its visitors and all who ask the control plane have the other.
// Everything is asked over HTTP by processes beside it; the world is made through the op-log (seed.ts), as it would be after years.
import { spawn, spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { join } from "node:path";
import { Installation, type Running, until } from "../../test/support/installation.ts";
import { metricsAt } from "../../test/support/metrics.ts";
import { get } from "../../test/support/reader.ts";
import { sampleHost, samplePage } from "../../test/support/summary.ts";
import type { Pace, Told } from "../cdn/paced.ts";
import { costsOf, cpuMsOf } from "../cpu.ts";
import { type Figure, quantile, type Run, type Suite } from "../suite.ts";
import { type Ask, askerOf, dataOf, firstOwner, type Started, startPlane, weigh } from "./plane.ts";
import { kindsOf, readAll } from "./reads.ts";
import { fullSizes, incidentId, type Sizes } from "./world.ts";
import type { Writing, Written } from "./writers.ts";

const writesASecond = 500;
const visits = { connections: 20, requestsASecond: 300 };
const [popCore, planeCore] = ["0", "1"];
const twoCores = cpus().length >= 2;

export const suite: Suite = {
  about: `a control plane with ${fullSizes.components} components, ${fullSizes.incidents} incidents, ${fullSizes.subscribers} subscribers`,
  async run(run) {
    const installation = new Installation();
    try {
      return await measure(installation, run);
    } finally {
      pin(process.pid, `0-${cpus().length - 1}`);
      await installation.end();
    }
  },
};

/** What a process starts later inherits it. */
function pin(pid: number, cores: string): void {
  if (twoCores) spawnSync("taskset", ["-apc", cores, String(pid)], { stdio: "ignore" });
}

async function measure(installation: Installation, run: Run): Promise<readonly Figure[]> {
  const { quick, say } = run;
  const sizes: Sizes = quick ? { components: 200, incidents: 2_000, subscribers: 10_000 } : fullSizes;
  await seedInto(installation, sizes);
  say("the world is made");
  const token = await installation.token();
  const pop = await publishFirst(installation, token, run);
  const starts: Started[] = [];
  for (let left = quick ? 2 : 4; left > 0; left--) {
    await starts.at(-1)?.running.kill("SIGTERM");
    starts.push(await startPlane(installation, token));
  }
  const plane = starts.at(-1);
  if (plane === undefined) throw new Error("Nothing was started.");
  pin(process.pid, popCore);
  const weight = weigh(plane.running.pid);
  try {
    const ask = askerOf(plane.address, token);
    const figures = [
      ...startFigures(starts),
      ...(await whileReading(ask, say)),
      ...(await calmReads(ask, sizes, await installation.address("control-ops"), run)),
      ...(await screens(plane, installation, run)),
      ...(await creates(ask, run)),
      ...(await underWrites(installation, { plane, pop, token, sizes }, run)),
    ];
    const { own, resident } = weight.peak();
    return [
      ...figures,
      { what: "memory less file-backed pages, largest", value: own / 1e6, unit: "MB", contract: "< 400 MB" },
      { what: "resident, the mapped store among it", value: resident / 1e6, unit: "MB" },
    ];
  } finally {
    weight.stop();
  }
}

/** By a process of its own: what making the world took must not weigh here. */
async function seedInto(installation: Installation, sizes: Sizes): Promise<void> {
  const script = join(import.meta.dirname, "seed.ts");
  const child = spawn(process.execPath, [script, dataOf(installation), JSON.stringify(sizes)], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const code = await new Promise((done) => child.once("close", done));
  if (code !== 0) throw new Error("The world could not be made.");
}

/** The first generation, made once and followed by the POP. */
async function publishFirst(installation: Installation, token: string, { say }: Run): Promise<Running> {
  const { running } = await startPlane(installation, token);
  const pop = await installation.pop("pop", "--workers", "1");
  for (const { pid } of costsOf(pop.pid)) pin(pid, popCore);
  const address = await installation.address("pop");
  const level = async () =>
    (await get(address, "/", { host: sampleHost }).catch(() => null))?.headers["pharos-level"];
  await until("the POP has the page", async () => (await level()) === "0", 400_000);
  say(
    `the page is published and at the POP: ${Math.round(cpuMsOf(costsOf(running.pid)) / 1_000)} s of processor time`,
  );
  await running.kill("SIGTERM");
  pin(process.pid, planeCore);
  return pop;
}

function startFigures(starts: readonly Started[]): readonly Figure[] {
  return [
    {
      what: "start to ready, median",
      value: quantile(
        starts.map(({ readyMs }) => readyMs),
        0.5,
      ),
      unit: "ms",
      contract: "< 2,000 ms",
    },
    {
      what: "start to ready, processor time",
      value: quantile(
        starts.map(({ cpuMs }) => cpuMs),
        0.5,
      ),
      unit: "ms",
    },
  ];
}

/** Subscribers are read behind the start: who asks for them meanwhile waits, others are answered. */
async function whileReading(ask: Ask, say: Run["say"]): Promise<readonly Figure[]> {
  const others: number[] = [];
  let reading = true;
  const subscribers = ask({ path: `/v1/pages/${samplePage}/subscribers?limit=1` }).finally(() => {
    reading = false;
  });
  while (reading)
    others.push((await ask({ path: `/v1/pages/${samplePage}/incidents/${incidentId(9)}` })).tookMs);
  const { tookMs } = await subscribers;
  say("subscribers are read");
  return [
    { what: "after a start: until subscribers are told", value: tookMs, unit: "ms" },
    { what: "after a start: one incident meanwhile, p50", value: quantile(others, 0.5), unit: "ms" },
    { what: "after a start: one incident meanwhile, worst", value: quantile(others, 1), unit: "ms" },
  ];
}

async function calmReads(
  ask: Ask,
  sizes: Sizes,
  ops: string,
  { quick, say }: Run,
): Promise<readonly Figure[]> {
  const { body } = await ask({ path: `/v1/pages/${samplePage}/subscribers?limit=1` });
  const [first] = JSON.parse(body) as { readonly id: string }[];
  // What a start leaves to do is not a reader's time: the page is looked at whole, once.
  await until(
    "the page was looked at",
    async () => (await metricsAt(ops)).sum("publishes_total") > 0,
    120_000,
  );
  await pause(5_000);
  const figures = await readAll(ask, kindsOf(sizes, first?.id ?? ""), quick ? 40 : 200);
  say("reads are measured");
  return figures;
}

async function screens(
  plane: Started,
  installation: Installation,
  { quick }: Run,
): Promise<readonly Figure[]> {
  const ask = askerOf(await installation.address("api"), "");
  const headers = { cookie: await firstOwner(plane) };
  const paths = {
    dashboard: `/admin/p/${samplePage}`,
    "incident, new": `/admin/p/${samplePage}/incidents/new`,
    components: `/admin/p/${samplePage}/components`,
    incidents: `/admin/p/${samplePage}/incidents`,
  };
  const tookMs = new Map(Object.keys(paths).map((name) => [name, [] as number[]]));
  for (let n = -3; n < (quick ? 20 : 100); n++)
    for (const [name, path] of Object.entries(paths)) {
      const took = await ask({ path, headers });
      if (n >= 0) tookMs.get(name)?.push(took.tookMs);
    }
  return [...tookMs].flatMap(([name, ms]): Figure[] => [
    { what: `screen ${name}, p50`, value: quantile(ms, 0.5), unit: "ms" },
    {
      what: `screen ${name}, p99`,
      value: quantile(ms, 0.99),
      unit: "ms",
      ...(name === "dashboard" ? { contract: "< 150 ms" } : {}),
    },
  ]);
}

/** An incident opened each quarter of a second, and resolved: the page is published meanwhile, again and again. */
async function creates(ask: Ask, { quick, say }: Run): Promise<readonly Figure[]> {
  const createMs: number[] = [];
  const resolveMs: number[] = [];
  const base = `/v1/pages/${samplePage}/incidents`;
  // So many that one of them alone, such as the first, is not the figure.
  for (let n = 0; n < (quick ? 20 : 250); n++) {
    const incident = { name: `Slow answers ${n}`, status: "investigating", body: "We look into it." };
    const made = await ask({ method: "POST", path: base, body: { incident } });
    createMs.push(made.tookMs);
    const { id } = JSON.parse(made.body) as { readonly id: string };
    await pause(100 + (n % 7) * 10);
    const end = { incident: { status: "resolved", body: "All is well." } };
    resolveMs.push((await ask({ method: "PATCH", path: `${base}/${id}`, body: end })).tookMs);
    await pause(100 + (n % 5) * 10);
  }
  say("incidents were created and resolved");
  return [
    { what: "create incident, p50", value: quantile(createMs, 0.5), unit: "ms" },
    { what: "create incident, p99", value: quantile(createMs, 0.99), unit: "ms", contract: "< 50 ms" },
    { what: "resolve incident, p99", value: quantile(resolveMs, 0.99), unit: "ms" },
  ];
}

interface Under {
  readonly plane: Started;
  readonly pop: Running;
  readonly token: string;
  readonly sizes: Sizes;
}

/** Visitors of the POP before, during and after half a minute of writes. */
async function underWrites(
  installation: Installation,
  { plane, pop, token, sizes }: Under,
  { quick, say }: Run,
): Promise<readonly Figure[]> {
  const seconds = quick ? 8 : 30;
  const visited = () => visitorsFor(installation, quick ? 4 : 12);
  await pause(3_000);
  const before = await visited();
  const ops = await installation.address("control-ops");
  const published = async () => (await metricsAt(ops)).sum("publishes_total", "published");
  const [publishedBefore, costBefore] = [await published(), cpuMsOf(costsOf(plane.running.pid))];
  const popBefore = cpuMsOf(costsOf(pop.pid));
  const writing: Writing = { address: plane.address, token, writesASecond, seconds, ...sizes };
  const writes = told<Written>("writers.ts", writing, popCore);
  await pause(1_000);
  const during = await visitorsFor(installation, seconds - 2);
  const written = await writes;
  const cost = cpuMsOf(costsOf(plane.running.pid)) - costBefore;
  const publishes = (await published()) - publishedBefore;
  const popCost = cpuMsOf(costsOf(pop.pid)) - popBefore;
  say(
    `${written.ok} of ${written.asked} writes were answered${written.other === 0 ? "" : `, one of the others: ${written.why}`}`,
  );
  await pause(5_000);
  const after = await visited();
  const calm = (key: "p50Ms" | "p99Ms"): number => (before[key] + after[key]) / 2;
  return [
    {
      what: `writes answered a second, of ${writesASecond}`,
      value: written.inTime / seconds,
      unit: "/s",
      contract: `>= ${writesASecond * 0.98} /s`,
    },
    { what: "writes refused or lost", value: written.other, unit: "writes", contract: "0" },
    { what: "under writes: a write from its turn, p50", value: written.p50Ms, unit: "ms" },
    { what: "under writes: a write from its turn, p99", value: written.p99Ms, unit: "ms" },
    {
      what: "under writes: processor time a write and its share of publishing",
      value: cost / written.ok,
      unit: "ms",
    },
    { what: "under writes: generations a second", value: publishes / seconds, unit: "/s" },
    { what: "under writes: processor time a second of the POP", value: popCost / seconds, unit: "ms" },
    ...visitorFigures(before, during, after, calm),
  ];
}

function visitorFigures(
  before: Visited,
  during: Visited,
  after: Visited,
  calm: (key: "p50Ms" | "p99Ms") => number,
): readonly Figure[] {
  return [
    { what: "visitors without writes, p50", value: calm("p50Ms"), unit: "ms" },
    { what: "visitors without writes, p99", value: calm("p99Ms"), unit: "ms" },
    { what: "visitors under writes, p50", value: during.p50Ms, unit: "ms" },
    { what: "visitors under writes, p99", value: during.p99Ms, unit: "ms", contract: "< 20 ms" },
    {
      what: "visitors under writes to without, p50",
      value: during.p50Ms / calm("p50Ms"),
      unit: "x",
      contract: "< 1.5 x",
    },
    { what: "visitors under writes to without, p99", value: during.p99Ms / calm("p99Ms"), unit: "x" },
    {
      what: "answers of the POP within 1 ms by its own clock, without",
      value: (100 * (before.fast + after.fast)) / (before.timed + after.timed),
      unit: "%",
    },
    {
      what: "answers of the POP within 1 ms by its own clock, under",
      value: (100 * during.fast) / during.timed,
      unit: "%",
      contract: ">= 99 %",
    },
    {
      what: "visitors not answered 200",
      value: before.other + during.other + after.other,
      unit: "visits",
      contract: "0",
    },
  ];
}

interface Visited extends Told {
  /** Answers that the POP timed by its own clock, and those of them within a millisecond. */
  readonly timed: number;
  readonly fast: number;
}

async function visitorsFor(installation: Installation, seconds: number): Promise<Visited> {
  const ops = await installation.address("pop-ops");
  const counted = async (): Promise<readonly [number, number]> => {
    const text = await metricsAt(ops);
    return [
      text.sum("edge_request_duration_seconds_count"),
      text.sum("edge_request_duration_seconds_bucket", 'le="0.001"'),
    ];
  };
  const [timed, fast] = await counted();
  const pace: Pace = {
    address: await installation.address("pop"),
    host: sampleHost,
    ...visits,
    seconds,
    paths: [
      "/",
      "/api/v2/summary.json",
      "/",
      "/api/v2/status.json",
      "/",
      "/history",
      `/incidents/${incidentId(0)}`,
    ],
  };
  const seen = await told<Told>("../cdn/paced.ts", pace, popCore);
  // What a worker counts reaches the ops address a moment later.
  await pause(2_500);
  const [timedNow, fastNow] = await counted();
  return { ...seen, timed: timedNow - timed, fast: fastNow - fast };
}

/** Runs a script beside this with one argument, on a core, and gives what it says. */
async function told<Said>(script: string, argument: object, core: string): Promise<Said> {
  const command = [process.execPath, join(import.meta.dirname, script), JSON.stringify(argument)];
  const [program = "", ...args] = twoCores ? ["taskset", "-c", core, ...command] : command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const code = await new Promise((done) => child.once("close", done));
  if (code !== 0) throw new Error(`${script} ended with ${code}.`);
  return JSON.parse(said) as Said;
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
