// How long names lead to a POP that is dead: from kill -9, and from the first dropped packet, to the first right answer. POPs are real (`pharos edge`, each
// on its own address of loopback), the node is `pharos dns`; each POP has a name of its own, so that all of a round may die at different moments and be
// measured apart. Packets are dropped by nft, which needs root and a network of one's own: where there is none, that half is left out, and said.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import packets, { type Packet } from "dns-packet";
import { limits } from "../../src/base/limits.ts";
import { askUdp, type DnsPlaceOf } from "../../test/support/dns-client.ts";
import { ask } from "../../test/support/dns-wire.ts";
import { freePort, Installation, type Running, until } from "../../test/support/installation.ts";
import { get } from "../../test/support/reader.ts";
import { sampleHost, writeSampleSummary } from "../../test/support/summary.ts";
import { type Figure, quantile, type Run } from "../suite.ts";

const popsOfRound = 10;
const lookEveryMs = 20;
const hostOf = (at: number): string => `127.0.1.${at + 1}`;
const keeper = popsOfRound;

type Way = (world: World) => Promise<readonly number[]>;

interface World {
  readonly site: Installation;
  readonly place: DnsPlaceOf;
  readonly port: number;
  start(at: number): Promise<Running>;
}

/** In a network of its own where there can be one, so that nothing of this machine's is dropped. */
export async function failoverApart(run: Run): Promise<readonly Figure[]> {
  const noOwn =
    spawnSync("unshare", ["--net", "sh", "-c", "ip link set lo up && nft list ruleset"]).status !== 0;
  if (noOwn) {
    run.say("there is no network of one's own here: packets are not dropped");
    return failover(run, [killing]);
  }
  const script = `const { failover } = await import(${JSON.stringify(import.meta.filename)}); console.log(JSON.stringify(await failover({ quick: ${run.quick}, say: (line) => console.error(line) }))); process.exit(0);`;
  const { status, stdout } = spawnSync(
    "unshare",
    ["--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", process.execPath, "-e", script],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], timeout: 900_000 },
  );
  if (status !== 0) throw new Error("The trials did not come to their end.");
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "[]") as readonly Figure[];
}

/** 20 trials of each, or 10 for a look. Figures in ms. */
export async function failover(
  run: Run,
  ways: readonly Way[] = [killing, dropping],
): Promise<readonly Figure[]> {
  const world = await build();
  try {
    const rounds = run.quick ? 1 : 2;
    const figures: Figure[] = [];
    for (const way of ways) {
      const what = way === killing ? "kill -9" : "dropped packets";
      const tookMs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        run.say(`${what}, round ${round + 1} of ${rounds}`);
        tookMs.push(...(await way(world)));
      }
      figures.push(
        {
          what: `${what} to the first right answer, median of ${tookMs.length}`,
          value: quantile(tookMs, 0.5),
          unit: "ms",
        },
        {
          what: `${what} to the first right answer, p99 of ${tookMs.length}`,
          value: quantile(tookMs, 0.99),
          unit: "ms",
          contract: `< ${limits.deadAnsweredMsMax.toLocaleString("en")} ms`,
        },
      );
    }
    return figures;
  } finally {
    await world.site.end();
  }
}

