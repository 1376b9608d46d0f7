// One connection of HTTP/2: what is asked and answered, windows, a kernel that takes nothing, the end of it, and what it costs those who misuse it.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { limits } from "../../src/base/limits.ts";
import type { Answer, StreamSink } from "../../src/host/asked.ts";
import { preface } from "../../src/host/http2-frames.ts";
import { flags, frame, frameTypes, headerBlock, settings, windowUpdate } from "../support/http2-raw.ts";
import { check } from "../support/property.ts";
import { ask, fieldsOf, idleMs, nothingHere, talk, words } from "./http2-talk.ts";

const { data, headers, reset, ping } = frameTypes;
const cancel = (stream: number): Buffer => frame(reset, 0, stream, Buffer.from([0, 0, 0, 8]));
const answerOf = (length: number): Answer => ({
  status: 200,
  fields: [["content-type", "text/plain"]],
  body: Buffer.alloc(length, "x"),
});

describe("host/http2-connection", () => {
  test("a request is what it was sent as", () => {
    const one = talk();
    one.say(
      ask(1, [
        [":path", "/a//b?c=%64"],
        ["cookie", "a=1"],
        ["cookie", "b=2"],
        ["x-two", "1"],
        ["x-two", "2"],
      ]),
    );
    const [asked] = one.asked;
    expect(asked).toMatchObject({
      method: "GET",
      target: "/a//b?c=%64",
      host: "status.example",
      secure: true,
      hasBody: false,
    });
    expect(["cookie", "x-two", "x-none"].map((name) => asked?.field(name))).toEqual([
      "a=1; b=2",
      "1, 2",
      null,
    ]);
  });

  test("a Host beside its authority is one where they agree, and two where they do not", () => {
    const one = talk();
    one.say(ask(1, [["host", "status.example"]]), ask(3, [["host", "other.example"]]));
    const line = [
      [":method", "GET"],
      [":scheme", "https"],
      [":path", "/"],
      ["host", "a.example"],
    ] as const;
    one.say(frame(headers, flags.endStream | flags.endHeaders, 5, headerBlock(line)));
    expect(one.asked.map(({ host }) => host)).toEqual([
      "status.example",
      "status.example, other.example",
      "a.example",
    ]);
  });

  test("an answer has its fields, its length and the date; a HEAD has them without the body", () => {
    const one = talk(() => answerOf(10));
    one.say(ask(1), ask(3, [[":method", "HEAD"]]));
    const frames = one.heard();
    expect(words(frames)).toEqual(["HEADERS 1 200", "DATA 1 end 10", "HEADERS 3 end 200"]);
    const [first, , second] = frames.map(({ payload }) => payload);
    expect([...fieldsOf(first as Buffer)]).toEqual([
      [":status", "200"],
      ["content-type", "text/plain"],
      ["content-length", "10"],
      ["date", "Thu, 01 Jan 1970 00:00:00 GMT"],
    ]);
    expect(fieldsOf(second as Buffer)).toEqual(fieldsOf(first as Buffer));
  });

  test("requests that came together are answered in one write", () => {
    const one = talk(() => answerOf(1_000));
    const { writes } = { ...one.written() };
    one.say(ask(1), ask(3), ask(5), ask(7));
    expect(one.heard()).toHaveLength(8);
    expect(one.written().writes).toBe(writes + 1);
  });

  test("a block that came before is not read again while it means the same, and is when the table changed", () => {
    const one = talk();
    one.say(ask(1), ask(3));
    expect(one.asked[1]).toBe(one.asked[0] as never);
    const kept = Buffer.concat([
      Buffer.from([0x40, 1]),
      Buffer.from("a"),
      Buffer.from([1]),
      Buffer.from("b"),
    ]);
    const line = headerBlock([
      [":method", "GET"],
      [":scheme", "https"],
      [":path", "/"],
    ]);
    one.say(frame(headers, flags.endStream | flags.endHeaders, 5, Buffer.concat([line, kept])));
    const named = Buffer.concat([line, Buffer.from([0xbe])]);
    one.say(...[7, 9].map((stream) => frame(headers, flags.endStream | flags.endHeaders, stream, named)));
    expect(one.asked.slice(2).map((asked) => asked.field("a"))).toEqual(["b", "b", "b"]);
    const other = Buffer.concat([
      line,
      Buffer.from([0x40, 1]),
      Buffer.from("a"),
      Buffer.from([1]),
      Buffer.from("c"),
    ]);
    one.say(frame(headers, flags.endStream | flags.endHeaders, 11, other));
    one.say(frame(headers, flags.endStream | flags.endHeaders, 13, named));
    expect(one.asked.at(-1)?.field("a")).toBe("c");
  });

  test("whose body is still to come is answered at once, and told to keep the rest a little later", () => {
    const one = talk(() => answerOf(10));
    one.say(ask(1, [], flags.endHeaders), ask(3, [], flags.endHeaders));
    expect(words(one.heard())).toEqual(["HEADERS 1 200", "HEADERS 3 200", "DATA 1 end 10", "DATA 3 end 10"]);
    expect(one.pending()).toBe(0);
    one.say(frame(data, flags.endStream, 3, new Uint8Array(5)));
    one.connection.tick(1_000);
    expect(one.heard()).toEqual([]);
    one.connection.tick(2_000);
    expect(words(one.heard())).toEqual(["RST_STREAM 1 none"]);
    one.say(frame(data, flags.endStream, 1, new Uint8Array(5)), ask(5));
    expect(words(one.heard())).toEqual(["HEADERS 5 200", "DATA 5 end 10"]);
    expect([one.pending(), one.end()]).toEqual([0, "open"]);
  });

  test("a client whose table is smaller is told once that we keep to it", () => {
    const one = talk();
    one.say(settings([1, 0]), ask(1), ask(3));
    const blocks = one
      .heard()
      .filter(({ type }) => type === headers)
      .map(({ payload }) => payload[0]);
    expect(blocks).toEqual([0x20, 0x89]);
  });
});

