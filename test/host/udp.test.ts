// Datagrams that come faster than turns end. Flow: many at once -> a listener -> answers, some of which left before the last datagram was read.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { listenUdp } from "../../src/host/udp.ts";

test("host/udp: what is read in one turn leaves in batches, while others still wait to be read", async () => {
  const count = 2 * limits.udpBatchMax + 10;
  let [asked, sent] = [0, 0];
  /** How many had been read when answers left. */
  const askedAtSent: number[] = [];
  const listener = await listenUdp({
    address: "127.0.0.1",
    port: 0,
    shared: false,
    answer(packet) {
      asked++;
      return packet;
    },
    onSent(left) {
      sent += left;
      askedAtSent.push(asked);
    },
  });
  const came = new Set<string>();
  const all = Promise.withResolvers<void>();
  const client = await Bun.udpSocket({
    hostname: "127.0.0.1",
    socket: {
      data(_socket, packet) {
        came.add(packet.toString());
        if (came.size === count) all.resolve();
      },
    },
  });
  const datagrams = Array.from({ length: count }, (_none, at) => [`${at}`, listener.port, "127.0.0.1"]);
  expect(client.sendMany(datagrams.flat())).toBe(count);
  await all.promise;
  await listener.stop();
  client.close();
  expect([asked, sent]).toEqual([count, count]);
  expect(askedAtSent[0]).toBe(limits.udpBatchMax);
});
