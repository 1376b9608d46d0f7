// A worker's end of the POP's socket. In: a path. Out: a link that outlives its syncer: while that one is away it asks later, and says by
// the clock that something may have changed.
import { join } from "node:path";
import { backoffMs } from "../base/backoff.ts";
import { type Clock, every, type Timer } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { dialLines, type Lines } from "../host/lines.ts";
import type { Digest } from "../snapshot/types.ts";
import { createCoalescing } from "./coalesce.ts";
import {
  type Brought,
  createWakes,
  type Link,
  linkFile,
  linkLine,
  syncerTells,
  type WorkerAsks,
} from "./link.ts";
import { createLinkNotes } from "./link-notes.ts";
import { createLinkPings } from "./link-pings.ts";

export interface LinkOptions {
  /** The POP's data folder. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
}

export interface DialledLink extends Link {
  stop(): void;
}

/** Dials at once, and again whenever the connection ends. */
export function dialLink(options: LinkOptions): DialledLink {
  const { folder, clock, random, metrics } = options;
  const path = join(folder, linkFile);
  const connects = metrics.counter("edge_link_connects_total", "Connections to the syncer.");
  const { onWake, wake } = createWakes();
  /** Bodies that were asked for, and who is to be told. */
  const asked = new Map<Digest, (outcome: Brought) => void>();
  let lines: Lines | null = null;
  let connected = false;
  let stopped = false;
  let failures = 0;
  let retry: Timer | null = null;
  const send = (ask: WorkerAsks): void => {
    if (connected) lines?.send(linkLine(ask));
  };
  const notes = createLinkNotes(clock, send);
  const pings = createLinkPings(clock, send);

  const polling = every(clock, limits.refsPollMs, () => {
    if (!connected) wake(null);
  });

  function opened(): void {
    connects.add();
    connected = true;
    failures = 0;
    for (const digest of asked.keys()) lines?.send(linkLine({ bring: digest }));
    notes.again();
    pings.again();
    // Whatever came while nobody listened.
    wake(null);
  }

  function hear(line: string): void {
    const told = syncerTells(line);
    if (told === null) return;
    if ("wake" in told) wake(told.wake);
    else if ("pinged" in told) pings.settle(told.pinged, told.as);
    else if ("noted" in told) notes.settle(told.noted, told.as);
    else settle(told.brought, told.outcome);
  }

  function settle(digest: Digest, outcome: Brought): void {
    asked.get(digest)?.(outcome);
    asked.delete(digest);
  }

  /** While the syncer is away it waits: one that is started again is there within a second. */
  function bring(digest: Digest, givenUp: AbortSignal): Promise<Brought> {
    const { promise, resolve } = Promise.withResolvers<Brought>();
    asked.set(digest, resolve);
    givenUp.addEventListener("abort", () => settle(digest, "late"), { once: true });
    if (connected) lines?.send(linkLine({ bring: digest }));
    return promise;
  }

  function dial(): void {
    if (stopped) return;
    lines = dialLines(path, opened, {
      onLine: hear,
      onEnd() {
        connected = false;
        lines = null;
        if (stopped) return;
        const delayMs = backoffMs(failures++, limits.linkRetryMsMin, limits.linkRetryMsMax, random);
        retry = clock.after(delayMs, dial);
      },
    });
  }

  dial();
  return {
    onWake,
    bring: createCoalescing({ bring, clock, metrics }),
    note: notes.note,
    ping: pings.ping,
    stop() {
      notes.stop();
      pings.stop();
      stopped = true;
      polling.cancel();
      retry?.cancel();
      lines?.close();
      for (const digest of asked.keys()) settle(digest, "absent");
    },
  };
}
