// The process that makes large pages. In: a data folder that a control plane writes, orders on standard input. Out: generations without a signature.
// It opens the store to read, holds no key, and ends with the control plane.
import { nextTurn, type Timer } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { collectDropped, collectFresh } from "../host/collect.ts";
import { goBehindOthers } from "../host/core-turns.ts";
import { linkFramed, selfCommand, spawnFramed } from "../host/process.ts";
import { createMaker, type Maker } from "../publish/maker.ts";
import { createMakerApart } from "../publish/maker-apart.ts";
import { createMakerChild } from "../publish/maker-child.ts";
import { fromFrame, type ToMaker, toFrame } from "../publish/maker-wire.ts";
import { followLedger } from "../store/ledger-follow.ts";
import { openStore } from "../store/open.ts";
import { createSeries } from "../store/series.ts";
import { createUpstreams } from "../store/upstreams.ts";
import type { Context } from "./flags.ts";

/** Runs until the control plane lets go of it, or is gone. */
export async function runMaker(folder: string, { clock, log }: Context): Promise<void> {
  await goBehindOthers();
  const store = openStore({ folder, clock, log, role: "reader" });
  const { view } = followLedger(store);
  const maker = createMaker({
    store: store.snapshots,
    view,
    series: createSeries(store),
    upstreams: createUpstreams(store, "reader"),
  });
  const gone = Promise.withResolvers<void>();
  const link = linkFramed({
    onFrame(frame) {
      const message = fromFrame<ToMaker>(frame);
      child.take(message);
      if (message.does === "staged") void nextTurn().then(collectFresh);
    },
    onGone: gone.resolve,
  });
  let resting: Timer | null = null;
  const child = createMakerChild(maker, (message) => {
    link.send(toFrame(message));
    // A page just made leaves more behind than it is; while nobody waits for the next, a collection harms nobody.
    resting?.cancel();
    resting = clock.after(limits.makerRestMs, collectDropped);
  });
  await gone.promise;
  (resting as Timer | null)?.cancel();
  await store.close();
}

/** A maker whose process is this program again. `keys` is only named: the flag is required, the file is not read. */
export function makerApart(
  { data, keys }: { readonly data: string; readonly keys: string },
  options: Omit<Parameters<typeof createMakerApart>[0], "start">,
): Maker {
  const command = [...selfCommand(), "control", "--role", "maker", "--data", data, "--keys", keys];
  return createMakerApart({ ...options, start: (onFrame) => spawnFramed({ command, onFrame }) });
}
