// One request to a source. In: frames to send, a deadline that is put off while the source speaks. Out: the chunks of its answer.
// The deadline covers the name's look-up and the connection too: a resolver that hangs is a silent source.
import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Dialled, dial } from "../host/dial.ts";
import { createFrameDecoder } from "./frame-decoder.ts";
import { encodeFrame, type Frame, protocolOldest, protocolVersion } from "./frames.ts";
import type { Prover } from "./members-proof.ts";

/** How a source is reached. */
export interface SourceLine {
  readonly dial: typeof dial;
  readonly clock: Clock;
  /** Address without a path, such as `https://origin.example:8443`. */
  readonly url: string;
  readonly key: string;
  /** Proves the key to a feed that asks for it; without one nothing is proven. */
  readonly prover?: Prover | undefined;
  /** Ends every request to any source: the follower stops. */
  readonly stopped: AbortSignal;
}

export interface Call {
  /** Puts the deadline off to `limits.sourceSilentMs` from now, as long as the call may last. */
  heard(): void;
  /** Ends the request; the answer's chunks end too. */
  close(): void;
  readonly signal: AbortSignal;
}

/**
 * A request that ends by itself when its source stays silent, of which `onSilent` is told, and when `all` is called off. One that lasts
 * `lastsMsMax` counts as silent however much is said: a source that drips must not keep a POP from a better one (slow retrieval).
 */
export function createCall(
  clock: Clock,
  all: AbortSignal,
  lastsMsMax: number,
  onSilent: () => void = () => {},
): Call {
  const endsMs = clock.monotonicMs() + lastsMsMax;
  const abort = new AbortController();
  const close = (): void => {
    deadline.cancel();
    all.removeEventListener("abort", close);
    abort.abort();
  };
  const late = (): void => {
    onSilent();
    close();
  };
  let deadline = clock.after(limits.sourceSilentMs, late);
  all.addEventListener("abort", close);
  if (all.aborted) close();
  return {
    signal: abort.signal,
    heard() {
      if (clock.monotonicMs() >= endsMs) return;
      deadline.cancel();
      if (!abort.signal.aborted) deadline = clock.after(limits.sourceSilentMs, late);
    },
    close,
  };
}

/**
 * Sends frames to `path` and gives the answer's chunks as they come. Throws Fault `unreachable` where the source does not answer,
 * answers with another status than 200 or 204, or is called off.
 */
export async function* ask(
  line: SourceLine,
  path: string,
  mode: "stream" | "poll",
  frames: readonly Uint8Array[],
  call: Call,
): AsyncGenerator<Uint8Array> {
  const opening = {
    kind: "ask",
    version: protocolVersion,
    oldest: protocolOldest,
    mode,
    key: line.key,
  } as const;
  const dialled = await post(line, path, Buffer.concat([encodeFrame(opening), ...frames]), call.signal);
  try {
    if (dialled.status !== 200 && dialled.status !== 204) throw await statusFault(line.url, dialled);
    for await (const chunk of dialled.body) yield chunk;
  } finally {
    dialled.close();
  }
}

/** One request; where the feed asks for a proof of the key, a second one that brings it. */
export async function post(
  line: SourceLine,
  path: string,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<Dialled> {
  const once = (): Promise<Dialled> => {
    const proof = line.prover?.prove(line.url, path, body) ?? null;
    const dialling = line.dial(`${line.url}${path}`, {
      policy: "configured",
      method: "POST",
      headers: {
        "content-type": "application/octet-stream",
        ...(proof === null ? {} : { authorization: proof }),
      },
      body,
      timeoutMs: limits.sourceSilentMs,
      signal,
    });
    return calledOff(dialling, signal);
  };
  const dialled = await once();
  if (dialled.status !== 401 || line.prover?.learn(line.url, dialled.header("www-authenticate")) !== true)
    return dialled;
  dialled.close();
  return once();
}

/** Waits for a connection no longer than the call lasts; one that comes later is closed. */
async function calledOff(dialling: Promise<Dialled>, signal: AbortSignal): Promise<Dialled> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void =>
    reject(new Fault("unreachable", "The source stayed silent.", "Check that the source is up."));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([dialling, aborted]);
  } catch (thrown) {
    dialling.then(
      (late) => late.close(),
      () => {}, // It failed as the call had: said once is enough.
    );
    throw thrown;
  } finally {
    signal.removeEventListener("abort", stop);
    aborted.catch(() => {});
  }
}

/** Why a feed refused, in its own words where it speaks the protocol. */
export async function statusFault(url: string, { status, body }: Dialled): Promise<Fault> {
  const decoder = createFrameDecoder("hello");
  let said: Extract<Frame, { kind: "refused" }> | null = null;
  for await (const chunk of body) {
    decoder.push(chunk);
    for (let next = decoder.next(); next.kind === "frame"; next = decoder.next())
      if (next.frame.kind === "refused") said = next.frame;
    break;
  }
  const why = said === null ? "" : `: ${said.sentence}`;
  return new Fault(
    "unreachable",
    `${url} answered ${status}${why}`,
    "Check that this address is a Pharos feed and that it knows this POP.",
  );
}
