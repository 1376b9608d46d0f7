// A client of DNS by UDP and TCP. In: a place, bytes of queries. Out: bytes of answers, or null where none came in time.
import { createSocket } from "node:dgram";
import { connect, isIPv6, type Socket } from "node:net";

export interface DnsPlaceOf {
  readonly host: string;
  readonly port: number;
}

/** One query, one answer. */
export function askUdp(
  { host, port }: DnsPlaceOf,
  query: Uint8Array,
  withinMs = 5_000,
): Promise<Buffer | null> {
  const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
  return new Promise((resolve, reject) => {
    const end = (answer: Buffer | null): void => {
      clearTimeout(deadline);
      socket.close();
      resolve(answer);
    };
    const deadline = setTimeout(() => end(null), withinMs);
    socket.once("message", end);
    socket.once("error", reject);
    socket.send(query, port, host);
  });
}

export function framed(...queries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    queries.flatMap((query) => [Buffer.of(query.length >> 8, query.length & 0xff), query]),
  );
}

export interface TcpClient {
  readonly socket: Socket;
  /** The next answer; null where the connection ends first. */
  next(): Promise<Buffer | null>;
  readonly closed: Promise<void>;
}

export async function dialTcp({ host, port }: DnsPlaceOf): Promise<TcpClient> {
  const socket = connect(port, host);
  let came = Buffer.alloc(0);
  let isOver = false;
  const waiting: ((answer: Buffer | null) => void)[] = [];
  const give = (): void => {
    while (waiting.length > 0) {
      const length = came.length < 2 ? Number.POSITIVE_INFINITY : came.readUInt16BE(0);
      if (came.length >= 2 + length) {
        waiting.shift()?.(Buffer.from(came.subarray(2, 2 + length)));
        came = came.subarray(2 + length);
      } else if (isOver) waiting.shift()?.(null);
      else return;
    }
  };
  socket.on("data", (bytes) => {
    came = Buffer.concat([came, bytes]);
    give();
  });
  const closed = new Promise<void>((done) =>
    socket.once("close", () => {
      isOver = true;
      give();
      done();
    }),
  );
  await new Promise<void>((done, fail) => {
    socket.once("connect", done);
    socket.once("error", fail);
  });
  socket.on("error", () => undefined);
  return {
    socket,
    closed,
    next: () =>
      new Promise((done) => {
        waiting.push(done);
        give();
      }),
  };
}

export async function askTcp(place: DnsPlaceOf, query: Uint8Array): Promise<Buffer | null> {
  const client = await dialTcp(place);
  client.socket.write(framed(query));
  const answer = await client.next();
  client.socket.destroy();
  return answer;
}

export interface SteadyAsker {
  readonly sent: () => number;
  /** Answers by what they hold after the header. */
  readonly answers: ReadonlyMap<string, number>;
  /** Asks no more, waits for what is missing; gives how many answers never came. */
  stop(): Promise<number>;
}

/** Asks the same again and again, `atOnce` at a time and each time from another port: where several processes share one, each gets its part. */
export function askSteadily(place: DnsPlaceOf, query: Buffer, atOnce = 4, everyMs = 2): SteadyAsker {
  const sockets = Array.from({ length: 16 }, () => createSocket(isIPv6(place.host) ? "udp6" : "udp4"));
  const answers = new Map<string, number>();
  let sent = 0;
  let came = 0;
  for (const socket of sockets)
    socket.on("message", (answer) => {
      came++;
      const text = answer.subarray(12).toString("latin1");
      answers.set(text, (answers.get(text) ?? 0) + 1);
    });
  const asking = setInterval(() => {
    for (let turn = 0; turn < atOnce; turn++) {
      const bytes = Buffer.from(query);
      bytes.writeUInt16BE(sent & 0xffff, 0);
      sockets[sent++ % sockets.length]?.send(bytes, place.port, place.host);
    }
  }, everyMs);
  return {
    sent: () => sent,
    answers,
    async stop() {
      clearInterval(asking);
      for (let look = 0; look < 100 && came < sent; look++) await new Promise((next) => setTimeout(next, 20));
      for (const socket of sockets) socket.close();
      return sent - came;
    },
  };
}
