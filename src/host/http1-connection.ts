// One connection of HTTP/1.1 (RFC 9112), the server's side. In: bytes as they come. Out: what each head asks, to who answers; the answers, one
// after the other. Never throws: what is no plain request is refused, and then nothing more is read.
import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import {
  type Answer,
  type Asked,
  type Heard,
  isStream,
  type Peer,
  type StreamBody,
  type StreamSink,
} from "./asked.ts";
import type { Http1Shared } from "./http1.ts";
import { chunkOf, lastChunk, streamHead, writtenOf } from "./http1-answer.ts";
import { Http1Body } from "./http1-body.ts";
import { type Head, HeadWithBody, type Refusal, readHead } from "./http1-head.ts";
import { Output } from "./http1-output.ts";
import { failedAnswer, refusals } from "./refusals.ts";
import { startBody } from "./remarks.ts";
import type { Speaker, Wire } from "./wire.ts";

/**
 * `fresh`: it has asked nothing yet; `idle`: nothing since the last answer; `asking`: who answers takes time; `writing`: the rest of an answer
 * waits for room; `streaming`: a body is written as it comes; `ending`: the last answer is sent, and what still comes is dropped; `over`.
 */
type State = "fresh" | "idle" | "asking" | "writing" | "streaming" | "ending" | "over";

export class Http1Connection implements Speaker, StreamSink {
  readonly #wire: Wire;
  readonly #output: Output;
  readonly #peer: Peer;
  readonly #shared: Http1Shared;
  #state: State = "fresh";
  /** What came and is not read yet, a character a byte. */
  #unread = "";
  /** So much of it has been looked at, and no head ends there. */
  #seen = 0;
  #body: StreamBody | null = null;
  #isChunked = false;
  /** The body of the request under way, where who answers wants it. */
  #heard: Http1Body | null = null;
  /** With the answer under way the connection ends; `gently`: its client may be sending more. */
  #ends: "no" | "gently" | "yes" = "no";
  /** The client has ended its side. */
  #hasEnded = false;
  /** When what it does will have taken too long. */
  #dueMs: number;

  constructor(wire: Wire, peer: Peer, shared: Http1Shared) {
    this.#wire = wire;
    this.#output = new Output(wire);
    this.#peer = peer;
    this.#shared = shared;
    this.#dueMs = shared.nowMs + Math.min(limits.requestHeadMsMax, shared.idleMs);
  }

