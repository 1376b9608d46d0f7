// The one way out. In: a URL and a policy. Out: a streamed response from the address that was checked.
// Resolve, refuse, connect to the address that was checked: no second look-up can put another one in its place.
import { lookup as resolveName } from "node:dns/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { BlockList, isIP } from "node:net";
import { Fault, messageOf } from "../base/fault.ts";

/** `configured`: named by the operator, any address. `foreign`: given by others; loopback, private and metadata ranges are refused. */
export type DialPolicy = "configured" | "foreign";

export interface DialOptions {
  readonly policy: DialPolicy;
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

/** Ranges that no foreign address may reach (RFC 1918, 4193, 5735, 6598, 6052, 3056, 3927; cloud metadata lies in 169.254/16). */
const refused = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  refused.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::", 127],
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
  ["100::", 64],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  refused.addSubnet(net, bits, "ipv6");

/** Asks `url` and gives its response once the headers are there. Throws Fault `unreachable` or `address-refused`. */
export async function dial(url: string, options: DialOptions): Promise<Dialled> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, "");
  const { address, family } = await whileWanted(
    addressOf(options.at ?? host, options.policy),
    options.signal,
    target.origin,
  );
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void =>
      reject(
        new Fault(
          "unreachable",
          `${target.origin} did not answer: ${why}.`,
          "Check the address, and that it is up.",
          { cause },
        ),
      );
    const ask = target.protocol === "https:" ? httpsRequest : httpRequest;
    const request = ask(target, {
      method: options.method ?? "GET",
      headers: {
        ...options.headers,
        ...(options.body === undefined ? {} : { "content-length": String(options.body.length) }),
      },
      servername: isIP(host) === 0 ? host : undefined,
      agent: false,
      lookup: (_name: string, wants: { all?: boolean }, done: (...given: unknown[]) => void) =>
        wants.all === true ? done(null, [{ address, family }]) : done(null, address, family),
    } as Parameters<typeof httpsRequest>[1]);
    const deadline = setTimeout(
      () => request.destroy(new Error(`no headers within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    options.signal?.addEventListener("abort", () => request.destroy(new Error("called off")), { once: true });
    request.once("response", (response: IncomingMessage) => {
      clearTimeout(deadline);
      resolve({
        status: response.statusCode ?? 0,
        header: (name) => [response.headers[name.toLowerCase()]].flat()[0],
        body: response as AsyncIterable<Uint8Array>,
        close: () => request.destroy(),
      });
    });
    request.once("error", (error) => {
      clearTimeout(deadline);
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

async function addressOf(host: string, policy: DialPolicy): Promise<{ address: string; family: number }> {
  const family = isIP(host);
  let found = { address: host, family };
  if (family === 0) {
    try {
      found = await resolveName(host);
    } catch (thrown) {
      throw new Fault(
        "unreachable",
        `The name ${host} has no address: ${messageOf(thrown)}.`,
        "Check the spelling and the resolver.",
      );
    }
  }
  if (policy === "foreign" && refused.check(found.address, found.family === 6 ? "ipv6" : "ipv4")) {
    throw new Fault(
      "address-refused",
      `${host} leads to ${found.address}, which is not a public address.`,
      "Name a public address.",
    );
  }
  return found;
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
