// Visitors who keep asking. In: places, how many of each kind. Out: how many requests were answered, and how each other one failed.
// A client may send again what a server says it has not looked at (RFC 9113, 8.7); nothing else is forgiven here.
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect as connectPlain, type Socket } from "node:net";
import { secureConnection } from "./secure-ask.ts";

export interface LoadOptions {
  readonly host: string;
  readonly plainPort: number;
  readonly tlsPort: number;
  readonly name: string;
  /** Visitors of each kind. */
  readonly each: number;
  /** Between two requests of one visitor. */
  readonly pauseMs: number;
}

export interface Load {
  readonly asked: () => number;
  readonly failures: () => readonly string[];
  stop(): Promise<void>;
}

type Kind = (options: LoadOptions) => { ask(): Promise<void>; end(): void };

/** Kept and new connections, plain and over TLS, and sessions of HTTP/2. */
const kinds: Readonly<Record<string, Kind>> = {
  "kept, plain": (options) => keptOf(() => plain(options), options),
  "kept, TLS": (options) => keptOf(() => secure(options), options),
  "new, plain": (options) => newOf(() => plain(options), options),
  "new, TLS": (options) => newOf(() => secure(options), options),
  "HTTP/2": http2Of,
};

export function startLoad(options: LoadOptions): Load {
  let asked = 0;
  let going = true;
  const failures: string[] = [];
  const visit = async (kind: string): Promise<void> => {
    const visitor = (kinds[kind] as Kind)(options);
    while (going) {
      asked++;
      await visitor.ask().catch((thrown) => failures.push(`${kind}: ${thrown}`));
      await new Promise((next) => setTimeout(next, options.pauseMs * (0.5 + Math.random())));
    }
    visitor.end();
  };
  const visitors = Object.keys(kinds).flatMap((kind) =>
    Array.from({ length: options.each }, () => visit(kind)),
  );
  return {
    asked: () => asked,
    failures: () => failures,
    async stop() {
      going = false;
      await Promise.all(visitors);
    },
  };
}

function plain({ host, plainPort }: LoadOptions): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connectPlain(plainPort, host, () => done(socket));
    socket.once("error", fail);
  });
}

function secure({ host, tlsPort, name }: LoadOptions): Promise<Socket> {
  return secureConnection({ host, port: tlsPort, servername: name, protocol: "http/1.1" });
}

function newOf(open: () => Promise<Socket>, { name }: LoadOptions): ReturnType<Kind> {
  return {
    async ask() {
      const socket = await open();
      await exchange(socket, name);
      socket.destroy();
    },
    end: () => undefined,
  };
}

function keptOf(open: () => Promise<Socket>, { name }: LoadOptions): ReturnType<Kind> {
  let kept: Socket | null = null;
  return {
    async ask() {
      // What was closed between two requests is a connection less, and no request lost.
      const socket: Socket = kept === null || kept.destroyed || kept.readableEnded ? await open() : kept;
      kept = null;
      if (!(await exchange(socket, name))) kept = socket;
      else socket.destroy();
    },
    end: () => kept?.destroy(),
  };
}

/** One request and its whole answer; whether it was the last one of its connection. */
function exchange(socket: Socket, name: string): Promise<boolean> {
  return new Promise((done, fail) => {
    let text = "";
    const end = (): void => {
      for (const event of ["data", "close", "error"]) socket.removeAllListeners(event);
      socket.on("error", () => undefined);
    };
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      const at = text.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (at === -1 || text.length < at + 4 + length) return;
      end();
      if (/^HTTP\/1\.1 (?:200|301) /.test(text)) done(/^connection: close/im.test(text));
      else fail(new Error(text.slice(0, 30)));
    });
    socket.on("close", () => fail(new Error(`closed after ${text.length} bytes`)));
    socket.on("error", fail);
    socket.write(`GET / HTTP/1.1\r\nHost: ${name}\r\nAccept-Encoding: gzip\r\n\r\n`);
  });
}

function http2Of(options: LoadOptions): ReturnType<Kind> {
  let kept: Session | null = null;
  const ask = async (again: boolean): Promise<void> => {
    if (kept === null || kept.lastStream !== null || kept.session.destroyed) kept = await sessionOf(options);
    const used = kept;
    try {
      await requestOn(used, options.name);
    } catch (thrown) {
      if (!(thrown instanceof Unseen) || !again) throw thrown;
      await ask(false);
    }
  };
  return { ask: () => ask(true), end: () => kept?.session.destroy() };
}

interface Session {
  readonly session: ClientHttp2Session;
  /** The last request that the server will answer, once it has said that it goes. */
  lastStream: number | null;
}

async function sessionOf({ host, tlsPort, name }: LoadOptions): Promise<Session> {
  const socket = await secureConnection({ host, port: tlsPort, servername: name, protocol: "h2" });
  const session = connectHttp2(`https://${name}`, { createConnection: () => socket });
  const made: Session = { session, lastStream: null };
  session.on("error", () => undefined);
  session.on("goaway", (_code: number, lastStream: number) => {
    made.lastStream = lastStream;
  });
  return made;
}

/** The server said that it has not looked at this request. */
class Unseen extends Error {}

function requestOn(used: Session, name: string): Promise<void> {
  return new Promise((done, fail) => {
    const stream = used.session.request({ ":path": "/", ":authority": name, "accept-encoding": "gzip" });
    let status = 0;
    stream.on("response", (headers) => {
      status = Number(headers[":status"]);
    });
    stream.on("data", () => undefined);
    stream.on("end", () => (status === 200 ? done() : fail(new Error(`status ${status}`))));
    const lost = (thrown?: Error): void => {
      const id = stream.id ?? 0;
      const unseen = used.lastStream !== null && id > used.lastStream;
      fail(unseen ? new Unseen("not looked at") : (thrown ?? new Error(`stream ${id} closed`)));
    };
    stream.on("error", lost);
    stream.on("close", () => lost());
    stream.end();
  });
}