describe("host/http2-connection keeps to windows", () => {
  test("of a stream, of the connection, and of settings that change both ways", () => {
    const one = talk(() => answerOf(100));
    one.say(settings([4, 10]), ask(1));
    expect(words(one.heard())).toEqual(["SETTINGS ack", "HEADERS 1 200", "DATA 1 10"]);
    one.say(windowUpdate(1, 5));
    expect(words(one.heard())).toEqual(["DATA 1 5"]);
    one.say(settings([4, 0]));
    expect(words(one.heard())).toEqual(["SETTINGS ack"]);
    // Ten below nothing now (RFC 9113, 6.9.2).
    one.say(windowUpdate(1, 12));
    expect(words(one.heard())).toEqual(["DATA 1 2"]);
    one.say(settings([4, 1_000]));
    expect(words(one.heard())).toEqual(["SETTINGS ack", "DATA 1 end 83"]);
    expect(one.pending()).toBe(0);
  });

  test("streams take turns, and the connection's window is for all of them", () => {
    const one = talk(() => answerOf(40_000));
    one.say(ask(1), ask(3));
    const sent = words(one.heard());
    expect(sent.slice(0, 2)).toEqual(["HEADERS 1 200", "HEADERS 3 200"]);
    expect(sent.slice(2)).toEqual(["DATA 1 16384", "DATA 3 16384", "DATA 1 16384", "DATA 3 16383"]);
    expect(one.pending()).toBe(2);
    one.say(windowUpdate(0, 2 ** 20));
    expect(words(one.heard())).toEqual(["DATA 1 end 7232", "DATA 3 end 7233"]);
    expect(one.pending()).toBe(0);
  });

  test("a stream without a window does not hold up the others", () => {
    const one = talk(() => answerOf(10));
    one.say(settings([4, 0]), ask(1), settings([4, 0]), ask(3));
    one.heard();
    one.say(windowUpdate(3, 10));
    expect(words(one.heard())).toEqual(["DATA 3 end 10"]);
    one.say(cancel(1));
    expect(one.pending()).toBe(0);
  });

  test("a body that nobody reads is given back to the connection", () => {
    const one = talk(() => new Promise(() => undefined));
    one.say(
      ask(1, [], flags.endHeaders),
      frame(data, 0, 1, new Uint8Array(16_384)),
      frame(data, 0, 1, new Uint8Array(16_384)),
    );
    expect(words(one.heard())).toEqual(["WINDOW_UPDATE 0 32768"]);
  });

  check(
    "whatever the windows do, no more is sent than they let, and all of it arrives",
    [
      fc.array(fc.tuple(fc.constantFrom(0, 1, 3, 5), fc.integer({ min: 1, max: 9_000 })), { maxLength: 60 }),
      fc.nat(70_000),
    ],
    (updates, initial) => {
      const one = talk(() => answerOf(30_000));
      const streams = [1, 3, 5];
      one.say(settings([4, initial]), ...streams.map((stream) => ask(stream)));
      const sent = new Map(streams.map((stream) => [stream, 0]));
      const allowed = new Map([[0, 65_535], ...streams.map((stream) => [stream, initial] as const)]);
      const look = (): void => {
        for (const { type, stream, payload } of one.heard())
          if (type === data) sent.set(stream, (sent.get(stream) ?? 0) + payload.length);
        const all = [...sent.values()].reduce((sum, bytes) => sum + bytes, 0);
        expect(all).toBeLessThanOrEqual(allowed.get(0) ?? 0);
        for (const [stream, bytes] of sent) expect(bytes).toBeLessThanOrEqual(allowed.get(stream) ?? 0);
      };
      for (const [stream, by] of updates) {
        one.say(windowUpdate(stream, by));
        allowed.set(stream, (allowed.get(stream) ?? 0) + by);
        look();
      }
      for (const stream of [0, ...streams]) {
        one.say(windowUpdate(stream, 100_000));
        allowed.set(stream, (allowed.get(stream) ?? 0) + 100_000);
      }
      look();
      expect([...sent.values()]).toEqual([30_000, 30_000, 30_000]);
      expect(one.pending()).toBe(0);
    },
  );
});

