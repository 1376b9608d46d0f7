// What a POP answers with, byte by byte: encodings by weight, tags and lists of them, HEAD, preflights, spellings of a path, header lines.
// On every runtime, or on the one that PHAROS_RUNTIME names: bun, deno, binary, or the path of a binary.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { digestOf } from "../../src/snapshot/digest.ts";
import { frontRoutes, type RouteInput, signedPage } from "../edge/fixture.ts";
import { makeCertificate } from "../support/certificate.ts";
import { startPop, type TestPop, until } from "../support/pop.ts";
import { makePopFolder, type PopFolder } from "../support/pop-folder.ts";
import { type RawAnswer, rawAsk } from "../support/raw-http.ts";
import { secureAsk } from "../support/secure-ask.ts";
import { type Runtime, runtimes } from "./runtimes.ts";

const html = "text/html; charset=utf-8";
/** Long enough to be sent as a body that is shared, not copied. */
const long = Array.from({ length: 9_000 }, (_none, at) => `<li>${(at * 2_654_435_761) % 4_294_967_296}`).join(
  "",
);
const routes: Readonly<Record<string, RouteInput>> = {
  ...frontRoutes("calm"),
  "/widget": { body: "<!doctype html><p>calm", contentType: html, framed: true },
  "/404.html": { body: "<!doctype html><p>nothing here", contentType: html, slot: true },
  "/de/404.html": { body: "<!doctype html><p>nichts hier", contentType: html, slot: true },
  "/long": { body: `<!doctype html><ul>${long}`, contentType: html },
  "/unslotted": { ...frontRoutes("calm")["/"], slot: false, body: "<!doctype html><p>calm" },
};
/** What is answered 200. */
const there = Object.keys(routes).filter((path) => !path.endsWith("/404.html"));
const page = await signedPage({ page: "p1", hosts: ["status.example"], generation: 7, routes });

const inflate: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  identity: (bytes) => bytes,
  gzip: gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

/** What comes back for an Accept-Encoding; null sends none. */
const encodings: readonly (readonly [accept: string | null, best: string])[] = [
  [null, "identity"],
  ["", "identity"],
  ["identity", "identity"],
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["br;q=0.1, gzip;q=0.9", "gzip"],
  ["gzip;q=0.1, br;q=0.9", "br"],
  ["gzip;q=0, br;q=0", "identity"],
  ["gzip, identity;q=0", "gzip"],
  ["br, *;q=0", "br"],
  ["identity;q=1, gzip;q=0.5", "identity"],
  ["deflate, compress", "identity"],
  ["GZIP ; Q=1.0", "gzip"],
  ["*;q=0", "406"],
  ["identity;q=0", "406"],
  ["deflate, identity;q=0", "406"],
];

/** `{tag}` stands for the tag of what is asked for. */
const conditions: readonly (readonly [given: string, status: number])[] = [
  ["{tag}", 304],
  ["W/{tag}", 304],
  ['"a", {tag}', 304],
  ['"a",W/"b",{tag},"c"', 304],
  ["*", 304],
  [" * ", 304],
  ['"a"', 200],
  ['"*"', 200],
  ["{bare}", 200],
  ['"{bare}', 200],
  ["", 200],
];

/** All of these ask for /api/v2/summary.json. */
const spellings: readonly string[] = [
  "/api/v2/summary.json",
  "/api/v2/summary.json?x=1",
  "/api/v2/summary.json?",
  "/api/v2/summary.json/",
  "//api///v2/summary.json",
  "/%61pi/v2/summary%2Ejson",
  "/%61%70%69/v2/summary.json?%zz",
];

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/** What is said where nothing is, by path and Accept: its form, and a word of it. */
const missing: readonly (readonly [path: string, accept: string | null, type: string, says: string])[] = [
  ["/nothing", browser, html, "nothing here"],
  ["/nothing?x=1", browser, html, "nothing here"],
  ["/incidents/none", browser, html, "nothing here"],
  ["/404.html", browser, html, "nothing here"],
  ["/de", browser, html, "nichts hier"],
  ["/de/incidents/none", browser, html, "nichts hier"],
  ["/de/404.html", browser, html, "nichts hier"],
  ["/ar/nothing", browser, html, "nothing here"],
  ["/nothing", null, html, "<h1>Not found</h1>"],
  ["/nothing", "*/*", html, "<h1>Not found</h1>"],
  ["/nothing", "application/json", "application/json; charset=utf-8", '"Not found"'],
  ["/nothing.png", "image/png", "text/plain; charset=utf-8", "nothing at this address."],
  ["/api/v2/none", browser, "application/json; charset=utf-8", '"Not found"'],
];

