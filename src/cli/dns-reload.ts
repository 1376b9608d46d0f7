// Reading again what a DNS node answers from, as its ops address asks: by all processes, and with what came of it. In: how to ask them, what they
// say. Out: the answer to `POST /reload`. Who asks while others read gets a reading of his own after it, and shares it with all who ask meanwhile.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { ReloadOutcome } from "../edge/wire.ts";
import type { Reloaded } from "../zones/zone-files.ts";

export interface ReloadAll {
  /** Resolves when all have read, or with a sentence about those who did not say so in time. */
  run(): Promise<Reloaded>;
  /** What one process says of it. */
  came(worker: string, outcome: ReloadOutcome): void;
}

/** `ask` has all processes read, and answer under this number. */
export function createReloadAll(workers: number, clock: Clock, ask: (request: number) => void): ReloadAll {
  let request = 0;
  let heard = new Map<string, Reloaded>();
  let allCame: () => void = () => undefined;
  return {
    async run() {
      heard = new Map();
      const all = Promise.withResolvers<void>();
      allCame = all.resolve;
      ask(++request);
      const late = clock.after(limits.reloadMsMax, all.resolve);
      await all.promise;
      late.cancel();
      const silent = workers - heard.size;
      const outcome = together([...heard.values()]);
      if (silent === 0) return outcome;
      const says = `${silent} of ${workers} processes have not said that they read them; one that starts anew reads them then.`;
      return { ...outcome, refused: [...outcome.refused, says] };
    },
    came(worker, outcome) {
      if (outcome.request !== request) return;
      heard.set(worker, outcome);
      if (heard.size === workers) allCame();
    },
  };
}

/** Each thing once: processes read the same files. */
export function together(outcomes: readonly Reloaded[]): Reloaded {
  return {
    changed: [...new Set(outcomes.flatMap(({ changed }) => changed))],
    refused: [...new Set(outcomes.flatMap(({ refused }) => refused))],
  };
}

/** One run at a time, and one more for all who come while it lasts: theirs begins after what they changed. */
export function oneAfterTheOther<Value>(run: () => Promise<Value>): () => Promise<Value> {
  let current: Promise<unknown> = Promise.resolve();
  let next: Promise<Value> | null = null;
  return () => {
    next ??= current.then(() => {
      const running = run();
      current = running.catch(() => undefined);
      next = null;
      return running;
    });
    return next;
  };
}

/** 200 where all holds; 422 with a line for each mistake where something stays as it was. */
export function reloadAnswer({ changed, refused }: Reloaded): Response {
  const lines = [
    ...refused,
    changed.length === 0 ? "No zone was read again." : `Zones were read again: ${changed.join(", ")}`,
  ];
  return new Response(lines.map((line) => `${line}\n`).join(""), {
    status: refused.length === 0 ? 200 : 422,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}
