// Who takes messages, as a process of its own: an HTTP server for webhooks and SMS, an SMTP server, and a server that takes connections and never answers.
// In: nothing. Out: their ports as a line of JSON on standard output; `GET /told`, what came since the last `POST /begin`; `GET /sample`, one of it.
// They do no more than they must: what is measured is who sends. A message counts when it is answered.
import { createServer, type Socket } from "node:net";
import { quantile } from "../suite.ts";
import type { Ports } from "./world.ts";

/** Times are wall times (ms). */
export interface Told {
  readonly count: number;
  /** By the name of the delivery, or the reader's address. */
  readonly distinct: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly p95AtMs: number;
}

export interface Sample {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let times: number[] = [];
let names = new Set<string>();
let sample: Sample = { headers: {}, body: "" };

const wallMs = (): number => performance.timeOrigin + performance.now();

function took(name: string): void {
  times.push(wallMs());
  names.add(name);
}

function told(): Told {
  return {
    count: times.length,
    distinct: names.size,
    firstMs: times[0] ?? Number.NaN,
    lastMs: times.at(-1) ?? Number.NaN,
    p95AtMs: quantile(times, 0.95),
  };
}

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (request.method === "GET") return Response.json(pathname === "/told" ? told() : sample);
  if (pathname === "/begin") {
    times = [];
    names = new Set();
    return new Response();
  }
  const body = await request.text();
  if (times.length === 0) sample = { headers: Object.fromEntries(request.headers), body };
  const text = request.headers.get("i-twilio-idempotency-token");
  took(text ?? request.headers.get("webhook-id") ?? pathname);
  return text === null ? new Response() : Response.json({ sid: "SM0" }, { status: 201 });
}

function speakSmtp(socket: Socket): void {
  let rest = "";
  let isMessage = false;
  let to = "";
  const say = (line: string): unknown => socket.write(`${line}\r\n`);
  const command = (line: string): void => {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === "EHLO") say("250-sink\r\n250-PIPELINING\r\n250 8BITMIME");
    else if (verb === "RCPT") {
      to = line;
      say("250 OK");
    } else if (verb === "DATA") {
      isMessage = true;
      say("354 Go on");
    } else if (verb === "QUIT") socket.end("221 Bye\r\n");
    else say("250 OK");
  };
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  socket.on("data", (bytes) => {
    rest += bytes.toString("latin1");
    for (;;) {
      const end = rest.indexOf(isMessage ? "\r\n.\r\n" : "\r\n");
      if (end < 0) return;
      const part = rest.slice(0, end);
      rest = rest.slice(end + (isMessage ? 5 : 2));
      if (!isMessage) command(part);
      else {
        isMessage = false;
        if (times.length === 0) sample = { headers: {}, body: part };
        took(to);
        say("250 Taken");
      }
    }
  });
  say("220 sink ESMTP");
}

async function listening(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer(serve);
  await new Promise<void>((done) => server.listen(0, "0.0.0.0", 1_024, done));
  const place = server.address();
  return typeof place === "object" && place !== null ? place.port : 0;
}

if (import.meta.main) {
  const http = Bun.serve({ port: 0, hostname: "0.0.0.0", idleTimeout: 0, fetch: answer });
  const ports: Ports = {
    http: http.port ?? 0,
    smtp: await listening(speakSmtp),
    dead: await listening((socket) => void socket.on("error", () => undefined).resume()),
  };
  console.log(JSON.stringify(ports));
  process.stdin.resume().once("end", () => process.exit(0));
}
