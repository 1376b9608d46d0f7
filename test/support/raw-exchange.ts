// A connection as an attacker uses it: bytes in pieces, and everything that comes back, cut into answers. In: pieces, and what tells that the
// server is done with them. Out: the answers, what followed the last one, and whether the server closed. Nothing is tidied up or taken for granted.
import { connect, type Socket } from "node:net";

export interface Answered {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface Exchanged {
  /** Interim answers (1xx) apart. Throws where the bytes are not answers that say how long they are, as those of others may be. */
  readonly answers: readonly Answered[];
  readonly closed: boolean;
  /** All bytes, as latin1. */
  readonly text: string;
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

/**
 * Sends each piece after the server has had its turn with the one before. `settled` resolves when the server has done what it does with what
 * it has read: an answer on another connection, asked for later, says so of a server that does one thing at a time.
 */
export async function exchange(
  { host, port }: Place,
  pieces: readonly string[],
  settled: () => Promise<void>,
): Promise<Exchanged> {
  const socket = connect(port, host);
  let text = "";
  let closed = false;
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  // Refused by a reset or by an end: it is closed either way.
  socket.on("error", () => undefined);
  socket.on("close", () => {
    closed = true;
  });
  await new Promise((done) => socket.once("connect", done));
  for (const piece of pieces) {
    if (closed) break;
    await new Promise((done) => socket.write(Buffer.from(piece, "latin1"), done));
    await settled();
  }
  await new Promise((done) => setImmediate(done));
  // Who says that this was the last answer closes some turns after it.
  if (!closed && /^connection: close\r$/im.test(text)) await closing(socket);
  socket.destroy();
  return {
    get answers() {
      return answersIn(text);
    },
    closed,
    text,
  };
}

/** True of an answer after which the connection is closed. */
export function isLast({ headers }: Answered): boolean {
  return headers.get("connection")?.toLowerCase() === "close";
}

const closingMsMax = 2_000;

function closing(socket: Socket): Promise<void> {
  return new Promise((done) => {
    const deadline = setTimeout(done, closingMsMax);
    socket.once("close", () => {
      clearTimeout(deadline);
      done();
    });
  });
}

/** The answers of a connection, one after the other, each as long as it says that it is. */
export function answersIn(text: string): readonly Answered[] {
  const answers: Answered[] = [];
  for (let rest = text; rest !== ""; ) {
    const end = rest.indexOf("\r\n\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(rest)?.[1] ?? 0);
    if (end === -1 || status === 0)
      throw new Error(`No answer begins with ${JSON.stringify(rest.slice(0, 80))}.`);
    const headers = headersOf(rest.slice(0, end));
    rest = rest.slice(end + 4);
    if (status < 200) continue;
    const length = status === 204 || status === 304 ? 0 : Number(headers.get("content-length") ?? 0);
    // Nothing of a body that an answer to HEAD announces ever comes.
    const body = rest.startsWith("HTTP/1.") ? "" : rest.slice(0, length);
    rest = rest.slice(body.length);
    answers.push({ status, headers, body });
  }
  return answers;
}

function headersOf(head: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of head.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    if (name === "content-length" && headers.has(name)) throw new Error("An answer has two lengths.");
    headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}
