// How long a connection may take to say what it wants. In: a server's connections and requests. Out: those that take longer are closed.
// Deno's node:http keeps no `headersTimeout`, and its timeout of a socket starts again with every byte: one byte a second would hold a connection
// for ever.
import type { ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";

/** The first head of a connection: what Bun gives. */
const headMsMax = 12_000;

type MaybeSecure = Socket & { readonly alpnProtocol?: string | false };

/**
 * The first head has 12 s, each further one `idleMs` with the silence before it. For HTTP/1, where a connection has one request at a time.
 * Gives what is told of each head that has come, with the answer that it will get.
 */
export function keepHeadDeadlines(
  server: Server,
  secure: boolean,
  idleMs: number,
): (socket: Socket, answer: ServerResponse) => void {
  const timers = new WeakMap<Socket, ReturnType<typeof setTimeout>>();
  const clear = (socket: Socket): void => clearTimeout(timers.get(socket));
  const arm = (socket: Socket, ms: number): void => {
    clear(socket);
    if (socket.destroyed) return;
    timers.set(
      socket,
      setTimeout(() => socket.destroy(), ms),
    );
  };
  const begin = (socket: Socket): void => {
    arm(socket, Math.min(headMsMax, idleMs));
    socket.once("close", () => clear(socket));
  };
  server.on(secure ? "secureConnection" : "connection", (socket: MaybeSecure) => {
    // HTTP/2 has its own bounds, and asks much on one connection.
    if (socket.alpnProtocol !== "h2") begin(socket);
  });
  return (socket, answer) => {
    clear(socket);
    // Not when it was written: whoever reads slowly reads, and who does not is closed by the socket's own timeout.
    answer.once("finish", () => arm(socket, idleMs));
  };
}
