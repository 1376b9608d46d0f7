// From node:http to fetch. In: an incoming message. Out: a Request as it was sent: its path is not tidied up, its body is bounded.
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

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

/** Doubled headers are joined by ", ", as fetch has it. */
function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  return headers;
}

function bodyOf(incoming: IncomingMessage, bytesMax: number, tooLong: TooLong): RequestInit {
  const { "content-length": length, "transfer-encoding": coding } = incoming.headers;
  if (coding === undefined && (length === undefined || length === "0")) return {};
  let bytes = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, to) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw over(tooLong);
      to.enqueue(chunk);
    },
  });
  const body = Readable.toWeb(incoming) as unknown as ReadableStream<Uint8Array>;
  return { method: "POST", body: body.pipeThrough(counted), duplex: "half" } as RequestInit;
}

function over(tooLong: TooLong): TooLong {
  tooLong.isSo = true;
  return tooLong;
}
