// The side that sends. In: a store, heartbeats, POPs that ask. Out: one long response to each POP, bodies by digest, and how far each is.
// A publisher feeds POPs with it, and so does a relay: what is sent is signed, so who sends it does not matter.

import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { requestPath } from "../host/request-path.ts";
import type { Digest, Head } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { fetchFrames } from "./feed-fetch.ts";
import { createLine, type Line, nextChunk } from "./feed-line.ts";
import { type FeedRequest, readFeedRequest } from "./feed-request.ts";
import { createFeedSessions, type FeedSessionState } from "./feed-sessions.ts";
import { createFeedSource } from "./feed-source.ts";
import { encodeRefused, type Frame, helloOf, protocolVersion, type RefusedReason } from "./frames.ts";
import { type Gate, openGate, type TurnedAway } from "./members-gate.ts";

export interface FeedOptions {
  readonly store: SnapshotStore;
  /** May the POP of this key follow? Asked beside the gate. */
  mayFollow(key: string): boolean;
  /** Who is known here, and proves it; without one whoever reaches the feed may follow. */
  readonly gate?: Gate;
  /** A relay's way to bodies that its own store lacks. Resolves when they are there, or cannot be had; never rejects. */
  bring?(digests: readonly Digest[]): Promise<unknown>;
  readonly clock: Clock;
  /** Names sessions: no POP can guess another one's and ack for it. */
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** A POP said that it applied the generation of this page that was pushed to it last. */
  onAck?(page: string): void;
}

export interface Feed {
  /** Answers `/sync/follow`, `/sync/fetch` and `/sync/ack`; null for any other path. */
  fetch(request: Request): Promise<Response> | null;
  /** The store has new heads or documents: each POP is sent what it lacks, and who may not follow any more is sent away. */
  announce(): void;
  /** A new signed heartbeat, and the heads that it names: a publisher's own; a relay hands on those of its source. */
  beat(heartbeat: Uint8Array, heads?: readonly Head[]): void;
  sessions(): readonly FeedSessionState[];
  /** How many of the POPs that follow here now have not said that they hold this manifest; those behind a relay are the relay's. */
  lacking(page: string, manifest: Digest): number;
  /** Ends all sessions with a reason: their POPs look for another source. */
  close(): void;
}

const statusOf: Record<RefusedReason, number> = {
  "not-allowed": 403,
  "bad-request": 400,
  "unknown-version": 426,
  "too-slow": 503,
  "too-many": 503,
  closing: 503,
};
const headers = {
  "content-type": "application/octet-stream",
  "cache-control": "no-store, no-transform",
  // nginx and its kin would collect a stream before they pass it on.
  "x-accel-buffering": "no",
};
const paths = ["/sync/follow", "/sync/fetch", "/sync/ack"] as const;
type Path = (typeof paths)[number];

