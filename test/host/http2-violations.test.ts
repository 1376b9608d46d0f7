// What RFC 9113 does not allow, a row each: which error comes of it, and that nothing else does.
import { describe, expect, test } from "bun:test";
import { preface } from "../../src/host/http2-frames.ts";
import { flags, frame, frameTypes, headerBlock, settings, windowUpdate } from "../support/http2-raw.ts";
import { ask, nothingHere, talk, words } from "./http2-talk.ts";

const { data, headers, priority, reset, ping, goaway, continuation } = frameTypes;
const push = 5;
const unknown = 0xbe;
const open = flags.endHeaders;
const bytes = (length: number): Uint8Array => new Uint8Array(length);
const number = (value: number): Buffer => {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(value);
  return payload;
};
const padded = 8;
const prioritised = 32;
/** A request that is answered late, so that its stream stays open. */
const slow = [["x-slow", "1"]] as const;

type Row = readonly [says: string, said: readonly Uint8Array[], answered: readonly string[]];

const connectionErrors: readonly Row[] = [
  ["4.2: a frame longer than was agreed on", [frame(data, 0, 1, bytes(16_385))], ["GOAWAY 0 frameSize"]],
  [
    "4.3: a block that is none",
    [frame(headers, flags.endStream | open, 1, Buffer.from([0x80]))],
    ["GOAWAY 1 compression"],
  ],
  ["5.1: DATA on an idle stream", [frame(data, 0, 1, bytes(1))], ["GOAWAY 0 protocol"]],
  ["5.1: RST_STREAM on an idle stream", [frame(reset, 0, 1, number(8))], ["GOAWAY 0 protocol"]],
  ["5.1: WINDOW_UPDATE on an idle stream", [windowUpdate(1, 1)], ["GOAWAY 0 protocol"]],
  ["5.1: CONTINUATION on an idle stream", [frame(continuation, open, 1)], ["GOAWAY 0 protocol"]],
  [
    "5.1: DATA on a closed stream",
    [ask(1), frame(data, 0, 1, bytes(1))],
    ["HEADERS 1 end 204", "GOAWAY 1 streamClosed"],
  ],
  ["5.1: HEADERS on a closed stream", [ask(1), ask(1)], ["HEADERS 1 end 204", "GOAWAY 1 streamClosed"]],
  ["5.1.1: a stream of even number", [ask(2)], ["GOAWAY 0 protocol"]],
  ["5.1.1: a number below the last", [ask(5), ask(3)], ["HEADERS 5 end 204", "GOAWAY 5 protocol"]],
  ["6.1: DATA on the connection", [frame(data, 0, 0, bytes(1))], ["GOAWAY 0 protocol"]],
  [
    "6.1: padding longer than its frame",
    [ask(1, slow, open), frame(data, padded, 1, Buffer.from([5, 0]))],
    ["GOAWAY 1 protocol"],
  ],
  ["6.2: HEADERS on the connection", [ask(0)], ["GOAWAY 0 protocol"]],
  [
    "6.2: padding longer than its HEADERS",
    [frame(headers, padded | open, 1, Buffer.from([200, ...bytes(9)]))],
    ["GOAWAY 0 protocol"],
  ],
  [
    "6.2: HEADERS without their own priority",
    [frame(headers, prioritised | open, 1, bytes(4))],
    ["GOAWAY 0 frameSize"],
  ],
  ["6.3: PRIORITY on the connection", [frame(priority, 0, 0, bytes(5))], ["GOAWAY 0 protocol"]],
  ["6.4: RST_STREAM on the connection", [frame(reset, 0, 0, number(8))], ["GOAWAY 0 protocol"]],
  ["6.4: RST_STREAM of another length", [ask(1, slow), frame(reset, 0, 1, bytes(5))], ["GOAWAY 1 frameSize"]],
  ["6.5: SETTINGS on a stream", [frame(frameTypes.settings, 0, 1)], ["GOAWAY 0 protocol"]],
  [
    "6.5: SETTINGS that end within a setting",
    [frame(frameTypes.settings, 0, 0, bytes(7))],
    ["GOAWAY 0 frameSize"],
  ],
  [
    "6.5: an acknowledgement that says something",
    [frame(frameTypes.settings, 1, 0, bytes(6))],
    ["GOAWAY 0 frameSize"],
  ],
  ["6.5.2: ENABLE_PUSH of 2", [settings([2, 2])], ["GOAWAY 0 protocol"]],
  ["6.5.2: a window beyond what a window may be", [settings([4, 2 ** 31])], ["GOAWAY 0 flowControl"]],
  ["6.5.2: frames shorter than everyone takes", [settings([5, 16_383])], ["GOAWAY 0 protocol"]],
  ["6.5.2: frames longer than there are", [settings([5, 2 ** 24])], ["GOAWAY 0 protocol"]],
  ["6.6: PUSH_PROMISE of a client", [frame(push, open, 1, bytes(4))], ["GOAWAY 0 protocol"]],
  ["6.7: PING on a stream", [frame(ping, 0, 1, bytes(8))], ["GOAWAY 0 protocol"]],
  ["6.7: PING of another length", [frame(ping, 0, 0, bytes(7))], ["GOAWAY 0 frameSize"]],
  ["6.8: GOAWAY on a stream", [frame(goaway, 0, 1, bytes(8))], ["GOAWAY 0 protocol"]],
  ["6.8: GOAWAY that ends within itself", [frame(goaway, 0, 0, bytes(7))], ["GOAWAY 0 frameSize"]],
  [
    "6.9: WINDOW_UPDATE of another length",
    [frame(frameTypes.window, 0, 0, bytes(3))],
    ["GOAWAY 0 frameSize"],
  ],
  ["6.9: a connection's window that grows by nothing", [windowUpdate(0, 0)], ["GOAWAY 0 protocol"]],
  ["6.9.1: a connection's window beyond the most", [windowUpdate(0, 2 ** 31 - 1)], ["GOAWAY 0 flowControl"]],
  [
    "6.9.2: settings that carry a stream's window beyond the most",
    [ask(1, slow), windowUpdate(1, 2 ** 31 - 1 - 65_535), settings([4, 65_536])],
    ["GOAWAY 1 flowControl"],
  ],
  [
    "6.10: another frame within a header block",
    [ask(1, [], 0), frame(ping, 0, 0, bytes(8))],
    ["GOAWAY 0 protocol"],
  ],
  [
    "6.10: an unknown frame within a header block",
    [ask(1, [], 0), frame(unknown, 0, 0)],
    ["GOAWAY 0 protocol"],
  ],
  [
    "6.10: CONTINUATION of another stream",
    [ask(1, [], 0), frame(continuation, open, 3)],
    ["GOAWAY 0 protocol"],
  ],
  [
    "6.10: CONTINUATION after the block's end",
    [ask(1, slow), frame(continuation, open, 1)],
    ["GOAWAY 1 protocol"],
  ],
  [
    "10.5: a block of more frames than any head needs",
    [ask(1, [], 0), ...Array.from({ length: 8 }, () => frame(continuation, 0, 1))],
    ["GOAWAY 0 calm"],
  ],
  [
    "10.5: a block longer than is read",
    [
      frame(headers, flags.endStream, 1, bytes(16_384)),
      frame(continuation, 0, 1, bytes(16_384)),
      frame(continuation, 0, 1, bytes(1)),
    ],
    ["GOAWAY 0 calm"],
  ],
];

