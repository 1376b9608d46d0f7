// What the checks of one POP cost: 10,000 of them each minute, from one process on one core. What they look at answers from another.
//   npm run bench monitor [-- --save] [-- --quick]
// The jitter is measured at the targets: how far apart two questions about the same target came, to the interval. README.md says more.
import { type ChildProcess, spawn } from "node:child_process";
import { cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pause, systemClock } from "../../src/base/clock.ts";
import { pin, senderCore, sinkCore } from "../notify/beside.ts";
import { type Figure, quantile, type Run, type Suite } from "../suite.ts";
import type { BenchPorts, World } from "./world.ts";

const full: World = { checks: 10_000, everyMs: 60_000, hung: 0 };
/** As many a second. */
const quick: World = { checks: 2_500, everyMs: 15_000, hung: 0 };
/** First looks are spread over one interval; what is measured begins after it. */
const rounds = 2;

export const suite: Suite = {
  about: `${full.checks} checks each ${full.everyMs / 1_000} s from one POP on one core; then with three in ten that hang`,
  async run(run) {
    const world = run.quick ? quick : full;
    pin(process.pid, sinkCore);
    try {
      const calm = await measured(world, run, "");
      // As many a second: what hangs is the same number at once.
      const hung = await measured({ ...quick, hung: 3 }, run, "three in ten hang: ");
      return [...calm, ...hung];
    } finally {
      pin(process.pid, `0-${cpus().length - 1}`);
    }
  },
};

interface Line {
  readonly planned: number;
  readonly running: number;
  readonly begun: number;
  readonly late: number;
  readonly skipped: number;
  readonly found: Readonly<Record<string, number>>;
  readonly cpuMs: number;
  readonly memory: number;
}

function start(script: string, args: readonly unknown[], core: string) {
  const command = [join(import.meta.dirname, script), ...args.map((arg) => JSON.stringify(arg))];
  const child: ChildProcess = spawn(process.execPath, command, { stdio: ["pipe", "pipe", "inherit"] });
  pin(child.pid ?? 0, core);
  const lines: string[] = [];
  if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  return {
    async first(): Promise<string> {
      while (lines.length === 0) await pause(systemClock, 20);
      return lines[0] ?? "";
    },
    lines: (): readonly Line[] => lines.map((line) => JSON.parse(line) as Line),
    stop: () => void child.stdin?.end(),
  };
}

async function measured(world: World, run: Run, name: string): Promise<readonly Figure[]> {
  const targets = start("targets.ts", [], sinkCore);
  const ports = JSON.parse(await targets.first()) as BenchPorts;
  const pop = start("pop.ts", [ports, world], senderCore);
  const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${ports.http}${path}`);
  try {
    // A look that began before may be over later.
    await pause(systemClock, world.everyMs * 1.1);
    await ask("/forget");
    const before = pop.lines().at(-1);
    await pause(systemClock, rounds * world.everyMs);
    const after = pop.lines().at(-1);
    if (before === undefined || after === undefined) throw new Error("The checks said nothing.");
    run.say(`${name}found ${JSON.stringify(after.found)}`);
    const asked = (await (await ask("/seen")).json()) as Readonly<Record<string, readonly number[]>>;
    const most = Math.max(...pop.lines().map(({ memory }) => memory));
    return figures(name, world, { before, after, asked, most });
  } finally {
    pop.stop();
    targets.stop();
  }
}

interface Measured {
  readonly before: Line;
  readonly after: Line;
  readonly asked: Readonly<Record<string, readonly number[]>>;
  readonly most: number;
}

function figures(
  name: string,
  { everyMs }: World,
  { before, after, asked, most }: Measured,
): readonly Figure[] {
  const apart = Object.values(asked).flatMap((at) =>
    at.slice(1).map((ms, place) => Math.abs(ms - (at[place] ?? 0) - everyMs) / everyMs),
  );
  const [begun, late] = [after.begun - before.begun, after.late - before.late];
  const cpuMs = after.cpuMs - before.cpuMs;
  return [
    { what: `${name}checks a second`, value: begun / ((rounds * everyMs) / 1_000), unit: "a second" },
    {
      what: `${name}start jitter, p99 of ${apart.length}`,
      value: quantile(apart, 0.99) * 100,
      unit: "%",
      contract: "<= 5 %",
    },
    { what: `${name}start jitter, worst`, value: quantile(apart, 1) * 100, unit: "%" },
    { what: `${name}begun later than 5 %`, value: (late / begun) * 100, unit: "%" },
    { what: `${name}skipped`, value: after.skipped - before.skipped, unit: "looks" },
    { what: `${name}processor time of a check`, value: cpuMs / begun, unit: "ms" },
    { what: `${name}of the core`, value: (cpuMs / (rounds * everyMs)) * 100, unit: "%", contract: "< 100 %" },
    { what: `${name}memory, most`, value: most / 1e6, unit: "MB", contract: "< 300 MB" },
  ];
}
