// How a command reaches the one writer of a data folder. In: the folder. Out: a control plane: the running one through its
// socket, or, when none runs, this process after taking the folder's lock. A second holder is refused by a sentence.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { Fault, type FaultCode } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { type ControlPlane, controlPlaneOf } from "../control/local.ts";
import { lockFolder } from "../host/lock.ts";
import { askUnix } from "../host/unix.ts";
import { asDamage } from "../store/file-check.ts";
import { type Ledger, openLedger } from "../store/ledger.ts";
import { openStore, type Store, storeFile, storePlace } from "../store/open.ts";
import { createSeries } from "../store/series.ts";
import { createTokens } from "../store/tokens.ts";

/** The socket of a folder's control plane. */
export const controlSocketOf = (folder: string): string => join(folder, "control.sock");

export interface ReachOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Nothing is made: a folder without a store is a mistyped one. */
  readonly readsOnly?: true;
}

/** One operation of the running control plane, by its word. Throws the Fault that it answered with. */
export type LocalCall = <Value>(operation: string, ...args: readonly unknown[]) => Promise<Value>;

/** Runs `use` with the folder's control plane, and lets go of it however `use` ends. */
export function withControlPlane<Value>(
  options: ReachOptions,
  use: (plane: ControlPlane) => Promise<Value>,
): Promise<Value> {
  return withHolder(options, {
    running: (call) => use(remote(call)),
    alone: ({ store, ledger }) =>
      use(controlPlaneOf({ ledger, tokens: createTokens(store), series: createSeries(store) })),
  });
}

/** What a process holds that took the folder's lock. */
export interface Holding {
  readonly store: Store;
  readonly ledger: Ledger;
}

/** Speaks to the running control plane of the folder, or, when none runs, is its one writer as long as `alone` takes. */
export async function withHolder<Value>(
  options: ReachOptions,
  use: {
    running(call: LocalCall): Promise<Value>;
    alone(holding: Holding): Promise<Value>;
  },
): Promise<Value> {
  const socket = controlSocketOf(options.folder);
  if (existsSync(socket) && (await ask(socket, "pages", [])) !== null) return use.running(callerOf(socket));
  if (options.readsOnly === true && !existsSync(storeFile(options.folder)))
    throw new Fault(
      "not-found",
      `There is no control plane's data in ${options.folder}.`,
      "Name its data folder with --data.",
    );
  const lock = lockFolder(options.folder);
  try {
    const { folder, clock, log } = options;
    const store = openStore({ folder, clock, log, snapshots: "apart" });
    try {
      const ledger = openLedger({ ...options, store, region: "main", acceptClock: false });
      return await use.alone({ store, ledger });
    } catch (thrown) {
      throw asDamage(storePlace(options.folder), thrown);
    } finally {
      await store.close();
    }
  } finally {
    lock.release();
  }
}

function callerOf(socket: string): LocalCall {
  return async <Value>(operation: string, ...args: readonly unknown[]): Promise<Value> => {
    const found = await ask(socket, operation, args);
    if (found === null)
      throw new Fault(
        "unreachable",
        `The control plane behind ${socket} has stopped.`,
        "Give the command again: it then works on the folder itself.",
      );
    return found.value as Value;
  };
}

/** The control plane behind a socket. */
function remote(call: LocalCall): ControlPlane {
  return {
    pages: () => call("pages"),
    page: (id) => call("page", id),
    definition: (id) => call("definition", id),
    submit: (page, commands, actor) => call("submit", page, commands, actor),
    preview: (page, commands, actor) => call("preview", page, commands, actor),
    addToken: (asked) => call("addToken", asked),
    tokens: () => call("tokens"),
    addPoints: (page, points) => call("addPoints", page, points),
    revokeTokens: (name) => call("revokeTokens", name),
  };
}

/** One operation; null when nobody listens. Throws the Fault that the other side answered with. */
async function ask(
  socket: string,
  operation: string,
  args: readonly unknown[],
): Promise<{ readonly value: unknown } | null> {
  const answer = await askUnix(socket, {
    method: "POST",
    path: `/local/${operation}`,
    body: new TextEncoder().encode(JSON.stringify(args)),
    timeoutMs: limits.localAnswerMsMax,
    answerBytesMax: limits.importBytesMax,
  });
  if (answer === null) return null;
  const said = JSON.parse(new TextDecoder().decode(answer.body)) as Readonly<Record<string, string>>;
  if (answer.status === 200) return { value: said.value };
  throw new Fault((said.code ?? "internal") as FaultCode, said.sentence ?? "", said.remedy ?? "");
}
