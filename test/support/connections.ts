// Clients from wherever this is run, such as a network namespace. In: arguments <host> <port> <count> <at once> <per second> <wait ms>.
// Each opens a connection, asks for `/` and keeps it open. Out: one line of JSON: how many were answered, refused, or heard nothing.
import { connect, type Socket } from "node:net";

export interface Outcome {
  readonly answered: number;
  /** The other side said no. */
  readonly refused: number;
  /** Nothing came within the wait. */
  readonly silent: number;
  /** Of those that were answered (ms). */
  readonly slowestMs: number;
}

const [host = "", port = "", count = "", burst = "", perSecond = "", waitMs = ""] = process.argv.slice(2);
const outcome = { answered: 0, refused: 0, silent: 0, slowestMs: 0 };
const sockets: Socket[] = [];

function visit(): Promise<void> {
  return new Promise((done) => {
    const began = performance.now();
    const socket = connect(Number(port), host);
    sockets.push(socket);
    const end = (what: "answered" | "refused" | "silent"): void => {
      clearTimeout(timer);
      outcome[what]++;
      if (what === "answered") outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - began);
      done();
    };
    const timer = setTimeout(() => end("silent"), Number(waitMs));
    socket.once("connect", () => socket.write("GET / HTTP/1.1\r\nHost: status.example\r\n\r\n"));
    socket.once("data", () => end("answered"));
    socket.once("error", () => end("refused"));
  });
}

const visits: Promise<void>[] = [];
const began = performance.now();
while (visits.length < Number(count)) {
  const due = Number(burst) + ((performance.now() - began) * Number(perSecond)) / 1_000;
  while (visits.length < Math.min(due, Number(count))) visits.push(visit());
  await new Promise((next) => setTimeout(next, 10));
}
await Promise.all(visits);
console.log(JSON.stringify(outcome));
// Open until everyone was counted: this is what the limit of open connections looks at.
for (const socket of sockets) socket.destroy();
