// Queries a second by UDP on one core, dnsperf on the other: a zone of 100,000 names, asked for at random, and with a client subnet; the time of answers
// at half of the load that `pharos dns` can bear, and at a quiet one. gdnsd and Knot in the same run, round by round.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { askUdp } from "../../test/support/dns-client.ts";
import { ask, shown, subnet } from "../../test/support/dns-wire.ts";
import { type Compared, compare, figuresOf, type Wanted } from "../rounds.ts";
import { type Figure, quantile, type Run, type Suite } from "../suite.ts";
import { first, flooded, lateness, mayGoFirst } from "./dnsperf.ts";
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

/** A second, when hardly anybody asks. */
const quiet = 1_000;
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
  if (!mayGoFirst) run.say("no realtime priority here: what else runs on this machine is in the figures");
  const queries = join(folder, "queries");
  writeFileSync(queries, queriesText());
  const [rounds, seconds, turns] = run.quick ? [3, 2, 3] : [5, 3, 5];
  const asked = async (
    what: string,
    from: string,
    flags: readonly string[],
  ): Promise<readonly Compared[]> => {
    run.say(what);
    const warm = new Set<string>();
    return compare(servers, rounds, (one) => {
      const server = one as DnsServer;
      const turn = () => flooded(server, from, seconds, flags);
      if (warm.has(server.name)) return first(server, turn);
      warm.add(server.name);
      return turn();
    });
  };
  const plain = await asked("plain A", queries, []);
  for (const server of servers) await sees(server);
  const steered = join(folder, "steered");
  writeFileSync(steered, `${near} A\n`);
  const bySubnet = await asked("A by client subnet", steered, ["-E", subnetOption]);
  const half = Math.floor(quantile(plain[0]?.perSecond ?? [], 0.5) / 2);
  const late: Figure[] = [];
  for (const [load, perSecond] of [
    ["half load", half],
    ["quiet", quiet],
  ] as const) {
    const asked = perSecond.toLocaleString("en");
    run.say(`${load}: ${asked} a second`);
    const most = new Map<DnsServer, number[]>(servers.map((server) => [server, []]));
    // The first one warms up: answers by ones and twos take another way than those of a flood.
    for (let turn = -1; turn < turns; turn++)
      for (const [server, turns] of most) {
        const tookMs = await lateness(server, queries, 2, perSecond);
        if (turn >= 0) turns.push(tookMs);
      }
    for (const [{ name }, turns] of most)
      late.push({
        what: `${load} (${asked}/s): ${name}, p99, median of ${turns.length} turns`,
        value: quantile(turns, 0.5),
        unit: "ms",
        ...(name === "pharos" ? { contract: "< 1 ms" } : {}),
      });
  }
  const shared = await sharedPort(folder, servers, queries, run);
  return [
    ...figuresOf("A", plain, wanted),
    ...figuresOf("A by client subnet", bySubnet, wanted),
    ...late,
    ...shared,
    ...(await failoverApart(run)),
  ];
}

/**
 * Two processes on one port, on two cores of which the generator has one as well, beside one process on its own core: nobody goes first. Senders enough for the
 * kernel to share them out.
 */
async function sharedPort(
  folder: string,
  servers: DnsServer[],
  queries: string,
  run: Run,
): Promise<readonly Figure[]> {
  run.say("two processes on a port");
  const two = await startPharos(folder, 2);
  const one = servers[0];
  servers.push(two);
  if (one === undefined) return [];
  const seconds = run.quick ? 2 : 3;
  const turns = await compare([two, one], run.quick ? 3 : 5, (server) =>
    flooded(server as DnsServer, queries, seconds, ["-c", "64"], false),
  );
  return figuresOf("A, all cores shared", turns, {});
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
