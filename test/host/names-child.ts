// Looks up names of which many have dead servers, beside one that is well. In: /etc/resolv.conf that names 127.0.0.99. Out: a line, what became of the one that is well.
import { createSocket } from "node:dgram";
import { decode, encode } from "dns-packet";
import { reach } from "../../src/host/reach.ts";

const server = createSocket("udp4");
server.on("message", (bytes, { port, address }) => {
  const asked = decode(bytes);
  const [question] = asked.questions ?? [];
  if (question === undefined || question.name.startsWith("dead")) return;
  const answers = question.type === "A" ? [{ type: "A" as const, name: question.name, data: "1.1.1.1" }] : [];
  server.send(encode({ type: "response", id: asked.id ?? 0, questions: [question], answers }), port, address);
});
await new Promise<void>((done) => server.bind(53, "127.0.0.99", () => done()));
const dead = Array.from({ length: 64 }, (_, at) => reach(`dead${at}.example`, { policy: "foreign" }));
let ended = 0;
for (const one of dead) one.catch(() => ended++);
const { address } = await reach("well.example", { policy: "foreign" });
console.log(JSON.stringify({ address, ended }));
process.exit();
