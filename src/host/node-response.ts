// From fetch to node:http. In: a Response. Out: its bytes on the connection, at the pace of the one who reads them.
import type { ServerResponse } from "node:http";

/** Never rejects. Resolves when everything is sent, or the client is gone; a body that fails closes the connection, so that it is not taken for whole. */
export async function sendResponse(response: Response, to: ServerResponse): Promise<void> {
  const reader = response.body?.getReader() as Reader | undefined;
  try {
    to.statusCode = response.status;
    for (const [name, value] of response.headers) to.appendHeader(name, value);
    to.once("close", () => void reader?.cancel().catch(() => undefined));
    if (reader === undefined) await ended(to);
    else await sendBody(reader, to);
  } catch {
    to.destroy();
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Chunk = Awaited<ReturnType<Reader["read"]>>;

async function sendBody(reader: Reader, to: ServerResponse): Promise<void> {
  const first = reader.read();
  const second = first.then(() => reader.read());
  const whole = await bytesAtOnce(first, second);
  if (whole !== null) {
    to.setHeader("content-length", whole.length);
    return ended(to, whole);
  }
  to.flushHeaders();
  for (let next: Promise<Chunk> = first, after: Promise<Chunk> | null = second; ; ) {
    const { done, value } = await next;
    if (done || to.destroyed) break;
    if (!to.write(value)) await drained(to);
    next = after ?? reader.read();
    after = null;
  }
  return ended(to);
}

/** When all has left, or nothing more will: what a slow reader holds is pending until then. */
function ended(to: ServerResponse, last?: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    to.once("close", resolve);
    to.once("finish", resolve);
    to.end(last);
  });
}

/** The body, where it is there without waiting: its length is then said, as for GET so for HEAD. Null for a stream. */
async function bytesAtOnce(first: Promise<Chunk>, second: Promise<Chunk>): Promise<Uint8Array | null> {
  const turn = new Promise<null>((resolve) => setImmediate(() => resolve(null)));
  const got = await Promise.race([Promise.all([first, second]), turn]);
  if (got === null) return null;
  const [{ done, value = new Uint8Array() }, end] = got;
  return done || end.done ? value : null;
}

function drained(to: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    to.once("drain", resolve);
    to.once("close", resolve);
  });
}