/** Every other error that a visitor meets, in a browser. */
const errors: readonly (readonly [
  what: string,
  method: string,
  path: string,
  host: string,
  status: number,
  says: string,
])[] = [
  ["another host", "GET", "/de/x", "other.example", 421, "Falscher Server"],
  ["another host, no language", "GET", "/x", "other.example", 421, "Misdirected request"],
  ["a broken path", "GET", "/%zz", "status.example", 400, "Bad request"],
  ["a method that writes", "POST", "/", "status.example", 405, "Method not allowed"],
];

const page5s = "max-age=5, stale-while-revalidate=10, stale-if-error=600";
const framed = (by: string): string => `frame-ancestors ${by}; base-uri 'none'; form-action 'self'`;

/** Lines of a 200; null where there is none. */
const lines: readonly (readonly [path: string, name: string, value: string | null])[] = [
  ...there.flatMap((path): [string, string, string | null][] => [
    [path, "pharos-generation", "7"],
    [path, "surrogate-key", "p1"],
    [path, "vary", "accept-encoding"],
    [path, "x-content-type-options", "nosniff"],
    [path, "referrer-policy", "strict-origin-when-cross-origin"],
    [path, "access-control-allow-origin", "*"],
    [path, "strict-transport-security", null],
    [path, "age", null],
    [path, "last-modified", null],
    [path, "accept-ranges", null],
    [path, "set-cookie", null],
    [path, "transfer-encoding", null],
  ]),
  ["/", "cache-control", "public, max-age=0, must-revalidate"],
  ["/", "cdn-cache-control", page5s],
  ["/", "content-type", html],
  ["/", "content-security-policy", framed("'none'")],
  ["/widget", "content-security-policy", framed("*")],
  ["/api/v2/summary.json", "content-security-policy", null],
  ["/api/v2/summary.json", "cache-control", "public, max-age=0, must-revalidate"],
  ["/history.atom", "cache-control", "public, max-age=60, must-revalidate"],
  ["/history.atom", "cdn-cache-control", page5s],
  ["/icon.svg", "cache-control", "public, max-age=31536000, immutable"],
];

for (const runtime of runtimes) describe(`contract/answers on ${runtime.name}`, () => contractOn(runtime));

