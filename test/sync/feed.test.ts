// What a feed does for its sessions: who may follow, who is too slow, what is computed once, what is said of what is lacking.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { encodeHeads, signHeartbeat } from "../../src/snapshot/heartbeat.ts";
import type { Head } from "../../src/snapshot/types.ts";
import { createFrameDecoder } from "../../src/sync/frame-decoder.ts";
import { encodeFrame, type Frame, framesOf } from "../../src/sync/frames.ts";
import { manualClock } from "../support/manual-clock.ts";
import { createPublisher, origin, type Publisher, publisherKey, settled } from "./world.ts";

const opening = (more: Partial<Extract<Frame, { kind: "ask" }>> = {}): Uint8Array =>
  encodeFrame({ kind: "ask", version: 1, oldest: 1, mode: "stream", key: "pop", ...more });

function asked(path: string, ...frames: readonly Uint8Array[]): Request {
  return new Request(`${origin}${path}`, { method: "POST", body: Buffer.concat(frames) });
}

async function answerTo(publisher: Publisher, request: Request): Promise<Response> {
  const response = await publisher.feed.fetch(request);
  if (response === null) throw new Error("not a path of the feed");
  return response;
}

/** A POP at the other end of a line, which reads when it is told to. */
function reader(response: Response) {
  const decoder = createFrameDecoder("hello");
  const stream = response.body?.getReader();
  return {
    async read(chunks = 1): Promise<Frame[]> {
      const frames: Frame[] = [];
      for (let at = 0; at < chunks; at++) {
        const { done, value } = (await stream?.read()) ?? { done: true, value: undefined };
        if (done || value === undefined) break;
        decoder.push(value);
        for (let next = decoder.next(); next.kind === "frame"; next = decoder.next()) frames.push(next.frame);
      }
      return frames;
    },
    async rest(): Promise<Frame[]> {
      return this.read(10_000);
    },
  };
}

const kinds = (frames: readonly Frame[]): string[] => frames.map(({ kind }) => kind);
const headsFrames = (heads: readonly Head[]): Uint8Array[] => {
  const bytes = encodeHeads(heads);
  return [...framesOf("heads", digestOf(bytes), bytes)];
};

test("feed/who asks badly is told why, by status and by frame", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  const table: readonly (readonly [Request, number, string])[] = [
    [asked("/sync/follow"), 400, "bad-request"],
    [asked("/sync/follow", new Uint8Array(50)), 400, "bad-request"],
    [asked("/sync/follow", opening({ version: 9, oldest: 9 })), 426, "unknown-version"],
    [asked("/sync/follow", opening({ key: "banned" })), 403, "not-allowed"],
    [asked("/sync/follow", opening(), ...headsFrames([]).map((frame) => frame.subarray(0, 9))), 200, ""],
    [asked("/sync/fetch", opening()), 400, "bad-request"],
    [asked("/sync/ack", opening()), 204, ""],
    [new Request(`${origin}/sync/follow`), 405, ""],
  ];
  for (const [request, status, reason] of table) {
    const response = await answerTo(publisher, request);
    expect(response.status).toBe(status);
    if (reason === "") continue;
    expect(await reader(response).rest()).toMatchObject([{ kind: "hello" }, { kind: "refused", reason }]);
  }
  expect(publisher.feed.fetch(new Request(`${origin}/other`))).toBeNull();
});

test("feed/a follower that holds nothing is told documents, heartbeat, and each page's manifest", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  await publisher.publish("acme", { "/": "one" });
  publisher.beat();
  const line = reader(await answerTo(publisher, asked("/sync/follow", opening({ mode: "poll" }))));
  expect(kinds(await line.rest())).toEqual(["hello", "document", "heads", "heartbeat", "manifest", "pushed"]);
});

test("feed/the list of heads is sent when it changed, and before the heartbeat that names it", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  await publisher.publish("acme", { "/": "one" });
  const line = reader(await answerTo(publisher, asked("/sync/follow", opening())));
  expect(kinds(await line.read())).toEqual(["hello", "document", "manifest", "pushed"]);
  publisher.beat();
  expect(kinds(await line.read())).toEqual(["heads", "heartbeat"]);
  publisher.beat();
  expect(kinds(await line.read())).toEqual(["heartbeat"]);
});

test("feed/heartbeats go between the pieces of a long body", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  const noise = (seed: number): string =>
    Array.from({ length: 600_000 }, (_, at) => String.fromCharCode(33 + ((at * seed * 7919) % 89))).join("");
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)))
    .toString("hex")
    .repeat(8);
  const first = await publisher.publish("acme", { "/": noise(3) });
  await publisher.publish("acme", {
    "/": `${Buffer.from(Array.from({ length: 700_000 }, () => Math.floor(Math.random() * 256))).toString("base64")}${random}`,
  });
  const line = reader(await answerTo(publisher, asked("/sync/follow", opening(), ...headsFrames([first]))));
  const seen: string[] = [];
  for (let chunk = 0; chunk < 6; chunk++) {
    publisher.beat();
    seen.push(...kinds(await line.read()));
  }
  const beats = seen.flatMap((kind, at) => (kind === "heartbeat" ? [at] : []));
  expect(seen.slice(beats[0], beats.at(-1)).filter((kind) => kind === "body").length).toBeGreaterThan(1);
  expect(beats.length).toBeGreaterThan(2);
});

