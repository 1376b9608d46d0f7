// Where visitors come in: what listeners refuse by themselves and what fails behind them is counted and said once; a port in front of another.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { createLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { readCertificates } from "../../src/edge/certificates.ts";
import { type Listeners, openListeners } from "../../src/edge/listeners.ts";
import { makeCertificate } from "../support/certificate.ts";
import { rawAsk } from "../support/raw-http.ts";
import { secureAsk } from "../support/secure-ask.ts";

const host = "127.0.0.1";
const folder = mkdtempSync(join(tmpdir(), "pharos-listeners-"));
const said: { readonly says: string }[] = [];
const log = createLog(systemClock, (line) => said.push(JSON.parse(line)));
const metrics = createMetrics();
let listeners: Listeners;

beforeAll(async () => {
  const { chain, key } = makeCertificate(["status.example"]);
  writeFileSync(join(folder, "a.crt"), chain);
  writeFileSync(join(folder, "a.key"), key);
  const certificates = await readCertificates([folder]);
  const tls = { ...certificates, host, port: 0, http2: true, http3: true, publicPort: 443, challenges: null };
  listeners = openListeners({
    address: host,
    port: 0,
    shared: false,
    tls,
    bodyBytesMax: 10,
    clock: systemClock,
    log,
    metrics,
    answer: ({ target }) => {
      if (target === "/a" || target === "/b") throw new Error(`${target} went wrong.`);
      return { status: 200, fields: [], body: null };
    },
  });
});
afterAll(async () => {
  await listeners.stop(true);
  rmSync(folder, { recursive: true });
});

const at = () => ({ host, port: listeners.tlsPort ?? 0, servername: "status.example" });
const count = (name: string): string =>
  metrics
    .text()
    .split("\n")
    .find((line) => line.startsWith(`pharos_${name} `))
    ?.split(" ")[1] ?? "absent";

describe("edge/listeners", () => {
  test("what fails behind them is a 500 over either protocol, counted each time and said once of its kind", async () => {
    expect(count("edge_defects_total")).toBe("0");
    const asks = ["/a", "/a", "/b"].flatMap((path) =>
      (["h2", "http/1.1"] as const).map((protocol) => secureAsk({ ...at(), protocol, path })),
    );
    const answers = await Promise.all(asks);
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(500));
    expect(answers.some(({ body }) => body.includes("went wrong"))).toBe(false);
    expect(count("edge_defects_total")).toBe("6");
    const defects = said.filter(({ says }) => says.includes("went wrong"));
    expect(defects.map(({ says }) => says.slice(0, 55)).sort()).toEqual([
      "A request failed by a defect of Pharos: /a went wrong. ",
      "A request failed by a defect of Pharos: /b went wrong. ",
    ]);
  });

  test("heads that nobody was asked about are counted by reason", async () => {
    const plain = (text: string) => rawAsk(host, listeners.port, text);
    expect((await plain("hello\r\n\r\n")).status).toBe(400);
    expect((await plain("GET / HTTP/2.0\r\nHost: a\r\n\r\n")).status).toBe(505);
    expect((await plain("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n")).status).toBe(413);
    const headers = { "x-long": "x".repeat(20_000) };
    const long = await Promise.all(
      (["h2", "http/1.1"] as const).map((protocol) => secureAsk({ ...at(), protocol, headers })),
    );
    expect(long.map(({ status }) => status)).toEqual([431, 431]);
    const reasons = { syntax: 1, version: 1, "body-too-long": 1, "head-too-long": 2 };
    for (const [reason, times] of Object.entries(reasons))
      expect(count(`edge_refused_heads_total{reason="${reason}"}`)).toBe(String(times));
  });

  test("behind another port: redirects and Alt-Svc name that one", async () => {
    const led = await rawAsk(host, listeners.port, "GET /x HTTP/1.1\r\nHost: status.example\r\n\r\n");
    expect(led.headers.get("location")).toBe("https://status.example/x");
    for (const protocol of ["h2", "http/1.1"] as const)
      expect((await secureAsk({ ...at(), protocol })).headers["alt-svc"]).toStartWith('h3=":443"');
  });
});
