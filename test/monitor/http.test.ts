// HTTP targets as they are and as they go wrong: each row is served to the byte and looked at.
import { afterAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { limits } from "../../src/base/limits.ts";
import type { HttpTarget } from "../../src/model/check.ts";
import { closeAll, httpTarget, lookAt, serveBytes, serveHttp, serveTcp } from "./world.ts";

afterAll(closeAll);

const ok = (body: string | Uint8Array, ...headers: readonly string[]): Buffer =>
  Buffer.concat([
    Buffer.from(["HTTP/1.1 200 OK", `content-length: ${body.length}`, ...headers, "", ""].join("\r\n")),
    Buffer.from(body),
  ]);
const chunked = (...chunks: readonly string[]): string =>
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${[...chunks, ""].map((one) => `${one.length.toString(16)}\r\n${one}\r\n`).join("")}`;
const bomb = gzipSync(Buffer.alloc(20 * limits.probeBodyBytesMax));
const long = "x".repeat(limits.probeBodyBytesMax);
const keyword = { keyword: "All good" };
const json = { json: { path: "status.indicator", equals: "none" } };
const summary = JSON.stringify({ status: { indicator: "none" } });

/** What is served, what is asked for, what is found: a state, or why it is down and a part of the sentence. */
const answers: readonly (readonly [string, string | Uint8Array, Partial<HttpTarget>, string, string?])[] = [
  ["a page", ok("hello"), {}, "up"],
  ["nothing, by 204", "HTTP/1.1 204 No Content\r\n\r\n", {}, "up"],
  ["a page that ends with the connection", "HTTP/1.0 200 OK\r\n\r\nAll good", keyword, "up"],
  [
    "an early hint before the page",
    `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${ok("All good")}`,
    keyword,
    "up",
  ],
  ["a keyword over two chunks", chunked("...All", " good..."), keyword, "up"],
  [
    "an error",
    "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
    {},
    "status",
    "503 Service Unavailable; up is 200-299",
  ],
  [
    "an error that is wanted",
    "HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n",
    { statuses: "200,400-403" },
    "up",
  ],
  [
    "a redirect that is the answer",
    "HTTP/1.1 301 Gone\r\nlocation: /\r\ncontent-length: 0\r\n\r\n",
    { statuses: "301" },
    "up",
  ],
  [
    "a page without the keyword",
    ok("Under construction"),
    keyword,
    "keyword",
    'begins with "Under construction"',
  ],
  [
    "a keyword that must not be there",
    ok("All good"),
    { ...keyword, keywordAbsent: true },
    "keyword",
    "should not",
  ],
  ["no keyword, as it should be", ok("Fine"), { ...keyword, keywordAbsent: true }, "up"],
  ["JSON that says so", ok(summary), json, "up"],
  ["JSON that says otherwise", ok(summary.replace("none", "major")), json, "json", '"major", not "none"'],
  ["JSON without the place", ok("{}"), json, "json", "nothing at status.indicator"],
  ["HTML in place of JSON", ok("<html><h1>Log in</h1></html>"), json, "json", "is no JSON; it begins with"],
  [
    "a page by gzip that was not asked for",
    ok(gzipSync("All good"), "content-encoding: gzip"),
    keyword,
    "up",
  ],
  ["a gzip bomb", ok(bomb, "content-encoding: gzip"), keyword, "too-large", "unpacked from gzip"],
  ["a gzip bomb as JSON", ok(bomb, "content-encoding: gzip"), json, "too-large"],
  ["broken gzip", ok("no gzip at all", "content-encoding: gzip"), keyword, "malformed", "unpacked"],
  ["a coding of its own", ok("?", "content-encoding: zip"), keyword, "malformed", '"zip"'],
  ["a long page that says it early", ok(`All good${long}`), keyword, "up"],
  ["a long page that says it late", ok(`${long}All good`), keyword, "too-large"],
  [
    "too long to be sure that it is not there",
    ok(`${long}x`),
    { ...keyword, keywordAbsent: true },
    "too-large",
  ],
  ["too long for JSON", ok(`"${long}"`), json, "too-large"],
  ["no HTTP", "SSH-2.0-OpenSSH_9.6\r\n", {}, "malformed", "does not speak HTTP/1.1"],
  ["a status that is none", "HTTP/1.1 OK\r\n\r\n", {}, "malformed"],
  ["a header that is none", "HTTP/1.1 200 OK\r\nno header\r\n\r\n", {}, "malformed", '"no header"'],
  ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nhello", {}, "malformed"],
  [
    "the same length twice",
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello",
    {},
    "up",
  ],
  [
    "less than it says",
    "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello",
    {},
    "malformed",
    "before its answer was whole",
  ],
  [
    "a chunk without an end",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
    {},
    "malformed",
  ],
  [
    "a chunk of no size",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nlong\r\n",
    {},
    "malformed",
    '"long" bytes',
  ],
  ["a head without an end", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(limits.probeHeadBytesMax)}`, {}, "too-large"],
  ["nothing", "", {}, "silent", "without an answer"],
  ["half a head", "HTTP/1.1 200 OK\r\nx", {}, "malformed", "within the head"],
];

