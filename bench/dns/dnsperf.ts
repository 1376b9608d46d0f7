// Servers asked from the core that none of them has. In: a server, a file of queries. Out: how much it answered (dnsperf), and how late (`stamped.ts`).
// Server and generator have their cores to themselves: while it lasts both go before all else that runs on this machine (SCHED_FIFO), for a question waits as
// long for a core that another program has as for a slow server. The kernel leaves the others 50 ms of each second. Where nobody may do that, it is said.
import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Turn } from "../rounds.ts";
import type { DnsServer } from "./servers.ts";

const generatorCore = 1;
const run = promisify(execFile);

/** Whether a program may go before all others here. */
export const mayGoFirst = spawnSync("chrt", ["--fifo", "1", "true"]).status === 0;

/**
 * Runs `during` with what answers before all others. Not the processes beside it, which a start of ours puts behind it: a thread of its own rank it would have to
 * wait for. Not for a server's first turn: what compiles it beside it has to have its share.
 */
export async function first<Done>(server: DnsServer, during: () => Promise<Done>): Promise<Done> {
  if (!mayGoFirst) return during();
  const answering = server.answering().map(String);
  for (const pid of answering) spawnSync("chrt", ["--all-tasks", "--fifo", "--pid", "1", pid]);
  try {
    return await during();
  } finally {
    for (const pid of answering) spawnSync("chrt", ["--all-tasks", "--other", "--pid", "0", pid]);
  }
}

/** What it prints. */
async function generate(command: readonly string[], goesFirst = mayGoFirst): Promise<string> {
  const priority = goesFirst ? ["chrt", "--fifo", "1"] : [];
  const [program = "", ...args] = [...priority, "taskset", "-c", String(generatorCore), ...command];
  return (await run(program, args)).stdout;
}

/** As many queries as it answers, 200 of them on their way. `goesFirst` false: what answers may have the generator's core, too. */
export async function flooded(
  server: DnsServer,
  queries: string,
  seconds: number,
  flags: readonly string[],
  goesFirst = mayGoFirst,
): Promise<Turn> {
  const program = [
    ...["dnsperf", "-s", "127.0.0.1", "-p", String(server.port), "-d", queries, "-l", String(seconds)],
    ...["-c", "4", "-q", "200", ...flags],
  ];
  const text = await generate(program, goesFirst);
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

/** Milliseconds below which 99 in 100 answers came, at so many queries a second. */
export async function lateness(
  server: DnsServer,
  queries: string,
  seconds: number,
  perSecond: number,
): Promise<number> {
  const program = [process.execPath, join(import.meta.dirname, "stamped.ts")];
  const asked = [server.port, queries, seconds, perSecond].map(String);
  const { answered, most } = JSON.parse(await first(server, () => generate([...program, ...asked]))) as {
    answered: number;
    most: number;
  };
  if (answered === 0) throw new Error(`${server.name} answered nothing.`);
  return most;
}
