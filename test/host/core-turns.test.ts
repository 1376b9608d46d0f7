// Turns on a core, as the kernel says that a process of ours has them.
import { expect } from "bun:test";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { skipUnless } from "../support/skip.ts";

const sliceOf = (): number => {
  try {
    return Number(/^se\.slice +: +(\d+)/m.exec(readFileSync("/proc/self/sched", "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
};
const whereToldOf = skipUnless(sliceOf() > 100_000, "this kernel does not say how long a turn is");

interface Thread {
  readonly isFirst: boolean;
  readonly nice: number;
  readonly turnNs: number;
}

async function after(...wishes: readonly string[]): Promise<readonly Thread[]> {
  const script = join(import.meta.dirname, "core-turns-child.ts");
  const child = spawn(process.execPath, [script, ...wishes], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await new Promise((done) => child.once("close", done));
  return JSON.parse(said) as readonly Thread[];
}

whereToldOf("behind others are all of its threads, those too that began before it said so", async () => {
  const threads = await after("behind");
  expect(threads.length).toBeGreaterThan(1);
  expect(threads.map(({ nice }) => nice).filter((nice) => nice < 10)).toEqual([]);
});

whereToldOf("the thread that answers is woken into its turn, and no less nice for it", async () => {
  const first = (await after("woken")).find(({ isFirst }) => isFirst);
  expect(first).toEqual({ isFirst: true, nice: getPriority(), turnNs: 100_000 });
});

whereToldOf("who goes behind has no short turns, though its parent's are inherited", async () => {
  const turns = (await after("woken", "behind")).map(({ turnNs }) => turnNs);
  expect(new Set(turns)).toEqual(new Set([sliceOf()]));
});