const malformed: readonly (readonly [says: string, fields: readonly (readonly [string, string])[]])[] = [
  ["a name in upper case", [["X-Name", "1"]]],
  ["a name with a space", [["x name", "1"]]],
  ["a name of nothing", [["", "1"]]],
  ["a value with a line's end", [["x-name", "1\r\nhost: other"]]],
  ["a value with NUL", [["x-name", "a\0b"]]],
  ["a value that begins with a space", [["x-name", " a"]]],
  ["a value that ends with a tab", [["x-name", "a\t"]]],
  ["a path with a line's end", [[":path", "/\r\nhost: other"]]],
  ["a path with a space", [[":path", "/a b"]]],
  ["no path", [[":path", ""]]],
  ["a path that is none", [[":path", "status.example/"]]],
  ["a star that nobody asks about", [[":path", "*"]]],
  ["another scheme", [[":scheme", "ftp"]]],
  ["a method that is none", [[":method", "GET /"]]],
  ["an unknown pseudo-header", [[":protocol", "websocket"]]],
  ["an answer's pseudo-header", [[":status", "200"]]],
  ["Connection", [["connection", "keep-alive"]]],
  ["Transfer-Encoding", [["transfer-encoding", "chunked"]]],
  ["Upgrade", [["upgrade", "h2c"]]],
  ["TE of anything but trailers", [["te", "gzip"]]],
  ["the length of a body that does not come", [["content-length", "1"]]],
  [
    "two lengths",
    [
      ["content-length", "0"],
      ["content-length", "0"],
    ],
  ],
  ["a length that is no number", [["content-length", "+0"]]],
];

