// HTTP as a POP speaks it, byte by byte: Host rules, methods, conditional requests, ranges, paths, what a proxy or an attacker sends.
// On every runtime, or on the one that PHAROS_RUNTIME names: bun, deno, binary, or the path of a binary.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import { digestOf } from "../../src/snapshot/digest.ts";
import { frontRoutes, signedPage } from "../edge/fixture.ts";
import { startPop, type TestPop } from "../support/pop.ts";
import { makePopFolder, type PopFolder } from "../support/pop-folder.ts";
import { type RawAnswer, rawAsk } from "../support/raw-http.ts";
import { type Runtime, runtimes } from "./runtimes.ts";

let pop: TestPop;

async function startWithTwoPages(runtime: Runtime): Promise<PopFolder> {
  const pages = [
    await signedPage({ page: "p1", hosts: ["status.example"], generation: 7, routes: frontRoutes("calm") }),
    await signedPage({ page: "p2", hosts: ["other.example"], generation: 3, routes: frontRoutes("storm") }),
  ];
  const held = await makePopFolder(pages);
  const folder = ["--data", held.folder, "--root-key", held.rootFile];
  pop = await startPop([...folder, "--listen", "127.0.0.1:0"], await runtime.program());
  return held;
}

const send = (text: string): Promise<RawAnswer> =>
  rawAsk(pop.visitors.host, pop.visitors.port, Buffer.from(text, "latin1"), 1_000);
const get = (path: string, lines = ""): Promise<RawAnswer> =>
  send(`GET ${path} HTTP/1.1\r\nHost: status.example\r\n${lines}\r\n`);

