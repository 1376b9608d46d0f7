// The least that a server can do: the same bytes whoever asks. In: arguments <port> <file>. Out: answers on 127.0.0.1. What ratios are told against.
import { readFileSync } from "node:fs";

const [port = "", file = ""] = process.argv.slice(2);
const bytes = readFileSync(file);
const headers = { "content-type": "text/html; charset=utf-8", etag: '"raw"', "cache-control": "no-cache" };
Bun.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  development: false,
  fetch: () => new Response(bytes, { headers }),
});
process.stdout.write("ready\n");
