// Visitors of a runtime that speaks Request and Response. In: who answers. Out: a fetch handler.
import {
  type Answer,
  type Answering,
  type Asked,
  type Fields,
  type Heard,
  isStream,
  type Peer,
  type StreamBody,
} from "./asked.ts";
import { requestTarget } from "./request-path.ts";
import { sendable } from "./sendable.ts";

/** A fetch handler of visitors. */
export type VisitorFetch<Given extends Response | Promise<Response>> = (
  request: Request,
  peer?: Peer,
) => Given;

const unknownPeer: Peer = { address: null };

/** `secure`: what it is asked came over TLS. */
export function fetchOf(
  answering: (...given: Parameters<Answering>) => Answer,
  secure?: boolean,
): VisitorFetch<Response>;
export function fetchOf(answering: Answering, secure?: boolean): VisitorFetch<Response | Promise<Response>>;
export function fetchOf(answering: Answering, secure = false) {
  return (request: Request, peer: Peer = unknownPeer): Response | Promise<Response> => {
    const asked = askedOf(request, secure);
    const answer = answering(asked, peer);
    const finish = (given: Answer): Response => responseOf(given, given.last === true || asked.hasBody);
    return answer instanceof Promise ? answer.then(finish) : finish(answer);
  };
}

/** What a Request asks. */
export function askedOf(request: Request, secure = false): Asked {
  return new FetchAsked(request, secure);
}

/** A class, and what most never ask for is made when it is: this is made for each request. */
class FetchAsked implements Asked {
  readonly method: string;
  readonly secure: boolean;
  readonly #request: Request;
  readonly #headers: Headers;
  constructor(request: Request, secure: boolean) {
    this.method = request.method;
    this.secure = secure;
    this.#request = request;
    this.#headers = request.headers;
  }
  get target(): string {
    return requestTarget(this.#request.url);
  }
  get host(): string | null {
    return this.#headers.get("host");
  }
  get hasBody(): boolean {
    return this.#headers.get("content-length") !== null || this.#headers.get("transfer-encoding") !== null;
  }
  hear(bytesMax: number): Promise<Heard> {
    return heardOf(this.#request, bytesMax);
  }
  field(name: string): string | null {
    return this.#headers.get(name);
  }
}

/** What the runtime refuses (a length that is not the body's, a client that went away) it throws while the body is read. */
async function heardOf({ body, headers }: Request, bytesMax: number): Promise<Heard> {
  if (Number(headers.get("content-length") ?? 0) > bytesMax) return "too-long";
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of body ?? []) {
      bytes += piece.length;
      if (bytes > bytesMax) return "too-long";
      pieces.push(piece);
    }
  } catch {
    return "gone"; // Nobody is there to be told why.
  }
  return Buffer.concat(pieces);
}

/** By the list's own object: fresh Headers cost 3 us. */
const known = new WeakMap<Fields, Headers>();

/** HTTP/2 and 3 have no `Connection`: their runtime leaves it out. */
function responseOf({ status, fields, body, length }: Answer, isLast: boolean): Response {
  // The headers of a response are a copy of those that it is made with.
  const response = new Response(bodyOf(body), { status, headers: headersOf(fields) });
  if (length !== undefined) response.headers.set("content-length", String(length));
  if (isLast) response.headers.set("connection", "close");
  return response;
}

function headersOf(fields: Fields): Headers {
  const held = known.get(fields);
  if (held !== undefined) return held;
  const headers = new Headers();
  for (const [name, value] of fields) headers.append(name, value);
  known.set(fields, headers);
  return headers;
}

function bodyOf(body: Answer["body"]): ConstructorParameters<typeof Response>[0] {
  if (body === null) return null;
  return isStream(body) ? readableOf(body) : sendable(body);
}

/** The stream's own queue is what waits. */
function readableOf(body: StreamBody): ReadableStream<Uint8Array> {
  let isOver = false;
  return new ReadableStream<Uint8Array>({
    start(control) {
      body.start({
        write(piece) {
          if (isOver) return 0;
          control.enqueue(piece);
          return 1 - (control.desiredSize ?? 1);
        },
        end() {
          if (isOver) return;
          isOver = true;
          control.close();
        },
        abort() {
          if (isOver) return;
          isOver = true;
          control.error(new Error("The answer was broken off."));
        },
      });
    },
    cancel() {
      isOver = true;
      body.cancel();
    },
  });
}
