// Thousands of open pages, in a process of their own. In: arguments <host header> <host:port>…, lines of JSON on stdin: {"open": 10000}, {"cut": true}, {"report": true}.
// Out: a line each on stdout: how many listen and how long that took; when each generation reached them (ms since the epoch).
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** Moments (ms since the epoch) at which the first, all but one in a hundred, and the last of them heard of a generation. */
export interface Heard {
  readonly generation: number;
  readonly count: number;
  readonly firstMs: number;
  readonly p99Ms: number;
  readonly lastMs: number;
}
export interface Report {
  readonly heard: readonly Heard[];
  /** How late this process was for what was due, 95 of 100 times at most. */
  readonly lateMs: number;
}
export interface Listening {
  readonly listening: number;
  readonly lost: number;
  readonly tookMs: number;
}

const [host = "", ...places] = process.argv.slice(2);
const openAtOnce = 200;
const openMsMax = 30_000;
const request = `GET /_events HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n\r\n`;
const sockets = new Set<Socket>();
const heard = new Map<number, number[]>();
let lost = 0;
const late: number[] = [];
const beatMs = 50;
let dueMs = performance.now() + beatMs;
setInterval(() => {
  late.push(Math.max(0, performance.now() - dueMs));
  dueMs = performance.now() + beatMs;
}, beatMs);

/** Resolves when it listens, or has failed. */
function listen(at: number): Promise<void> {
  const [address = "", port = ""] = (places[at % places.length] ?? "").split(":");
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect(Number(port), address, () => socket.write(request));
  let text = "";
  let began = false;
  const failed = (): void => {
    if (!sockets.delete(socket) && !began) lost++;
    resolve();
  };
  socket.setTimeout(openMsMax, () => {
    if (!began) socket.destroy();
  });
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    if (!began) {
      began = true;
      sockets.add(socket);
      resolve();
    }
    text = hear(text + chunk);
  });
  socket.on("close", failed);
  socket.on("error", failed);
  return promise;
}

/** Notes whole events; what is not whole yet is given back. */
function hear(text: string): string {
  const end = text.lastIndexOf("\n\n");
  if (end === -1) return text;
  const nowMs = performance.timeOrigin + performance.now();
  for (const [, id = ""] of text.slice(0, end + 1).matchAll(/^id: (\d+)\ndata: /gm)) {
    const moments = heard.get(Number(id)) ?? [];
    moments.push(nowMs);
    heard.set(Number(id), moments);
  }
  return text.slice(end + 2);
}

/** `atOnce` at a time; all of them is a storm. */
async function open(count: number, atOnce: number): Promise<Listening> {
  const began = performance.now();
  for (let at = 0; at < count; at += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, count - at) }, (_, one) => listen(at + one)));
  return { listening: sockets.size, lost, tookMs: performance.now() - began };
}

async function storm(): Promise<Listening> {
  const all = [...sockets];
  sockets.clear();
  for (const socket of all) socket.destroy();
  return open(all.length, all.length);
}

function report(): Report {
  const told = [...heard].map(([generation, moments]) => {
    const sorted = moments.toSorted((left, right) => left - right);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
    return { generation, count: sorted.length, firstMs: at(0), p99Ms: at(0.99), lastMs: at(1) };
  });
  heard.clear();
  const sorted = late.splice(0).toSorted((left, right) => left - right);
  return { heard: told, lateMs: sorted[Math.floor(sorted.length * 0.95)] ?? 0 };
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as { readonly open?: number; readonly cut?: true };
  const said =
    asked.open !== undefined
      ? await open(asked.open, openAtOnce)
      : asked.cut === true
        ? await storm()
        : report();
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
process.exit(0);
