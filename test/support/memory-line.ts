// The network, in memory. In: feeds by address, and what the line does to them. Out: a `dial` whose answers come in the chunks that a test wants.
import { Fault } from "../../src/base/fault.ts";
import type { Dialled, DialOptions, dial } from "../../src/host/dial.ts";

/** Answers a request as a feed does; null where nothing listens. */
export type Answer = (request: Request) => Promise<Response> | null;

/** What a line does to an answer's chunks. */
export type Chunks = (chunks: AsyncIterable<Uint8Array>, path: string) => AsyncIterable<Uint8Array>;

export interface MemoryLine {
  readonly dial: typeof dial;
  /** Feeds by their address. Taking one away cuts what is open to it only if `cut` is called too. */
  readonly feeds: Map<string, Answer>;
  /** Done to every answer of an address. */
  readonly mangle: Map<string, Chunks>;
  /** Paths that were asked for, in order, with their address. */
  readonly asked: string[];
  /** Breaks everything that is open to an address. */
  cut(url: string): void;
}

export function memoryLine(): MemoryLine {
  const feeds = new Map<string, Answer>();
  const mangle = new Map<string, Chunks>();
  const asked: string[] = [];
  const open = new Set<{ url: string; cut: () => void }>();

  async function dialMemory(address: string, options: DialOptions): Promise<Dialled> {
    const { origin, pathname } = new URL(address);
    asked.push(address);
    const answer = feeds.get(origin);
    const { method = "GET", headers = {}, body: sent = null } = options;
    const request = new Request(address, { method, headers, body: sent });
    const response = await answer?.(request);
    if (response == null || options.signal?.aborted === true) throw unreachable(origin);
    const entry = { url: origin, cut: () => abort.abort() };
    const abort = new AbortController();
    options.signal?.addEventListener("abort", entry.cut);
    open.add(entry);
    const close = (): void => {
      abort.abort();
      open.delete(entry);
    };
    const chunks = (response.body ?? nothing()) as AsyncIterable<Uint8Array>;
    const body = untilAborted(mangle.get(origin)?.(chunks, pathname) ?? chunks, abort.signal, origin);
    return {
      status: response.status,
      header: (name) => response.headers.get(name) ?? undefined,
      body,
      close,
    };
  }

  return {
    dial: dialMemory,
    feeds,
    mangle,
    asked,
    cut(url) {
      for (const entry of [...open]) if (entry.url === url) entry.cut();
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Ends with an error at once when the line is cut, whatever the chunks wait for. */
async function* untilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  origin: string,
): AsyncGenerator<Uint8Array> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => {});
  const stop = (): void => reject(unreachable(origin));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await Promise.race([iterator.next(), aborted]);
      if (done === true) return;
      yield value;
    }
  } finally {
    void iterator.return?.(undefined)?.catch(() => {});
  }
}

function unreachable(origin: string): Fault {
  return new Fault("unreachable", `${origin} did not answer: the line is cut.`, "Nothing: this is a test.");
}

/** Chunks cut at every `size` bytes. */
export function inChunksOf(size: number): Chunks {
  return async function* (chunks) {
    for await (const chunk of chunks)
      for (let at = 0; at < chunk.length; at += size) yield chunk.slice(at, at + size);
  };
}

/** Never gives anything, as a proxy that collects streams. The answer of a request that ends comes whole at its end. */
export const collected: Chunks = async function* (chunks) {
  const held: Uint8Array[] = [];
  for await (const chunk of chunks) held.push(chunk);
  yield* held;
};
