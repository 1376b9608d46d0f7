// Lines that are long, narrow or broken. In: toxiproxy's server, POPs, what each line is like. Out: addresses to visit in their place.
// https://github.com/Shopify/toxiproxy: one process, an HTTP API; a toxic is a fault on one proxy in one direction.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { SlowLine } from "../lib/scenario.ts";
import type { Children } from "./children.ts";
import type { Pop } from "./network.ts";

const api = "127.0.0.1:18474";
export const toxiproxyHow =
  "toxiproxy is not installed: `go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0` brings it as `server`; name it toxiproxy-server, or leave it where Go installs programs.";

export interface SlowLines {
  /** In the order of the POPs. */
  readonly places: readonly string[];
  /** Connections to this one are reset from now on. */
  reset(pop: number): Promise<void>;
  mend(): Promise<void>;
}

const answers = /^toxiproxy-server version (\S+)/;

/** `v2.12.0`; what `go install` makes calls itself "git" and has its version in its file. Null for a program that is not toxiproxy: `server` may be anybody's. */
export function toxiproxyVersion(file: string): string | null {
  const said = answers.exec(
    spawnSync(file, ["-version"], { encoding: "utf8", timeout: 5_000 }).stdout ?? "",
  )?.[1];
  if (said === undefined) return null;
  if (said !== "git") return `v${said}`;
  const built = spawnSync("go", ["version", "-m", file], { encoding: "utf8" }).stdout ?? "";
  return /^\s+mod\s+github\.com\/Shopify\/toxiproxy\/v2\s+(v\S+)/m.exec(built)?.[1] ?? "of unknown version";
}

/** By either of its names, of any version 2, whose toxics are ours; null where it is not here. */
export function findToxiproxy(env: NodeJS.ProcessEnv = process.env): string | null {
  const gobin = join((env.GOPATH ?? join(env.HOME ?? "", "go")).split(delimiter)[0] ?? "", "bin");
  const files = [
    ...(env.PATH ?? "").split(delimiter).map((folder) => join(folder, "toxiproxy-server")),
    join(gobin, "toxiproxy-server"),
    join(gobin, "server"),
  ];
  return (
    files.filter(isProgram).find((file) => /^(v2\.|of unknown)/.test(toxiproxyVersion(file) ?? "")) ?? null
  );
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Throws an Error whose message is a sentence. */
export async function openSlowLines(
  pops: readonly Pop[],
  lines: readonly SlowLine[],
  options: {
    readonly children: Children;
    readonly folder: string;
    readonly cores: string | null;
    say(line: string): void;
  },
): Promise<SlowLines> {
  const program = findToxiproxy();
  if (program === null) throw new Error(toxiproxyHow);
  options.say(`Lines by toxiproxy ${toxiproxyVersion(program)} (${program}).`);
  const [host = "", port = ""] = api.split(":");
  const logFile = join(options.folder, "toxiproxy.log");
  options.children.start([program, "-host", host, "-port", port], { logFile, cores: options.cores });
  await untilItListens();
  const places: string[] = [];
  for (const [at, { delayMs, kilobytesPerSecond }] of lines.entries()) {
    const pop = pops[at];
    if (pop === undefined) break;
    const listen = `127.0.0.${41 + at}:${pop.listen.split(":")[1]}`;
    const name = nameOf(at);
    await ask("POST", "/proxies", { name, listen, upstream: pop.listen, enabled: true });
    // On the way back alone: to and fro together are then as long as was said, and a connection costs its round trip too.
    await toxic(name, "latency", { latency: delayMs, jitter: Math.round(delayMs / 10) });
    if (kilobytesPerSecond !== undefined) await toxic(name, "bandwidth", { rate: kilobytesPerSecond });
    places.push(listen);
  }
  return {
    places,
    reset: async (pop) => toxic(nameOf(pop), "reset_peer", { timeout: 0 }),
    async mend() {
      for (const at of lines.keys())
        await ask("DELETE", `/proxies/${nameOf(at)}/toxics/reset_peer`, null).catch(() => undefined);
    },
  };
}

const nameOf = (at: number): string => `pop-${at + 1}`;

const toxic = (proxy: string, type: string, attributes: Readonly<Record<string, number>>): Promise<void> =>
  ask("POST", `/proxies/${proxy}/toxics`, {
    name: type,
    type,
    stream: "downstream",
    toxicity: 1,
    attributes,
  });

async function ask(method: string, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`http://${api}${path}`, {
    method,
    ...(body === null ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new Error(`toxiproxy answered ${method} ${path} with ${answer.status}: ${text.slice(0, 200)}`);
}

async function untilItListens(): Promise<void> {
  for (let look = 0; look < 100; look++) {
    const answer = await fetch(`http://${api}/version`).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok === true) return;
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`toxiproxy does not answer at ${api}.`);
}
