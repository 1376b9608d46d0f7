// Queries a second by UDP on one core, dnsperf on the other: a zone of 100,000 names, asked for at random, and with a client subnet; the time of answers
// under half of the load that the server can bear. gdnsd and Knot in the same run, round by round.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { seededRandom } from "../../src/base/random.ts";
import { askUdp } from "../../test/support/dns-client.ts";
import { ask, shown, subnet } from "../../test/support/dns-wire.ts";
import { type Compared, compare, figuresOf, type Turn, type Wanted } from "../rounds.ts";
import { type Figure, quantile, type Run, type Suite } from "../suite.ts";
import { failoverApart } from "./failover.ts";
import {
  type DnsServer,
  isInstalled,
  names,
  near,
  origin,
  startGdnsd,
  startKnot,
  startPharos,
  versionsHere,
} from "./servers.ts";

const generatorCore = 1;
const wanted: Readonly<Record<string, Wanted>> = { gdnsd: { contract: 0.5, aim: 1 } };
/** RFC 7871: family 1, 24 bits, 198.51.100. */
const subnetOption = "8:00011800c63364";

export const suite: Suite = {
  about: `queries a second by UDP on one core, a zone of ${names.toLocaleString("en")} names, beside gdnsd and Knot`,
  versions: versionsHere,
  async run(run) {
    const folder = mkdtempSync(join(tmpdir(), "pharos-bench-dns-"));
    const servers: DnsServer[] = [];
    try {
      return await measure(folder, servers, run);
    } finally {
      for (const server of servers) await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(folder: string, servers: DnsServer[], run: Run): Promise<readonly Figure[]> {
  if (!isInstalled("dnsperf")) throw new Error("dnsperf is not installed");
  servers.push(await startPharos(folder));
  if (isInstalled("gdnsd")) servers.push(await startGdnsd(folder));
  else run.say("gdnsd is not installed: left out");
  if (isInstalled("knotd")) servers.push(await startKnot(folder));
  else run.say("knotd is not installed: left out");
  const queries = join(folder, "queries");
  writeFileSync(queries, queriesText());
  const [rounds, seconds] = run.quick ? [3, 2] : [7, 5];
  const asked = async (
    what: string,
    from: string,
    flags: readonly string[],
  ): Promise<readonly Compared[]> => {
    run.say(what);
    return compare(servers, rounds, (server) => turn(server as DnsServer, from, seconds, flags));
  };
  const plain = await asked("plain A", queries, []);
  for (const server of servers) await sees(server);
  const steered = join(folder, "steered");
  writeFileSync(steered, `${near} A\n`);
  const bySubnet = await asked("A by client subnet", steered, ["-E", subnetOption]);
  const late: Figure[] = [];
  for (const one of plain) {
    const half = Math.floor(quantile(one.perSecond, 0.5) / 2);
    const times = await latencies(one.server as DnsServer, queries, seconds, half);
    late.push({
      what: `half load: ${one.server.name}, p99`,
      value: Math.round(quantile(times, 0.99) * 1e6) / 1_000,
      unit: "ms",
      ...(one.server.name === "pharos" ? { contract: "< 1 ms" } : {}),
    });
  }
  return [
    ...figuresOf("A", plain, wanted),
    ...figuresOf("A by client subnet", bySubnet, wanted),
    ...late,
    ...(await failoverApart(run)),
  ];
}

/** It leads those of the network to the first address, and says for whom that holds. */
async function sees({ name, port }: DnsServer): Promise<void> {
  const query = ask({ name: near, edns: { options: [subnet([198, 51, 100, 0], 24)] } });
  const lines = shown(await askUdp({ host: "127.0.0.1", port }, query));
  const leads = lines.some((line) => line.endsWith(" A 192.0.2.1"));
  const scope = lines.some((line) => line === "option 8 00011818c63364");
  if (!leads || !scope) throw new Error(`${name} answers the network of the bench ${lines.join(", ")}`);
}

/** Every name may come, in an order that a cache cannot know. */
function queriesText(): string {
  const random = seededRandom(8);
  return Array.from({ length: names }, () => `host${random.below(names)}.${origin} A\n`).join("");
}

const run = promisify(execFile);

async function dnsperf(
  server: DnsServer,
  queries: string,
  seconds: number,
  flags: readonly string[],
): Promise<string> {
  const { stdout } = await run(
    "taskset",
    [
      "-c",
      String(generatorCore),
      "dnsperf",
      "-s",
      "127.0.0.1",
      "-p",
      String(server.port),
      "-d",
      queries,
    ].concat(["-l", String(seconds), "-c", "4", "-q", "200"], flags),
    { maxBuffer: 256 * 1024 * 1024 },
  );
  return stdout;
}

async function turn(
  server: DnsServer,
  queries: string,
  seconds: number,
  flags: readonly string[],
): Promise<Turn> {
  const text = await dnsperf(server, queries, seconds, flags);
  const numberIn = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  const lost = numberIn(/Queries lost:\s+(\d+)/);
  const errors = /Response codes:\s+(.*)/.exec(text)?.[1] ?? "";
  if (lost > 0) console.log(`  ${server.name} left ${lost} queries without an answer`);
  if (!/^NOERROR \d+ \(100/.test(errors)) throw new Error(`${server.name} answered ${errors}`);
  return {
    answers: numberIn(/Queries completed:\s+(\d+)/),
    perSecond: numberIn(/Queries per second:\s+([\d.]+)/),
  };
}

/** Seconds of each answer, as dnsperf saw them. */
async function latencies(
  server: DnsServer,
  queries: string,
  seconds: number,
  perSecond: number,
): Promise<readonly number[]> {
  const text = await dnsperf(server, queries, seconds, ["-Q", String(perSecond), "-v"]);
  return [...text.matchAll(/^> \S+ \S+ \S+ ([\d.]+)$/gm)].map(([, time]) => Number(time));
}
