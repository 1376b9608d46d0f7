// What happens to the installation while visitors come. In: acts with their moments. Out: what was done and when; whatever was cut off is joined again.
import { spawnSync } from "node:child_process";
import type { Act, Done } from "../lib/scenario.ts";
import type { Desk } from "./desk.ts";
import type { Network, Pop } from "./network.ts";
import { processesBelow } from "./proc.ts";
import type { SlowLines } from "./slow-lines.ts";

export interface Acting {
  readonly done: readonly Done[];
  /** Begins none any more, waits for what is under way, and undoes what must not stay. */
  stop(): Promise<void>;
}

export interface ActingOptions {
  readonly network: Network;
  readonly desk: Desk;
  /** Null where lines are as they are. */
  readonly lines: SlowLines | null;
  /** Since the first visit. */
  second(): number;
  say(line: string): void;
}

const unfinished = new Set<() => void>();

export function startActing(acts: readonly Act[], options: ActingOptions): Acting {
  const { network, second, say } = options;
  const done: Done[] = [];
  const timers: NodeJS.Timeout[] = [];
  const underWay = new Set<Promise<void>>();

  function perform(what: string, act: () => Promise<void> | void): void {
    const begun = performance.now();
    const at = second();
    const note = (failed: boolean): void =>
      void done.push({ second: at, what, tookMs: performance.now() - begun, failed });
    const running = (async () => act())()
      .then(
        () => note(false),
        (thrown) => {
          note(true);
          say(`${what}: ${thrown instanceof Error ? thrown.message : thrown}`);
        },
      )
      .finally(() => underWay.delete(running));
    underWay.add(running);
  }
  const at = (seconds: number, act: () => void): void => void timers.push(setTimeout(act, seconds * 1_000));
  const again = (act: Extract<Act, { everyMs: number }>, once: (count: number) => Promise<void>): void => {
    const times = Math.max(1, Math.floor(((act.untilS - act.atS) * 1_000) / act.everyMs));
    for (let count = 0; count < times; count++)
      at(act.atS + (count * act.everyMs) / 1_000, () => perform(act.do, () => once(count)));
  };
  for (const act of acts) schedule(act);

  function schedule(act: Act): void {
    switch (act.do) {
      case "publish":
      case "write":
        again(act, (count) => write(network, act.do, count));
        break;
      case "kill-control":
        at(act.atS, () => perform(act.do, () => kill(network.controlPid)));
        break;
      case "kill-pop":
        at(act.atS, () => perform(act.do, () => kill(popAt(network, act.pop).pid())));
        break;
      case "silence-pop":
        at(act.atS, () => perform(act.do, () => silence(popAt(network, act.pop), say)));
        at(act.untilS, () => perform("unsilence-pop", unsilence));
        break;
      case "reset-line":
        at(act.atS, () => perform(act.do, async () => options.lines?.reset(act.pop)));
        at(act.untilS, () => perform("mend-line", async () => options.lines?.mend()));
        break;
      case "join-pop":
        at(act.atS, () => perform(act.do, async () => options.desk.add((await network.joinPop()).listen)));
    }
  }
  return {
    done,
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(underWay);
      unsilence();
    },
  };
}

function popAt({ pops }: Network, at: number): Pop {
  const pop = pops[at];
  if (pop === undefined) throw new Error(`There is no POP ${at + 1}.`);
  return pop;
}

/** The process and all that it started, at once, as a machine that loses its power. */
function kill(pid: number | null): void {
  if (pid === null) throw new Error("Its process is not known.");
  for (const one of [...processesBelow(pid), pid]) process.kill(one, "SIGKILL");
}

/** Packets to the POP's visitors' port are dropped; where this user may not do that, its processes are stopped, which answers nothing either. */
function silence(pop: Pop, say: (line: string) => void): void {
  const [host = "", port = ""] = pop.listen.split(":");
  const table = `pharos_loadtest_${process.pid}`;
  const rules = `table inet ${table} { chain cut { type filter hook input priority 0; ip daddr ${host} tcp dport ${port} drop; }; }`;
  if (spawnSync("nft", ["-f", "-"], { input: rules }).status === 0) {
    unfinished.add(() => void spawnSync("nft", ["delete", "table", "inet", table]));
    return;
  }
  say("nft cannot drop packets here: the POP's processes are stopped in place of that.");
  const pid = pop.pid();
  if (pid === null) throw new Error("Its process is not known.");
  const all = [pid, ...processesBelow(pid)];
  for (const one of all) process.kill(one, "SIGSTOP");
  unfinished.add(() => {
    for (const one of all) process.kill(one, "SIGCONT");
  });
}

/** Everything that was cut off is reached again. Also at the end of the process, however it ends. */
export function unsilence(): void {
  for (const undo of unfinished) undo();
  unfinished.clear();
}

/** Changes the page, and resolves when that is acknowledged. */
export const publishOnce = (network: Network, count: number): Promise<void> =>
  write(network, "publish", count);

/** `publish`: an incident with a component's status, told on; `write`: another incident each time. */
async function write(network: Network, how: "publish" | "write", count: number): Promise<void> {
  const { api } = network;
  if (api === null) throw new Error("There is no control plane to write to.");
  const status = ["degraded_performance", "partial_outage", "operational"][count % 3];
  if (how === "publish") {
    await ask(api, "PATCH", `components/${api.component}`, { component: { status } });
    return;
  }
  const incident = {
    name: `Trouble number ${count}`,
    status: "investigating",
    body: "We are looking into it.",
  };
  await ask(api, "POST", "incidents", { incident });
}

async function ask(
  api: NonNullable<Network["api"]>,
  method: string,
  path: string,
  body: unknown,
): Promise<void> {
  const answer = await fetch(`${api.url}/v1/pages/${api.page}/${path}`, {
    method,
    headers: { authorization: `OAuth ${api.token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text.slice(0, 200)}`);
}
