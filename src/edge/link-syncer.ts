// The syncer's end of the POP's socket. In: digests that workers ask for, pages that changed. Out: lines to every worker.
import { messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { type LinesListener, listenLines } from "../host/lines.ts";
import { type Link, linkLine, workerAsks } from "./link.ts";

export interface LinkServerOptions {
  /** Where the socket is to be. */
  readonly path: string;
  /** What this process does itself. */
  readonly link: Link;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface LinkServer {
  stop(): Promise<void>;
}

/** Answers workers. Where no socket can be made it says so: workers then look for changes themselves, and bodies come in idle time alone. */
export async function serveLink({ path, link, log, metrics }: LinkServerOptions): Promise<LinkServer> {
  const dropped = metrics.counter(
    "edge_link_dropped_total",
    "Workers that did not read what they were told.",
  );
  let workers = 0;
  metrics.watch("edge_link_workers", "Workers connected to the syncer.", () => workers);
  let listener: LinesListener;
  try {
    listener = await listenLines(path, (lines) => {
      workers++;
      const send = (message: Parameters<typeof linkLine>[0]): void => {
        if (!open || lines.send(linkLine(message))) return;
        open = false;
        dropped.add();
      };
      let open = true;
      const end = link.onWake((wake) => send({ wake }));
      return {
        onLine(line) {
          const asked = workerAsks(line);
          if (asked === null) return;
          if ("note" in asked) {
            const { name: noted } = asked;
            void link.note(Buffer.from(asked.note, "base64")).then((as) => send({ noted, as }));
            return;
          }
          if ("ping" in asked) {
            const { number: pinged } = asked;
            void link.ping(asked.ping).then((as) => send({ pinged, as }));
            return;
          }
          const brought = asked.bring;
          void link.bring(brought).then((outcome) => send({ brought, outcome }));
        },
        onEnd() {
          workers--;
          open = false;
          end();
        },
      };
    });
  } catch (thrown) {
    log.warn(
      `Workers cannot be woken: ${messageOf(thrown)} They look for changes themselves, and bodies of old pages come in idle time alone.`,
    );
    return { stop: () => Promise.resolve() };
  }
  return listener;
}
