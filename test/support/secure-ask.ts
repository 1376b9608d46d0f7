// Requests over TLS to a place on this machine. In: a place, a server name, a request. Out: the answer, the protocol, the certificate shown.
import { connect as connectHttp2 } from "node:http2";
import { connect, type TLSSocket } from "node:tls";

export interface SecureAsk {
  readonly host: string;
  readonly port: number;
  /** What the client says it wants to reach (SNI); without it, nothing. */
  readonly servername?: string;
  readonly protocol: "h2" | "http/1.1";
  /** Of the request; `servername` without it. */
  readonly authority?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SecureAnswer {
  readonly protocol: string | false | null;
  /** Names of the certificate that was shown, as Node writes them. */
  readonly shown: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A connection after its handshake. Whom the certificate is from is not looked at: the tests made it. */
export function secureConnection(
  ask: Pick<SecureAsk, "host" | "port" | "servername" | "protocol">,
): Promise<TLSSocket> {
  return new Promise((done, fail) => {
    const socket = connect(
      {
        host: ask.host,
        port: ask.port,
        ...(ask.servername === undefined ? {} : { servername: ask.servername }),
        ALPNProtocols: [ask.protocol],
        rejectUnauthorized: false,
      },
      () => done(socket),
    );
    socket.once("error", fail);
  });
}

/** One request on a new connection. */
export async function secureAsk(ask: SecureAsk): Promise<SecureAnswer> {
  const socket = await secureConnection(ask);
  const shown = socket.getPeerCertificate().subjectaltname ?? "";
  const protocol = socket.alpnProtocol;
  try {
    const answer = ask.protocol === "h2" ? await askHttp2(socket, ask) : await askHttp1(socket, ask);
    return { protocol, shown, ...answer };
  } finally {
    socket.destroy();
  }
}

type Answer = Pick<SecureAnswer, "status" | "headers" | "body">;

const authorityOf = ({ authority, servername, host }: SecureAsk): string => authority ?? servername ?? host;

function askHttp2(socket: TLSSocket, ask: SecureAsk): Promise<Answer> {
  return new Promise((done, fail) => {
    const client = connectHttp2(`https://${authorityOf(ask)}`, { createConnection: () => socket });
    client.on("error", fail);
    const stream = client.request({
      ":method": ask.method ?? "GET",
      ":path": ask.path ?? "/",
      ":authority": authorityOf(ask),
      ...ask.headers,
    });
    const chunks: Buffer[] = [];
    let head: Readonly<Record<string, unknown>> = {};
    stream.on("response", (headers) => {
      head = headers;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", fail);
    stream.on("end", () => {
      client.destroy();
      const names = Object.keys(head).filter((name) => !name.startsWith(":"));
      const headers = Object.fromEntries(names.map((name) => [name, String(head[name])]));
      done({ status: Number(head[":status"] ?? 0), headers, body: Buffer.concat(chunks) });
    });
    stream.end();
  });
}

function askHttp1(socket: TLSSocket, ask: SecureAsk): Promise<Answer> {
  const all = { host: authorityOf(ask), connection: "close", ...ask.headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${ask.method ?? "GET"} ${ask.path ?? "/"} HTTP/1.1\r\n${lines.join("")}\r\n`);
  return new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", fail);
    socket.on("end", () => {
      const bytes = Buffer.concat(chunks);
      const at = bytes.indexOf("\r\n\r\n");
      const [first = "", ...rest] = bytes.subarray(0, at).toString("latin1").split("\r\n");
      const headers = Object.fromEntries(
        rest.map((line) => [
          line.slice(0, line.indexOf(":")).toLowerCase(),
          line.slice(line.indexOf(":") + 2),
        ]),
      );
      done({ status: Number(first.split(" ")[1] ?? 0), headers, body: bytes.subarray(at + 4) });
    });
  });
}
