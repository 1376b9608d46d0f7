// Visitors at a fixed rate, whatever becomes of their requests. In: an address, requests a second, the share that opens a connection of its own.
// Out: how many were answered 200 and whole, and each that was not, with why. Nobody asks twice: a failure is what a visitor would have seen.
import { connect, type Socket } from "node:net";

export interface LoadFailure {
  /** When its connection was opened (ms since the start): for this request, or for an earlier one. */
  readonly openedMs: number;
  readonly connection: "new" | "kept";
  /** What came instead of an answer. */
  readonly why: string;
}

export interface PacedLoad {
  readonly asked: () => number;
  readonly answered: () => number;
  readonly failures: readonly LoadFailure[];
  /** Milliseconds since the start. */
  now(): number;
  /** Asks no more, and resolves when everything that was asked has ended. */
  stop(): Promise<void>;
}

export interface PacedLoadOptions {
  readonly host: string;
  readonly port: number;
  readonly perSecond: number;
  /** Of 1. */
  readonly onNewConnections: number;
  /** The Host and path of each request. */
  readonly visited: string;
  readonly path: string;
}

const tickMs = 5;
const answerMsMax = 10_000;

export function startPacedLoad(options: PacedLoadOptions): PacedLoad {
  const { host, port, perSecond, onNewConnections, visited, path } = options;
  const startedMs = performance.now();
  const now = (): number => performance.now() - startedMs;
  const failures: LoadFailure[] = [];
  const idle: Kept[] = [];
  let asked = 0;
  let ended = 0;

  function fail(openedMs: number, connection: LoadFailure["connection"], why: string): void {
    ended++;
    failures.push({ openedMs, connection, why });
  }

  function askAnew(): void {
    const openedMs = now();
    const socket = connect(port, host, () => socket.write(requestOf(path, visited, "close")));
    oneAnswer(socket, (why) => {
      socket.destroy();
      if (why === null) ended++;
      else fail(openedMs, "new", why);
    });
  }

  function askKept(): void {
    const kept = idle.pop() ?? openKept();
    kept.ask((why) => {
      if (why !== null) return fail(kept.openedMs, "kept", why);
      ended++;
      if (kept.isOpen()) idle.push(kept);
    });
  }

  function openKept(): Kept {
    const socket = connect(port, host);
    socket.setNoDelay(true);
    let open = true;
    socket.on("error", () => undefined);
    socket.on("close", () => {
      open = false;
      const at = idle.indexOf(kept);
      if (at !== -1) idle.splice(at, 1);
    });
    const kept: Kept = {
      openedMs: now(),
      isOpen: () => open,
      ask(onEnd) {
        socket.write(requestOf(path, visited, "keep-alive"));
        oneAnswer(socket, onEnd);
      },
      close: () => socket.destroy(),
    };
    return kept;
  }

  const ticking = setInterval(() => {
    // What a late tick missed is asked now: the rate is the visitors', not the server's and not this process's.
    for (const due = Math.floor((now() * perSecond) / 1_000); asked < due; asked++) {
      const anew = Math.floor((asked + 1) * onNewConnections) > Math.floor(asked * onNewConnections);
      if (anew) askAnew();
      else askKept();
    }
  }, tickMs);
  return {
    asked: () => asked,
    answered: () => ended - failures.length,
    failures,
    now,
    async stop() {
      clearInterval(ticking);
      while (ended < asked) await new Promise((next) => setTimeout(next, tickMs));
      for (const kept of idle.splice(0)) kept.close();
    },
  };
}

interface Kept {
  readonly openedMs: number;
  isOpen(): boolean;
  ask(onEnd: (why: string | null) => void): void;
  close(): void;
}

function requestOf(path: string, visited: string, connection: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${visited}\r\nConnection: ${connection}\r\n\r\n`;
}

/** Calls back once: with null for a whole 200, else with what came in its place. */
function oneAnswer(socket: Socket, onEnd: (why: string | null) => void): void {
  let text = "";
  const end = (why: string | null): void => {
    clearTimeout(deadline);
    socket.off("data", take);
    socket.off("error", broken);
    socket.off("close", closed);
    onEnd(why);
  };
  const take = (chunk: Buffer): void => {
    text += chunk.toString("latin1");
    const head = text.indexOf("\r\n\r\n");
    if (head === -1) return;
    const length = Number(/^content-length: (\d+)/im.exec(text.slice(0, head))?.[1] ?? Number.NaN);
    if (text.length < head + 4 + length) return;
    end(text.startsWith("HTTP/1.1 200 ") ? null : text.slice(0, text.indexOf("\r")));
  };
  const broken = (error: NodeJS.ErrnoException): void => end(error.code ?? error.message);
  const closed = (): void => end(text === "" ? "closed without an answer" : "closed within the answer");
  const deadline = setTimeout(() => end(`no answer within ${answerMsMax} ms`), answerMsMax);
  socket.on("data", take);
  socket.on("error", broken);
  socket.on("close", closed);
}
