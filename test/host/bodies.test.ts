// Bodies that somebody wants to read, in pieces of any size, over HTTP/1.1 and HTTP/2: whole, too long, not what they say, broken off; and what comes behind.
import { expect, test } from "bun:test";
import type { Answer, Answering, Heard } from "../../src/host/asked.ts";
import { createHttp1 } from "../../src/host/http1.ts";
import { errorCodes } from "../../src/host/http2-frames.ts";
import { flags, frame, frameTypes, headerBlock } from "../support/http2-raw.ts";
import { answersIn } from "../support/raw-exchange.ts";
import { keepRemarks } from "../support/remarks.ts";
import { talk } from "./http2-talk.ts";

const bytesMax = 20;
const wordOf = (heard: Heard): string =>
  typeof heard === "string" ? heard : `heard ${Buffer.from(heard).toString("latin1")}`;

/** Says what it heard. */
const listening: Answering = async ({ hear }): Promise<Answer> => {
  const heard = await (hear?.(bytesMax) ?? "none followed");
  const body = Buffer.from(heard === "none followed" ? heard : wordOf(heard), "latin1");
  return { status: 200, fields: [], body };
};

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

function one() {
  const remarks = keepRemarks();
  const http = createHttp1({
    ...{ answer: listening, secure: false, bodyBytesMax: 100, idleMs: 30_000, wallMs: 0, remarks },
  });
  http.tick(0, 0);
  let text = "";
  const wire = {
    write(bytes: Uint8Array, from: number, length: number) {
      text += Buffer.from(bytes.subarray(from, from + length)).toString("latin1");
      return length;
    },
    shut() {},
    end() {},
    close() {},
  };
  const speaker = http.open(wire, { address: null });
  return {
    speaker,
    pending: http.pendingRequests,
    send: (more: string) => speaker.take(Buffer.from(more, "latin1")),
    text: () => text,
    bodies: () => answersIn(text).map(({ body }) => body),
  };
}

const head = (lines: string): string => `POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n`;
const chunked = "Transfer-Encoding: chunked";
const next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

const said: readonly (readonly [what: string, lines: string, sent: string, heard: string])[] = [
  ["a length", "Content-Length: 5", "h\xe9llo", "heard h\xe9llo"],
  ["nothing", "Content-Length: 0", "", "heard "],
  ["more than its length, which is another request's", "Content-Length: 2", `hi${next}`, "heard hi"],
  ["as long as may be", `Content-Length: ${bytesMax}`, "x".repeat(bytesMax), `heard ${"x".repeat(bytesMax)}`],
  ["too long", `Content-Length: ${bytesMax + 1}`, "x", "too-long"],
  ["chunks", chunked, "2\r\nhi\r\n3\r\n you\r\n0\r\n\r\n".replace("3\r\n", "4\r\n"), "heard hi you"],
  ["no chunk", chunked, "0\r\n\r\n", "heard "],
  ["chunks and another request", chunked, `A\r\n0123456789\r\n0\r\n\r\n${next}`, "heard 0123456789"],
  ["chunks that are too long", chunked, "f\r\n012345678901234\r\nf\r\n", "too-long"],
  ["a chunk that is too long", chunked, "ffffff\r\n", "too-long"],
  ["a chunk longer than it says", chunked, "2\r\nhi!!\r\n0\r\n\r\n", "malformed"],
  ["an extension of a chunk", chunked, "2;a=b\r\nhi\r\n0\r\n\r\n", "malformed"],
  ["a trailer", chunked, "2\r\nhi\r\n0\r\nX: y\r\n\r\n", "malformed"],
  ["a chunk's length that is none", chunked, "-2\r\nhi\r\n", "malformed"],
  ["a chunk's line that ends otherwise", chunked, "2\nhi\n0\n\n", "malformed"],
  ["a chunk's length without an end", chunked, "00000000", "malformed"],
];

