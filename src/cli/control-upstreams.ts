// The process that asks vendors how they are. In: sources on standard input, networks that they may lie in. Out: each round's results. It opens no store
// and holds no key: what others send is read where nothing of ours is.
import { Fault } from "../base/fault.ts";
import { goBehindOthers } from "../host/core-turns.ts";
import { linkFramed, selfCommand, spawnFramed } from "../host/process.ts";
import { type Allowed, allowedOf } from "../host/reach.ts";
import { startRounds } from "../monitor/round.ts";
import { askByDial } from "../monitor/upstream-ask.ts";
import { type FromRounds, fromFrame, type ToRounds, toFrame } from "../monitor/upstream-wire.ts";
import { startUpstreamsApart, type UpstreamsApartOptions } from "../monitor/upstreams-apart.ts";
import type { Context } from "./flags.ts";

/** Networks that addresses given by editors of pages may lead to. Throws Fault `usage`. */
export function monitorAllowed(networks: readonly string[] = []): Allowed {
  const allowed = allowedOf(networks);
  if (allowed.ok) return allowed.value;
  throw new Fault(
    "usage",
    `--monitor-allow: ${JSON.stringify(allowed.wrong)} is not allowed.`,
    "Give a network such as 10.1.0.0/16, or an address.",
  );
}

/** Runs until the control plane lets go of it, or is gone. */
export async function runUpstreams(
  { monitorAllow }: { readonly monitorAllow?: readonly string[] },
  { clock }: Context,
): Promise<void> {
  await goBehindOthers();
  const gone = Promise.withResolvers<void>();
  const rounds = startRounds({
    ask: askByDial(monitorAllowed(monitorAllow)),
    clock,
    onRound(results, round) {
      link.send(toFrame({ says: "round", results: [...results], ...round } satisfies FromRounds));
    },
  });
  const link = linkFramed({
    onFrame(frame) {
      const { sources, known } = fromFrame<ToRounds>(frame);
      rounds.follow(sources, new Map(known));
    },
    onGone: gone.resolve,
  });
  await gone.promise;
  rounds.stop();
}

/** Rounds whose process is this program again. `data` and `keys` are only named: the flags are required, nothing is opened. */
export function upstreamsApart(
  {
    data,
    keys,
    monitorAllow = [],
  }: { readonly data: string; readonly keys: string; readonly monitorAllow?: readonly string[] },
  options: Omit<UpstreamsApartOptions, "start">,
): { stop(): Promise<void> } {
  const command = [
    ...[...selfCommand(), "control", "--role", "monitor", "--data", data, "--keys", keys],
    ...monitorAllow.flatMap((network) => ["--monitor-allow", network]),
  ];
  return startUpstreamsApart({ ...options, start: (onFrame) => spawnFramed({ command, onFrame }) });
}
