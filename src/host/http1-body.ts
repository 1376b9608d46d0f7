// The body of one HTTP/1.1 request (RFC 9112, 6 and 7). In: what follows its head, a character a byte. Out: the body, once it is whole, or why there is none.
// Chunks without extensions and without trailers alone, for the reason that heads are read strictly; no byte behind the body is ever read.
import { Buffer } from "node:buffer";
import type { Heard } from "./asked.ts";

/** A length in hex and its line's end. */
const chunkLine = /^([0-9A-Fa-f]{1,6})\r\n/;
const chunkLineCharsMax = 8;

export class Http1Body {
  readonly whole: Promise<Heard>;
  readonly #settle: (heard: Heard) => void;
  readonly #bytesMax: number;
  /** Of a body without chunks, its length. */
  readonly #length: number | null;
  #unread = "";
  #chunks = "";
  isOver = false;

  constructor(length: number | null, bytesMax: number) {
    const { promise, resolve } = Promise.withResolvers<Heard>();
    this.whole = promise;
    this.#settle = resolve;
    this.#length = length;
    this.#bytesMax = bytesMax;
    if (length !== null && length > bytesMax) this.end("too-long");
  }

  /** What came of it; the first call may be told nothing. */
  take(text: string): void {
    if (this.isOver) return;
    this.#unread += text;
    if (this.#length === null) this.#takeChunks();
    else if (this.#unread.length >= this.#length) this.#done(this.#unread.slice(0, this.#length));
  }

  #takeChunks(): void {
    while (!this.isOver && this.#takeChunk());
  }

  /** False where it is not here yet. */
  #takeChunk(): boolean {
    const line = chunkLine.exec(this.#unread);
    if (line === null) {
      if (this.#unread.length >= chunkLineCharsMax || !/^[0-9A-Fa-f]*\r?$/.test(this.#unread))
        this.end("malformed");
      return false;
    }
    const from = line[0].length;
    const length = Number.parseInt(line[1] ?? "", 16);
    const end = from + length;
    if (this.#chunks.length + length > this.#bytesMax) this.end("too-long");
    else if (this.#unread.length < end + 2) return false;
    else if (this.#unread.slice(end, end + 2) !== "\r\n") this.end("malformed");
    else if (length === 0) this.#done(this.#chunks);
    else {
      this.#chunks += this.#unread.slice(from, end);
      this.#unread = this.#unread.slice(end + 2);
    }
    return true;
  }

  #done(text: string): void {
    this.end(Buffer.from(text, "latin1"));
  }

  /** Nothing more is read. */
  end(heard: Heard): void {
    this.isOver = true;
    this.#unread = "";
    this.#chunks = "";
    this.#settle(heard);
  }
}
