// Publish to visible. A control plane and three POPs as processes; 500 components, 5,000 incidents; each publish is an incident update with a
// component change. Visible: front page, summary.json, incidents.json, incident page and Atom at all three POPs, each read on its own connection.
// Where the time goes: flame.svg beside this, drawn by `npm run flame` from what profile.ts measures in one process.
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { ApiClient, Installation, type Running, until } from "../../test/support/installation.ts";
import { writeLongHistory } from "../../test/support/long-history.ts";
import { metricsAt } from "../../test/support/metrics.ts";
import { get } from "../../test/support/reader.ts";
import { sampleComponents, sampleHost, samplePage } from "../../test/support/summary.ts";
import { costsOf, cpuMsOf } from "../cpu.ts";
import { type Figure, quantile, type Run, type Suite } from "../suite.ts";

const incidents = 5_000;
const components = 500;
const pops = ["one", "two", "three"];
const statuses = ["degraded_performance", "partial_outage", "operational"];

export const suite: Suite = {
  about: `${components} components, ${incidents} incidents, ${pops.length} POPs: from the API's ack until a change is everywhere`,
  async run(run) {
    const installation = new Installation();
    try {
      return await measure(installation, run);
    } finally {
      await installation.end();
    }
  },
};

interface Place {
  readonly address: string;
  readonly path: string;
}

/** A place that has shown the change is not asked again: its reader would only be in the way of the others. */
function newEverywhere(
  places: readonly Place[],
  generationAt: (place: Place) => Promise<number>,
  was: number,
): () => Promise<boolean> {
  let left = places;
  return async () => {
    const now = await Promise.all(left.map(generationAt));
    left = left.filter((_, at) => (now[at] ?? 0) <= was);
    return left.length === 0;
  };
}

async function measure(installation: Installation, { quick, say }: Run): Promise<readonly Figure[]> {
  const history = writeLongHistory(installation.folder, samplePage, incidents, seededRandom(1));
  const control = await installation.control();
  const imported = await installation.run(
    "import",
    "statuspage",
    history.folder,
    "--data",
    join(installation.folder, "control"),
  );
  if (imported.code !== 0) throw new Error(imported.err);
  const api = new ApiClient(`http://${await installation.address("api")}`, await installation.token());
  for (let at = sampleComponents.length; at < components; at++)
    await api.ask("POST", `/pages/${samplePage}/components`, { component: { name: `Service ${at}` } });
  const running: Running[] = [];
  for (const name of pops) running.push(await installation.pop(name, "--workers", "1"));
  const addresses = await Promise.all(pops.map((name) => installation.address(name)));
  const read = (address: string, path: string) =>
    get(address, path, { host: sampleHost, "accept-encoding": "gzip, br, zstd" });
  for (const address of addresses)
    await until(
      "a POP is fresh",
      async () => (await read(address, "/").catch(() => null))?.headers["pharos-level"] === "0",
      120_000,
    );
  say("the page is at every POP");
  for (const name of pops) {
    const popOps = await installation.address(`${name}-ops`);
    const left = async () => [...(await metricsAt(popOps)).of("edge_lazy_pages_left").values()];
    await until("bodies of old incidents are here too", async () => (await left()).join() === "0", 600_000);
  }
  say("with all that is old; publishing");
  const paths = [
    "/",
    "/api/v2/summary.json",
    "/api/v2/incidents.json",
    `/incidents/${history.openIncident}`,
    "/history.atom",
  ];
  const places = addresses.flatMap((address) => paths.map((path) => ({ address, path })));
  const generationAt = async ({ address, path }: Place): Promise<number> =>
    Number((await read(address, path)).headers["pharos-generation"]);
  const cost = () => ({
    control: cpuMsOf(costsOf(control.pid)),
    syncers: running.reduce((sum, { pid }) => sum + cpuMsOf(costsOf(pid), "--role syncer"), 0),
    workers: running.reduce((sum, { pid }) => sum + cpuMsOf(costsOf(pid), "--role worker"), 0),
  });
  const ops = await installation.address("control-ops");
  const before = await metricsAt(ops);
  const costBefore = cost();
  const visibleMs: number[] = [];
  const ackMs: number[] = [];
  const askedMs: number[] = [];
  const rounds = quick ? 20 : 200;
  for (let at = 0; at < rounds; at++) {
    const was = Math.max(...(await Promise.all(places.map(generationAt))));
    const incident = {
      body: `Update number ${at}: the queues drain.`,
      components: { [sampleComponents[0]]: statuses[at % statuses.length] },
    };
    const asked = performance.now();
    await api.ask("PATCH", `/pages/${samplePage}/incidents/${history.openIncident}`, { incident });
    const acked = performance.now();
    ackMs.push(acked - asked);
    await until("the change is everywhere", newEverywhere(places, generationAt, was), 10_000);
    visibleMs.push(performance.now() - acked);
    askedMs.push(performance.now() - asked);
  }
  const costAfter = cost();
  const after = await metricsAt(ops);
  const bytes = after.sum("feed_bytes_total") - before.sum("feed_bytes_total");
  const bodies =
    after.sum("feed_bytes_total", 'frame="body"') - before.sum("feed_bytes_total", 'frame="body"');
  const documents = after.sum("documents_rendered_total") - before.sum("documents_rendered_total");
  return [
    { what: "publish to visible, p50", value: quantile(visibleMs, 0.5), unit: "ms" },
    {
      what: "publish to visible, p99",
      value: quantile(visibleMs, 0.99),
      unit: "ms",
      contract: "< 1,000 ms",
      aim: "< 250 ms",
    },
    { what: "request to ack, p50", value: quantile(ackMs, 0.5), unit: "ms" },
    { what: "request to ack, p99", value: quantile(ackMs, 0.99), unit: "ms" },
    { what: "request to visible, p50", value: quantile(askedMs, 0.5), unit: "ms" },
    { what: "request to visible, p99", value: quantile(askedMs, 0.99), unit: "ms" },
    {
      what: "processor time a publish, control plane",
      value: (costAfter.control - costBefore.control) / rounds,
      unit: "ms",
    },
    {
      what: "processor time a publish, a POP's syncer",
      value: (costAfter.syncers - costBefore.syncers) / rounds / pops.length,
      unit: "ms",
    },
    {
      what: "processor time a publish, a POP's worker",
      value: (costAfter.workers - costBefore.workers) / rounds / pops.length,
      unit: "ms",
    },
    {
      what: "bytes sent a publish and POP",
      value: bytes / rounds / pops.length,
      unit: "bytes",
    },
    { what: "of these, bodies", value: bodies / rounds / pops.length, unit: "bytes" },
    { what: "documents rendered a publish", value: documents / rounds, unit: "documents" },
  ];
}
