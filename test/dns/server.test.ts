// Queries over real sockets, on a clock that the test moves. Flow: client -> UDP or TCP -> Answering -> client; connections that end, and why.
import { afterAll, describe, expect, test } from "bun:test";
import { createMetrics } from "../../src/base/metrics.ts";
import { type DnsServer, openDnsServer } from "../../src/dns/server.ts";
import { createDnsTally } from "../../src/dns/tally.ts";
import { askTcp, askUdp, dialTcp, framed } from "../support/dns-client.ts";
import { ask, shown } from "../support/dns-wire.ts";
import { dnsWorld } from "../support/dns-world.ts";
import { until } from "../support/pop.ts";

const world = dnsWorld();
const metrics = createMetrics("");
const open = (places: readonly { host: string; port: number }[]): Promise<DnsServer> =>
  openDnsServer({
    places,
    shared: false,
    answering: world.answering,
    tally: createDnsTally(metrics),
    clock: world.clock,
    metrics,
  });
const server = await open([
  { host: "127.0.0.1", port: 0 },
  { host: "::1", port: 0 },
]);
const [four = { host: "", port: 0 }, six = four] = server.places;
afterAll(() => server.stop());

const closedBy = (reason: string): number =>
  metrics.counter("dns_tcp_closed_total", "", "reason").value(reason);

describe("dns/server", () => {
  for (const place of [four, six])
    test(`${place.host}: UDP and TCP give the same answer`, async () => {
      const query = ask({ name: "www.example", edns: {} });
      const lines = shown(await askUdp(place, query));
      expect(lines[0]).toBe("NOERROR qr aa");
      expect(shown(await askTcp(place, query))).toEqual([...lines]);
    });

  test("the address that a steered answer goes by is the asker's own", async () => {
    const [, , near = ""] = shown(await askUdp(four, ask({ name: "near.example" })));
    expect(near).toBe("near.example. 20 A 203.0.113.127");
  });

  test("bytes that are no query bring no answer over UDP, and end a TCP connection", async () => {
    expect(await askUdp(four, Buffer.from("nonsense"), 200)).toBeNull();
    const client = await dialTcp(four);
    client.socket.write(Buffer.from([0, 5, 1, 2, 3, 4, 5]));
    expect(await client.next()).toBeNull();
    expect(closedBy("malformed")).toBe(1);
  });

  test("queries on one connection come in any pieces and are answered in their order", async () => {
    const client = await dialTcp(four);
    const bytes = framed(
      ...Array.from({ length: 50 }, (_none, id) => ask({ id, name: "big.example", type: "TXT" })),
    );
    for (let at = 0; at < bytes.length; at += 97) client.socket.write(bytes.subarray(at, at + 97));
    for (let id = 0; id < 50; id++) {
      const answer = await client.next();
      expect(answer?.readUInt16BE(0)).toBe(id);
      expect(answer?.length).toBeGreaterThan(1_500);
    }
    // It has asked everything, and hears the end of the connection.
    client.socket.end();
    await client.closed;
  });

  test("who asks nothing for ten seconds is closed, at the age of two minutes also who asks", async () => {
    const silent = await dialTcp(four);
    const busy = await dialTcp(four);
    for (let second = 0; second <= 120; second += 5) {
      busy.socket.write(framed(ask()));
      if ((await busy.next()) === null) break;
      await world.clock.advance(5_000);
    }
    await Promise.all([silent.closed, busy.closed]);
    expect([closedBy("idle"), closedBy("age")]).toEqual([1, 1]);
  });

  test("who does not read is not read, and is closed", async () => {
    const { socket } = await dialTcp(four);
    socket.pause();
    const query = framed(...Array.from({ length: 200 }, () => ask({ name: "big.example", type: "TXT" })));
    let written = 0;
    const before = process.memoryUsage().rss;
    while (socket.writableLength < 1024 * 1024 && written < 64 * 1024 * 1024) {
      socket.write(query);
      written += query.length;
      await new Promise((next) => setImmediate(next));
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    await until("the slow one is closed", async () => {
      await world.clock.advance(2_000);
      return closedBy("slow") === 1;
    });
    socket.destroy();
  });

  test("with no room left the connection that has been silent longest makes it", async () => {
    const clients = [];
    for (let one = 0; one < 1_000; one++) clients.push(await dialTcp(four));
    clients[0]?.socket.write(framed(ask()));
    await clients[0]?.next();
    const last = await dialTcp(four);
    await clients[1]?.closed;
    last.socket.write(framed(ask()));
    expect(await last.next()).not.toBeNull();
    clients[0]?.socket.write(framed(ask()));
    expect(await clients[0]?.next()).not.toBeNull();
    expect(closedBy("crowded")).toBe(1);
    for (const { socket } of [...clients, last]) socket.destroy();
    await until("all are gone", () => /dns_tcp_open 0\n/.test(metrics.text()));
  });

  test("a port that is taken is a sentence", async () => {
    expect(open([four])).rejects.toThrow(/is taken by another process/);
  });

  test("it stops with what has come answered", async () => {
    const own = await open([{ host: "127.0.0.1", port: 0 }]);
    const [place = four] = own.places;
    const client = await dialTcp(place);
    client.socket.write(framed(ask({ id: 7 })));
    expect((await client.next())?.readUInt16BE(0)).toBe(7);
    const asked = Array.from({ length: 20 }, () => askUdp(place, ask(), 1_000));
    await asked[0];
    await own.stop();
    expect(await Promise.all(asked)).not.toContain(null);
    await client.closed;
  });
});
