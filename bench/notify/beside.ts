// The processes that bench/notify needs beside the control plane, and what is known of the notifier from outside. In: cores, sizes. Out: sinks to ask, peers
// that ran to their end, the notifier's memory and processor time.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { costsOf } from "../cpu.ts";
import type { Peer } from "./peers.ts";
import type { Sample, Told } from "./sinks.ts";
import type { Ports, Sizes } from "./world.ts";

/** The control plane, its notifier and each peer have the one; sinks and this program the other. */
export const sinkCore = "0";
export const senderCore = "1";
const twoCores = cpus().length >= 2;

/** What a process starts later inherits it. */
export function pin(pid: number, cores: string): void {
  if (twoCores) spawnSync("taskset", ["-apc", cores, String(pid)], { stdio: "ignore" });
}

function startScript(script: string, args: readonly string[], core: string): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  pin(child.pid ?? 0, core);
  return child;
}

/** No part takes so long, whatever else runs on the machine. */
const childMsMax = 10 * 60_000;
const askMsMax = 30_000;

async function ended(child: ChildProcess, what: string): Promise<void> {
  child.stdout?.resume();
  const late = setTimeout(() => child.kill("SIGKILL"), childMsMax);
  const code = await new Promise((done) => child.once("close", (exit, signal) => done(exit ?? signal)));
  clearTimeout(late);
  if (code !== 0) throw new Error(`${what} ended with ${code}.`);
}

/** By a process of its own: what making the world took must not weigh in what is measured. */
export async function seedInto(folder: string, sizes: Sizes, ports: Ports): Promise<void> {
  const args = [folder, JSON.stringify(sizes), JSON.stringify(ports)];
  await ended(startScript("seed.ts", args, `0-${cpus().length - 1}`), "What makes the world");
}

export async function runPeer(peer: Peer): Promise<void> {
  await ended(startScript("peers.ts", [JSON.stringify(peer)], senderCore), `The peer of ${peer.sends}`);
}

export interface Sinks {
  readonly ports: Ports;
  begin(): Promise<void>;
  told(): Promise<Told>;
  sample(): Promise<Sample>;
  stop(): void;
}

export async function startSinks(): Promise<Sinks> {
  const child = startScript("sinks.ts", [], sinkCore);
  const line = await new Promise<string>((done, failed) => {
    child.stdout?.once("data", (it) => done(String(it)));
    child.once("close", () => failed(new Error("The sinks ended before they listened.")));
  });
  const ports = JSON.parse(line) as Ports;
  const ask = (path: string, method = "GET"): Promise<Response> =>
    fetch(`http://127.0.0.1:${ports.http}${path}`, { method, signal: AbortSignal.timeout(askMsMax) });
  return {
    ports,
    begin: async () => void (await ask("/begin", "POST")),
    told: async () => (await (await ask("/told")).json()) as Told,
    sample: async () => (await (await ask("/sample")).json()) as Sample,
    stop: () => void child.kill("SIGTERM"),
  };
}

/** The notifier among the processes of a control plane; null before it was started. */
export const notifierOf = (plane: number) =>
  costsOf(plane).find(({ command }) => command.includes("--role notifier")) ?? null;

export interface Watched {
  /** The largest that was resident and has no file behind it (bytes). */
  peak(): number;
  stop(): void;
}

/** Looks at the notifier twice a second. */
export function watchMemory(plane: number): Watched {
  let most = 0;
  const look = (): void => {
    const pid = notifierOf(plane)?.pid;
    if (pid !== undefined) most = Math.max(most, anonymousOf(pid));
  };
  const timer = setInterval(look, 500);
  return {
    peak: () => most,
    stop: () => clearInterval(timer),
  };
}

function anonymousOf(pid: number): number {
  try {
    return 1_024 * Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0; // It ended meanwhile.
  }
}