function contractOn(runtime: Runtime): void {
  const { test } = runtime;
  let held: PopFolder;
  let pop: TestPop;
  beforeAll(async () => {
    if (!runtime.present) return;
    // Long without a source: no answer changes by itself while the tests go on, however long they take.
    held = await makePopFolder([page], Date.now() - 3_600_000);
    const folder = ["--data", held.folder, "--root-key", held.rootFile];
    pop = await startPop([...folder, "--listen", "127.0.0.1:0"], await runtime.program());
  }, 60_000);
  afterAll(async () => {
    if (!runtime.present) return;
    expect(await pop.stop()).toBe(0);
    held.remove();
  });

  const ask = (path: string, more: readonly string[] = [], method = "GET"): Promise<RawAnswer> => {
    const head = [`${method} ${path} HTTP/1.1`, "Host: status.example", ...more, "Connection: close"];
    return rawAsk(pop.visitors.host, pop.visitors.port, `${head.join("\r\n")}\r\n\r\n`);
  };
  const accepting = (accept: string | null): string[] =>
    accept === null ? [] : [`Accept-Encoding: ${accept}`];

  for (const [accept, best] of encodings)
    test(`Accept-Encoding ${JSON.stringify(accept)} gives ${best}`, async () => {
      for (const path of ["/unslotted", "/long"]) {
        const answer = await ask(path, accepting(accept));
        const encoding = answer.headers.get("content-encoding") ?? "identity";
        expect(answer.status === 200 ? encoding : String(answer.status)).toBe(best);
        // An error is also told as its reader understands it.
        const varies = answer.status === 200 ? "accept-encoding" : "accept-encoding, accept";
        expect(answer.headers.get("vary")).toBe(varies);
        if (answer.status !== 200) continue;
        expect(answer.headers.get("etag")).toBe(`"${digestOf(answer.body)}"`);
        expect(Number(answer.headers.get("content-length"))).toBe(answer.body.length);
        expect(Buffer.from(inflate[encoding]?.(answer.body) ?? []).toString()).toBe(routes[path]?.body ?? "");
      }
    });

  for (const [given, status] of conditions)
    test(`If-None-Match ${given} gives ${status}`, async () => {
      for (const method of ["GET", "HEAD"]) {
        const gzip = "Accept-Encoding: gzip";
        const tag = (await ask("/", [gzip])).headers.get("etag") ?? "";
        const text = given.replace("{tag}", tag).replace("{bare}", tag.replaceAll('"', ""));
        const answer = await ask("/", [gzip, `If-None-Match: ${text}`], method);
        expect(answer.status).toBe(status);
        expect(answer.headers.get("etag")).toBe(tag);
        if (status === 304) {
          expect(answer.body.length).toBe(0);
          expect(answer.headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
        }
      }
    });

  test("a 304 says what may have changed, and leaves to the stored answer what is its own", async () => {
    const { headers } = await ask("/", ["If-None-Match: *"]);
    for (const name of [
      "etag",
      "cache-control",
      "cdn-cache-control",
      "vary",
      "pharos-generation",
      "pharos-level",
    ])
      expect([name, headers.has(name)]).toEqual([name, true]);
    for (const name of ["content-type", "content-security-policy", "referrer-policy", "surrogate-key"])
      expect([name, headers.has(name)]).toEqual([name, false]);
    expect(headers.get("access-control-allow-origin")).toBe("*");
  });

  test("HEAD says what GET says, and sends nothing", async () => {
    for (const path of there)
      for (const accept of ["identity", "gzip"]) {
        const full = await ask(path, accepting(accept));
        const head = await ask(path, accepting(accept), "HEAD");
        expect(head.body.length).toBe(0);
        const without = ({ headers }: RawAnswer) => [...headers].filter(([name]) => name !== "date").sort();
        expect(without(head)).toEqual(without(full));
      }
  });

  for (const [path, accept, type, says] of missing)
    test(`${path} for Accept ${accept} is 404 as ${type}: ${says}`, async () => {
      const more = accept === null ? [] : [`Accept: ${accept}`];
      const answer = await ask(path, more);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([404, type]);
      expect(answer.body.toString()).toContain(says);
      const varies = answer.headers.get("vary")?.split(", ").includes("accept") ?? false;
      expect(varies).toBe(!path.startsWith("/api/"));
      expect(answer.headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
      expect(answer.headers.get("cdn-cache-control")).toBe("max-age=5");
      expect(answer.headers.get("pharos-generation")).toBe("7");
      expect(answer.headers.has("etag")).toBe(false);
      expect((await ask(path, [...more, "If-None-Match: *"])).status).toBe(404);
      const head = await ask(path, more, "HEAD");
      expect([head.status, head.body.length]).toEqual([404, 0]);
      expect(head.headers.get("content-length")).toBe(String(answer.body.length));
    });

  for (const [what, method, path, host, status, says] of errors)
    test(`${what} is ${status} in words that a person reads`, async () => {
      const lines = [
        `${method} ${path} HTTP/1.1`,
        `Host: ${host}`,
        `Accept: ${browser}`,
        "Connection: close",
      ];
      const answer = await rawAsk(pop.visitors.host, pop.visitors.port, `${lines.join("\r\n")}\r\n\r\n`);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([status, html]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.body.toString()).toContain(`<h1>${says}</h1>`);
    });

  for (const path of spellings)
    test(`${path} is the summary, and the same answer`, async () => {
      const answer = await ask(path);
      expect([answer.status, answer.body.toString()]).toEqual([
        200,
        routes["/api/v2/summary.json"]?.body ?? "",
      ]);
    });

  for (const [path, name, value] of lines)
    test(`${path} says ${name}: ${value}`, async () => {
      expect((await ask(path)).headers.get(name) ?? null).toBe(value);
    });

  test("a preflight is asked once: it allows what a page of another site may ask, for a day", async () => {
    const asks = ["Origin: https://app.example", "Access-Control-Request-Method: GET"];
    const more = [...asks, "Access-Control-Request-Headers: x-anything"];
    const answer = await ask("/api/v2/summary.json", more, "OPTIONS");
    expect([answer.status, answer.body.length]).toEqual([204, 0]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, HEAD, OPTIONS, POST",
      "access-control-allow-headers": "*",
      "access-control-max-age": "86400",
    });
  });

  test("over TLS each answer says that it is to be TLS from now on, whatever its status", async () => {
    const { chain, key } = makeCertificate(["status.example"]);
    const certs = join(held.folder, "certs");
    mkdirSync(certs, { recursive: true });
    writeFileSync(join(certs, "fullchain.pem"), chain);
    writeFileSync(join(certs, "privkey.pem"), key, { mode: 0o600 });
    const other = await makePopFolder([page]);
    const flags = ["--data", other.folder, "--root-key", other.rootFile, "--listen", "127.0.0.1:0"];
    const secure = ["--listen-tls", "127.0.0.1:0", "--certs", certs];
    const over = await startPop([...flags, ...secure], await runtime.program());
    for (const protocol of ["h2", "http/1.1"] as const)
      for (const path of ["/", "/nothing", "/%zz"]) {
        const place = { ...over.visitors, servername: "status.example", protocol, path };
        const answer = await until("the POP answers", () => secureAsk(place).catch(() => null));
        expect([path, answer.headers["strict-transport-security"]]).toEqual([path, "max-age=31536000"]);
      }
    await over.stop();
    other.remove();
  });
}
