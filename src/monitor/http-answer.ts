// An answer of HTTP/1.1 as a check reads it (RFC 9112). In: a connection that was asked. Out: status, headers, and the body as it comes.
// Read here and not by the runtime's client: it takes what is malformed for an answer here and for an error there, says nothing of the certificate,
// and has no bound on a head.
import { limits } from "../base/limits.ts";
import type { Connection } from "./connection.ts";
import { Failing, quoted } from "./failing.ts";

export interface HttpAnswer {
  readonly status: number;
  /** The values of all headers of this name, joined by a comma; "" for none. Names are lower case. */
  header(name: string): string;
  /** Ends with the body; throws Failing where it ends before it is whole. */
  readonly body: AsyncIterable<Buffer>;
  /** What comes behind the head, whatever it is: another protocol. */
  readOn(): Promise<Buffer | null>;
}

/** Bytes of a connection, with what was read too far put back. */
interface Source {
  read(): Promise<Buffer | null>;
  unread(bytes: Buffer): void;
  readonly where: string;
}

function sourceOf({ read, where }: Connection): Source {
  let kept: Buffer | null = null;
  return {
    where,
    async read() {
      const bytes = kept ?? (await read());
      kept = null;
      return bytes;
    },
    unread(bytes) {
      kept = bytes.length === 0 ? null : bytes;
    },
  };
}

/** The answer to a request of `method`; what comes before it (100, 103) is left away. `onFirst` is called at its first bytes. */
export async function readAnswer(
  connection: Connection,
  method: string,
  onFirst: () => void,
): Promise<HttpAnswer> {
  const source = sourceOf(connection);
  let call: (() => void) | null = onFirst;
  for (;;) {
    const head = await readHead(source, () => {
      call?.();
      call = null;
    });
    const { status, headers } = parsed(head, source.where);
    if (status >= 100 && status < 200 && status !== 101) continue;
    const header = (name: string): string => headers.get(name) ?? "";
    return { status, header, body: bodyOf(source, { status, header, method }), readOn: source.read };
  }
}

async function readHead(source: Source, onFirst: () => void): Promise<string> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const more = await source.read();
    if (more === null)
      throw bytes.length === 0
        ? new Failing("silent", `${source.where} closed the connection without an answer.`)
        : new Failing("malformed", `${source.where} closed the connection within the head of its answer.`);
    onFirst();
    bytes = bytes.length === 0 ? more : Buffer.concat([bytes, more]);
    const isHttp = "HTTP/1.".startsWith(bytes.toString("latin1", 0, Math.min(7, bytes.length)));
    if (!isHttp) throw new Failing("malformed", `${source.where} does not speak HTTP/1.1: ${quoted(bytes)}.`);
    const end = bytes.indexOf("\r\n\r\n");
    if (end >= 0 && end <= limits.probeHeadBytesMax) {
      source.unread(bytes.subarray(end + 4));
      return bytes.toString("latin1", 0, end);
    }
    if (bytes.length > limits.probeHeadBytesMax)
      throw new Failing(
        "too-large",
        `The head of the answer of ${source.where} is longer than ${limits.probeHeadBytesMax} bytes.`,
      );
  }
}

function parsed(head: string, where: string): { status: number; headers: ReadonlyMap<string, string> } {
  const [first = "", ...lines] = head.split("\r\n");
  const status = Number(/^HTTP\/1\.[01] ([1-9]\d\d)( |$)/.exec(first)?.[1] ?? 0);
  if (status === 0)
    throw new Failing("malformed", `${where} began its answer with ${quoted(Buffer.from(first, "latin1"))}.`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    if (colon < 1 || /[^!#$%&'*+.^_`|~0-9a-z-]/.test(name))
      throw new Failing("malformed", `${where} sent the header ${quoted(Buffer.from(line, "latin1"))}.`);
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return { status, headers };
}

interface Framed {
  readonly status: number;
  readonly method: string;
  header(name: string): string;
}

/** How its length is said, in this order (RFC 9112, 6.3). */
function bodyOf(source: Source, { status, method, header }: Framed): AsyncIterable<Buffer> {
  if (method === "HEAD" || status === 101 || status === 204 || status === 304) return counted(source, 0);
  const coding = header("transfer-encoding").toLowerCase();
  if (coding !== "") {
    if (coding === "chunked") return chunked(source);
    throw new Failing("malformed", `${source.where} sent its answer in the transfer coding "${coding}".`);
  }
  const length = header("content-length");
  if (length === "") return toTheEnd(source);
  // The same length twice is one (RFC 9110, 8.6).
  const [said = "", ...others] = length.split(/ *, */);
  if (!/^\d{1,15}$/.test(said) || others.some((other) => other !== said))
    throw new Failing("malformed", `${source.where} says that its answer has ${length} bytes.`);
  return counted(source, Number(said));
}

const endedEarly = (source: Source): Failing =>
  new Failing("malformed", `${source.where} closed the connection before its answer was whole.`);

async function* toTheEnd(source: Source): AsyncGenerator<Buffer> {
  for (let bytes = await source.read(); bytes !== null; bytes = await source.read()) yield bytes;
}

async function* counted(source: Source, length: number): AsyncGenerator<Buffer> {
  for (let left = length; left > 0; ) {
    const bytes = await source.read();
    if (bytes === null) throw endedEarly(source);
    const own = bytes.subarray(0, left);
    if (own.length < bytes.length) source.unread(bytes.subarray(own.length));
    left -= own.length;
    yield own;
  }
}

async function* chunked(source: Source): AsyncGenerator<Buffer> {
  for (;;) {
    const line = await readLine(source);
    const [, size] = /^([0-9a-f]{1,8})[ \t]*(;.*)?$/i.exec(line) ?? [];
    if (size === undefined)
      throw new Failing("malformed", `${source.where} sent a chunk of ${quoted(Buffer.from(line))} bytes.`);
    const length = Number.parseInt(size, 16);
    if (length === 0) return;
    yield* counted(source, length);
    if ((await readLine(source)) !== "")
      throw new Failing("malformed", `${source.where} sent a chunk that is longer than it says.`);
  }
}

const lineBytesMax = 1024;

async function readLine(source: Source): Promise<string> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const more = await source.read();
    if (more === null) throw endedEarly(source);
    bytes = bytes.length === 0 ? more : Buffer.concat([bytes, more]);
    const end = bytes.indexOf("\r\n");
    if (end >= 0 && end <= lineBytesMax) {
      source.unread(bytes.subarray(end + 2));
      return bytes.toString("latin1", 0, end);
    }
    if (bytes.length > lineBytesMax)
      throw new Failing("malformed", `${source.where} sent a chunk whose size has no end.`);
  }
}