/** Status 0: the connection is closed without an answer, which is a refusal too. */
const table: readonly (readonly [says: string, request: string, statuses: readonly number[]])[] = [
  ["one Host", "GET / HTTP/1.1\r\nHost: status.example\r\n\r\n", [200]],
  ["a Host in capitals with a port", "GET / HTTP/1.1\r\nHost: STATUS.example:8080\r\n\r\n", [200]],
  ["no Host in HTTP/1.1", "GET / HTTP/1.1\r\n\r\n", [400]],
  ["no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", [400]],
  ["an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", [400]],
  ["two different Hosts", "GET / HTTP/1.1\r\nHost: status.example\r\nHost: other.example\r\n\r\n", [400]],
  ["the same Host twice", "GET / HTTP/1.1\r\nHost: status.example\r\nHost: status.example\r\n\r\n", [400]],
  ["a Host and an empty one", "GET / HTTP/1.1\r\nHost: status.example\r\nHost:\r\n\r\n", [400]],
  ["a Host with a blank", "GET / HTTP/1.1\r\nHost: status.example evil\r\n\r\n", [400]],
  ["a Host with a user", "GET / HTTP/1.1\r\nHost: evil@status.example\r\n\r\n", [400]],
  ["a Host with a path", "GET / HTTP/1.1\r\nHost: status.example/evil\r\n\r\n", [400]],
  ["a Host of odd bytes", "GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n", [400]],
  ["an unknown Host", "GET / HTTP/1.1\r\nHost: nobody.example\r\n\r\n", [421]],
  ["the listener's own address without a default page", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", [421]],
  ["absolute form", "GET http://status.example/ HTTP/1.1\r\nHost: status.example\r\n\r\n", [200]],
  ["HEAD", "HEAD / HTTP/1.1\r\nHost: status.example\r\nConnection: close\r\n\r\n", [200]],
  ["OPTIONS", "OPTIONS / HTTP/1.1\r\nHost: status.example\r\n\r\n", [204]],
  ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: status.example\r\n\r\n", [204, 400]],
  ["POST", "POST / HTTP/1.1\r\nHost: status.example\r\nContent-Length: 2\r\n\r\nxx", [405]],
  ["PUT", "PUT / HTTP/1.1\r\nHost: status.example\r\nContent-Length: 0\r\n\r\n", [405]],
  ["DELETE", "DELETE / HTTP/1.1\r\nHost: status.example\r\n\r\n", [405]],
  ["TRACE", "TRACE / HTTP/1.1\r\nHost: status.example\r\n\r\n", [405]],
  ["CONNECT", "CONNECT status.example:443 HTTP/1.1\r\nHost: status.example\r\n\r\n", [405]],
  ["an invented method", "BREW / HTTP/1.1\r\nHost: status.example\r\n\r\n", [0, 400, 405]],
  ["a method in small letters", "get / HTTP/1.1\r\nHost: status.example\r\n\r\n", [0, 400, 405]],
  [
    "dot segments stay within the page",
    "GET /../../../etc/passwd HTTP/1.1\r\nHost: status.example\r\n\r\n",
    [400, 404],
  ],
  [
    "encoded dot segments",
    "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: status.example\r\n\r\n",
    [400, 404],
  ],
  [
    "doubly encoded dot segments",
    "GET /%252e%252e/etc/passwd HTTP/1.1\r\nHost: status.example\r\n\r\n",
    [404],
  ],
  ["an encoded slash", "GET /api%2fv2/summary.json HTTP/1.1\r\nHost: status.example\r\n\r\n", [404]],
  ["a back-slash", "GET /..\\..\\etc HTTP/1.1\r\nHost: status.example\r\n\r\n", [400, 404]],
  ["a null byte", "GET /%00 HTTP/1.1\r\nHost: status.example\r\n\r\n", [404]],
  ["a broken escape", "GET /%zz HTTP/1.1\r\nHost: status.example\r\n\r\n", [400]],
  ["a doubled slash", "GET //api//v2/summary.json HTTP/1.1\r\nHost: status.example\r\n\r\n", [200]],
  ["no path", "GET status HTTP/1.1\r\nHost: status.example\r\n\r\n", [400]],
  ["a path of another case", "GET /API/v2/summary.json HTTP/1.1\r\nHost: status.example\r\n\r\n", [404]],
  [
    "two lengths",
    "GET / HTTP/1.1\r\nHost: status.example\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    [0, 400],
  ],
  [
    "a length and chunks",
    "POST / HTTP/1.1\r\nHost: status.example\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    [0, 400],
  ],
];

for (const runtime of runtimes) describe(`contract/http on ${runtime.name}`, () => contractOn(runtime));

function contractOn(runtime: Runtime): void {
  const { test } = runtime;
  let held: PopFolder;
  beforeAll(async () => {
    if (runtime.present) held = await startWithTwoPages(runtime);
  }, 60_000);
  afterAll(async () => {
    if (!runtime.present) return;
    expect(await pop.stop()).toBe(0);
    held.remove();
  });

  for (const [says, request, statuses] of table) {
    test(`${says}: ${statuses.join(" or ")}`, async () => {
      const answer = await send(request);
      expect(statuses).toContain(answer.status);
      expect(answer.headers.has("age")).toBe(false);
      if (answer.status === 405) expect(answer.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
    });
  }

  test("each host has its own page", async () => {
    const other = await send("GET / HTTP/1.1\r\nHost: other.example\r\n\r\n");
    expect(other.headers.get("pharos-generation")).toBe("3");
    expect(other.headers.get("surrogate-key")).toBe("p2");
    expect((await get("/")).headers.get("surrogate-key")).toBe("p1");
  });

  test("HEAD has the headers of GET and no body", async () => {
    const head = await send(
      "HEAD / HTTP/1.1\r\nHost: status.example\r\nAccept-Encoding: br\r\nConnection: close\r\n\r\n",
    );
    const full = await get("/", "Accept-Encoding: br\r\n");
    expect(head.body.length).toBe(0);
    for (const name of [
      "etag",
      "content-length",
      "content-type",
      "content-encoding",
      "vary",
      "pharos-generation",
    ])
      expect([name, head.headers.get(name)]).toEqual([name, full.headers.get(name)]);
    expect(Number(full.headers.get("content-length"))).toBe(full.body.length);
  });

  test("a tag that is held is a 304 without body; a range is not looked at", async () => {
    const full = await get("/", "Accept-Encoding: gzip\r\nRange: bytes=0-9\r\n");
    expect(full.status).toBe(200);
    expect(full.headers.get("etag")).toBe(`"${digestOf(full.body)}"`);
    expect(gunzipSync(full.body).toString()).toContain("calm");
    const again = await get(
      "/",
      `Accept-Encoding: gzip\r\nIf-None-Match: "x", W/${full.headers.get("etag")}\r\n`,
    );
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  test("requests of one connection are answered in turn", async () => {
    const one = "GET /icon.svg HTTP/1.1\r\nHost: status.example\r\n\r\n";
    const last = "GET /nothing HTTP/1.1\r\nHost: status.example\r\nConnection: close\r\n\r\n";
    const text = await new Promise<string>((done) => {
      let all = "";
      const socket = connect(pop.visitors.port, pop.visitors.host, () => socket.write(one + one + last));
      socket.on("data", (chunk) => {
        all += chunk.toString("latin1");
        if (all.includes("HTTP/1.1 404") && all.endsWith("</html>\n")) socket.destroy();
      });
      socket.on("close", () => done(all));
    });
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 404"]);
  });

  test("a page for browsers says who may frame it and that its type is not guessed", async () => {
    const { headers } = await get("/");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBeDefined();
    expect(headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
    expect(headers.get("cdn-cache-control")).toBe("max-age=5, stale-while-revalidate=10, stale-if-error=600");
  });
}
