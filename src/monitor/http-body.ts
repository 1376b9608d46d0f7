// The body of an answer, looked into. In: an answer, what is looked for. Out: its text, bounded, unpacked; or why it is not to be had.
import { brotliDecompressSync, inflateSync, unzipSync } from "node:zlib";
import { limits } from "../base/limits.ts";
import { Failing } from "./failing.ts";
import type { HttpAnswer } from "./http-answer.ts";
import type { Room } from "./types.ts";

/** Reads and forgets: a server that hangs within its answer is down, one whose answer is long is not. */
export async function readPast({ body }: HttpAnswer): Promise<void> {
  let length = 0;
  for await (const bytes of body) {
    length += bytes.length;
    if (length >= limits.probeBodyBytesAsked) return;
  }
}

/** Calls `look` with the first `probeBodyBytesMax` bytes at most, and whether that is all. They are let go afterwards. */
export async function withBody<Value>(
  answer: HttpAnswer,
  room: Room,
  look: (body: Buffer, isWhole: boolean) => Value,
): Promise<Value> {
  const max = limits.probeBodyBytesMax;
  let taken = 0;
  const take = (bytes: number): void => {
    if (!room.take(bytes)) throw new Failing("internal", "This POP holds too many answers at once.");
    taken += bytes;
  };
  try {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const bytes of answer.body) {
      take(bytes.length);
      pieces.push(bytes);
      length += bytes.length;
      if (length > max) break;
    }
    const packed = Buffer.concat(pieces, Math.min(length, max));
    const coding = answer.header("content-encoding").toLowerCase();
    if (coding === "" || coding === "identity") return look(packed, length <= max);
    take(max);
    return look(unpacked(packed, coding, length <= max), true);
  } finally {
    room.give(taken);
  }
}

/** Asked for without (`accept-encoding: identity`), and sent all the same. */
function unpacked(packed: Buffer, coding: string, isWhole: boolean): Buffer {
  const max = limits.probeBodyBytesMax;
  const tooLarge = (): Failing =>
    new Failing("too-large", `The answer, unpacked from ${coding}, is longer than ${max} bytes.`);
  const unpack = { gzip: unzipSync, "x-gzip": unzipSync, deflate: inflateSync, br: brotliDecompressSync }[
    coding
  ];
  if (unpack === undefined)
    throw new Failing("malformed", `The answer is packed by "${coding}", which was not asked for.`);
  if (!isWhole) throw tooLarge();
  try {
    return unpack(packed, { maxOutputLength: max });
  } catch (thrown) {
    if (thrown instanceof RangeError || (thrown as { code?: string }).code === "ERR_BUFFER_TOO_LARGE")
      throw tooLarge();
    throw new Failing("malformed", `The answer cannot be unpacked from ${coding}.`);
  }
}
