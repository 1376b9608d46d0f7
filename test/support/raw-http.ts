// HTTP as bytes on a new connection. In: what to send. Out: what came back, split into status, headers and body; nothing is tidied up.
import { connect } from "node:net";

export interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Sends `bytes` and reads until the other side closes, or until one answer of a known length is whole. */
export function rawAsk(
  host: string,
  port: number,
  bytes: string | Uint8Array,
  deadlineMs = 5_000,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    const chunks: Buffer[] = [];
    let bytesSoFar = 0;
    let bytesWanted: number | null = null;
    const end = (): void => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(answerOf(Buffer.concat(chunks)));
    };
    const deadline = setTimeout(end, deadlineMs);
    socket.once("connect", () => socket.write(bytes));
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      bytesSoFar += chunk.length;
      bytesWanted ??= lengthOf(Buffer.concat(chunks));
      if (bytesWanted !== null && bytesSoFar >= bytesWanted) end();
    });
    socket.once("end", end);
    socket.once("error", (error) => {
      clearTimeout(deadline);
      // A server that refuses by closing may do so before it has read everything.
      if (chunks.length > 0 || (error as NodeJS.ErrnoException).code === "ECONNRESET") end();
      else reject(error);
    });
  });
}

/** GET with `Connection: close`. */
export function rawGet(
  address: { readonly host: string; readonly port: number },
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> {
  const all = { Host: `${address.host}:${address.port}`, Connection: "close", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return rawAsk(address.host, address.port, `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
}

const headEnd = "\r\n\r\n";

/** How long the answer is that begins so: null while its head is not whole, infinite where only its end says. */
function lengthOf(bytes: Buffer): number | null {
  const at = bytes.indexOf(headEnd);
  if (at === -1) return null;
  const head = bytes.subarray(0, at).toString("latin1");
  // Answers that never have a body (RFC 9110, 15.3.5 and 15.4.5).
  if (/^HTTP\/1\.1 (?:204|304) /.test(head)) return at + headEnd.length;
  const length = /^content-length: *(\d+)\r?$/im.exec(head)?.[1];
  return length === undefined ? Number.POSITIVE_INFINITY : at + headEnd.length + Number(length);
}

function answerOf(bytes: Buffer): RawAnswer {
  const at = bytes.indexOf(headEnd);
  const [first = "", ...lines] = bytes.subarray(0, Math.max(0, at)).toString("latin1").split("\r\n");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  return { status, headers, body: at === -1 ? Buffer.alloc(0) : bytes.subarray(at + headEnd.length) };
}
