// One publish after another in one process, where a profiler sees all of it. In: rounds, a place for the profile. Out: times of each stage.
//   bun bench/publish/profile.ts [rounds] [out.cpuprofile]
//   npm run flame out.cpuprofile bench/publish/flame.svg
// The page is that of the suite: 500 components, 5,000 incidents. `publish` is from the op-log's word to the new head in the origin's store;
// `bring` is what a POP does with it from its last byte to its own commit. The network and the processes between them are left out.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock as clock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { bundleOf } from "../../src/control/import-statuspage.ts";
import type { Command } from "../../src/model/command.ts";
import { createPublisher } from "../../src/publish/publisher.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { createTrust } from "../../src/snapshot/trust.ts";
import type { Digest } from "../../src/snapshot/types.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { bring } from "../../src/sync/bring.ts";
import type { Fetched, Wanted } from "../../src/sync/fetch-blobs.ts";
import { writeLongHistory } from "../../test/support/long-history.ts";
import { sampleComponents, samplePage } from "../../test/support/summary.ts";
import { quantile } from "../suite.ts";

const incidents = 5_000;
const components = 500;
const statuses = ["degraded_performance", "partial_outage", "operational"] as const;
const [rounds = "100", out] = process.argv.slice(2);

const folder = mkdtempSync(join(tmpdir(), "pharos-profile-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const openAt = (name: string) => openStore({ folder: join(folder, name), clock, log: silentLog });
const [origin, pop] = [openAt("origin"), openAt("pop")];
const [root, key] = [generateKeyPair("root", seededRandom(1)), generateKeyPair("publisher", seededRandom(2))];
const trust = createTrust({ rootKeys: [root.publicKey] });
trust.accept(
  signDelegation({ publisherKey: key.publicKey, pages: ["*"], hosts: ["*"], serial: 1 }, root.secretKey),
);
const random = seededRandom(3);
const ledger = openLedger({ store: origin, clock, random, region: "main", log: silentLog });
let announced = (): void => {};
const publisher = createPublisher({
  ledger,
  store: origin.snapshots,
  trust,
  secretKey: key.secretKey,
  clock,
  random,
  log: silentLog,
  metrics: createMetrics(),
  announce: () => announced(),
});

async function submit(page: string | null, command: Command): Promise<void> {
  const done = await ledger.submit(page, command, "bench");
  if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
}

/** What a feed would have sent: what the origin holds. */
async function fetchHeld({ trees, objects }: Wanted): Promise<Fetched> {
  origin.refresh();
  const blobs = new Map<Digest, Uint8Array>();
  for (const digest of trees) blobs.set(digest, origin.snapshots.tree(digest) ?? new Uint8Array());
  for (const digest of objects.keys()) blobs.set(digest, origin.snapshots.object(digest) ?? new Uint8Array());
  return { blobs, refused: [] };
}

async function bringHead(): Promise<void> {
  origin.refresh();
  const { manifest } = origin.snapshots.head(samplePage) ?? { manifest: "" };
  const target = { digest: manifest, manifest: null, trees: new Map(), objects: new Map() };
  const outcome = await bring({ store: pop.snapshots, trust, fetch: fetchHeld }, target);
  if (outcome.kind !== "applied") throw new Error(JSON.stringify(outcome));
}

const history = writeLongHistory(folder, samplePage, incidents, seededRandom(1));
const texts = readdirSync(history.folder).map((name) => ({
  name,
  text: readFileSync(join(history.folder, name), "utf8"),
}));
await submit(null, { kind: "import", bundle: bundleOf(texts, { known: [] }) });
for (let at = sampleComponents.length; at < components; at++)
  await submit(samplePage, { kind: "component.create", fields: { name: `Service ${at}` } });
publisher.start();
await publisher.settled();
await bringHead();

const tookMs = { ack: [] as number[], publish: [] as number[], bring: [] as number[] };
async function round(at: number): Promise<void> {
  const published = new Promise<number>((resolve) => {
    announced = () => resolve(performance.now());
  });
  const asked = performance.now();
  await submit(samplePage, {
    kind: "incident.update",
    id: history.openIncident,
    fields: {
      body: `Update number ${at}: the queues drain.`,
      components: { [sampleComponents[0]]: statuses[at % statuses.length] ?? "operational" },
    },
  });
  const acked = performance.now();
  const visible = await published;
  await publisher.settled();
  const began = performance.now();
  await bringHead();
  tookMs.ack.push(acked - asked);
  tookMs.publish.push(visible - acked);
  tookMs.bring.push(performance.now() - began);
}

for (let at = 0; at < 10; at++) await round(at);
for (const times of Object.values(tookMs)) times.length = 0;
const session = new Session();
session.connect();
const tell = (method: string, params?: object): Promise<unknown> =>
  new Promise((resolve, reject) => {
    session.post(method, params, (error: Error | null, result: unknown) =>
      error === null ? resolve(result) : reject(error),
    );
  });
if (out !== undefined) {
  await tell("Profiler.enable");
  await tell("Profiler.setSamplingInterval", { interval: 500 });
  await tell("Profiler.start");
}
const usedBefore = process.cpuUsage();
for (let at = 0; at < Number(rounds); at++) await round(at);
const used = process.cpuUsage(usedBefore);
console.log(
  `${((used.user + used.system) / 1_000 / Number(rounds)).toFixed(1)} ms of processor time a round`,
);
if (out !== undefined) {
  const { profile } = (await tell("Profiler.stop")) as { profile: object };
  writeFileSync(out, JSON.stringify(profile));
}
for (const [stage, times] of Object.entries(tookMs))
  console.log(
    `${stage.padEnd(8)} p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`,
  );
await publisher.stop();
await Promise.all([origin.close(), pop.close()]);
process.exit(0);
