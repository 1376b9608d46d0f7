// What a POP asks of a feed. In: the body of a request. Out: its frames, read and bounded, or the reason why not.
import { createHash } from "node:crypto";
import { limits } from "../base/limits.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import { decodeHeads } from "../snapshot/heartbeat.ts";
import type { Digest, Head } from "../snapshot/types.ts";
import { createAssembly } from "./assembly.ts";
import { createFrameDecoder } from "./frame-decoder.ts";
import { type Frame, isPiece, protocolOldest, protocolVersion, type RefusedReason } from "./frames.ts";

type FrameOf<Kind extends Frame["kind"]> = Extract<Frame, { kind: Kind }>;

/** A request, read to its end. */
export interface FeedRequest {
  readonly ask: FrameOf<"ask">;
  readonly heads: readonly Head[];
  readonly documents: ReadonlySet<Digest>;
  readonly want: FrameOf<"want"> | null;
  readonly acks: readonly FrameOf<"ack">[];
  /** sha256 of all of its bytes, raw: what a proof is over. */
  readonly digest: Uint8Array;
}

/** Reads a request of at most `limits.helloBytesMax`. */
export async function readFeedRequest(
  body: ReadableStream<Uint8Array> | null,
): Promise<Result<FeedRequest, RefusedReason>> {
  const hashing = createHash("sha256");
  const frames = await readFrames(body, (chunk) => hashing.update(chunk));
  const [ask, ...rest] = frames ?? [];
  if (ask?.kind !== "ask") return refuse("bad-request");
  if (ask.version < protocolOldest || ask.oldest > protocolVersion) return refuse("unknown-version");
  const heads = headsOf(rest);
  if (heads === null) return refuse("bad-request");
  return ok({
    ask,
    heads,
    documents: new Set(rest.flatMap((frame) => (frame.kind === "have" ? frame.digests : []))),
    want: rest.find((frame) => frame.kind === "want") ?? null,
    acks: rest.filter((frame) => frame.kind === "ack"),
    digest: hashing.digest(),
  });
}

async function readFrames(
  body: ReadableStream<Uint8Array> | null,
  onChunk: (chunk: Uint8Array) => void,
): Promise<Frame[] | null> {
  const decoder = createFrameDecoder("ask");
  const frames: Frame[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > limits.helloBytesMax) return null;
    onChunk(chunk);
    decoder.push(chunk);
    for (let decoded = decoder.next(); decoded.kind !== "more"; decoded = decoder.next()) {
      if (decoded.kind === "bad") return null;
      frames.push(decoded.frame);
    }
  }
  return frames;
}

/** The head list of a request: none at all is an empty one, a damaged one is null. */
function headsOf(frames: readonly Frame[]): readonly Head[] | null {
  const assembly = createAssembly(
    (kind) => (kind === "heads" ? { atMost: limits.headsBytesMax } : null),
    limits.headsBytesMax,
  );
  let heads: readonly Head[] = [];
  let unfinished = false;
  for (const frame of frames) {
    if (!isPiece(frame)) continue;
    const assembled = assembly.take(frame);
    if (assembled.kind === "refused") return null;
    unfinished = assembled.kind === "waiting";
    if (assembled.kind === "waiting") continue;
    const decoded = decodeHeads(assembled.blob.bytes);
    if (!decoded.ok) return null;
    heads = decoded.value;
  }
  return unfinished ? null : heads;
}
