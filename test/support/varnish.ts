// Varnish before a POP, by deploy/varnish.vcl. In: the POP's address. Out: where visitors and purges go.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort, until } from "./installation.ts";
import { get } from "./reader.ts";

export const hasVarnish: boolean = spawnSync("varnishd", ["-V"]).status === 0;
export const vclFile: string = resolve(import.meta.dirname, "../../deploy/varnish.vcl");

export interface Varnish {
  /** For visitors: `127.0.0.1:port`. */
  readonly address: string;
  /** What `pharos control --purge` takes. */
  readonly webhook: string;
  readonly purges: string;
  /** Its working directory: what varnishstat and varnishlog take with -n. */
  readonly folder: string;
  stop(): Promise<void>;
}

export interface VarnishOptions {
  /** How long an answer is shown while it is renewed (s), instead of what the file says. */
  readonly renewingS?: number;
  /** Further flags of varnishd. */
  readonly flags?: readonly string[];
}

/** Starts it on ports of its own, by the file as it stands but for the POP's address. */
export async function startVarnish(pop: string, options: VarnishOptions = {}): Promise<Varnish> {
  const [host = "", port = ""] = pop.split(":");
  const folder = mkdtempSync(join(tmpdir(), "pharos-varnish-"));
  const vcl = join(folder, "pharos.vcl");
  const edits: readonly (readonly [string, string])[] = [
    ['.host = "127.0.0.1"', `.host = "${host}"`],
    ['.port = "8080"', `.port = "${port}"`],
    ["set req.grace = 10s", `set req.grace = ${options.renewingS ?? 10}s`],
  ];
  writeFileSync(vcl, edits.reduce(replaced, readFileSync(vclFile, "utf8")));
  const address = `127.0.0.1:${await freePort()}`;
  const purges = `127.0.0.1:${await freePort()}`;
  // No jail: it would need users of its own, and the folder theirs.
  const flags = ["-F", "-j", "none", "-n", folder, "-f", vcl, "-a", address, "-a", `purge=${purges}`];
  const child = spawn("varnishd", [...flags, "-s", "malloc,64m", ...(options.flags ?? [])], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until("varnish takes connections", async () => {
      if (child.exitCode !== null) throw new Error(`varnishd ended with ${child.exitCode}: ${said}`);
      return (await get(purges, "/").catch(() => null))?.status === 404;
    });
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return { folder, address, purges, webhook: `webhook:http://${purges}/.pharos/purge`, stop };
}

/** Does its probe of the POP succeed? `happy` has a bit for each of the last probes, the newest in the lowest. */
export function isHealthy({ folder }: Varnish): boolean {
  const { stdout } = spawnSync("varnishstat", ["-n", folder, "-1", "-f", "VBE.*.happy"], {
    encoding: "utf8",
  });
  return (BigInt(/\.happy\s+(\d+)/.exec(stdout)?.[1] ?? 0) & 3n) !== 0n;
}

function replaced(text: string, [from, to]: readonly [string, string]): string {
  if (!text.includes(from)) throw new Error(`${vclFile} does not say ${from}.`);
  return text.replace(from, to);
}