describe("host/http2-connection beside a kernel that takes nothing", () => {
  test("reads no more, keeps what it has said, and goes on where it stopped", () => {
    const one = talk(() => answerOf(10));
    one.room(20);
    one.say(ask(1), ask(3));
    expect(one.isPaused()).toBe(true);
    one.say(ask(5), frame(ping, 0, 0, new Uint8Array(8)));
    expect(one.asked).toHaveLength(2);
    one.room(Number.POSITIVE_INFINITY);
    one.connection.drained();
    expect(one.isPaused()).toBe(false);
    expect(words(one.heard())).toEqual([
      "HEADERS 1 200",
      "DATA 1 end 10",
      "HEADERS 3 200",
      "DATA 3 end 10",
      "HEADERS 5 200",
      "DATA 5 end 10",
      "PING ack 0000000000000000",
    ]);
  });

  test("a body waits as it is: no copy of it is made for who does not take it", () => {
    const body = answerOf(4_000_000);
    const one = talk(() => body);
    one.say(windowUpdate(0, 2 ** 30), settings([4, 0]));
    const before = process.memoryUsage().arrayBuffers;
    for (let stream = 1; stream < 200; stream += 2) one.say(ask(stream));
    expect(one.pending()).toBe(100);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * 4_000_000);
  });

  check(
    "frames in pieces of any length are the same frames",
    [fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 })],
    (pieces) => {
      const one = talk(() => answerOf(5), false);
      const bytes = Buffer.concat([
        preface,
        settings([4, 100]),
        ask(1),
        frame(ping, 0, 0, new Uint8Array(8)),
        ask(3),
      ]);
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const length = pieces[turn % pieces.length] ?? 1;
        one.connection.take(bytes.subarray(at, at + length));
        at += length;
      }
      expect(words(one.heard())).toEqual([
        "SETTINGS",
        "SETTINGS ack",
        "HEADERS 1 200",
        "DATA 1 end 5",
        "PING ack 0000000000000000",
        "HEADERS 3 200",
        "DATA 3 end 5",
      ]);
    },
  );

  check(
    "bytes of anything end in an answer or an error, and hold nothing when they are gone",
    [fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 }), fc.boolean()],
    (pieces, hasBegun) => {
      const one = talk(() => answerOf(5), hasBegun);
      for (const piece of pieces) one.say(piece);
      one.connection.closed();
      expect(one.pending()).toBe(0);
    },
  );

  const anyFrame = fc.tuple(
    fc.integer({ min: 0, max: 11 }),
    fc.nat(255),
    fc.integer({ min: 0, max: 9 }),
    fc.uint8Array({ maxLength: 60 }),
  );
  check("frames of anything do so too", [fc.array(anyFrame, { maxLength: 30 })], (frames) => {
    const one = talk(() => answerOf(5));
    for (const [type, bits, stream, payload] of frames) one.say(frame(type, bits, stream, payload));
    one.heard();
    one.connection.closed();
    expect(one.pending()).toBe(0);
  });
});

