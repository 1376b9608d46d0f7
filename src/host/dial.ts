// The one way out. In: a URL and a policy. Out: a streamed response from the address that was checked.
// A connection is made to the address that was checked (reach.ts); one that is kept leads there for as long as it lives.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { connect, isIP, type Socket } from "node:net";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { type Allowed, type DialPolicy, type Reached, type ReachTerms, reach } from "./reach.ts";

export type { Allowed, DialPolicy } from "./reach.ts";

/** Connections that are kept for whoever asks the same host next. Of one policy alone: what was checked for one is not for the other. */
export interface Kept {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  close(): void;
}

export function keepConnections(perHostMax: number): Kept {
  const options = { keepAlive: true, maxSockets: perHostMax, timeout: limits.dialKeptMs };
  const [http, https] = [new HttpAgent(options), new HttpsAgent(options)];
  return {
    http,
    https,
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

export interface DialOptions {
  readonly policy: DialPolicy;
  /** Networks that a foreign name may lead to all the same. */
  readonly allowed?: Allowed | undefined;
  /** Takes and leaves connections there; without it each request has its own. */
  readonly kept?: Kept | undefined;
  /** Redirects that are followed, each checked like the first address (RFC 9110, 15.4). Default 0: the answer is the redirect. */
  readonly redirectsMax?: number;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** The address to connect to, in place of what the host's name leads to; a certificate is still asked for that name. */
  readonly at?: string | null;
  /** Until the response's headers are there (ms). */
  readonly timeoutMs: number;
  /** Ends the request and the stream. */
  readonly signal?: AbortSignal;
}

export interface Dialled {
  readonly status: number;
  header(name: string): string | undefined;
  /** Chunks as they come; ends or throws with the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  close(): void;
}

/**
 * Asks `url` and gives its response once the headers are there. Throws Fault `unreachable` or `address-refused`. A redirect from https to http is not
 * followed, one that changes the method neither; credentials do not go to another origin.
 */
export async function dial(url: string, options: DialOptions): Promise<Dialled> {
  let [at, asked, left] = [new URL(url), options, options.redirectsMax ?? 0];
  for (;;) {
    const answer = await dialOnce(at, asked);
    const to = left > 0 ? redirectOf(at, answer, asked.method ?? "GET") : null;
    if (to === null) return answer;
    answer.close();
    if (to.origin !== at.origin) asked = { ...asked, at: null, headers: openHeaders(asked.headers) };
    [at, left] = [to, left - 1];
  }
}

/** Where an answer sends who asked, if that may be followed. */
function redirectOf(from: URL, { status, header }: Dialled, method: "GET" | "POST"): URL | null {
  const keepsMethod = status === 307 || status === 308;
  if (!keepsMethod && !((status === 301 || status === 302 || status === 303) && method === "GET"))
    return null;
  const location = header("location") ?? "";
  if (!URL.canParse(location, from.href)) return null;
  const to = new URL(location, from.href);
  const stays = to.protocol === "https:" || (to.protocol === "http:" && from.protocol === "http:");
  return stays ? to : null;
}

const credentials = new Set(["authorization", "cookie", "proxy-authorization"]);

function openHeaders(headers: DialOptions["headers"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).filter(([name]) => !credentials.has(name.toLowerCase())),
  );
}

async function dialOnce(target: URL, options: DialOptions): Promise<Dialled> {
  const host = target.hostname.replace(/^\[|\]$/g, "");
  const { kept } = options;
  // A name is looked up for a new connection alone; what is no name never is.
  const reached =
    kept === undefined || options.at != null || isIP(host) !== 0
      ? await whileWanted(reach(options.at ?? host, options), options.signal, target.origin)
      : null;
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void =>
      reject(
        cause instanceof Fault
          ? cause
          : new Fault(
              "unreachable",
              `${target.origin} did not answer: ${why}.`,
              "Check the address, and that it is up.",
              {
                cause,
              },
            ),
      );
    const secure = target.protocol === "https:";
    const request = (secure ? httpsRequest : httpRequest)(target, {
      method: options.method ?? "GET",
      headers: {
        ...options.headers,
        ...(options.body === undefined ? {} : { "content-length": String(options.body.length) }),
      },
      servername: isIP(host) === 0 ? host : undefined,
      agent: kept === undefined ? false : secure ? kept.https : kept.http,
      lookup: (_name: string, wants: { all?: boolean }, done: (...given: unknown[]) => void) => {
        const give = ({ address, family }: Reached): void =>
          wants.all === true ? done(null, [{ address, family }]) : done(null, address, family);
        if (reached !== null) give(reached);
        else reach(host, options).then(give, done);
      },
    } as Parameters<typeof httpsRequest>[1]);
    const deadline = setTimeout(
      () => request.destroy(new Error(`no headers within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    const onAbort = (): void => void request.destroy(new Error("called off"));
    options.signal?.addEventListener("abort", onAbort, { once: true });
    const over = (): void => options.signal?.removeEventListener("abort", onAbort);
    request.once("response", (response: IncomingMessage) => {
      clearTimeout(deadline);
      response.once("close", over);
      resolve({
        status: response.statusCode ?? 0,
        header: (name) => [response.headers[name.toLowerCase()]].flat()[0],
        body: response as AsyncIterable<Uint8Array>,
        close: () => request.destroy(),
      });
    });
    request.once("error", (error) => {
      clearTimeout(deadline);
      over();
      fail(messageOf(error), error);
    });
    request.end(options.body);
  });
}

/** A look-up cannot be called off, so a resolver that hangs is left behind. */
function whileWanted<Value>(
  looking: Promise<Value>,
  signal: AbortSignal | undefined,
  origin: string,
): Promise<Value> {
  if (signal === undefined) return looking;
  return new Promise((resolve, reject) => {
    const stop = (): void =>
      reject(
        new Fault(
          "unreachable",
          `${origin} did not answer: called off.`,
          "Check the address, and that it is up.",
        ),
      );
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    looking.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Reads a whole body of at most `bytesMax`; throws Fault `unreachable` beyond it. */
export async function readAll(body: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > bytesMax)
      throw new Fault(
        "unreachable",
        `A response exceeded ${bytesMax} bytes.`,
        "Check that the address is the right one.",
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** A connection to the address that was checked, for protocols of their own (SMTP). Throws Fault `unreachable` or `address-refused`. */
export async function dialSocket(
  { host, port }: { readonly host: string; readonly port: number },
  terms: ReachTerms & { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Socket> {
  const { signal } = terms;
  const { address, family } = await whileWanted(reach(host, terms), signal, host);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, family });
    const deadline = setTimeout(
      () => socket.destroy(new Error(`no connection within ${terms.timeoutMs} ms`)),
      terms.timeoutMs,
    );
    const onAbort = (): void => void socket.destroy(new Error("called off"));
    signal?.addEventListener("abort", onAbort, { once: true });
    // What was called off while the name was looked up tells nobody any more.
    if (signal?.aborted === true) onAbort();
    const over = (): void => {
      clearTimeout(deadline);
      signal?.removeEventListener("abort", onAbort);
    };
    const onError = (error: Error): void => {
      over();
      reject(
        new Fault(
          "unreachable",
          `${host}:${port} did not answer: ${messageOf(error)}.`,
          "Check the address, and that it is up.",
          { cause: error },
        ),
      );
    };
    socket.once("error", onError);
    socket.once("connect", () => {
      over();
      socket.off("error", onError);
      resolve(socket);
    });
  });
}
