// One POP at a feed: what it has, what it is to be told next. In: heads, documents, heartbeats as they become. Out: chunks of frames, when
// the line has room for one. What to send is decided at that moment, so a slow POP costs one diff to the newest generation, not a queue.
import type { Digest, Head } from "../snapshot/types.ts";
import { nextChunk } from "./feed-line.ts";
import type { Beat, FeedSource } from "./feed-source.ts";
import { type BlobKind, encodeFrame, framesOf, helloOf } from "./frames.ts";

/** What the POP said when it asked. */
export interface Asked {
  readonly key: string;
  readonly mode: "stream" | "poll";
  readonly heads: readonly Head[];
  readonly documents: ReadonlySet<Digest>;
  /** Is this page one that the POP gets? */
  gets(page: string): boolean;
}

export interface FeedSession {
  readonly id: string;
  readonly key: string;
  readonly mode: "stream" | "poll";
  /** The store has more. */
  touch(): void;
  /** The next frames, about 64 KiB of them, or null when all was said. */
  next(): Uint8Array | null;
  /** How many pages were pushed and not acked yet. */
  unacked(): number;
  /** Has the POP said that it holds this manifest, or is the page none that it gets? */
  holds(page: string, manifest: Digest): boolean;
  /** Counts this head as acked. Gives the ms since its push began, or null where it is not the one pushed last. */
  ack(page: string, manifest: Digest): number | null;
}

/** A session of the POP that `asked`. `onFrame` counts what leaves, by kind. */
export function createFeedSession(
  id: string,
  asked: Asked,
  source: FeedSource,
  onFrame: (kind: string, bytes: number) => void,
): FeedSession {
  const told = new Map(asked.heads.map((head) => [head.page, head]));
  const documents = new Set(asked.documents);
  const unacked = new Map<string, { readonly manifest: Digest; readonly atMs: number }>();
  let due: string[] | null = null;
  let news: Iterator<Uint8Array> | null = null;
  let pushing: Iterator<Uint8Array> | null = null;
  let greeted = false;
  let lastBeat: Uint8Array | null = null;
  let lastHeads: Digest | null = null;

  function counted(kind: string, frame: Uint8Array): Uint8Array {
    onFrame(kind, frame.length);
    return frame;
  }

  /** What was swept meanwhile is passed over: the POP fetches it elsewhere, or a newer generation. */
  function* blob(kind: BlobKind, digest: Digest, bytes: Uint8Array | null): Generator<Uint8Array> {
    if (bytes !== null) for (const frame of framesOf(kind, digest, bytes)) yield counted(kind, frame);
  }

  function* sayBeat(beat: Beat): Generator<Uint8Array> {
    if (lastHeads !== beat.headsDigest) yield* blob("heads", beat.headsDigest, beat.headsBytes);
    lastHeads = beat.headsDigest;
    yield counted("heartbeat", encodeFrame({ kind: "heartbeat", bytes: beat.bytes }));
  }

  function* sayDocuments(): Generator<Uint8Array> {
    for (const [digest, bytes] of source.documents()) {
      if (documents.has(digest)) continue;
      documents.add(digest);
      yield* blob("document", digest, bytes);
    }
  }

  function* push(head: Head): Generator<Uint8Array> {
    const manifest = source.tree(head.manifest);
    if (manifest === null) return;
    const diff = source.diff(told.get(head.page)?.manifest ?? null, head.manifest);
    told.set(head.page, head);
    unacked.set(head.page, { manifest: head.manifest, atMs: source.monotonicMs() });
    yield* blob("manifest", head.manifest, manifest);
    for (const digest of diff?.parts ?? []) yield* blob("part", digest, source.tree(digest));
    for (const digest of diff?.bodies ?? []) yield* blob("body", digest, source.object(digest));
    yield counted("pushed", encodeFrame({ kind: "pushed", manifest: head.manifest }));
  }

  /** The next page whose head is not the one told. */
  function nextHead(): Head | null {
    const heads = source.heads();
    due ??= [...heads.values()]
      .filter((head) => told.get(head.page)?.manifest !== head.manifest)
      .map((head) => head.page);
    for (let page = due.pop(); page !== undefined; page = due.pop()) {
      const head = heads.get(page);
      if (head !== undefined && told.get(page)?.manifest !== head.manifest && asked.gets(page)) return head;
    }
    return null;
  }

  /** Documents before all else: a delegation may be what makes the next heartbeat or manifest acceptable. */
  function nextNews(): Iterator<Uint8Array> | null {
    for (const digest of source.documents().keys()) if (!documents.has(digest)) return sayDocuments();
    const beat = source.beat();
    if (beat === null || beat.bytes === lastBeat) return null;
    lastBeat = beat.bytes;
    return sayBeat(beat);
  }

  function nextPush(): Iterator<Uint8Array> | null {
    const head = nextHead();
    return head === null ? null : push(head);
  }

  /** Hello, then between any two frames of a push whatever is news. */
  function nextFrame(): Uint8Array | null {
    if (!greeted) {
      greeted = true;
      return counted("hello", helloOf(id));
    }
    for (;;) {
      news ??= nextNews();
      if (news === null) pushing ??= nextPush();
      const step = (news ?? pushing)?.next();
      if (step === undefined) return null;
      if (step.done !== true) return step.value;
      if (news === null) pushing = null;
      else news = null;
    }
  }

  return {
    id,
    key: asked.key,
    mode: asked.mode,
    touch() {
      due = null;
    },
    next: () => nextChunk(nextFrame),
    unacked: () => unacked.size,
    holds: (page, manifest) =>
      !asked.gets(page) || (told.get(page)?.manifest === manifest && !unacked.has(page)),
    ack(page, manifest) {
      const pushed = unacked.get(page);
      if (pushed?.manifest !== manifest) return null;
      unacked.delete(page);
      return source.monotonicMs() - pushed.atMs;
    },
  };
}