describe("an answer of HTTP", () => {
  for (const [name, served, more, wanted, said = ""] of answers)
    test(`${name}: ${wanted}`, async () => {
      const found = await lookAt(httpTarget(`http://127.0.0.1:${await serveBytes(served)}/`, more));
      expect(found.why ?? found.state).toBe(wanted as "up");
      expect(found.state).toBe(wanted === "up" ? "up" : "down");
      if (said !== "") expect(found.said).toContain(said);
    });

  test("what is asked is what the check says, and the address's host", async () => {
    const asked = Promise.withResolvers<string>();
    const port = await serveTcp((socket) => {
      let text = "";
      socket.on("data", (bytes) => {
        text += bytes.toString("latin1");
        if (!text.endsWith("hello")) return;
        asked.resolve(text);
        socket.end(ok(""));
      });
    });
    const headers = [
      ["X-Token", "\u00fcber"],
      ["User-Agent", "ours"],
      ["Content-Length", "1"],
    ] as const;
    const target = httpTarget(`http://127.0.0.1:${port}/a?b=c`, {
      method: "POST",
      body: "hello",
      headers,
    });
    expect((await lookAt(target)).state).toBe("up");
    expect((await asked.promise).split("\r\n")).toEqual([
      "POST /a?b=c HTTP/1.1",
      `host: 127.0.0.1:${port}`,
      "accept: */*",
      "accept-encoding: identity",
      "connection: close",
      "content-length: 5",
      "X-Token: \u00fcber",
      "User-Agent: ours",
      "",
      "hello",
    ]);
  });
});

describe("an answer that takes its time", () => {
  const within = { timeoutMs: 150 };
  const hangs: readonly (readonly [string, string, string])[] = [
    ["that never begins", "", "heard no answer"],
    ["that stops within its head", "HTTP/1.1 200 OK\r\n", "not whole"],
    ["that stops within its body", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhell", "not whole"],
  ];
  for (const [name, served, said] of hangs)
    test(`${name} is timed out`, async () => {
      const port = await serveBytes(served, false);
      const found = await lookAt(httpTarget(`http://127.0.0.1:${port}/`), within);
      expect(found).toMatchObject({ state: "down", why: "timeout" });
      expect(found.said).toContain(said);
    });

  test("a byte now and then is no answer", async () => {
    const port = await serveTcp((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const drip = setInterval(() => void socket.write("x"), 20);
      socket.on("close", () => clearInterval(drip));
    });
    expect(await lookAt(httpTarget(`http://127.0.0.1:${port}/`), within)).toMatchObject({ why: "timeout" });
  });

  test("an answer without an end is read no further than it has to be", async () => {
    let sent = 0;
    const piece = Buffer.alloc(64 * 1024, "x");
    const port = await serveTcp((socket) => {
      const pour = (): void => {
        while (socket.writable && socket.write(piece)) sent += piece.length;
      };
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        pour();
      });
      socket.on("drain", pour);
    });
    expect(await lookAt(httpTarget(`http://127.0.0.1:${port}/`))).toMatchObject({ state: "up" });
    // What both kernels hold of it comes on top.
    expect(sent).toBeLessThan(64 * limits.probeBodyBytesAsked);
  });

  test("where this POP holds too much already, nothing is said of the target", async () => {
    const port = await serveBytes(ok("All good"));
    const room = { take: () => false, give: () => {} };
    const found = await lookAt(httpTarget(`http://127.0.0.1:${port}/`, keyword), { room });
    expect(found).toMatchObject({ state: "blind", why: "internal" });
  });
});