describe("host/http2-connection streams a body", () => {
  function streaming() {
    let sink: StreamSink | null = null;
    const state = { isCancelled: 0 };
    const one = talk(() => ({
      status: 200,
      fields: [],
      body: {
        start(given) {
          sink = given;
        },
        cancel() {
          state.isCancelled++;
        },
      },
    }));
    one.say(ask(1));
    one.heard();
    if (sink === null) throw new Error("the body was not started");
    return { one, sink: sink as StreamSink, state };
  }
  const piece = Buffer.from("data: 1\n\n");

  test("each piece as it comes, then its end", () => {
    const { one, sink, state } = streaming();
    expect(sink.write(piece)).toBe(0);
    sink.end();
    expect(words(one.heard())).toEqual(["DATA 1 9", "DATA 1 end 0"]);
    expect([one.pending(), state.isCancelled]).toEqual([0, 0]);
  });

  test("who takes nothing is counted by the pieces that wait, and an abort says that it is not whole", () => {
    const { one, sink, state } = streaming();
    one.room(0);
    expect([sink.write(piece), sink.write(piece), sink.write(piece)]).toEqual([0, 1, 2]);
    one.room(Number.POSITIVE_INFINITY);
    sink.abort();
    expect(one.pending()).toBe(0);
    one.connection.drained();
    expect(words(one.heard())).toEqual(["DATA 1 9", "RST_STREAM 1 internal"]);
    expect([sink.write(piece), state.isCancelled]).toEqual([0, 0]);
  });

  test("a client that goes, or takes it back, ends it", () => {
    const gone = streaming();
    gone.one.connection.closed();
    const back = streaming();
    back.one.say(cancel(1));
    expect([gone.state.isCancelled, back.state.isCancelled]).toEqual([1, 1]);
    expect([gone.one.pending(), back.one.pending()]).toEqual([0, 0]);
  });
});