  take(bytes: Uint8Array): void {
    if (this.#isReading()) this.#read(textOf(bytes));
    else if (this.#heard !== null) this.#heard.take(textOf(bytes));
    else if (this.#state === "asking" || this.#state === "writing") this.#readLater(bytes);
  }

  #isReading(): boolean {
    return this.#state === "idle" || this.#state === "fresh";
  }

  /** Who asks on and on while he takes no answer would have us keep what he sends. */
  #readLater(bytes: Uint8Array): void {
    if (this.#unread.length + bytes.length > limits.requestHeadBytesMax) this.cut();
    else this.#unread += textOf(bytes);
  }

  #read(text: string): void {
    const known = this.#unread === "" ? this.#shared.heads.get(text) : undefined;
    if (known !== undefined) {
      this.#ask(known);
      return;
    }
    this.#unread += text;
    while (this.#unread !== "" && this.#isReading()) {
      const end = this.#unread.indexOf("\r\n\r\n", Math.max(0, this.#seen - 3));
      if (end !== -1) this.#next(end + 4);
      else if (!this.#mayGoOn()) this.#refuse("syntax");
      else if (this.#unread.length > limits.requestHeadBytesMax) this.#refuse("head-too-long");
      else break;
    }
    if (this.#hasEnded && this.#isReading()) this.#end();
  }

  /** Part of a head is there. What can never become one is not waited for. */
  #mayGoOn(): boolean {
    const text = this.#unread;
    if (!/^[A-Z]/.test(text)) return false;
    for (let at = text.indexOf("\n", this.#seen); at !== -1; at = text.indexOf("\n", at + 1))
      if (text.charCodeAt(at - 1) !== 0x0d) return false;
    this.#seen = text.length;
    return true;
  }

  /** A head is there, so long. */
  #next(length: number): void {
    const { heads } = this.#shared;
    const text = length === this.#unread.length ? this.#unread : this.#unread.slice(0, length);
    this.#unread = this.#unread.slice(length);
    this.#seen = 0;
    const head = heads.get(text) ?? readHead(text, this.#shared);
    if (typeof head === "string") {
      this.#refuse(head);
      return;
    }
    if (!head.hasBody && !head.repeats) this.#shared.remember(text, head);
    this.#ask(head);
  }

  #ask(head: Head): void {
    const shared = this.#shared;
    this.#state = "asking";
    shared.pending++;
    const answer = shared.answering(head.hasBody ? this.#withBody(head) : head, this.#peer);
    if (answer instanceof Promise) this.#askLater(head, answer);
    else this.#give(head, answer);
  }

  #withBody(head: Head): Asked {
    return new HeadWithBody(head, (bytesMax) => this.#hear(head, bytesMax));
  }

  /** It is the last request of its connection: whatever follows the body is dropped with it. */
  #hear(head: Head, bytesMax: number): Promise<Heard> {
    const length = head.field("content-length");
    const body = new Http1Body(length === null ? null : Number(length), bytesMax);
    this.#heard = body;
    const text = this.#unread;
    this.#unread = "";
    body.take(text);
    if (!body.isOver && head.field("expect")?.toLowerCase() === "100-continue") this.#output.put(goOn);
    return body.whole;
  }

  #askLater(head: Head, answer: Promise<Answer>): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
    void answer.then((given) => {
      if (this.#state === "over") {
        dropBody(given);
        return;
      }
      this.#give(head, given);
      this.#read("");
    });
  }

  #give(head: Head, answer: Answer): void {
    const shared = this.#shared;
    this.#heard?.end("gone");
    if (head.isLast || answer.last === true || shared.isDraining)
      // Who said himself that it is the last sends nothing more.
      this.#ends = head.isLast && !head.hasBody && this.#unread === "" ? "yes" : "gently";
    try {
      if (answer.body !== null && isStream(answer.body) && !head.isHead) {
        this.#stream(head, answer, answer.body);
        return;
      }
      this.#output.send(writtenOf(answer, head.isHead, this.#ends !== "no", shared.date));
      dropBody(answer);
    } catch (thrown) {
      // Something of it cannot stand in a header.
      shared.remarks.onDefect(thrown);
      dropBody(answer);
      this.#ends = "gently";
      this.#output.send(writtenOf(failedAnswer, head.isHead, true, shared.date));
    }
    this.#settle();
  }

  #refuse(reason: Refusal): void {
    this.#shared.remarks.onRefused(reason);
    this.#shared.pending++;
    this.#state = "asking";
    this.#ends = "gently";
    this.#unread = "";
    this.#output.send(writtenOf(refusals[reason], false, true, this.#shared.date));
    this.#settle();
  }

  /** An answer is given to its end: goes on, ends, or waits until it has left. */
  #settle(): void {
    const shared = this.#shared;
    this.#dueMs = shared.nowMs + shared.idleMs;
    if (this.#output.waiting > 0) {
      this.#state = "writing";
      return;
    }
    shared.pending--;
    this.#state = "idle";
    if (this.#ends === "yes") this.#end();
    else if (this.#ends === "gently" || (shared.isStopping && this.#unread === "")) this.#endGently();
  }

  #stream(head: Head, answer: Answer, body: StreamBody): void {
    const first = streamHead(answer, head.isOld, this.#shared.date);
    this.#ends = "gently";
    this.#unread = "";
    this.#isChunked = !head.isOld;
    this.#state = "streaming";
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#output.put(first);
    this.#body = body;
    startBody(body, this, this.#shared.remarks);
  }

  /** Called by the body of a stream, as are `end` and `abort`. */
  write(piece: Uint8Array): number {
    if (this.#body === null || piece.length === 0) return 0;
    this.#output.put(this.#isChunked ? chunkOf(piece) : piece);
    return this.#output.waiting;
  }

  end(): void {
    if (this.#body === null) return;
    this.#body = null;
    if (this.#isChunked) this.#output.put(lastChunk);
    this.#settle();
  }

  abort(): void {
    if (this.#body === null) return;
    this.#body = null;
    this.cut();
  }

  drained(): void {
    if (!this.#output.drained() || this.#state !== "writing") return;
    this.#settle();
    this.#read("");
  }

  /** The client sends nothing more. What it asked for before it may still read. */
  ended(): void {
    this.#hasEnded = true;
    this.#heard?.end("malformed");
    if (this.#state !== "asking" && this.#state !== "writing" && this.#state !== "over") this.#end();
  }

  closed(): void {
    if (this.#state === "over") return;
    if (this.#state === "asking" || this.#state === "writing" || this.#state === "streaming")
      this.#shared.pending--;
    this.#state = "over";
    this.#unread = "";
    this.#heard?.end("gone");
    this.#output.drop();
    const body = this.#body;
    this.#body = null;
    body?.cancel();
    this.#shared.forget(this);
  }

  /** Ends it where nothing is under way; who may just be asking for the first time has a moment left. */
  finish(): void {
    if (this.#state === "idle" && this.#unread === "") this.#endGently();
    else if (this.#state === "fresh")
      this.#dueMs = Math.min(this.#dueMs, this.#shared.nowMs + limits.lastReadMs);
  }

  /** Called about once a second. */
  tick(nowMs: number): void {
    if (nowMs < this.#dueMs) return;
    if (this.#state === "writing" && this.#output.taken >= limits.takenBytesMin) {
      this.#output.taken = 0;
      this.#dueMs = nowMs + this.#shared.idleMs;
    } else if (this.#isReading()) this.#end();
    else this.cut();
  }

  /** Ends it at once, whatever is under way. */
  cut(): void {
    this.#wire.close();
    this.closed();
  }

  /** What was written is sent to its end, and nothing more is read. */
  #end(): void {
    this.#wire.end();
    this.closed();
  }

  /** The client hears that this was the last, and may send to its end what it began: a reset would take the answer away from it. */
  #endGently(): void {
    this.#state = "ending";
    this.#unread = "";
    this.#dueMs = this.#shared.nowMs + limits.lastReadMs;
    this.#wire.shut();
  }
}

/** RFC 9110, 15.2.1. */
const goOn: Uint8Array = Buffer.from("HTTP/1.1 100 Continue\r\n\r\n");

function textOf(bytes: Uint8Array): string {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString("latin1");
}

/** Nobody will be sent it. */
function dropBody({ body }: Answer): void {
  if (body !== null && isStream(body)) body.cancel();
}
