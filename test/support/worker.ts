// Starts workers as processes for a test. In: a folder with a store, the publisher's root key. Out: a worker that is ready, and its end.
import { join } from "node:path";
import { type Child, spawnChild } from "../../src/host/process.ts";

export interface TestWorker {
  readonly port: number;
  readonly child: Child;
  stop(): Promise<void>;
}

/** Starts a worker on `port` (0 chooses one). `breaks` is the switch that takes a promise out. */
export async function startTestWorker(
  folder: string,
  rootKey: string,
  port = 0,
  breaks?: string,
): Promise<TestWorker> {
  const ready = Promise.withResolvers<number>();
  const child = spawnChild({
    command: [
      process.execPath,
      join(import.meta.dirname, "worker-process.ts"),
      folder,
      rootKey,
      String(port),
    ],
    env: { ...process.env, PHAROS_BREAK: breaks ?? "" },
    onLine(line) {
      const said = /^ready (\d+)$/.exec(line)?.[1];
      if (said !== undefined) ready.resolve(Number(said));
    },
  });
  child.exited.then(({ code, signal }) => ready.reject(new Error(`the worker ended: ${signal ?? code}`)));
  const stop = async (): Promise<void> => {
    child.dismiss();
    await child.exited;
  };
  return { port: await ready.promise, child, stop };
}
