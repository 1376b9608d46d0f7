// What visitors say, over each listener: HTTP/1.1 plain and over TLS, HTTP/2; kept over kill -9 of all of the POP, and brought to its source once each by name.
// On every runtime, or on the one that PHAROS_RUNTIME names.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { openVisitorNotes } from "../../src/store/visitor-notes.ts";
import { signedPage } from "../edge/fixture.ts";
import { inboxRoutes, noteIn } from "../edge/inbox-page.ts";
import { makeCertificate } from "../support/certificate.ts";
import { startPop, type TestPop, until } from "../support/pop.ts";
import { makePopFolder, type PopFolder } from "../support/pop-folder.ts";
import { rawAsk } from "../support/raw-http.ts";
import { secureAsk } from "../support/secure-ask.ts";
import { type Runtime, runtimes } from "./runtimes.ts";

const form = "application/x-www-form-urlencoded";
const page = await signedPage({ page: "p1", hosts: ["status.example"], generation: 7, routes: inboxRoutes });
const post = (path: string, body: string, more: readonly string[] = [`Content-Type: ${form}`]): string =>
  `${[`POST ${path} HTTP/1.1`, "Host: status.example", ...more, `Content-Length: ${body.length}`].join("\r\n")}\r\n\r\n${body}`;

/** What the POP of this folder holds; it must not run. */
async function heldIn(folder: string): Promise<readonly string[]> {
  const notes = openVisitorNotes({ folder, clock: systemClock, log: silentLog, metrics: createMetrics() });
  const said = notes.oldest().map(({ bytes }) => noteIn(bytes).text);
  await notes.close();
  return said;
}

for (const runtime of runtimes) describe(`contract/post on ${runtime.name}`, () => contractOn(runtime));

function contractOn(runtime: Runtime): void {
  const { test } = runtime;
  const certs = mkdtempSync(join(tmpdir(), "pharos-certs-"));
  let held: PopFolder;
  let plain: PopFolder;
  let secure: TestPop;
  let pop: TestPop;
  const said: string[] = [];

  beforeAll(async () => {
    if (!runtime.present) return;
    const { chain, key } = makeCertificate(["status.example"]);
    mkdirSync(certs, { recursive: true });
    writeFileSync(join(certs, "fullchain.pem"), chain);
    writeFileSync(join(certs, "privkey.pem"), key, { mode: 0o600 });
    [held, plain] = [await makePopFolder([page]), await makePopFolder([page])];
    const flags = (of: PopFolder) => [
      "--data",
      of.folder,
      "--root-key",
      of.rootFile,
      "--listen",
      "127.0.0.1:0",
    ];
    const program = await runtime.program();
    secure = await startPop([...flags(held), "--listen-tls", "127.0.0.1:0", "--certs", certs], program);
    pop = await startPop(flags(plain), program);
  }, 60_000);
  afterAll(async () => {
    rmSync(certs, { recursive: true, force: true });
    if (!runtime.present) return;
    expect(await secure.stop()).toBe(0);
    held.remove();
    plain.remove();
  });

  const say = (bytes: string) => rawAsk(pop.visitors.host, pop.visitors.port, bytes);

  test("HTTP/1.1: taken, led on, and what follows the body is never a request", async () => {
    const answer = await say(
      `${post("/subscribe", "email=1")}GET / HTTP/1.1\r\nHost: status.example\r\n\r\n`,
    );
    expect([answer.status, answer.headers.get("location"), answer.headers.get("connection")]).toEqual([
      303,
      "/subscribe/asked",
      "close",
    ]);
    said.push("email=1");
    const json = '{"subscriber":{}}';
    const api = await say(post("/api/v2/subscribers.json", json, ["Content-Type: application/json"]));
    expect([api.status, JSON.parse(api.body.toString())]).toEqual([201, { message: "Asked." }]);
    said.push(json);
    const chunked = `POST /unsubscribe?token=x HTTP/1.1\r\nHost: status.example\r\nContent-Type: ${form}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n`;
    expect((await say(chunked)).status).toBe(303);
    said.push("a=b");
  });

  test("HTTP/1.1: too long, another type, another path", async () => {
    const tooLong = "x".repeat(limits.noteBodyBytesMax + 1);
    expect((await say(post("/subscribe", tooLong))).status).toBe(413);
    expect((await say(post("/subscribe", "x", ["Content-Type: text/plain"]))).status).toBe(415);
    expect((await say(post("/", "x"))).status).toBe(405);
  });

  test("over TLS: HTTP/2 and HTTP/1.1 buttons without a body", async () => {
    for (const protocol of ["h2", "http/1.1"] as const) {
      const place = { ...secure.visitors, servername: "status.example", protocol, method: "POST" };
      const none = protocol === "h2" ? {} : { "content-length": "0" };
      const ask = { ...place, path: "/unsubscribe?token=y", headers: none };
      const answer = await until("the POP answers", () => secureAsk(ask).catch(() => null));
      expect([protocol, answer.status, answer.headers.location]).toEqual([protocol, 303, "/unsubscribed"]);
    }
  });

  test("what was taken is there after kill -9 of the whole POP, once each and in order", async () => {
    for (const pid of [pop.pid, ...pop.children().values()]) process.kill(pid, "SIGKILL");
    await pop.stop();
    await until("nobody holds the folder", async () => {
      const now = await heldIn(plain.folder).catch(() => null);
      return now?.length === said.length ? now : null;
    });
    expect(await heldIn(plain.folder)).toEqual(said);
  });
}
