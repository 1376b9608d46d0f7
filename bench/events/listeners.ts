// Thousands of visitors who listen, in a process of their own. In: arguments <port> <host>, lines of JSON on stdin: {"open": 10000}, {"report": true}.
// Out: a line each on stdout: how many listen, or how long each generation took to reach them (ms since the time that its event names).
import { createInterface } from "node:readline";
import { quantile } from "../suite.ts";
import type { Heard } from "./bench.ts";

const [port = "0", host = ""] = process.argv.slice(2);
const openAtOnce = 200;

const request = `GET /_events HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n\r\n`;
let opened = 0;
let listening = 0;
let lost = 0;
const heard = new Map<number, number[]>();

interface Listener {
  text: string;
}

/** The last event of what came; the rest is kept until it is whole. */
function hear(listener: Listener, chunk: Buffer): void {
  const nowMs = performance.timeOrigin + performance.now();
  listener.text += chunk.toString("latin1");
  const end = listener.text.lastIndexOf("\n\n");
  if (end === -1) return;
  for (const [, generation, at] of listener.text
    .slice(0, end)
    .matchAll(/^id: (\d+)\ndata: \{"at":([\d.]+)/gm)) {
    const list = heard.get(Number(generation)) ?? [];
    list.push(nowMs - Number(at));
    heard.set(Number(generation), list);
  }
  listener.text = listener.text.slice(end + 2);
}

async function open(count: number): Promise<void> {
  const target = opened + count;
  while (opened < target) {
    const some = Math.min(openAtOnce, target - opened);
    opened += some;
    await Promise.all(Array.from({ length: some }, openOne));
  }
}

function openOne(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const failed = (): void => {
    lost++;
    resolve();
  };
  Bun.connect<Listener & { began: boolean }>({
    hostname: "127.0.0.1",
    port: Number(port),
    socket: {
      open(socket) {
        socket.data = { text: "", began: false };
        socket.write(request);
      },
      data(socket, chunk) {
        if (!socket.data.began) {
          socket.data.began = true;
          listening++;
          resolve();
        }
        hear(socket.data, chunk);
      },
      close: failed,
      error: failed,
      connectError: failed,
    },
  }).catch(failed);
  return promise;
}

function report(): readonly Heard[] {
  return [...heard].map(([generation, tookMs]) => ({
    generation,
    count: tookMs.length,
    medianMs: quantile(tookMs, 0.5),
    p99Ms: quantile(tookMs, 0.99),
    lastMs: Math.max(...tookMs),
  }));
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as { open?: number };
  if (asked.open !== undefined) {
    await open(asked.open);
    console.log(JSON.stringify({ listening, lost }));
  } else console.log(JSON.stringify({ listening, lost, heard: report() }));
}
