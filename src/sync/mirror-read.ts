// A mirror, read as if it were a feed. In: a way out to plain HTTP, an address `mirror+http(s)://…`. Out: the frames that a feed would send, so
// that what comes from files is judged as what comes from anyone. Nothing here is believed: digests and signatures are the follower's to check.
import { type Clock, pause } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Dialled, DialOptions, dial } from "../host/dial.ts";
import { decodeHeads } from "../snapshot/heartbeat.ts";
import type { Digest, Head } from "../snapshot/types.ts";
import { type FeedRequest, readFeedRequest } from "./feed-request.ts";
import { encodeFrame, framesOf, helloOf } from "./frames.ts";
import { blobFile, decodeMirrorHead, headFile, type MirrorHead } from "./mirror.ts";
import { createMirrorGets, type MirrorGets } from "./mirror-gets.ts";

type Dial = typeof dial;

/** Addresses of mirrors begin with it. */
export const mirrorScheme = "mirror+";

/** The source that a mirror's address (`https://…`, any path) stands for. */
export function mirrorSource(url: string): string {
  return `${mirrorScheme}${url.replace(/\/+$/, "")}`;
}

/** A way out that also reaches mirrors; any other address goes to `reach`. */
export function withMirrors(reach: Dial, clock: Clock): Dial {
  return async (url, options) => {
    if (!url.startsWith(mirrorScheme)) return reach(url, options);
    const [base, path] = partsOf(url.slice(mirrorScheme.length));
    const request = await readFeedRequest(new Response(options.body ?? null).body);
    if (!request.ok)
      throw new Fault("internal", `A follower asked a mirror: ${request.reason}.`, "Report it.");
    return answer(request.value, path, createGetsOf(reach, base, options), clock);
  };
}

/** The mirror's own address, and the feed's path behind it. */
function partsOf(url: string): readonly [base: string, path: string] {
  const at = url.lastIndexOf("/sync/");
  return [url.slice(0, at), url.slice(at)];
}

interface Closable {
  readonly gets: MirrorGets;
  readonly signal: AbortSignal;
  close(): void;
}

function createGetsOf(reach: Dial, base: string, { signal }: DialOptions): Closable {
  const closed = new AbortController();
  const either = signal === undefined ? closed.signal : AbortSignal.any([closed.signal, signal]);
  const gets = createMirrorGets(reach, base, either);
  return { gets, signal: either, close: () => closed.abort() };
}

function answer(
  request: FeedRequest,
  path: string,
  { gets, signal, close }: Closable,
  clock: Clock,
): Dialled {
  const as = (status: number, body: AsyncIterable<Uint8Array>): Dialled => ({
    status,
    header: () => undefined,
    body,
    close,
  });
  switch (path) {
    case "/sync/follow":
      return as(200, followed(gets, request, clock, signal));
    case "/sync/fetch":
      return as(200, fetched(gets, request));
    default:
      // A folder has no use for acks.
      return as(204, nothing());
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/**
 * What a feed would say, each time that the head has changed. It ends after `limits.streamRetryMs`, so that a POP whose other sources have
 * come back does not stay with its last one. Throws Fault `unreachable` where the mirror does not answer or is none.
 */
async function* followed(
  gets: MirrorGets,
  { ask, heads, documents }: FeedRequest,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const told = new Map(heads.map((head) => [head.page, head.manifest]));
  const known = new Set(documents);
  const endsMs = clock.monotonicMs() + limits.streamRetryMs;
  let before: MirrorHead | null = null;
  for (;;) {
    const head: MirrorHead = await readHead(gets);
    if (before === null) yield helloOf();
    yield* news(gets, before, head, told, known);
    before = head;
    if (ask.mode === "poll" || clock.monotonicMs() >= endsMs) return;
    await pauseOr(clock, signal);
    if (signal.aborted) return;
  }
}

async function readHead(gets: MirrorGets): Promise<MirrorHead> {
  const head = decodeMirrorHead(await gets.must(headFile, limits.mirrorHeadBytesMax));
  if (head.ok) return head.value;
  throw new Fault(
    "unreachable",
    `${gets.base}/${headFile} is not the head of a mirror: ${head.reason}.`,
    "Name the folder that `pharos control --export` writes.",
  );
}

/** Documents, the head list, the heartbeat, then manifests; parts and bodies are fetched by who lacks them. */
async function* news(
  gets: MirrorGets,
  before: MirrorHead | null,
  head: MirrorHead,
  told: Map<string, Digest>,
  known: Set<Digest>,
): AsyncGenerator<Uint8Array> {
  const documents = head.documents.filter((digest) => !known.has(digest));
  for await (const [digest, bytes] of gets.blobs(documents, limits.documentBytesMax)) {
    if (bytes === null) continue;
    known.add(digest);
    yield* framesOf("document", digest, bytes);
  }
  if (before?.heads !== head.heads) {
    const list = await gets.must(blobFile(head.heads), limits.headsBytesMax);
    yield* framesOf("heads", head.heads, list);
    if (head.heartbeat !== null) yield encodeFrame({ kind: "heartbeat", bytes: head.heartbeat });
    const decoded = decodeHeads(list);
    yield* manifests(gets, decoded.ok ? decoded.value : [], told);
  } else if (head.heartbeat !== null && !isSame(head.heartbeat, before.heartbeat))
    yield encodeFrame({ kind: "heartbeat", bytes: head.heartbeat });
}

async function* manifests(
  gets: MirrorGets,
  heads: readonly Head[],
  told: Map<string, Digest>,
): AsyncGenerator<Uint8Array> {
  const fresh = heads.filter(({ page, manifest }) => told.get(page) !== manifest);
  const pages = new Map(fresh.map(({ page, manifest }) => [manifest, page]));
  for await (const [manifest, bytes] of gets.blobs([...pages.keys()], limits.manifestBytesMax)) {
    // A mirror of some pages lists all that its heartbeat names.
    if (bytes === null) continue;
    told.set(pages.get(manifest) ?? "", manifest);
    yield* framesOf("manifest", manifest, bytes);
    yield encodeFrame({ kind: "pushed", manifest });
  }
}

/**
 * What was asked for by digest; last the names of what is not there. Throws Fault `unreachable` where the server failed: who asks again must
 * not take that for a folder that lacks it.
 */
async function* fetched(gets: MirrorGets, { want }: FeedRequest): AsyncGenerator<Uint8Array> {
  yield helloOf();
  const lacking: Digest[] = [];
  const asked = [
    ["part", want?.trees ?? [], limits.partBytesMax],
    ["body", want?.objects ?? [], limits.objectBytesMax],
  ] as const;
  for (const [kind, digests, bytesMax] of asked)
    for await (const [digest, bytes] of gets.blobs(digests, bytesMax)) {
      if (bytes === null) lacking.push(digest);
      else yield* framesOf(kind, digest, bytes);
    }
  if (gets.hasFailed())
    throw new Fault("unreachable", `${gets.base} failed to send a file.`, "Check that it is up.");
  yield encodeFrame({ kind: "lacking", digests: lacking });
}

function isSame(one: Uint8Array, other: Uint8Array | null): boolean {
  return other !== null && one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** Waits for the next look, or returns at once when the answer is called off. */
async function pauseOr(clock: Clock, signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  await Promise.race([pause(clock, limits.pollMs), aborted]);
  signal.removeEventListener("abort", stop);
}
