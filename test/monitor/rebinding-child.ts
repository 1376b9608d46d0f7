// A name that leads elsewhere each time it is asked for, looked at. In: /etc/resolv.conf that names 127.0.0.99. Out: a line, what was found and who was connected to.
import { createSocket } from "node:dgram";
import { createServer } from "node:http";
import { decode, encode } from "dns-packet";
import { allowedOf } from "../../src/host/reach.ts";
import { httpTarget, lookAt } from "./world.ts";

const inside = "127.0.0.2";
let asked = 0;
const names = createSocket("udp4");
names.on("message", (bytes, { port, address }) => {
  const { id = 0, questions: [question] = [] } = decode(bytes);
  if (question === undefined) return;
  const isA = question.type === "A";
  const data = isA && asked++ % 2 === 1 ? inside : "127.0.0.1";
  const answers = isA ? [{ type: "A" as const, name: question.name, ttl: 0, data }] : [];
  names.send(encode({ type: "response", id, questions: [question], answers }), port, address);
});
await new Promise<void>((done) => names.bind(53, "127.0.0.99", () => done()));

const connected: string[] = [];
const server = createServer((request, response) => {
  if (request.url === "/") response.end("All good");
  else response.writeHead(302, { location: "/" }).end();
});
server.on("connection", ({ localAddress }) => void connected.push(localAddress ?? ""));
await new Promise<void>((done) => server.listen(0, "0.0.0.0", () => done()));
const { port } = server.address() as { port: number };

const only = allowedOf(["127.0.0.1"]);
if (!only.ok) throw new Error(only.wrong);
const found: string[] = [];
for (const path of ["/", "/", "/away"]) {
  const target = httpTarget(`http://flip.example:${port}${path}`, { redirectsMax: 1 });
  const { state, why } = await lookAt(target, { allowed: only.value });
  found.push(why ?? state);
}
console.log(JSON.stringify({ found, connected, asked }));
process.exit();
