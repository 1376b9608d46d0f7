// Event streams of one worker. In: 15,000 listeners in a process of their own, an origin in this one, a POP as `pharos edge` starts it.
// Out: what each stream takes of the worker's memory, how soon a publish is known to 10,000 of them, and what ordinary requests see of that.
// Measured from before the origin signs until the listener has read its event: signing, storing, following, applying, waking, telling.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { signedPage } from "../../test/edge/fixture.ts";
import { startOrigin, type TestOrigin } from "../../test/support/origin.ts";
import { startPop, type TestPop, until } from "../../test/support/pop.ts";
import { makePopFolder } from "../../test/support/pop-folder.ts";
import { cpuNs } from "../servers.ts";
import { type Figure, quantile, type Run, type Suite } from "../suite.ts";

/** How soon one generation was known to those who heard of it (ms). */
export interface Heard {
  readonly generation: number;
  readonly count: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly lastMs: number;
}

interface Said {
  readonly listening: number;
  readonly lost: number;
  readonly heard: readonly Heard[];
}

const host = "status.example";
/** What an incident's event comes to. */
const eventBytes = 2_000;

export const suite: Suite = {
  about: `event streams of one worker (${cpus().length} cores shared with listeners and origin): memory each, a publish known`,
  async run(run) {
    checkFiles(run.quick ? 3_000 : 15_000);
    const popFolder = await makePopFolder([]);
    const origin = await startOrigin(popFolder.root.secretKey, [await pageOf(1)]);
    const flags = ["--data", popFolder.folder, "--root-key", popFolder.rootFile, "--source", origin.url];
    const pop = await startPop([
      ...flags,
      "--workers",
      "1",
      "--listen",
      "127.0.0.1:0",
      "--ops",
      "127.0.0.1:0",
    ]);
    const listeners = startListeners(pop.visitors.port);
    try {
      return await measure(run, origin, pop, listeners);
    } finally {
      listeners.end();
      await pop.stop();
      await origin.stop();
      popFolder.remove();
    }
  },
};

async function measure(
  { quick, say }: Run,
  origin: TestOrigin,
  pop: TestPop,
  listeners: Listeners,
): Promise<readonly Figure[]> {
  const [told, all, rounds] = quick ? [2_000, 3_000, 5] : [10_000, 15_000, 30];
  const worker = [...pop.children()].find(([role]) => role.startsWith("worker"))?.[1] ?? pop.pid;
  const visit = async (): Promise<number> => {
    const began = performance.now();
    const answer = await fetch(`http://127.0.0.1:${pop.visitors.port}/`, { headers: { host } });
    await answer.arrayBuffer();
    return answer.ok ? performance.now() - began : Number.NaN;
  };
  await until("the POP has the page", async () => !Number.isNaN(await visit()), 30_000);
  for (let at = 0; at < 200; at++) await visit();
  const idleKb = residentKb(worker);
  let said = await listeners.ask({ open: told });
  say(`${said.listening} listen; the worker has ${residentKb(worker)} kB, and had ${idleKb}`);

  const visits: number[] = [];
  const cpuBefore = cpuNs([worker]);
  for (let generation = 2; generation < rounds + 2; generation++) {
    const next = performance.now() + 1_000;
    await origin.publish(await pageOf(generation));
    while (performance.now() < next) {
      visits.push(await visit());
      await new Promise((done) => setTimeout(done, 20));
    }
  }
  // The last one has its second too, where the machine is busy.
  await new Promise((done) => setTimeout(done, 2_000));
  const cpuUs = (cpuNs([worker]) - cpuBefore) / 1_000;
  said = await listeners.ask({});
  const measured = said.heard.filter(({ generation }) => generation > 1);
  const missing = measured.filter(({ count }) => count !== told).length + (rounds - measured.length);
  say(
    `${measured.length} publishes, ${missing} of them overtaken by the next before everyone knew, ${said.lost} listeners lost`,
  );

  said = await listeners.ask({ open: all - told });
  for (let generation = rounds + 2; generation < rounds + 5; generation++) {
    await origin.publish(await pageOf(generation));
    await new Promise((done) => setTimeout(done, 1_500));
  }
  const fullKb = residentKb(worker);
  say(`${said.listening} listen and were told; the worker has ${fullKb} kB`);
  const p99s = measured.map(({ p99Ms }) => p99Ms);
  const medians = measured.map(({ medianMs }) => medianMs);
  return [
    {
      what: `a stream's memory, of ${said.listening}`,
      value: (fullKb - idleKb) / said.listening,
      unit: "kB",
      contract: "< 10 kB",
      aim: "< 8 kB",
    },
    { what: `publish known to ${told}: median`, value: quantile(medians, 0.5), unit: "ms" },
    {
      what: `publish known to ${told}: p99, median publish`,
      value: quantile(p99s, 0.5),
      unit: "ms",
      contract: "< 250 ms",
      aim: "< 150 ms",
    },
    { what: `publish known to ${told}: p99, worst publish`, value: Math.max(...p99s), unit: "ms" },
    { what: "the worker's CPU for one event of one stream", value: cpuUs / rounds / told, unit: "us" },
    { what: "publishes overtaken by the next one", value: missing, unit: "publishes", contract: "0" },
    { what: "listeners lost", value: said.lost, unit: "listeners", contract: "0" },
    { what: "front page meanwhile: median", value: quantile(visits, 0.5), unit: "ms" },
    { what: "front page meanwhile: p99", value: quantile(visits, 0.99), unit: "ms" },
  ];
}

/** A page whose event says when it was about to be signed. */
function pageOf(generation: number) {
  const at = performance.timeOrigin + performance.now();
  const event = `{"at":${at},"pad":"${"event ".repeat(eventBytes / 6)}"}`;
  return signedPage({
    page: "p1",
    hosts: [host],
    generation,
    routes: {
      "/": {
        body: `<!doctype html><title>${generation}</title>${"<p>All is well.</p>".repeat(400)}`,
        contentType: "text/html; charset=utf-8",
      },
      "/_event": { body: event, contentType: "application/json; charset=utf-8" },
    },
  });
}

interface Listeners {
  ask(line: { readonly open?: number }): Promise<Said>;
  end(): void;
}

function startListeners(port: number): Listeners {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, "listeners.ts"), String(port), host],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const waiting: ((said: Said) => void)[] = [];
  if (child.stdout === null) throw new Error("The listeners have no stdout.");
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.(JSON.parse(line) as Said));
  return {
    ask(line) {
      child.stdin?.write(`${JSON.stringify(line)}\n`);
      return new Promise((resolve) => waiting.push(resolve));
    },
    end: () => void child.kill("SIGKILL"),
  };
}

function residentKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

/** Each stream is a file to either side; what this process may open, its children may. */
function checkFiles(streams: number): void {
  const [, soft = "0"] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  if (Number(soft) < streams + 500)
    throw new Error(
      `The limit of open files is ${soft}, and ${streams} streams need ${streams + 500}: ulimit -n.`,
    );
}