describe("host/http2-connection ends", () => {
  test("who was let in and has not asked yet is answered what he asks in the next moment", () => {
    const one = talk(() => answerOf(10), false);
    one.connection.finish();
    expect(one.end()).toBe("open");
    one.say(preface, settings(), ask(1));
    expect(words(one.heard())).toContain("HEADERS 1 200");
    one.connection.tick(limits.lastReadMs);
    expect(words(one.heard())).toEqual(["GOAWAY 1 none"]);
    expect(one.end()).toBe("ended");
  });

  test("who was let in and asks nothing has no more than a moment", () => {
    const one = talk(() => answerOf(10), false);
    one.connection.finish();
    one.connection.tick(limits.lastReadMs);
    expect(one.end()).toBe("ended");
  });

  test("a drain asks for no more, and answers what comes nevertheless; the end answers what came, and refuses the rest", async () => {
    let answer: (given: Answer) => void = () => undefined;
    const one = talk((asked) =>
      asked.target === "/late"
        ? new Promise((done) => {
            answer = done;
          })
        : nothingHere,
    );
    one.say(ask(1, [[":path", "/late"]]));
    one.connection.drain();
    one.say(ask(3));
    expect(words(one.heard())).toEqual(["GOAWAY 2147483647 none", "HEADERS 3 end 204"]);
    one.connection.finish();
    one.say(ask(5));
    expect(words(one.heard())).toEqual(["GOAWAY 3 none", "RST_STREAM 5 refused"]);
    expect(one.end()).toBe("open");
    answer(nothingHere);
    await Promise.resolve();
    await Promise.resolve();
    expect(words(one.heard())).toEqual(["HEADERS 1 end 204"]);
    expect(one.end()).toBe("ended");
  });

  test("a connection that never speaks is closed, and one that asks nothing more is told to go", () => {
    const silent = talk(undefined, false);
    silent.connection.tick(limits.requestHeadMsMax - 1);
    expect(silent.end()).toBe("open");
    silent.connection.tick(limits.requestHeadMsMax);
    expect(silent.end()).toBe("closed");
    const idle = talk();
    idle.say(ask(1));
    idle.connection.tick(1_000);
    // Pings are no use of it.
    idle.say(frame(ping, 0, 0, new Uint8Array(8)));
    idle.connection.tick(idleMs);
    expect(idle.end()).toBe("open");
    idle.heard();
    idle.connection.tick(1_000 + idleMs);
    expect([words(idle.heard()), idle.end()]).toEqual([["GOAWAY 1 none"], "ended"]);
  });

  test("an open stream keeps it, one that takes next to nothing of what waits does not", () => {
    const waiting = talk(() => new Promise(() => undefined));
    waiting.say(ask(1));
    waiting.connection.tick(10 * idleMs);
    expect(waiting.end()).toBe("open");
    const slow = talk(() => answerOf(100_000));
    slow.say(settings([4, 0]), ask(1));
    for (let at = 0; at < 30; at++) {
      slow.say(windowUpdate(1, 1));
      slow.connection.tick(1_000 * (at + 1));
    }
    expect(slow.end()).toBe("closed");
    const steady = talk(() => answerOf(100_000));
    steady.say(settings([4, 0]), ask(1));
    for (let at = 0; at < 90; at++) {
      steady.say(windowUpdate(1, 200));
      steady.connection.tick(1_000 * (at + 1));
    }
    expect(steady.end()).toBe("open");
  });
});

describe("host/http2-connection is told to be calm", () => {
  const noisy: readonly (readonly [says: string, frames: (at: number) => readonly Buffer[], most: number])[] =
    [
      ["pings", () => [frame(ping, 0, 0, new Uint8Array(8))], 1_000],
      ["settings", () => [settings()], 1_000],
      ["empty DATA", (at) => (at === 0 ? [ask(1, [], flags.endHeaders)] : [frame(data, 0, 1)]), 1_001],
      ["PRIORITY", () => [frame(2, 0, 1, new Uint8Array(5))], 1_000],
      ["requests taken back (CVE-2023-44487)", (at) => [ask(2 * at + 1), cancel(2 * at + 1)], 100],
      ["malformed requests", (at) => [ask(2 * at + 1, [["X", "1"]])], 1_000],
      ["more streams than are allowed", (at) => [ask(2 * at + 1, [[":path", "/late"]])], 1_100],
    ];
  for (const [says, frames, most] of noisy)
    test(`by ${says}`, () => {
      const one = talk((asked) => (asked.target === "/late" ? new Promise(() => undefined) : nothingHere));
      let at = 0;
      for (; at < 5_000 && one.end() === "open"; at++) one.say(...frames(at));
      expect(at).toBe(most);
      expect(words(one.heard()).at(-1)).toMatch(/^GOAWAY \d+ calm$/);
      expect(one.pending()).toBe(0);
    });

  test("but not by as much over a longer time, nor by thousands of requests", () => {
    const one = talk();
    for (let second = 1; second < 50; second++) {
      for (let at = 0; at < 400; at++) one.say(frame(ping, 0, 0, new Uint8Array(8)));
      one.connection.tick(1_000 * second);
      one.say(ask(2 * second + 1));
      one.heard();
    }
    for (let at = 100; at < 3_000; at++) {
      one.say(ask(2 * at + 1));
      one.heard();
    }
    expect(one.end()).toBe("open");
  });
});