async function build(): Promise<World> {
  const site = new Installation();
  const data = join(site.folder, "control");
  const say = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await site.run(...args);
    if (code !== 0) throw new Error(err);
    return out.trim();
  };
  await say("import", "statuspage", writeSampleSummary(site.folder), "--data", data);
  await site.control();
  const feed = `http://${await site.address("feed")}`;
  const port = await freePort();
  const trusted = ["--root-key", site.rootKeyFile, "--source", feed];
  const folderOf = (at: number): string => join(site.folder, `pop-${at}`);
  const all = Array.from({ length: popsOfRound + 1 }, (_none, at) => at);
  for (const at of all) {
    const token = await say("pop", "token", "--data", data, "--name", `pop-${at}`);
    await say("pop", "join", token, "--source", feed, "--data", folderOf(at));
  }
  const start = async (at: number): Promise<Running> => {
    const running = await site.start(`pop-${at}`, [
      ...["edge", "--data", folderOf(at), ...trusted, "--workers", "0", "--listen", `${hostOf(at)}:${port}`],
    ]);
    await until(
      `POP ${at} has the page`,
      async () =>
        (await get(`${hostOf(at)}:${port}`, "/", { host: sampleHost }).catch(() => null))?.status === 200,
      60_000,
    );
    return running;
  };
  const pops = all.map(
    (at) =>
      `[[pop]]\nname = "pop-${at}"\naddresses = ["${hostOf(at)}"]\ncapacity = 65535\nprobe = "http://${hostOf(at)}:${port}"\n`,
  );
  const maps = all.map((at) => `[map.m${at}]\npops = ["pop-${at}", "pop-${keeper}"]\n`);
  writeFileSync(join(site.folder, "plan.toml"), [...pops, ...maps].join(""));
  const names = all.map((at) => `[names.n${at}]\nsteer = "m${at}"\n`).join("");
  writeFileSync(
    join(site.folder, "example.toml"),
    `origin = "example"\n[names."@"]\nNS = "ns1"\n[names.ns1]\nA = "127.0.0.1"\n${names}`,
  );
  await start(keeper);
  const [host = "", dnsPort = ""] = (await site.address("dns")).split(":");
  await site.start("dns", [
    ...[
      "dns",
      "--data",
      join(site.folder, "dns"),
      "--listen",
      `${host}:${dnsPort}`,
      "--workers",
      "0",
      ...trusted,
    ],
    ...["--zone", join(site.folder, "example.toml"), "--steering", join(site.folder, "plan.toml")],
  ]);
  return { site, place: { host, port: Number(dnsPort) }, port, start };
}

async function addresses({ place }: World, at: number): Promise<readonly string[]> {
  const answer = await askUdp(place, ask({ name: `n${at}.example` }), 1_000);
  const records = (answer === null ? null : (packets.decode(answer) as Packet))?.answers ?? [];
  return records.flatMap((record) => (record.type === "A" ? [record.data] : []));
}

const waits = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const round = Array.from({ length: popsOfRound }, (_none, at) => at);

/** Each dies at a moment of its own within a round of probes. */
async function outAfter(world: World, at: number, die: () => unknown): Promise<number> {
  await until(
    `POP ${at} is answered`,
    async () => (await addresses(world, at)).includes(hostOf(at)),
    120_000,
  );
  await waits((at / popsOfRound) * limits.probeRoundMs);
  const began = performance.now();
  await die();
  while ((await addresses(world, at)).includes(hostOf(at))) {
    await waits(lookEveryMs);
    if (performance.now() - began > 6 * limits.deadAnsweredMsMax) throw new Error(`POP ${at} is never out.`);
  }
  return performance.now() - began;
}

async function killing(world: World): Promise<readonly number[]> {
  const running: Running[] = [];
  for (const at of round) running.push(await world.start(at));
  return Promise.all(round.map((at) => outAfter(world, at, () => running[at]?.kill("SIGKILL"))));
}

const table = "pharos_bench_failover";
const nft = (text: string): void => {
  const { status, stderr } = spawnSync("nft", ["-f", "-"], { input: text, encoding: "utf8" });
  if (status !== 0) throw new Error(`nft: ${stderr}`);
};

async function dropping(world: World): Promise<readonly number[]> {
  const running: Running[] = [];
  for (const at of round) running.push(await world.start(at));
  nft(`table inet ${table} {\n chain input {\n type filter hook input priority 0;\n }\n}\n`);
  try {
    const drop = (at: number) =>
      nft(`add rule inet ${table} input ip daddr ${hostOf(at)} tcp dport ${world.port} drop\n`);
    return await Promise.all(round.map((at) => outAfter(world, at, () => drop(at))));
  } finally {
    nft(`delete table inet ${table}\n`);
    for (const one of running) await one.kill("SIGKILL");
  }
}
