// From node:http to fetch. In: an incoming message. Out: a Request as it was sent: its path is not tidied up, its body is bounded.
import type { IncomingMessage } from "node:http";

/** Says whether a body exceeded its bound, however the handler took that. */
export class TooLong extends Error {
  isSo = false;
}

/** Throws `tooLong`, now or while the body is read, when the body exceeds `bytesMax`. */
export function requestOf(incoming: IncomingMessage, bytesMax: number, tooLong: TooLong): Request {
  const { method = "", url: target = "" } = incoming;
  const headers = headersOf(incoming);
  if (Number(headers.get("content-length") ?? 0) > bytesMax) throw over(tooLong);
  const request = new Request("http://host.invalid/", { headers, ...bodyOf(incoming, bytesMax, tooLong) });
  // The constructor would resolve dot segments, and throws for TRACE and for a Host that no URL can name: the handler judges them.
  const url = target.startsWith("/") ? `http://${headers.get("host") ?? "host.invalid"}${target}` : target;
  Object.defineProperties(request, { method: { value: method }, url: { value: url } });
  return request;
}

/**
 * Doubled headers are joined by ", ", as fetch has it. HTTP/2 names the host in `:authority`; a Host beside it that says otherwise makes
 * two (RFC 9113, 8.3.1).
 */
function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  let authority: string | null = null;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = rawHeaders.slice(at, at + 2);
    if (name === ":authority") authority = value;
    else if (!name.startsWith(":")) headers.append(name, value);
  }
  if (authority !== null && authority !== headers.get("host")) headers.append("host", authority);
  return headers;
}

function bodyOf(incoming: IncomingMessage, bytesMax: number, tooLong: TooLong): RequestInit {
  const { "content-length": length, "transfer-encoding": coding } = incoming.headers;
  if (coding === undefined && (length === undefined || length === "0")) return {};
  return { method: "POST", body: boundedBody(incoming, bytesMax, tooLong), duplex: "half" } as RequestInit;
}

/** Read as it is asked for; a body that nobody asks for is left to node:http, which drops it after the answer. */
function boundedBody(
  incoming: IncomingMessage,
  bytesMax: number,
  tooLong: TooLong,
): ReadableStream<Uint8Array> {
  let begun = false;
  let ended = false;
  let bytes = 0;
  const begin = (to: ReadableStreamDefaultController<Uint8Array>): void => {
    const end = (thrown: Error | null): void => {
      if (ended) return;
      ended = true;
      if (thrown === null) to.close();
      else to.error(thrown);
    };
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) end(over(tooLong));
      // What comes after the end is dropped, not left: the answer must find its way back beside it.
      if (ended) return;
      to.enqueue(new Uint8Array(chunk));
      incoming.pause();
    });
    incoming.once("end", () => end(null));
    incoming.once("error", end);
    incoming.once("close", () => end(new Error("The client went away within its body.")));
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(to) {
        if (!begun) begin(to);
        begun = true;
        incoming.resume();
      },
      cancel() {
        ended = true;
        incoming.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

function over(tooLong: TooLong): TooLong {
  tooLong.isSo = true;
  return tooLong;
}