describe("redirects", () => {
  test("are followed as often as the check says; a loop ends", async () => {
    let asked = 0;
    const url = await serveHttp((request, response) => {
      asked++;
      if (request.url === "/end") response.end("There");
      else response.writeHead(302, { location: request.url === "/once" ? "/end" : "/loop" }).end();
    });
    expect(await lookAt(httpTarget(`${url}/once`, { redirectsMax: 1, keyword: "There" }))).toMatchObject({
      state: "up",
    });
    asked = 0;
    const found = await lookAt(httpTarget(`${url}/loop`, { redirectsMax: 4 }));
    expect(found).toMatchObject({ state: "down", why: "redirects" });
    expect(found.said).toContain("More than 4 redirects");
    expect(asked).toBe(5);
  });

  test("secrets go to no other origin; a POST becomes a GET by 302 and stays one by 307", async () => {
    const heard: string[] = [];
    const there = await serveHttp((request, response) => {
      heard.push(`${request.method} ${request.headers["x-token"]}`);
      request.resume().on("end", () => response.end());
    });
    const here = await serveHttp((request, response) =>
      response.writeHead(Number(request.url?.slice(1)), { location: there }).end(),
    );
    const secret = {
      redirectsMax: 1,
      method: "POST",
      body: "hello",
      headers: [["X-Token", "secret"]],
    } as const;
    for (const status of [302, 307]) await lookAt(httpTarget(`${here}/${status}`, secret));
    expect(heard).toEqual(["GET undefined", "POST undefined"]);
  });

  for (const [name, location, said] of [
    ["to nowhere", "http://[", "is no address"],
    ["to a file", "file:///etc/passwd", "to file:"],
  ] as const)
    test(`${name} are not`, async () => {
      const url = await serveHttp((_request, response) => response.writeHead(302, { location }).end());
      const found = await lookAt(httpTarget(url, { redirectsMax: 3 }));
      expect(found).toMatchObject({ state: "down", why: "redirects" });
      expect(found.said).toContain(said);
    });

  test("one that leads inside is refused", async () => {
    const url = await serveHttp((_request, response) =>
      response.writeHead(302, { location: "http://10.0.0.1/" }).end(),
    );
    expect(await lookAt(httpTarget(url, { redirectsMax: 3 }))).toMatchObject({
      state: "down",
      why: "not-allowed",
    });
  });
});

test("where nothing listens, the connection is refused", async () => {
  expect(await lookAt(httpTarget("http://127.0.0.1:1/"))).toMatchObject({ state: "down", why: "refused" });
});

test("a private address is refused where its network is not allowed, a name by where it leads", async () => {
  for (const url of [
    "http://127.0.0.1:1/",
    "http://localhost:1/",
    "http://[::ffff:127.0.0.1]/",
    "http://169.254.169.254/",
  ])
    expect(await lookAt(httpTarget(url), { allowed: undefined })).toMatchObject({
      state: "down",
      why: "not-allowed",
    });
});

test("a name that does not exist has no address", async () => {
  expect(await lookAt(httpTarget("http://nobody.invalid/"), { timeoutMs: 15_000 })).toMatchObject({
    state: "down",
    why: "name",
  });
});