test("feed/a POP that reads nothing for 5 s is dropped with a reason, and costs no other a frame", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  await publisher.publish("acme", { "/": "one" });
  const slow = reader(await answerTo(publisher, asked("/sync/follow", opening({ key: "slow" }))));
  const quick = reader(await answerTo(publisher, asked("/sync/follow", opening({ key: "quick" }))));
  await quick.read();
  for (let beats = 0; beats < 4; beats++) {
    publisher.beat();
    await quick.read();
    await clock.advance(limits.heartbeatMs);
    await settled();
  }
  expect(publisher.metrics.counter("feed_dropped_total", "").value("too-slow")).toBe(1);
  expect(publisher.feed.sessions()).toMatchObject([{ key: "quick" }]);
  const frames = await slow.rest();
  expect(frames.at(-1)).toMatchObject({ kind: "refused", reason: "too-slow" });
});

test("feed/a difference is computed once for all sessions that stand at the same generation", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  const first = await publisher.publish("acme", { "/": "one", "/b": "b", "/c": "c" });
  const ask = () => answerTo(publisher, asked("/sync/follow", opening(), ...headsFrames([first])));
  const lines = [reader(await ask()), reader(await ask()), reader(await ask())];
  for (const line of lines) await line.read();
  let reads = 0;
  const { tree } = publisher.store;
  publisher.store.tree = (digest) => {
    reads += 1;
    return tree(digest);
  };
  await publisher.publish("acme", { "/": "two", "/b": "b", "/c": "c" });
  for (const line of lines)
    expect(kinds(await line.read())).toEqual(["manifest", "part", "body", "body", "pushed"]);
  // The first reads two manifests and two parts for the difference; each reads one manifest and one part to send.
  expect(reads).toBeLessThanOrEqual(4 + 2 * lines.length);
  const diffs = publisher.metrics.counter("feed_diffs_total", "");
  expect([diffs.value("made"), diffs.value("shared")]).toEqual([1, 2]);
});

test("feed/a base that was swept: the manifest alone, the POP fetches what it lacks", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  const first = await publisher.publish("acme", { "/": "0" });
  for (let at = 1; at <= limits.generationsKept + 2; at++) await publisher.publish("acme", { "/": `${at}` });
  await publisher.store.sweep(clock.wallMs());
  expect(publisher.store.hasTree(first.manifest)).toBe(false);
  const line = reader(
    await answerTo(publisher, asked("/sync/follow", opening({ mode: "poll" }), ...headsFrames([first]))),
  );
  expect(kinds(await line.rest())).toEqual(["hello", "document", "manifest", "pushed"]);
});

test("feed/a fetch gives what is there and names what is not", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  const head = await publisher.publish("acme", { "/": "one" });
  const absent = digestOf(new Uint8Array([1, 2, 3]));
  const want = encodeFrame({ kind: "want", trees: [head.manifest, absent], objects: [absent] });
  const line = reader(await answerTo(publisher, asked("/sync/fetch", opening(), want)));
  expect(await line.rest()).toMatchObject([
    { kind: "hello" },
    { kind: "part", digest: head.manifest },
    { kind: "lacking", digests: [absent, absent] },
  ]);
});

test("feed/acks: only the session's own key counts, and the lag is what the push took", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  const head = await publisher.publish("acme", { "/": "one" });
  const line = reader(await answerTo(publisher, asked("/sync/follow", opening())));
  const [hello] = await line.read();
  const session = hello?.kind === "hello" ? hello.session : "";
  const ack = encodeFrame({ kind: "ack", session, page: "acme", generation: 1, manifest: head.manifest });
  await clock.advance(40);
  await answerTo(publisher, asked("/sync/ack", opening({ key: "other" }), ack));
  expect(publisher.feed.sessions()).toMatchObject([{ unacked: 1 }]);
  await answerTo(publisher, asked("/sync/ack", opening(), ack));
  expect(publisher.feed.sessions()).toMatchObject([{ unacked: 0 }]);
  expect(publisher.metrics.gauge("feed_ack_lag_ms", "").value()).toBe(40);
});

test("feed/a feed that stops says so to each POP, and refuses the next", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  const line = reader(await answerTo(publisher, asked("/sync/follow", opening())));
  await line.read();
  publisher.feed.close();
  expect(await line.rest()).toMatchObject([{ kind: "refused", reason: "closing" }]);
  expect((await answerTo(publisher, asked("/sync/follow", opening()))).status).toBe(503);
});

test("feed/a heartbeat that names other heads than those given with it is not sent", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  await publisher.publish("acme", { "/": "one" });
  publisher.beat();
  const line = reader(await answerTo(publisher, asked("/sync/follow", opening())));
  await line.read();
  const other = { sequence: 9, headsDigest: digestOf(new Uint8Array()), timeMs: 1 };
  publisher.feed.beat(signHeartbeat(other, publisherKey.secretKey));
  await publisher.publish("acme", { "/": "two" });
  expect(kinds(await line.read())).not.toContain("heartbeat");
});
