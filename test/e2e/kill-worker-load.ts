// One POP of two workers beneath 2,000 requests a second, and kill -9, for kill-worker.test.ts, which runs this in networks of different settings.
// In: how many workers to kill. Out: one line of JSON: what each kill cost, by the system's own count of connections.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { frontRoutes, signedPage } from "../edge/fixture.ts";
import { startPacedLoad } from "../support/paced-load.ts";
import { startPop, until } from "../support/pop.ts";
import { makePopFolder } from "../support/pop-folder.ts";

export interface KilledWorker {
  /** Connections that it held when it was killed, and those that no process had taken yet. */
  readonly held: number;
  readonly waiting: number;
  /** Requests that failed on connections opened before the kill, until its listener was gone, and after that. */
  readonly failedBefore: number;
  readonly failedDying: number;
  readonly failedAfter: number;
}

export interface KillReport {
  readonly asked: number;
  readonly workers: readonly KilledWorker[];
  /** Requests that failed around the killing of the syncer, with why. */
  readonly syncer: readonly string[];
}

const host = "status.example";
const routes = frontRoutes("calm");
const folder = await makePopFolder([await signedPage({ page: "p1", hosts: [host], generation: 7, routes })]);
const trusted = ["--data", folder.folder, "--root-key", folder.rootFile];
const pop = await startPop([...trusted, "--listen", "127.0.0.1:0", "--workers", "2"]);
const visits = { perSecond: 2_000, onNewConnections: 0.5, visited: host, path: "/icon.svg" };
const load = startPacedLoad({ ...pop.visitors, ...visits });

const pidOf = (role: string): number => pop.children().get(role) ?? 0;

/** Established connections at the visitors' port, by the process that holds each; 0 where none has taken it yet. */
function connections(): ReadonlyMap<number, number> {
  const line = ["-tnpH", "state", "established", "sport", "=", `:${pop.visitors.port}`];
  const found = new Map<number, number>();
  for (const row of spawnSync("ss", line, { encoding: "utf8" }).stdout.split("\n").filter(Boolean)) {
    const pid = Number(/pid=(\d+)/.exec(row)?.[1] ?? 0);
    found.set(pid, (found.get(pid) ?? 0) + 1);
  }
  return found;
}

/** Resolves when so many more requests were answered. */
async function answersMore(requests: number): Promise<void> {
  const before = load.answered();
  await until(`${requests} more answers`, () => load.answered() >= before + requests);
}

/** For some milliseconds a killed process still listens: its files are closed by the last of its threads, after its memory. */
const isGone = (pid: number): boolean => !existsSync(`/proc/${pid}`);

async function killWorker(role: string): Promise<KilledWorker> {
  await answersMore(2_000);
  const failures = load.failures.length;
  const victim = pidOf(role);
  // In one turn: no visitor of this process comes between the counting and the killing.
  const counted = connections();
  process.kill(victim, "SIGKILL");
  const killedMs = load.now();
  while (!isGone(victim)) await new Promise((next) => setImmediate(next));
  const goneMs = load.now();
  await answersMore(1_000);
  await until(`${role} is replaced`, () => ![0, victim].includes(pidOf(role)));
  await until(`the new ${role} has visitors`, () => connections().has(pidOf(role))).catch((thrown) => {
    const held = [...connections()].map(([pid, count]) => `${pid}: ${count}`).join(", ");
    throw new Error(
      `${thrown}; it is ${pidOf(role)}, connections by process are ${held}\n${pop.log.join("\n")}`,
    );
  });
  await answersMore(1_000);
  const failed = load.failures.slice(failures).map(({ openedMs }) => openedMs);
  return {
    held: counted.get(victim) ?? 0,
    waiting: counted.get(0) ?? 0,
    failedBefore: failed.filter((openedMs) => openedMs <= killedMs).length,
    failedDying: failed.filter((openedMs) => openedMs > killedMs && openedMs <= goneMs).length,
    failedAfter: failed.filter((openedMs) => openedMs > goneMs).length,
  };
}

async function killSyncer(): Promise<readonly string[]> {
  const failures = load.failures.length;
  const victim = pidOf("syncer");
  process.kill(victim, "SIGKILL");
  await answersMore(1_000);
  await until("the syncer is replaced", () => ![0, victim].includes(pidOf("syncer")));
  await answersMore(2_000);
  return load.failures.slice(failures).map(({ connection, why }) => `${connection}: ${why}`);
}

const workers: KilledWorker[] = [];
for (let kill = 0; kill < Number(process.argv[2] ?? 1); kill++)
  workers.push(await killWorker(`worker-${(kill % 2) + 1}`));
const syncer = await killSyncer();
await load.stop();
await pop.stop();
folder.remove();
const report: KillReport = { asked: load.asked(), workers, syncer };
process.stdout.write(`${JSON.stringify(report)}\n`);
