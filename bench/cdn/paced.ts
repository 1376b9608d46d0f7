// A crowd of a given size and pace, as a process of its own. In: argv (JSON of `Pace`). Out: one line of JSON (`Told`) on stdout.
// Each connection has its own timetable; a request whose turn comes while the one before is unanswered is sent right after it, and its time
// counts from its turn, so that a server that stalls cannot hide it. (h2load 1.52 does not keep to --rps over HTTP/1.1, wrk has no pace.)
import { connect, type Socket } from "node:net";
import { quantile } from "../suite.ts";

export interface Pace {
  /** `127.0.0.1:6081`. */
  readonly address: string;
  readonly host: string;
  readonly connections: number;
  readonly requestsASecond: number;
  readonly seconds: number;
  /** Asked for in this order by each connection, each beginning at its own place. */
  readonly paths: readonly string[];
}

export interface Told {
  readonly ok: number;
  readonly other: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  /** Answers of a generation below one seen before on the same path. */
  readonly fell: number;
}

const headEnd = "\r\n\r\n";
const lastChunk = "0\r\n\r\n";

class Crowd {
  ok = 0;
  other = 0;
  fell = 0;
  readonly tookMs: number[] = [];
  readonly newest = new Map<string, number>();
  readonly pace: Pace;
  constructor(pace: Pace) {
    this.pace = pace;
  }

  took(path: string, head: string, ms: number): void {
    this.tookMs.push(ms);
    if (!head.startsWith("HTTP/1.1 200 ")) {
      this.other += 1;
      return;
    }
    this.ok += 1;
    const generation = Number(/\r\npharos-generation: (\d+)/i.exec(head)?.[1] ?? 0);
    const before = this.newest.get(path) ?? 0;
    if (generation < before) this.fell += 1;
    else this.newest.set(path, generation);
  }

  lost(): void {
    this.other += 1;
  }
}

/** One connection, and the timetable of its requests. */
class Visitor {
  readonly #crowd: Crowd;
  readonly #everyMs: number;
  readonly #endMs: number;
  #socket: Socket | null = null;
  #at: number;
  #dueMs: number;
  #askedPath = "";
  /** Of the answer that is on its way: null before its head is there; what is left of its body, or -1 for chunks. */
  #left: number | null = null;
  #head = "";
  #busy = false;

  constructor(crowd: Crowd, at: number, beginMs: number) {
    const { connections, requestsASecond, seconds, paths } = crowd.pace;
    this.#crowd = crowd;
    this.#everyMs = (connections * 1_000) / requestsASecond;
    this.#dueMs = beginMs + (at / connections) * this.#everyMs;
    this.#endMs = beginMs + seconds * 1_000;
    this.#at = Math.floor((at / connections) * paths.length);
  }

  async open(): Promise<void> {
    const [host = "", port = ""] = this.#crowd.pace.address.split(":");
    const socket = connect({ host, port: Number(port), noDelay: true });
    await new Promise<void>((done, fail) => {
      socket.once("connect", done);
      socket.once("error", fail);
    });
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("error", () => {});
    socket.once("close", () => {
      if (this.#busy) this.#crowd.lost();
      this.#busy = false;
      this.#socket = null;
      if (!this.isDone) this.open().catch(() => this.#crowd.lost());
    });
    this.#socket = socket;
  }

  get isDone(): boolean {
    return this.#dueMs >= this.#endMs && !this.#busy;
  }

  /** Asks if it is this connection's turn. */
  turn(nowMs: number): void {
    if (this.#busy || this.#socket === null || this.#dueMs > nowMs || this.#dueMs >= this.#endMs) return;
    const { paths, host } = this.#crowd.pace;
    this.#askedPath = paths[this.#at++ % paths.length] ?? "/";
    this.#busy = true;
    this.#left = null;
    this.#head = "";
    this.#socket.write(`GET ${this.#askedPath} HTTP/1.1\r\nHost: ${host}\r\nAccept-Encoding: gzip\r\n\r\n`);
  }

  #take(chunk: Buffer): void {
    if (this.#left === null) {
      this.#head += chunk.toString("latin1");
      const at = this.#head.indexOf(headEnd);
      if (at < 0) return;
      const length = /\r\ncontent-length: (\d+)/i.exec(this.#head.slice(0, at))?.[1];
      const got = this.#head.length - at - headEnd.length;
      this.#left = length === undefined ? -1 : Number(length) - got;
      if (length === undefined ? this.#head.endsWith(lastChunk) : this.#left === 0) this.#answered();
      return;
    }
    if (this.#left > 0) {
      this.#left -= chunk.length;
      if (this.#left === 0) this.#answered();
    } else if (chunk.subarray(-lastChunk.length).toString("latin1") === lastChunk) this.#answered();
  }

  #answered(): void {
    const nowMs = performance.now();
    this.#busy = false;
    this.#crowd.took(this.#askedPath, this.#head, nowMs - this.#dueMs);
    this.#dueMs += this.#everyMs;
    this.turn(nowMs);
  }

  close(): void {
    this.#socket?.destroy();
  }
}

async function main(pace: Pace): Promise<void> {
  const crowd = new Crowd(pace);
  const beginMs = performance.now() + 200;
  const visitors = Array.from({ length: pace.connections }, (_none, at) => new Visitor(crowd, at, beginMs));
  await Promise.all(visitors.map((visitor) => visitor.open()));
  const endMs = beginMs + pace.seconds * 1_000;
  while (performance.now() < endMs + 2_000 && !visitors.every((visitor) => visitor.isDone)) {
    const nowMs = performance.now();
    for (const visitor of visitors) visitor.turn(nowMs);
    await new Promise((done) => setTimeout(done, 1));
  }
  for (const visitor of visitors) visitor.close();
  const told: Told = {
    ok: crowd.ok,
    other: crowd.other,
    p50Ms: quantile(crowd.tookMs, 0.5),
    p99Ms: quantile(crowd.tookMs, 0.99),
    worstMs: quantile(crowd.tookMs, 1),
    fell: crowd.fell,
  };
  console.log(JSON.stringify(told));
  process.exit(0);
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? "{}") as Pace);
