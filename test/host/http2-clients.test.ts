// Clients of others on our HTTP/2: each is offered nothing else, and has to get a page that is longer than any window, a 304 and a HEAD.
// Waits: for programs that start.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer, Asked } from "../../src/host/asked.ts";
import { createHttp2, type Http2 } from "../../src/host/http2.ts";
import { listenSecurely, type SecureSockets } from "../../src/host/secure-sockets.ts";
import { makeCertificate } from "../support/certificate.ts";
import { chromium } from "../support/chromium.ts";
import { runLine } from "../support/command.ts";
import { denoProgram } from "../support/pop.ts";
import { keepRemarks } from "../support/remarks.ts";
import { skipUnless } from "../support/skip.ts";

setDefaultTimeout(60_000);

const name = "status.example";
const { chain, key } = makeCertificate([name]);
const publicKey = new X509Certificate(chain).publicKey.export({ type: "spki", format: "der" });
const pin = createHash("sha256").update(publicKey).digest("base64");
/** Four times the window that a connection begins with. */
const long = Buffer.alloc(300_000, "abcdefghij");
const etag = '"x1"';

const pages: Readonly<Record<string, Answer>> = {
  "/long": { status: 200, fields: [["content-type", "text/plain"]], body: long },
  "/": {
    status: 200,
    fields: [
      ["content-type", "text/html"],
      ["etag", etag],
    ],
    body: Buffer.from("<!doctype html><title>x</title><p>All is well"),
  },
};
const notModified: Answer = { status: 304, fields: [["etag", etag]], body: null };
const missing: Answer = { status: 404, fields: [], body: null };

function answerTo(asked: Asked): Answer {
  if (asked.field("if-none-match") === etag) return notModified;
  return pages[asked.target] ?? missing;
}

const isInstalled = (program: string): boolean => spawnSync("which", [program]).status === 0;
const needing = (program: string) => skipUnless(isInstalled(program), `${program} is not installed`);

describe("host/http2 and clients of others", () => {
  let http: Http2;
  let sockets: SecureSockets;
  let url = "";
  beforeAll(() => {
    http = createHttp2({ answer: answerTo, idleMs: 30_000, wallMs: Date.now(), remarks: keepRemarks() });
    sockets = listenSecurely({
      address: "127.0.0.1",
      port: 0,
      reusePort: false,
      certificates: [{ names: [name], chain, key }],
      protocols: ["h2"],
      speak: (_protocol, wire, peer) => http.open(wire, peer),
    });
    url = `https://127.0.0.1:${sockets.port}`;
  });
  afterAll(async () => {
    sockets.close();
    await http.stop(true);
    expect(http.pendingRequests()).toBe(0);
  });

  const run = (...words: readonly string[]) =>
    runLine([...words], { deadlineMs: 25_000, env: { PATH: process.env.PATH ?? "" } });

  needing("curl")("curl", async () => {
    const says = ["-sk", "--http2", "-w", "%{http_version} %{http_code} %{size_download}", "-o", "/dev/null"];
    expect((await run("curl", ...says, `${url}/long`)).out).toBe("2 200 300000");
    expect((await run("curl", ...says, "-I", `${url}/`)).out).toBe("2 200 0");
    expect((await run("curl", ...says, "-H", `if-none-match: ${etag}`, `${url}/`)).out).toBe("2 304 0");
    // A body that nobody asked for.
    expect((await run("curl", ...says, "-d", "a=b", `${url}/`)).out).toBe("2 200 45");
  });

  needing("nghttp")("nghttp, which asks by priorities and with padding", async () => {
    const { out } = await run("nghttp", "-s", "--padding=50", `${url}/long`, `${url}/`, `${url}/none`);
    expect(
      out
        .match(/ (200|404) +\S+ \/\S*/g)
        ?.map((line) => line.trim().split(/\s+/))
        .map(([code, , path]) => `${code} ${path}`)
        .sort(),
    ).toEqual(["200 /", "200 /long", "404 /none"]);
  });

  needing("h2load")("h2load, 64 connections with four streams each", async () => {
    const { out } = await run("h2load", "-n1000", "-c64", "-m4", `${url}/long`);
    expect(out).toContain("1000 succeeded, 0 failed, 0 errored, 0 timeout");
  });

  test("node:http2, one session, many requests", async () => {
    const session = connect(url, { rejectUnauthorized: false });
    const one = (path: string) =>
      new Promise<number>((done, fail) => {
        let bytes = 0;
        const stream = session.request({ ":path": path });
        stream.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
        });
        stream.on("error", fail);
        stream.on("end", () => done(bytes));
        stream.end();
      });
    const all = await Promise.all(
      Array.from({ length: 50 }, (_none, at) => one(at % 2 === 0 ? "/long" : "/")),
    );
    expect(new Set(all)).toEqual(new Set([300_000, 45]));
    session.close();
  });

  skipUnless(spawnSync(denoProgram, ["--version"]).status === 0, "node_modules/.bin/deno does not run here")(
    "Deno's fetch",
    async () => {
      const program = `const a = await fetch("${url}/long"); console.log(a.status, (await a.text()).length)`;
      const { out } = await run(denoProgram, "eval", "--unsafely-ignore-certificate-errors", program);
      expect(out.trim()).toBe("200 300000");
    },
  );

  skipUnless(chromium !== null, "there is no chromium")("Chromium", async () => {
    const profile = mkdtempSync(join(tmpdir(), "pharos-h2-"));
    const flags = "--headless=new --no-sandbox --disable-gpu --no-first-run --dump-dom".split(" ");
    const trust = [`--user-data-dir=${profile}`, `--ignore-certificate-errors-spki-list=${pin}`];
    const { out } = await runLine([chromium ?? "", ...flags, ...trust, `${url}/`], {
      deadlineMs: 40_000,
      env: { PATH: process.env.PATH ?? "", HOME: profile },
    });
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    expect(out).toContain("<p>All is well");
  });
});