export function createFeed(options: FeedOptions): Feed {
  const { store, clock, log, metrics, gate = openGate } = options;
  const sent = metrics.counter("feed_bytes_total", "Bytes sent to POPs, by kind of frame.", "frame");
  const refused = metrics.counter("feed_refused_total", "Requests that were refused, by reason.", "reason");
  const fetched = metrics.counter(
    "feed_fetched_total",
    "What was sent because a POP asked for it by digest.",
    "what",
  );
  const diffs = metrics.counter("feed_diffs_total", "Differences of two generations, made or shared.", "how");
  const onFrame = (kind: string, bytes: number): void => sent.add(bytes, kind);
  const source = createFeedSource(store, clock, (how) => diffs.add(1, how));
  const onAck = (page: string): void => options.onAck?.(page);
  const sessions = createFeedSessions({ ...options, source, onFrame, onAck });
  /** Lines of fetches, each with the key that asked. */
  const fetches = new Map<Line, string>();
  /** Requests that wait for bodies which this store lacks. */
  let bringing = 0;
  let closed = false;

  function refuseWith(reason: RefusedReason): Response {
    refused.add(1, reason);
    const body = Buffer.concat([helloOf(), encodeRefused(reason)]);
    return new Response(body, { status: statusOf[reason], headers });
  }

  /** A POP that has to prove its key is told what to sign, and asks again. */
  function turnAway(judgement: TurnedAway): Response {
    if (judgement.kind === "not-allowed") return refuseWith("not-allowed");
    refused.add(1, "unproven");
    const challenge = { "www-authenticate": judgement.challenge };
    const body = Buffer.concat([helloOf(), encodeRefused("not-allowed")]);
    return new Response(body, { status: 401, headers: { ...headers, ...challenge } });
  }

  function follow({ ask, heads, documents }: FeedRequest): Response {
    if (ask.version !== protocolVersion)
      log.info("A POP of another release follows.", { key: ask.key, version: ask.version });
    const { key, mode } = ask;
    const gets = (page: string): boolean => gate.gets(key, page);
    const stream = sessions.open({ key, mode, heads, documents, gets });
    return stream === null ? refuseWith("too-many") : new Response(stream, { headers });
  }

  async function give(key: string, want: Extract<Frame, { kind: "want" }> | null): Promise<Response> {
    if (want === null) return refuseWith("bad-request");
    if (fetches.size + bringing >= limits.sessionsMax) return refuseWith("too-many");
    store.refresh();
    await bringAbsent(want.objects);
    const frames = fetchFrames(store, want, onFrame, (what) => fetched.add(1, what));
    const line = createLine({
      clock,
      whenEmpty: "end",
      next: () => nextChunk(() => frames.next().value ?? null),
      onEnd: () => void fetches.delete(line),
    });
    fetches.set(line, key);
    return new Response(line.stream, { headers });
  }

  async function bringAbsent(digests: readonly Digest[]): Promise<void> {
    const absent = options.bring === undefined ? [] : digests.filter((digest) => !store.hasObject(digest));
    if (absent.length === 0) return;
    bringing++;
    await options.bring?.(absent);
    bringing--;
    store.refresh();
  }

  function acknowledge({ ask, acks }: FeedRequest): Response {
    for (const { session, page, manifest } of acks) sessions.ack(session, ask.key, page, manifest);
    return new Response(null, { status: 204 });
  }

  async function answer(path: Path, request: Request): Promise<Response> {
    if (closed) return refuseWith("closing");
    const greeting = gate.greet(request.headers);
    if (greeting.kind !== "go-on") return turnAway(greeting);
    const read = await readFeedRequest(request.body);
    if (!read.ok) return refuseWith(read.reason);
    const { ask, digest } = read.value;
    if (!options.mayFollow(ask.key)) return refuseWith("not-allowed");
    const judgement = gate.judge(greeting.claim, ask.key, path, digest);
    if (judgement.kind !== "allowed") return turnAway(judgement);
    switch (path) {
      case "/sync/follow":
        return follow(read.value);
      case "/sync/fetch":
        return give(ask.key, read.value.want);
      case "/sync/ack":
        return acknowledge(read.value);
    }
  }

  return {
    fetch(request) {
      const asked = requestPath(request.url);
      const path = paths.find((one) => one === asked);
      if (path === undefined) return null;
      if (request.method === "POST") return answer(path, request);
      return Promise.resolve(new Response(null, { status: 405, headers: { allow: "POST" } }));
    },
    announce() {
      source.reload();
      gate.reload();
      sessions.expel(gate.allows);
      for (const [line, key] of fetches) if (!gate.allows(key)) line.end();
      sessions.wake(true);
    },
    beat(heartbeat, heads = store.heads()) {
      if (source.setBeat(heartbeat, heads)) sessions.wake(false);
      else log.error("A heartbeat was not sent: it names other heads than those given with it.");
      sessions.dropStuck();
      for (const line of fetches.keys()) if (line.stuckMs() >= limits.sourceSilentMs) line.end();
    },
    sessions: sessions.states,
    lacking: sessions.lacking,
    close() {
      closed = true;
      sessions.endAll("closing");
    },
  };
}
