// When a long-running command ends. In: signals, and the process that started it. Out: a promise.
import { linkToParent } from "../host/process.ts";
import type { Context } from "./flags.ts";

/** The flag of commands that another process may start and must not outlive. */
export const tied = {
  kind: "boolean",
  help: "end when standard input closes, as for a process that another one started",
} as const;

/** Resolves at SIGINT or SIGTERM; where it is tied, when standard input closes, and a Ctrl-C is left to the one who started it. */
export function stopOf(context: Context, isTied: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (isTied) linkToParent({ onLine: () => undefined, onGone: resolve });
    else context.stopSignal().addEventListener("abort", () => resolve(), { once: true });
  });
}

/** The same as a signal, for a command that must be stopped while it still starts. */
export function stopSignalOf(context: Context, isTied: boolean): AbortSignal {
  if (!isTied) return context.stopSignal();
  const stopping = new AbortController();
  void stopOf(context, true).then(() => stopping.abort());
  return stopping.signal;
}
