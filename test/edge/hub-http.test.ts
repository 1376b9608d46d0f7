// Event streams over HTTP: visitors that never read, two workers over one store, one of which dies, and a listener that stops.

import { afterAll, describe, expect, test } from "bun:test";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { systemRandom } from "../../src/base/random.ts";
import { createHub } from "../../src/edge/hub.ts";
import type { TlsOptions } from "../../src/host/http-types.ts";
import { listenVisitors } from "../../src/host/visitors.ts";
import { openStore } from "../../src/store/open.ts";
import { makeCertificate } from "../support/certificate.ts";
import { openEvents } from "../support/event-stream.ts";
import { until } from "../support/pop.ts";
import { makePopFolder } from "../support/pop-folder.ts";
import { keepRemarks } from "../support/remarks.ts";
import { secureConnection } from "../support/secure-ask.ts";
import { startTestWorker } from "../support/worker.ts";
import { frontRoutes, signedPage } from "./fixture.ts";

const host = "status.example";
const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** A page of one event of `bytes`, in this process. */
function serve(bytes: number, tls?: TlsOptions) {
  const metrics = createMetrics();
  const hub = createHub({ clock: systemClock, random: systemRandom, metrics });
  let generation = 1;
  let body = new Uint8Array(bytes).fill(120);
  const look = () => ({ generation, level: "0", event: () => body });
  const listener = listenVisitors({
    bodyBytesMax: 1_000,
    remarks: keepRemarks(),
    clock: systemClock,
    ...(tls && { tls }),
    answer: (asked) => hub.open({ asked, page: "p", look }),
  });
  ends.push(async () => {
    hub.stop();
    await listener.stop(true);
  });
  const put = () => {
    generation++;
    body = new Uint8Array(bytes).fill(120);
    hub.wake("p");
  };
  const closed = metrics.counter("edge_event_streams_closed_total", "", "reason");
  return { hub, listener, put, closed, address: `127.0.0.1:${listener.port}` };
}

const listenerPlace = (port: number) => ({ host: "127.0.0.1", port });

/** Asks for events, and reads nothing of the answer. */
function silentVisitor(port: number): { readonly gone: Promise<void>; end(): void } {
  const socket = connect(port, "127.0.0.1", () =>
    socket.write(`GET /_events HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
  );
  socket.pause();
  const gone = new Promise<void>((done) => {
    socket.once("error", () => done());
    socket.once("close", () => done());
  });
  return { gone, end: () => socket.destroy() };
}

describe("visitors that never read", () => {
  test("are cut off with a reason; what waits for them is held once, and who reads is told", async () => {
    const silentCount = 40;
    const bytes = 1_000_000;
    const { hub, listener, put, closed, address } = serve(bytes);
    const silent = Array.from({ length: silentCount }, () => silentVisitor(listener.port));
    const reading = await openEvents(address, host);
    await until("all listen", () => hub.streams() === silentCount + 1);
    const before = process.memoryUsage.rss();
    let rss = before;
    let puts = 0;
    while (closed.value("too-slow") < silentCount && puts < 200) {
      put();
      puts++;
      await until("it reads", () => reading.ids().at(-1) === puts + 1);
      // What the reader here has put together is garbage, not the hub's.
      Bun.gc(true);
      rss = Math.max(rss, process.memoryUsage.rss());
    }
    expect(closed.value("too-slow")).toBe(silentCount);
    expect(hub.streams()).toBe(1);
    // One by one it would be silentCount * eventFramesMax of them; shared it is eventFramesMax, and what the reader here collects.
    expect(rss - before).toBeLessThan((silentCount * limits.eventFramesMax * bytes) / 3);
    for (const visitor of silent) visitor.end();
    reading.close();
    await until("the reader is gone", () => hub.streams() === 0);
  }, 60_000);
});

test("over HTTP/2 many streams share a connection; each is told, and ends by itself", async () => {
  const { chain, key } = makeCertificate([host]);
  const tls = { certificates: [{ names: [host], chain, key }], http2: true, http3: false };
  const { hub, listener, put } = serve(500, tls);
  const socket = await secureConnection({
    ...listenerPlace(listener.port),
    servername: host,
    protocol: "h2",
  });
  const client = connectHttp2(`https://${host}`, { createConnection: () => socket });
  const streams = Array.from({ length: 10 }, () => {
    const stream = client.request({ ":path": "/_events", accept: "text/event-stream" });
    const heard = { text: "", headers: {} as Readonly<Record<string, unknown>> };
    stream.on("response", (headers) => {
      heard.headers = headers;
    });
    stream.setEncoding("utf8").on("data", (text: string) => {
      heard.text += text;
    });
    return { stream, heard };
  });
  await until("all listen", () => hub.streams() === 10);
  put();
  await until("all are told", () => streams.every(({ heard }) => heard.text.includes("id: 2\n")));
  expect(streams[0]?.heard.headers).toMatchObject({
    ":status": 200,
    "strict-transport-security": expect.stringContaining("max-age"),
  });
  for (const { stream } of streams.slice(0, 4)) stream.close();
  await until("four have left", () => hub.streams() === 6);
  client.destroy();
  await until("all have left", () => hub.streams() === 0);
});

test("a listener that stops is not held up by streams, and ends them in order", async () => {
  const { hub, listener, address } = serve(100);
  const streams = await Promise.all(Array.from({ length: 20 }, () => openEvents(address, host)));
  const began = performance.now();
  hub.stop();
  await listener.stop();
  expect(performance.now() - began).toBeLessThan(limits.stopGraceMs);
  expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual(streams.map(() => true));
});

describe("two workers over one store", () => {
  test("tell of each generation; after one died, its visitor goes on where it was", async () => {
    const pageOf = (generation: number) =>
      signedPage({
        page: "p1",
        hosts: [host],
        generation,
        routes: {
          ...frontRoutes(`calm ${generation}`),
          "/_event": { body: `{"generation":${generation}}`, contentType: "application/json" },
        },
      });
    const { folder, root, remove } = await makePopFolder([await pageOf(1)]);
    ends.push(async () => remove());
    const store = await openStore({ folder, clock: systemClock, log: silentLog });
    ends.push(() => store.close());
    const workers = [
      await startTestWorker(folder, root.publicKey),
      await startTestWorker(folder, root.publicKey),
    ] as const;
    ends.push(async () => Promise.all(workers.map(({ child }) => child.exited)));
    const [first, second] = workers.map(({ port }) => `127.0.0.1:${port}`) as [string, string];
    const streams = [await openEvents(first, host), await openEvents(second, host)] as const;
    expect(streams.map(({ status }) => status)).toEqual([200, 200]);
    await store.snapshots.apply(await pageOf(2));
    await until("both are told", () => streams.every((stream) => stream.ids().join() === "1,2"));
    workers[0].child.kill("SIGKILL");
    expect(await streams[0].ended).toBe(false);
    await store.snapshots.apply(await pageOf(3));
    const again = await openEvents(second, host, { lastId: 2 });
    await until("it is told what it missed", () => again.ids().join() === "3");
    const current = await openEvents(second, host, { lastId: 3 });
    await until("the newest needs no telling", () => current.told("level").length > 0);
    await store.snapshots.apply(await pageOf(4));
    await until("all are told of the next", () =>
      [streams[1], again, current].every((stream) => stream.ids().at(-1) === 4),
    );
    expect(current.ids()).toEqual([4]);
    expect(JSON.parse(current.told()[0]?.data ?? "")).toEqual({ generation: 4 });
    for (const stream of [streams[1], again, current]) stream.close();
    await workers[1].stop();
  }, 60_000);
});
