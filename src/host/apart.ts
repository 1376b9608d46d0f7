// A process of this program that works for this one. In: how to start it, what it says. Out: a way to tell it things; it is started again when it ends,
// ever more slowly while it keeps ending, or when it is needed next, and ends with this one.
import { backoffMs } from "../base/backoff.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Counter } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Child } from "./process.ts";

export interface ApartOptions {
  /** What it does, as "The process that …" goes on. */
  readonly does: string;
  /** Throws Fault `internal` where it cannot be started. */
  start(onFrame: (frame: Uint8Array) => void): Child<Uint8Array>;
  onFrame(frame: Uint8Array): void;
  /** It is there, and knows nothing yet. */
  onStarted?(): void;
  /** It is gone, asked to or not; `how` is the signal or the exit code. */
  onEnded?(how: string): void;
  readonly again: "by itself" | "when needed";
  readonly starts: Counter;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Apart {
  /** Starts it; does nothing where it runs or is about to. One that is started when needed throws what `start` throws. */
  need(): void;
  /** One that is gone is told nothing: what matters is told anew by `onStarted`. */
  tell(frame: Uint8Array): void;
  isThere(): boolean;
  stop(): Promise<void>;
}

export function createApart(options: ApartOptions): Apart {
  const { does, starts, clock, random, log } = options;
  const isByItself = options.again === "by itself";
  let child: Child<Uint8Array> | null = null;
  let again: Timer | null = null;
  let failures = 0;
  let stopping = false;

  const startLater = (): void => {
    const { restartMsMin, restartMsMax } = limits;
    again = clock.after(backoffMs(failures++, restartMsMin, restartMsMax, random), start);
  };
  const start = (): void => {
    again = null;
    const startedMs = clock.monotonicMs();
    starts.add();
    try {
      child = options.start(options.onFrame);
    } catch (thrown) {
      if (!isByItself) throw thrown;
      log.error(messageOf(thrown));
      startLater();
      return;
    }
    void child.exited.then(({ code, signal }) => {
      child = null;
      const how = signal ?? `exit code ${code}`;
      options.onEnded?.(how);
      if (stopping) return;
      log.error(
        `The process that ${does} ended (${how}); it is started again${isByItself ? "" : " when it is needed"}.`,
      );
      if (!isByItself) return;
      if (clock.monotonicMs() - startedMs > limits.restartMsMax) failures = 0;
      startLater();
    });
    options.onStarted?.();
  };
  return {
    need() {
      if (child === null && again === null && !stopping) start();
    },
    tell: (frame) => child?.send(frame),
    isThere: () => child !== null,
    async stop() {
      stopping = true;
      again?.cancel();
      if (child === null) return;
      const { exited, dismiss, kill } = child;
      dismiss();
      const killing = clock.after(limits.stopGraceMs, () => kill("SIGKILL"));
      await exited;
      killing.cancel();
    },
  };
}
