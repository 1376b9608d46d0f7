// A POP beside a server that does nothing, asked by autocannon in the same run. In: a network. Out: their ratio, which a busy machine changes less than either.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Children } from "./children.ts";
import type { Network } from "./network.ts";

const autocannon = resolve(import.meta.dirname, "../../node_modules/.bin/autocannon");
const rawPort = 18_490;
const seconds = 2;
const rounds = 3;

/** Answers a second of the POP to those of the raw server: the median of rounds turn about; null where autocannon is not here. */
export async function ratioToRaw(
  network: Network,
  children: Children,
  folder: string,
): Promise<number | null> {
  const [pop] = network.pops;
  if (!existsSync(autocannon) || pop === undefined) return null;
  const host = network.hosts[0] ?? "";
  const page = await fetch(`http://${pop.listen}/`, { headers: { host, "accept-encoding": "identity" } });
  const file = join(folder, "page.html");
  writeFileSync(file, new Uint8Array(await page.arrayBuffer()));
  const raw = children.start(
    [process.execPath, resolve(import.meta.dirname, "raw-server.ts"), String(rawPort), file],
    {
      logFile: join(folder, "raw.log"),
      cores: null,
      env: { ...process.env, BUN_BE_BUN: "1" },
    },
  );
  if ((await raw.firstLine) === null) throw new Error("The raw server did not start.");
  const ratios = Array.from({ length: rounds }, () => {
    const [ours, theirs] = [
      rateOf(`http://${pop.listen}/`, host),
      rateOf(`http://127.0.0.1:${rawPort}/`, host),
    ];
    return ours / theirs;
  });
  raw.kill("SIGTERM");
  return ratios.toSorted((left, right) => left - right)[Math.floor(rounds / 2)] ?? null;
}

function rateOf(url: string, host: string): number {
  const flags = [
    "--json",
    "--connections",
    "16",
    "--duration",
    String(seconds),
    "--headers",
    `Host=${host}`,
    url,
  ];
  const { stdout } = spawnSync(autocannon, flags, { encoding: "utf8" });
  return (JSON.parse(stdout) as { readonly requests: { readonly average: number } }).requests.average;
}
