// The demo's processes. In: command lines. Out: children that have said where they are; POPs that are started again; an end of all.
import { join } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { type Child, type Exit, selfCommand, spawnChild } from "../host/process.ts";
import type { Context } from "./flags.ts";

export interface DemoProcesses {
  /** Starts one and waits until it says its addresses. Throws Fault `internal` where it ends before. */
  start(name: string, args: readonly string[]): Promise<Child>;
  /** As `start`; it is then started again whenever it ends, as a machine's service manager would. */
  keep(name: string, args: readonly string[]): Promise<Child>;
  /** Each process has twice the time that a POP gives its own children. */
  end(): Promise<void>;
}

/** Processes whose logs are files of the folder `data`. */
export function createProcesses(data: string, context: Context): DemoProcesses {
  const running = new Set<Child>();
  let ending = false;

  /** `onEnd` is told of an end that came after the start and was not asked for. */
  async function start(name: string, args: readonly string[], onEnd: (exit: Exit) => void): Promise<Child> {
    const ready = Promise.withResolvers<boolean>();
    const logFile = logFileOf(data, name);
    const command = [...selfCommand(), ...args];
    const child = spawnChild({ command, onLine: () => ready.resolve(true), logFile });
    running.add(child);
    let started = false;
    void child.exited.then((exit) => {
      running.delete(child);
      ready.resolve(false);
      if (started && !ending) onEnd(exit);
    });
    started = await ready.promise;
    if (started) return child;
    throw new Fault("internal", `The demo's process ${name} did not start.`, `Its log says why: ${logFile}.`);
  }

  function startAgain(name: string, args: readonly string[], { code, signal }: Exit): void {
    const seconds = limits.demoRestartMs / 1_000;
    context.err(`${name} ended (${signal ?? `exit code ${code}`}); it is started again in ${seconds} s.`);
    context.clock.after(limits.demoRestartMs, () => void again(name, args));
  }

  async function again(name: string, args: readonly string[]): Promise<void> {
    if (ending) return;
    try {
      const child = await start(name, args, (exit) => startAgain(name, args, exit));
      context.err(`${name} is back as process ${child.pid}, with what lies on its own disk.`);
    } catch (thrown) {
      // What ends at once is not tried for ever: the sentence names the log.
      if (!ending) context.err(messageOf(thrown));
    }
  }

  return {
    start: (name, args) =>
      start(name, args, ({ code, signal }) => {
        const how = signal ?? `exit code ${code}`;
        context.err(`${name} ended (${how}); its log is ${logFileOf(data, name)}.`);
      }),
    keep: (name, args) => start(name, args, (exit) => startAgain(name, args, exit)),
    async end() {
      ending = true;
      const children = [...running];
      for (const child of children) child.dismiss();
      const killing = context.clock.after(2 * limits.stopGraceMs, () => {
        for (const child of children) child.kill("SIGKILL");
      });
      await Promise.all(children.map(({ exited }) => exited));
      killing.cancel();
    },
  };
}

const logFileOf = (data: string, name: string): string => join(data, `${name}.log`);
