// Answers as the bytes of HTTP/1.1. In: an answer. Out: what is written for it, made once for all who are given the same answer, but for the
// second in `Date`.
import { Buffer } from "node:buffer";
import { STATUS_CODES } from "node:http";
import { limits } from "../base/limits.ts";
import { type Answer, type Fields, isStream } from "./asked.ts";

/** What is written for one answer. `bytes` are good until the next turn: `Date` is changed in them. */
export interface Written {
  readonly bytes: Uint8Array;
  /** Bytes of the head, with which `bytes` begin. */
  readonly headLength: number;
  /** The body, where one is sent, also where it stands in `bytes`. */
  readonly body: Uint8Array | null;
}

interface Made extends Written {
  readonly bytes: Buffer;
  date: string;
}

/** With its body and without, on a connection that goes on and on one that ends. */
type Forms = [Made | null, Made | null, Made | null, Made | null];

const known = new WeakMap<Answer, Forms>();

/** `isHead`: it answers HEAD. `isLast`: its connection ends with it. `date`: what `dateOf` gives. */
export function writtenOf(answer: Answer, isHead: boolean, isLast: boolean, date: string): Written {
  const at = (isHead ? 2 : 0) + (isLast ? 1 : 0);
  let forms = known.get(answer);
  if (forms === undefined) {
    forms = [null, null, null, null];
    known.set(answer, forms);
  }
  const made = forms[at];
  if (made == null) {
    const fresh = make(answer, isHead, isLast, date);
    forms[at] = fresh;
    return fresh;
  }
  if (made.date !== date) {
    made.bytes.write(date, datePlace(answer.status), "latin1");
    made.date = date;
  }
  return made;
}

function make(answer: Answer, isHead: boolean, isLast: boolean, date: string): Made {
  const { status, fields, body, length } = answer;
  // A stream has no length before its end.
  const whole = body === null || isStream(body) ? null : body;
  const isBodiless = status === 204 || status === 304 || (isHead && whole === null && length === undefined);
  const lengthLine = isBodiless ? "" : `content-length: ${length ?? whole?.length ?? 0}\r\n`;
  const head = headOf(status, fields, date, `${isLast ? closeLine : ""}${lengthLine}`);
  const sent = isHead || isBodiless ? null : whole;
  const isJoined = sent !== null && sent.length <= limits.joinedBodyBytesMax;
  const bytes = isJoined ? Buffer.concat([head, sent]) : head;
  return { bytes, headLength: head.length, body: sent, date };
}

const closeLine = "connection: close\r\n";

/** The head of a stream, whose pieces say how long they are; HTTP/1.0 reads until its connection ends. */
export function streamHead({ status, fields }: Answer, isOld: boolean, date: string): Uint8Array {
  return headOf(status, fields, date, isOld ? closeLine : `${closeLine}transfer-encoding: chunked\r\n`);
}

function headOf(status: number, fields: Fields, date: string, more: string): Buffer {
  const lines = fields.map(([name, value]) => `${plain(name)}: ${plain(value)}\r\n`).join("");
  return Buffer.from(`${statusLine(status)}${dateName}${date}\r\n${lines}${more}\r\n`, "latin1");
}

/** What would be cut to a byte, or end a line, is no header: it would be another one. */
function plain(text: string): string {
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text))
    throw new Error(`${JSON.stringify(text)} cannot stand in a header.`);
  return text;
}

function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
}

const dateName = "date: ";

function datePlace(status: number): number {
  return statusLine(status).length + dateName.length;
}

/** As `Date` has it (RFC 9110, 5.6.7): always 29 characters. */
export function dateOf(wallMs: number): string {
  return new Date(wallMs).toUTCString();
}

/** Pieces are shared by thousands of streams, and so is what frames them (RFC 9112, 7.1). An empty one would be the end. */
const framed = new WeakMap<Uint8Array, Uint8Array>();

export function chunkOf(piece: Uint8Array): Uint8Array {
  const made = framed.get(piece);
  if (made !== undefined) return made;
  const chunk = Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, lineEnd]);
  framed.set(piece, chunk);
  return chunk;
}

const lineEnd = Buffer.from("\r\n");
export const lastChunk: Uint8Array = Buffer.from("0\r\n\r\n");
