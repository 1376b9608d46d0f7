// Small networks of this machine alone. In: names of clients with their addresses. Out: namespaces on one bridge, and their end.
// Needs root, iproute2 and a kernel with network namespaces; nothing outside the namespaces is touched.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Network {
  /** Runs a program in a namespace to its end. */
  run(name: string, line: readonly string[], deadlineMs?: number): Promise<string>;
  /** What stands before a program that is to run in a namespace. */
  within(name: string): readonly string[];
  end(): void;
}

const ip = (...args: readonly string[]) => spawnSync("ip", args, { encoding: "utf8", timeout: 10_000 });

/** Why there can be no network of one's own here; null where there can. */
export function noNetworkReason(): string | null {
  if (process.getuid?.() !== 0) return "only root makes network namespaces";
  if (ip("-V").status !== 0) return "iproute2 is absent";
  if (spawnSync("nft", ["--version"]).status !== 0) return "nft is absent";
  const name = `pharos-try-${process.pid}`;
  const made = ip("netns", "add", name).status === 0;
  if (!made) return "this system makes no network namespaces";
  const folder = mkdtempSync(join(tmpdir(), "pharos-nft-"));
  const file = join(folder, "try.nft");
  writeFileSync(
    file,
    "table inet try {\n set a { type ipv4_addr; flags dynamic; }\n chain c {\n add @a { ip saddr ct count over 5 } drop\n }\n}\n",
  );
  const counts = ip("netns", "exec", name, "nft", "-f", file).status === 0;
  ip("netns", "del", name);
  rmSync(folder, { recursive: true, force: true });
  return counts ? null : "this kernel counts no connections in nftables";
}

function mustIp(...args: readonly string[]): void {
  const { status, stderr } = ip(...args);
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}

/** A server with these addresses, and clients by name, each with its own; all on one bridge. Addresses are `10.9.0.1/24`, `fd09::1/64`. */
export function makeNetwork(
  server: readonly string[],
  clients: Readonly<Record<string, readonly string[]>>,
): Network {
  const tag = `p${process.pid.toString(36)}`;
  const nameOf = (name: string): string => `${tag}-${name}`;
  const all = ["server", ...Object.keys(clients)];
  const end = (): void => {
    for (const name of all) ip("netns", "del", nameOf(name));
  };
  const inside = (name: string, ...args: readonly string[]): void =>
    mustIp("netns", "exec", nameOf(name), "ip", ...args);
  try {
    for (const name of all) {
      mustIp("netns", "add", nameOf(name));
      inside(name, "link", "set", "lo", "up");
    }
    inside("server", "link", "add", "br0", "type", "bridge");
    inside("server", "link", "set", "br0", "up");
    for (const address of server)
      inside("server", "address", "add", address, "dev", "br0", ...noDad(address));
    for (const [at, [name, addresses]] of Object.entries(clients).entries()) {
      const port = `port${at}`;
      inside("server", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", nameOf(name));
      inside("server", "link", "set", port, "master", "br0", "up");
      inside(name, "link", "set", "eth0", "up");
      for (const address of addresses)
        inside(name, "address", "add", address, "dev", "eth0", ...noDad(address));
    }
  } catch (thrown) {
    end();
    throw thrown;
  }
  const within = (name: string): readonly string[] => ["ip", "netns", "exec", nameOf(name)];
  return {
    within,
    run: (name, line, deadlineMs = 20_000) => runLine([...within(name), ...line], deadlineMs),
    end,
  };
}

/** An IPv6 address is tried for a second before it may be used, unless one says that nobody else has it. */
function noDad(address: string): readonly string[] {
  return address.includes(":") ? ["nodad"] : [];
}

function runLine([program = "", ...args]: readonly string[], deadlineMs: number): Promise<string> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  const deadline = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      clearTimeout(deadline);
      if (code === 0) done(out);
      else fail(new Error(`${program} ${args.join(" ")} ended with ${code}: ${err}`));
    });
  });
}
