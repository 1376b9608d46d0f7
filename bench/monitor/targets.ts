// What bench/monitor looks at: hosts that answer, by HTTP, HTTPS, TCP and DNS. In: nothing. Out: a line with ports; on `GET /seen`, when each target was asked.
import { createSocket } from "node:dgram";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecure } from "node:https";
import { type AddressInfo, createServer as createTcp, type Server } from "node:net";
import { decode, encode } from "dns-packet";
import { makeCertificate } from "../../test/support/certificate.ts";

/** Moments at which a target was asked, by its path (ms of this machine's clock). */
const seen = new Map<string, number[]>();
const page = Buffer.alloc(4 * 1024, "All good. ");

function answer({ url = "/" }: IncomingMessage, response: ServerResponse): void {
  if (url === "/seen") return void response.end(JSON.stringify(Object.fromEntries(seen)));
  if (url === "/forget") seen.clear();
  else seen.set(url, [...(seen.get(url) ?? []), performance.timeOrigin + performance.now()]);
  response.end(page);
}

/** On all of 127/8, so that targets are many hosts. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, "0.0.0.0", 4_096, done));
  return (server.address() as AddressInfo).port;
}

const { chain, key } = makeCertificate(["localhost"]);
const http = await listen(createServer(answer));
const https = await listen(createSecure({ cert: chain, key }, answer));
const tcp = await listen(createTcp((socket) => socket.on("error", () => {}).end("220 mail\r\n")));
const hung = await listen(createTcp((socket) => void socket.on("error", () => {})));
const udp = createSocket("udp4");
// A look that was called off has closed its socket.
udp.on("error", () => {});
udp.on("message", (query, { port, address }) => {
  const asked = decode(query);
  const name = asked.questions?.[0]?.name ?? "";
  udp.send(
    encode({ ...asked, type: "response", answers: [{ type: "A", name, data: "192.0.2.1" }] }),
    port,
    address,
  );
});
await new Promise<void>((done) => udp.bind(0, "0.0.0.0", () => done()));
console.log(JSON.stringify({ http, https, tcp, hung, dns: udp.address().port, chain }));
process.stdin.resume().on("end", () => process.exit());