const raw = (fields: readonly (readonly [string, string])[], bits: number = flags.endStream | open): Buffer =>
  frame(headers, bits, 1, headerBlock(fields));
const whole = [
  [":method", "GET"],
  [":scheme", "https"],
  [":path", "/"],
] as const;

const streamErrors: readonly Row[] = [
  ...malformed.map(([says, fields]): Row => [`8.1.1: ${says}`, [ask(1, fields)], ["RST_STREAM 1 protocol"]]),
  [
    "8.3: a pseudo-header after others",
    [raw([...whole, ["x-name", "1"], [":authority", "a"]])],
    ["RST_STREAM 1 protocol"],
  ],
  ["8.3: a pseudo-header twice", [raw([...whole, [":path", "/"]])], ["RST_STREAM 1 protocol"]],
  ["8.3.1: no method", [raw(whole.slice(1))], ["RST_STREAM 1 protocol"]],
  [
    "8.3.1: no scheme",
    [
      raw([
        [":method", "GET"],
        [":path", "/"],
      ]),
    ],
    ["RST_STREAM 1 protocol"],
  ],
  ["8.5: CONNECT with a path", [ask(1, [[":method", "CONNECT"]])], ["RST_STREAM 1 protocol"]],
  [
    "5.1: DATA after a request's end",
    [ask(1, slow), frame(data, 0, 1, bytes(1))],
    ["RST_STREAM 1 streamClosed"],
  ],
  ["5.1: HEADERS after a request's end", [ask(1, slow), ask(1)], ["RST_STREAM 1 streamClosed"]],
  [
    "8.1: trailers that do not end the request",
    [ask(1, slow, open), ask(1, [], open)],
    ["RST_STREAM 1 protocol"],
  ],
  ["8.1: trailers with a pseudo-header", [ask(1, slow, open), ask(1)], ["RST_STREAM 1 protocol"]],
  [
    "6.3: PRIORITY of another length",
    [ask(1, slow), frame(priority, 0, 1, bytes(4))],
    ["RST_STREAM 1 frameSize"],
  ],
  [
    "6.9: a stream's window that grows by nothing",
    [ask(1, slow), windowUpdate(1, 0)],
    ["RST_STREAM 1 protocol"],
  ],
  [
    "6.9.1: a stream's window beyond the most",
    [ask(1, slow), windowUpdate(1, 2 ** 31 - 1)],
    ["RST_STREAM 1 flowControl"],
  ],
];

const longBlock = headerBlock([
  ...whole,
  ...Array.from({ length: 40 }, (_none, at) => [`x-${at}`, "x".repeat(400)] as const),
]);

