// A visitor who never stops: one request after another, each on a connection of its own. In: an address, paths. Out: what was seen, and what was
// not as it should be: anything but 200, and a generation below one seen before.
import { get } from "./reader.ts";
import { sampleHost } from "./summary.ts";

export interface Seen {
  readonly atMs: number;
  readonly path: string;
  /** 0 where no answer came. */
  readonly status: number;
  readonly generation: number;
  readonly level: number;
}

export interface SteadyVisitor {
  readonly seen: readonly Seen[];
  /** The newest answer of 200. */
  last(): Seen | undefined;
  /** Sentences; empty where every answer was right. */
  complaints(): readonly string[];
  stop(): Promise<void>;
}

/** Begins at once; `everyMs` between an answer and the next request. */
export function visitSteadily(
  address: string,
  paths: readonly string[] = ["/", "/api/v2/summary.json", "/history"],
  everyMs = 10,
): SteadyVisitor {
  const seen: Seen[] = [];
  const complaints: string[] = [];
  let highest = 0;
  let live = true;
  async function look(path: string): Promise<void> {
    const answer = await get(address, path, { host: sampleHost, "accept-encoding": "gzip" }).catch(
      () => null,
    );
    const status = answer?.status ?? 0;
    const generation = Number(answer?.headers["pharos-generation"] ?? 0);
    const level = Number(answer?.headers["pharos-level"] ?? -1);
    seen.push({ atMs: performance.now(), path, status, generation, level });
    if (status !== 200) complaints.push(`${path} was answered with ${status}`);
    else if (generation < highest) complaints.push(`${path} fell from ${highest} to ${generation}`);
    else highest = generation;
  }
  const looking = (async () => {
    for (let at = 0; live; at++) {
      await look(paths[at % paths.length] ?? "/");
      await new Promise((done) => setTimeout(done, everyMs));
    }
  })();
  return {
    seen,
    last: () => seen.findLast(({ status }) => status === 200),
    complaints: () => complaints,
    async stop() {
      live = false;
      await looking;
    },
  };
}