for (const size of [Number.POSITIVE_INFINITY, 1, 3])
  test.each(said)(`bodies/1.1 in pieces of ${size}: %s`, async (_what, lines, sent, heard) => {
    const { send, bodies, pending } = one();
    const all = head(lines) + sent;
    for (let at = 0; at < all.length; at += size) send(all.slice(at, at + size));
    await turns();
    // Whatever follows is never a request: the connection ends with this answer.
    expect([bodies(), pending()]).toEqual([[heard], 0]);
  });

test("bodies/1.1: a client that leaves, or ends its side, is not waited for", async () => {
  const left = one();
  left.send(`${head("Content-Length: 5")}he`);
  left.speaker.closed();
  await turns();
  expect([left.bodies(), left.pending()]).toEqual([[], 0]);
  const ended = one();
  ended.send(`${head("Content-Length: 5")}he`);
  ended.speaker.ended();
  await turns();
  expect(ended.bodies()).toEqual(["malformed"]);
});

test("bodies/1.1: who waits to be told to go on is told so, and who does not wait is not", async () => {
  const waiting = one();
  waiting.send(head("Content-Length: 2\r\nExpect: 100-continue"));
  expect(waiting.text()).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  waiting.send("hi");
  await turns();
  expect(waiting.text()).toEndWith("heard hi");
  const hasty = one();
  hasty.send(`${head("Content-Length: 2\r\nExpect: 100-continue")}hi`);
  await turns();
  expect(hasty.bodies()).toEqual(["heard hi"]);
});

const fields = (more: readonly (readonly [string, string])[] = []) =>
  headerBlock([[":method", "POST"], [":scheme", "https"], [":authority", "a"], [":path", "/"], ...more]);
const open = (more?: readonly (readonly [string, string])[], bits: number = flags.endHeaders): Buffer =>
  frame(frameTypes.headers, bits, 1, fields(more));
const data = (text: string, bits = 0): Buffer => frame(frameTypes.data, bits, 1, Buffer.from(text, "latin1"));
const padded = (text: string, bits = 0): Buffer =>
  frame(
    frameTypes.data,
    bits | 8,
    1,
    Buffer.concat([Buffer.of(3), Buffer.from(text, "latin1"), Buffer.alloc(3)]),
  );

const frames: readonly (readonly [what: string, frames: readonly Buffer[], heard: string])[] = [
  ["one frame", [open(), data("hello", flags.endStream)], "heard hello"],
  ["several", [open(), data("he"), data(""), data("llo"), data("", flags.endStream)], "heard hello"],
  ["with padding", [open(), padded("he"), padded("llo", flags.endStream)], "heard hello"],
  ["its length", [open([["content-length", "2"]]), data("hi", flags.endStream)], "heard hi"],
  ["another length", [open([["content-length", "3"]]), data("hi", flags.endStream)], "malformed"],
  ["too long", [open(), data("x".repeat(bytesMax + 1), flags.endStream)], "too-long"],
  ["too long, as it says", [open([["content-length", "21"]]), data("x", flags.endStream)], "too-long"],
  ["none", [open([], flags.endHeaders | flags.endStream)], "none followed"],
  [
    "trailers",
    [
      open(),
      data("hi"),
      frame(frameTypes.headers, flags.endHeaders | flags.endStream, 1, headerBlock([["x", "y"]])),
    ],
    "heard hi",
  ],
];

test.each(frames)("bodies/2: %s", async (_what, sent, heard) => {
  const { say, heard: framesBack, pending } = talk(listening);
  for (const each of sent) say(each);
  await turns();
  const back = framesBack();
  const body = back.filter(({ type }) => type === frameTypes.data).map(({ payload }) => payload.toString());
  expect([body.join(""), pending()]).toEqual([heard, 0]);
});

test("bodies/2: a stream that is taken back, and a connection that is gone, are not waited for", async () => {
  for (const leave of ["reset", "closed"] as const) {
    const { say, connection, heard, pending } = talk(listening);
    say(open(), data("he"));
    const code = Buffer.alloc(4);
    code.writeUInt32BE(errorCodes.cancel);
    if (leave === "reset") say(frame(frameTypes.reset, 0, 1, code));
    else connection.closed();
    await turns();
    expect(heard().filter(({ type }) => type === frameTypes.data)).toEqual([]);
    expect(pending()).toBe(0);
  }
});
