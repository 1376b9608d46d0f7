// Datagrams by `node:dgram`, for Deno, which has no port shared by processes. In: a place, who answers. Out: a listener; rejects with what it throws.
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { UdpListener, UdpOptions } from "./udp.ts";

export function openUdpNode({ address, port, answer, onSent }: UdpOptions): Promise<UdpListener> {
  const socket = createSocket({ type: isIPv6(address) ? "udp6" : "udp4" });
  let unsent = 0;
  let quiet: () => void = () => undefined;
  socket.on("message", (packet, from) => {
    const bytes = answer(packet, from.address);
    if (bytes === null) return;
    unsent++;
    socket.send(bytes, from.port, from.address, (error) => {
      if (error === null) onSent(1, 0);
      else onSent(0, 1);
      if (--unsent === 0) quiet();
    });
  });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, address, () => {
      socket.off("error", reject);
      socket.on("error", () => undefined);
      resolve({
        port: socket.address().port,
        async stop() {
          if (unsent > 0) await new Promise<void>((done) => (quiet = done));
          await new Promise<void>((done) => socket.close(() => done()));
        },
      });
    });
  });
}