const allowed: readonly Row[] = [
  ["4.1: an unknown frame", [frame(unknown, 255, 1, bytes(9)), ask(1)], ["HEADERS 1 end 204"]],
  ["5.3.2: PRIORITY on an idle stream", [frame(priority, 0, 7, bytes(5)), ask(1)], ["HEADERS 1 end 204"]],
  [
    "6.2: padding and priority",
    [
      frame(
        headers,
        flags.endStream | open | padded | prioritised,
        1,
        Buffer.concat([Buffer.from([3]), bytes(5), headerBlock(whole), bytes(3)]),
      ),
    ],
    ["HEADERS 1 end 204"],
  ],
  ["6.5.2: an unknown setting", [settings([0xbeef, 1]), ask(1)], ["SETTINGS ack", "HEADERS 1 end 204"]],
  ["6.7: PING", [frame(ping, 0, 0, Buffer.from("0102030405060708", "hex"))], ["PING ack 0102030405060708"]],
  ["6.7: its acknowledgement", [frame(ping, 1, 0, bytes(8))], []],
  ["6.9: WINDOW_UPDATE on a closed stream", [ask(1), windowUpdate(1, 1)], ["HEADERS 1 end 204"]],
  ["6.4: RST_STREAM on a closed stream", [ask(1), frame(reset, 0, 1, number(8))], ["HEADERS 1 end 204"]],
  [
    "6.10: a block in pieces",
    [
      frame(headers, flags.endStream, 1, headerBlock(whole).subarray(0, 5)),
      frame(continuation, 0, 1, headerBlock(whole).subarray(5, 5)),
      frame(continuation, open, 1, headerBlock(whole).subarray(5)),
    ],
    ["HEADERS 1 end 204"],
  ],
  [
    "8.1: a body is read over, and what follows its answer too",
    [ask(1, [], open), frame(data, 0, 1, bytes(100)), frame(data, flags.endStream, 1), ask(3)],
    ["HEADERS 1 end 204", "HEADERS 3 end 204"],
  ],
  [
    "8.1: trailers after an answer",
    [ask(1, [], open), frame(headers, flags.endStream | open, 1, headerBlock([["x-sum", "1"]])), ask(3)],
    ["HEADERS 1 end 204", "HEADERS 3 end 204"],
  ],
  ["8.2.2: TE of trailers", [ask(1, [["te", "trailers"]])], ["HEADERS 1 end 204"]],
  [
    "8.3.1: OPTIONS of a star",
    [
      ask(1, [
        [":method", "OPTIONS"],
        [":path", "*"],
      ]),
    ],
    ["HEADERS 1 end 204"],
  ],
  [
    "8.5: CONNECT is a method like others",
    [
      raw([
        [":method", "CONNECT"],
        [":authority", "a:443"],
      ]),
    ],
    ["HEADERS 1 end 204"],
  ],
  [
    "10.5.1: a head longer than is read, which is told so",
    [
      frame(headers, flags.endStream, 1, longBlock.subarray(0, 16_000)),
      frame(continuation, open, 1, longBlock.subarray(16_000)),
      ask(3),
    ],
    ["HEADERS 1 431", "DATA 1 end 57", "HEADERS 3 end 204"],
  ],
];

const never = new Promise<never>(() => undefined);

function said(frames: readonly Uint8Array[]) {
  const one = talk((asked) => (asked.field("x-slow") === null ? nothingHere : never));
  one.say(...frames);
  return one;
}

describe("host/http2 refuses", () => {
  for (const [says, frames, answered] of connectionErrors)
    test(`${says}: the connection ends`, () => {
      const one = said(frames);
      expect(words(one.heard()).filter((word) => word !== "SETTINGS ack")).toEqual([...answered]);
      expect(one.end()).toBe("ended");
      expect(one.pending()).toBe(0);
      // Nothing is heard any more.
      one.say(ask(9));
      expect(one.heard()).toEqual([]);
    });

  for (const [says, frames, answered] of streamErrors)
    test(`${says}: the stream ends, and the next is answered`, () => {
      const one = said(frames);
      expect(words(one.heard())).toEqual([...answered]);
      expect([one.end(), one.pending()]).toEqual(["open", 0]);
      one.say(ask(3));
      expect(words(one.heard())).toEqual(["HEADERS 3 end 204"]);
    });

  test("what does not begin as HTTP/2 does, without a word", () => {
    const one = talk(undefined, false);
    one.say(Buffer.from("GET / HTTP/1.1\r\nHost: status.example\r\n\r\n"));
    expect([one.heard().length, one.end(), one.asked.length]).toEqual([0, "ended", 0]);
  });

  test("3.4: another frame before SETTINGS", () => {
    const one = talk(undefined, false);
    one.say(preface, ask(1));
    expect(words(one.heard())).toEqual(["SETTINGS", "GOAWAY 0 protocol"]);
    expect(one.end()).toBe("ended");
  });
});

describe("host/http2 bears", () => {
  for (const [says, frames, answered] of allowed)
    test(says, () => {
      const one = said(frames);
      expect(words(one.heard())).toEqual([...answered]);
      expect(one.end()).toBe("open");
    });
});
