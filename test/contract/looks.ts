// Looks at targets of each kind, for whatever runtime runs this. In: nothing. Out: a line of JSON, what each was found to be.
import { hash } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer as createTls } from "node:tls";
import { gzipSync } from "node:zlib";
import { decode, encode } from "dns-packet";
import type { LookedAt, LookTerms } from "../../src/monitor/types.ts";
import { httpTarget, lookAt, serveBytes, serveTcp } from "../monitor/world.ts";
import { makeCertificate } from "../support/certificate.ts";

type Row = readonly [name: string, target: LookedAt, terms?: Partial<LookTerms> & { trust?: string }];

const at = (port: number, scheme = "http"): string => `${scheme}://localhost:${port}/`;
const head = "HTTP/1.1 200 OK\r\n";

async function httpRows(): Promise<readonly Row[]> {
  const zipped = gzipSync(Buffer.alloc(8 * 1024 * 1024, "x"));
  const bomb = Buffer.concat([
    Buffer.from(`${head}content-encoding: gzip\r\ncontent-length: ${zipped.length}\r\n\r\n`),
    zipped,
  ]);
  const chunked = `${head}transfer-encoding: chunked\r\n\r\n3\r\nAll\r\n5\r\n good\r\n0\r\n\r\n`;
  const keyword = { keyword: "All good" };
  const json = { json: { path: "a", equals: "b" } };
  return [
    ["a page in chunks", httpTarget(at(await serveBytes(chunked)), keyword)],
    ["a gzip bomb", httpTarget(at(await serveBytes(bomb)), keyword)],
    ["HTML for JSON", httpTarget(at(await serveBytes(`${head}\r\n<html>`)), json)],
    ["an answer that ends early", httpTarget(at(await serveBytes(`${head}content-length: 9\r\n\r\nhell`)))],
    [
      "an answer that hangs",
      httpTarget(at(await serveBytes(`${head}content-length: 9\r\n\r\nhell`, false))),
      { timeoutMs: 300 },
    ],
    [
      "a loop",
      httpTarget(at(await serveBytes("HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n")), {
        redirectsMax: 3,
      }),
    ],
    ["nothing listens", httpTarget(at(1))],
    ["a name that is none", httpTarget("http://nobody.invalid/"), { timeoutMs: 15_000 }],
    ["an address inside", httpTarget("http://10.0.0.1/"), { allowed: undefined }],
  ];
}

async function tlsRows(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const nowMs = Date.now();
  const dayMs = 86_400_000;
  const ends = { "a month": 30 * dayMs, "three days": 3 * dayMs, yesterday: -dayMs };
  for (const [name, leftMs] of Object.entries(ends)) {
    const { chain, key } = makeCertificate(["localhost"], {
      fromMs: nowMs - 9 * dayMs,
      untilMs: nowMs + leftMs,
    });
    const server = createTls({ cert: chain, key }, (socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(`${head}content-length: 2\r\n\r\nOK`));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as { port: number };
    const tls = { kind: "tls", host: "localhost", port, serverName: null, days: 14 } as const;
    rows.push([`a certificate that ends: ${name}`, tls, { trust: chain }]);
    if (name !== "a month") continue;
    rows.push(["HTTPS", httpTarget(at(port, "https"), { keyword: "OK" }), { trust: chain }]);
    rows.push(["a certificate that nobody knows", tls]);
    rows.push(["a certificate for another name", { ...tls, serverName: "shop.example" }, { trust: chain }]);
  }
  const plain = await serveTcp((socket) => socket.end("220 mail\r\n"));
  rows.push(["no TLS", { kind: "tls", host: "localhost", port: plain, serverName: null, days: 14 }]);
  rows.push(["a greeting", { kind: "tcp", host: "localhost", port: plain, send: null, expect: "220" }]);
  rows.push(["another greeting", { kind: "tcp", host: "localhost", port: plain, send: null, expect: "SSH" }]);
  return rows;
}

async function otherRows(): Promise<readonly Row[]> {
  const opens = await serveTcp((socket) => {
    socket.once("data", (bytes) => {
      const key = /sec-websocket-key: (.+)\r\n/i.exec(bytes.toString())?.[1] ?? "";
      const accept = hash("sha1", `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`, "base64");
      socket.write(`HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
      socket.write(Buffer.from([0x81, 2, 0x68, 0x69]));
    });
  });
  const udp = createSocket("udp4");
  udp.on("message", (query, { port, address }) => {
    const answers = [{ type: "A", name: "shop.example", data: "192.0.2.1" }] as const;
    udp.send(encode({ ...decode(query), type: "response", answers: [...answers] }), port, address);
  });
  await new Promise<void>((done) => udp.bind(0, "127.0.0.1", () => done()));
  const server = `127.0.0.1:${udp.address().port}`;
  const dns = { kind: "dns", name: "shop.example", type: "A", server } as const;
  const websocket = { kind: "websocket", url: at(opens, "ws"), send: "hello" } as const;
  return [
    ["a WebSocket", { ...websocket, expect: "hi" }],
    ["a WebSocket that says something else", { ...websocket, expect: "bye" }, { timeoutMs: 300 }],
    ["a name", { ...dns, expect: ["192.0.2.1"] }],
    ["a name that leads elsewhere", { ...dns, expect: ["192.0.2.2"] }],
  ];
}

const found: Record<string, string> = {};
for (const [name, target, terms] of [...(await httpRows()), ...(await tlsRows()), ...(await otherRows())]) {
  const { state, why } = await lookAt(target, terms);
  found[name] = why === null ? state : `${state}: ${why}`;
}
console.log(JSON.stringify(found));
process.exit();
