// DNS servers side by side, each on one core with one zone. In: a folder, zone files. Out: gdnsd, Knot and `pharos dns`, started with the same names and
// the same networks; the processes of each; their end. Loopback only, everything they write is below the folder.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { askUdp } from "../../test/support/dns-client.ts";
import { ask } from "../../test/support/dns-wire.ts";
import { freePort } from "../../test/support/installation.ts";
import { until } from "../../test/support/pop.ts";
import { childrenOf, type Server, serverCore } from "../servers.ts";

export const names = 100_000;
export const origin = "bench.test";
/** Answered by the network that is asked for: 192.0.2.1 to those of `network`, 192.0.2.2 to all others. */
export const near = `near.${origin}`;
export const network = "198.51.100.0/24";

/** Its names; without the one that is steered. */
export function zoneText(): string {
  const lines = [
    `$ORIGIN ${origin}.`,
    "$TTL 300",
    "@ SOA ns op 1 3600 600 86400 300",
    "@ NS ns",
    "ns A 192.0.2.53",
  ];
  for (let at = 0; at < names; at++) lines.push(`host${at} A 10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`);
  return `${lines.join("\n")}\n`;
}

export interface DnsServer extends Server {
  readonly port: number;
  /** Of its processes those that answer. */
  answering(): readonly number[];
}

/** Of a process of ours its parent says so in its command line. */
const answersHere = (pid: number): boolean =>
  readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("\0worker-");

export const isInstalled = (program: string): boolean =>
  spawnSync("which", [program], { stdio: "ignore" }).status === 0;

export function versionsHere(): Readonly<Record<string, string>> {
  const said = (program: string, flag: string): string => {
    const { stdout, stderr } = spawnSync(program, [flag], { encoding: "utf8" });
    return /\d+\.\d+\.\d+/.exec(`${stdout}${stderr}`)?.[0] ?? "";
  };
  return {
    ...(isInstalled("gdnsd") ? { gdnsd: said("gdnsd", "-V") } : {}),
    ...(isInstalled("knotd") ? { knot: said("knotd", "-V") } : {}),
  };
}

/** Starts `command` on the servers' core, and waits until it answers. */
async function started(
  name: string,
  port: number,
  command: readonly string[],
  cores = String(serverCore),
): Promise<DnsServer> {
  const child: ChildProcess = spawn("taskset", ["-c", cores, ...command], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const pid = child.pid ?? 0;
  const pids = (): readonly number[] => [pid, ...childrenOf(pid)];
  const query = ask({ name: `host${names - 1}.${origin}` });
  await until(`${name} answers`, () => askUdp({ host: "127.0.0.1", port }, query, 500), 60_000);
  return {
    name,
    address: `127.0.0.1:${port}`,
    port,
    pids,
    answering: () => (name.startsWith("pharos") ? pids().filter(answersHere) : pids()),
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** One thread for UDP; the steered name by its geoip plugin. */
export async function startGdnsd(folder: string): Promise<DnsServer> {
  const port = await freePort();
  const own = join(folder, "gdnsd");
  mkdirSync(join(own, "etc", "zones"), { recursive: true });
  mkdirSync(join(own, "run"));
  mkdirSync(join(own, "state"));
  writeFileSync(join(own, "etc", "zones", origin), `${zoneText()}near DYNA geoip!near\n`);
  writeFileSync(
    join(own, "etc", "config"),
    `options => { listen => 127.0.0.1, dns_port => ${port}, udp_threads => 1, tcp_threads => 1, edns_client_subnet => true,
  run_dir => ${own}/run, state_dir => ${own}/state }
plugins => { geoip => {
  maps => { here => { datacenters => [ two, one ], nets => { ${network} => [ one ] } } },
  resources => { near => { map => here, dcmap => { one => 192.0.2.1, two => 192.0.2.2 } } } } }
`,
  );
  return started("gdnsd", port, ["gdnsd", "-c", join(own, "etc"), "start"]);
}

/** One worker for UDP; the steered name by mod-geoip. */
export async function startKnot(folder: string): Promise<DnsServer> {
  const port = await freePort();
  const own = join(folder, "knot");
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "zone"), `${zoneText()}near A 192.0.2.2\n`);
  writeFileSync(join(own, "geo.conf"), `${near}:\n  - net: ${network}\n    A: 192.0.2.1\n`);
  writeFileSync(
    join(own, "knot.conf"),
    `server:
    rundir: ${own}
    listen: 127.0.0.1@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    edns-client-subnet: on
database:
    storage: ${own}
mod-geoip:
  - id: near
    config-file: ${own}/geo.conf
    ttl: 20
    mode: subnet
zone:
  - domain: ${origin}
    file: ${own}/zone
    zonefile-load: whole
    module: mod-geoip/near
`,
  );
  return started("knot", port, ["knotd", "-c", join(own, "knot.conf")]);
}

/** One process that answers, or two on two cores; without rate limiting: neither of the others has any. */
export async function startPharos(folder: string, workers: 1 | 2 = 1): Promise<DnsServer> {
  const port = await freePort();
  const name = workers === 1 ? "pharos" : "pharos, two processes";
  const own = join(folder, `pharos-${workers}`);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "bench.zone"), zoneText());
  writeFileSync(
    join(own, "bench.toml"),
    `origin = "${origin}"\nmaster = "bench.zone"\n[names.near]\nsteer = "near"\n`,
  );
  const pop = (name: string, address: string): string =>
    `[[pop]]\nname = "${name}"\naddresses = ["${address}"]\n`;
  writeFileSync(
    join(own, "steering.toml"),
    `${pop("two", "192.0.2.2")}${pop("one", "192.0.2.1")}[map.near]\npops = ["two", "one"]\naddresses = 1
[[override]]\nnetworks = ["${network}"]\npops = ["one"]\n`,
  );
  const main = join(import.meta.dirname, "..", "..", "src", "main.ts");
  const program =
    process.env.PHAROS_TEST_BINARY === undefined
      ? [process.execPath, main]
      : [process.env.PHAROS_TEST_BINARY];
  return started(
    name,
    port,
    [
      ...program,
      ...["dns", "--listen", `127.0.0.1:${port}`, "--data", join(own, "data")],
      ...["--zone", join(own, "bench.toml"), "--steering", join(own, "steering.toml")],
      ...["--workers", String(workers), "--rate-limit", "0"],
    ],
    workers === 1 ? String(serverCore) : `${serverCore},${1 - serverCore}`,
  );
}
