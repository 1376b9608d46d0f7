// Asks HEAD / over and over on raw sockets, a process of its own. In: arguments <host> <port> <Host header> <seconds>. Out: a rate as JSON.
import { connections, type Rate } from "./generators.ts";

const [hostname = "", port = "", host = "", seconds = ""] = process.argv.slice(2);
const request = Buffer.from(`HEAD / HTTP/1.1\r\nHost: ${host}\r\nAccept-Encoding: gzip\r\n\r\n`);
const headEnd = Buffer.from("\r\n\r\n");
const ok = Buffer.from("HTTP/1.1 200");
const endMs = performance.now() + Number(seconds) * 1_000;
const startMs = performance.now();
let answers = 0;
await Promise.all(
  Array.from({ length: connections }, () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    void Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        open: (socket) => void socket.write(request),
        // An answer to HEAD is a head: one a request, and here always in one piece.
        data(socket, bytes) {
          if (!bytes.subarray(-4).equals(headEnd) || !bytes.subarray(0, 12).equals(ok))
            reject(new Error(`not the head of a 200: ${bytes}`));
          answers++;
          if (performance.now() < endMs) socket.write(request);
          else {
            socket.end();
            resolve();
          }
        },
        error: (_socket, error) => reject(error),
      },
    });
    return promise;
  }),
);
const rate: Rate = { answers, perSecond: (answers * 1_000) / (performance.now() - startMs) };
console.log(JSON.stringify(rate));
process.exit(0);
