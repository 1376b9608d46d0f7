// The world of promise 7's DNS half: a control plane, three POPs that joined it, two DNS nodes over one plan. In: nothing. Out: what names lead to, and
// an end to one POP. The second node is the switch: the process that asks POPs how they are is stopped, so that nobody tells its answers.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import packets, { type Packet } from "dns-packet";
import { askUdp, type DnsPlaceOf } from "../support/dns-client.ts";
import { ask } from "../support/dns-wire.ts";
import { freePort, Installation, type Running, until } from "../support/installation.ts";
import { childrenOf } from "../support/pop.ts";
import { get } from "../support/reader.ts";
import { sampleHost, writeSampleSummary } from "../support/summary.ts";

export const popHosts = ["127.0.0.21", "127.0.0.22", "127.0.0.23"] as const;

export interface Names {
  /** Addresses and TTLs, as the watched node answers now. */
  lookUp(): Promise<readonly { readonly address: string; readonly ttl: number }[]>;
  /** The same of the node whose probing is stopped. */
  lookUpBroken(): Promise<readonly { readonly address: string; readonly ttl: number }[]>;
  /** kill -9 of the last POP. */
  kill(): Promise<void>;
  end(): Promise<void>;
}

const zone = (host: string): string => `origin = "example"

[soa]
primary = "ns1"

[names."@"]
NS = "ns1"

[names.ns1]
A = "127.0.0.1"

[names.${host}]
steer = "pops"
`;

const nameOf = (host: string): string => `pop-${host.split(".").at(-1)}`;

export async function startNames(): Promise<Names> {
  const site = new Installation();
  const data = join(site.folder, "control");
  const say = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await site.run(...args);
    if (code !== 0) throw new Error(`pharos ${args.join(" ")}: ${err}`);
    return out.trim().split("\n").at(-1) ?? "";
  };
  await say("import", "statuspage", writeSampleSummary(site.folder), "--data", data);
  await site.control();
  const feed = `http://${await site.address("feed")}`;
  const port = await freePort();
  const root = ["--root-key", site.rootKeyFile, "--source", feed];
  const pops = await Promise.all(
    popHosts.map(async (host) => {
      const folder = join(site.folder, nameOf(host));
      const token = await say("pop", "token", "--data", data, "--name", nameOf(host));
      await say("pop", "join", token, "--source", feed, "--data", folder);
      const listen = ["--listen", `${host}:${port}`, "--workers", "0"];
      return site.start(nameOf(host), ["edge", "--data", folder, ...root, ...listen]);
    }),
  );
  for (const host of popHosts)
    await until(
      `${host} has the page`,
      async () => (await get(`${host}:${port}`, "/", { host: sampleHost }).catch(() => null))?.status === 200,
      30_000,
    );
  writeFileSync(join(site.folder, "example.toml"), zone("status"));
  // All three report the load of this one machine, each at its own moment: by it none is to be taken for full.
  writeFileSync(
    join(site.folder, "plan.toml"),
    popHosts
      .map(
        (host) =>
          `[[pop]]\nname = "${nameOf(host)}"\naddresses = ["${host}"]\ncapacity = 65535\nprobe = "http://${host}:${port}"\n`,
      )
      .join(""),
  );
  const nodes = await Promise.all(
    ["dns", "broken"].map(async (name, at) => {
      const files = [
        "--zone",
        join(site.folder, "example.toml"),
        "--steering",
        join(site.folder, "plan.toml"),
      ];
      const place = await site.address(name);
      const running = await site.start(name, [
        ...["dns", "--data", join(site.folder, name), "--listen", place, "--workers", String(at)],
        ...[...files, ...root],
      ]);
      return { running, place: placeOf(place) };
    }),
  );
  const [watched, broken] = nodes;
  if (watched === undefined || broken === undefined) throw new Error("There are two nodes.");
  for (const { place } of nodes)
    await until(
      "all three are answered",
      async () => (await lookUpAt(place)).length === popHosts.length,
      30_000,
    );
  const stopped = keeperOf(broken.running);
  process.kill(stopped, "SIGSTOP");
  return {
    lookUp: () => lookUpAt(watched.place),
    lookUpBroken: () => lookUpAt(broken.place),
    kill: async () => void (await pops.at(-1)?.kill("SIGKILL")),
    async end() {
      process.kill(stopped, "SIGCONT");
      await site.end();
    },
  };
}

function placeOf(text: string): DnsPlaceOf {
  const [host = "", port = ""] = text.split(":");
  return { host, port: Number(port) };
}

type Answered = Awaited<ReturnType<Names["lookUp"]>>;

/** What lines of an answer say: `status.example. 20 A 127.0.0.21`. */
async function lookUpAt(place: DnsPlaceOf): Promise<Answered> {
  const answer = await askUdp(place, ask({ name: "status.example" }), 1_000);
  const records = (answer === null ? null : (packets.decode(answer) as Packet))?.answers ?? [];
  return records.flatMap((record) =>
    record.type === "A" ? [{ address: record.data, ttl: record.ttl ?? 0 }] : [],
  );
}

/** The process of a node that asks POPs how they are. */
function keeperOf({ pid }: Running): number {
  const found = childrenOf(pid).get("syncer");
  if (found === undefined) throw new Error("The node has no process that probes.");
  return found;
}
