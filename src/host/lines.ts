// Lines over a unix socket, both ways. In: a path in a data folder. Out: connections that say lines and hear them, each bounded: one that
// does not read, or says no end of line, is closed. Who dials hears of each end, and dials again when it likes.
import { chmodSync, rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";

export interface Lines {
  /** False, and the connection ends, where the other side does not read what it was sent. */
  send(line: string): boolean;
  close(): void;
}

/** What becomes of one connection. */
export interface LinesHandler {
  onLine(line: string): void;
  /** Called once, also where the connection never came to be. */
  onEnd(): void;
}

export interface LinesListener {
  /** Ends all connections. */
  stop(): Promise<void>;
}

/**
 * Listens on `path` in place of whatever was there; only the holder of the folder's lock may call it. Throws Fault `address-refused`, such
 * as for a path that is too long for a socket.
 */
export async function listenLines(
  path: string,
  onOpen: (lines: Lines) => LinesHandler,
): Promise<LinesListener> {
  rmSync(path, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    speak(socket, onOpen);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(path, resolve);
  await promise.catch((thrown) => {
    throw new Fault(
      "address-refused",
      `Cannot listen on ${path}: ${messageOf(thrown)}.`,
      "Name a data folder with a shorter path, on a disk that can hold sockets.",
      { cause: thrown },
    );
  });
  // Who may read the store may ask for more of it, and nobody else.
  chmodSync(path, 0o600);
  return {
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Connects to whoever listens on `path`. `onOpen` is called once it does, and never where nobody is there. */
export function dialLines(path: string, onOpen: () => void, handler: LinesHandler): Lines {
  const socket = createConnection(path);
  socket.once("connect", onOpen);
  return speak(socket, () => handler);
}

function speak(socket: Socket, onOpen: (lines: Lines) => LinesHandler): Lines {
  const lines: Lines = {
    send(line) {
      if (socket.destroyed) return false;
      if (socket.writableLength > limits.linesBytesMax) {
        socket.destroy();
        return false;
      }
      socket.write(`${line}\n`);
      return true;
    },
    close: () => void socket.destroy(),
  };
  const { onLine, onEnd } = onOpen(lines);
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const all = (rest + chunk).split("\n");
    rest = all.pop() ?? "";
    for (const line of all) onLine(line);
    if (rest.length > limits.lineCharsMax) socket.destroy();
  });
  // Why a connection ended is nobody's business here: what follows is the same.
  socket.on("error", () => undefined);
  socket.once("end", () => socket.destroy());
  socket.once("close", onEnd);
  return lines;
}
