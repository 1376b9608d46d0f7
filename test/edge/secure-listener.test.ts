// A TLS listener whose certificates change on the disk, in time that the test moves: replaced when at rest, kept when bad, their end said.
import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { createLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { readCertificates } from "../../src/edge/certificates.ts";
import { openSecure } from "../../src/edge/secure-listener.ts";
import type { Answer, Answering } from "../../src/host/asked.ts";
import { type CertificateOptions, makeCertificate } from "../support/certificate.ts";
import { manualClock } from "../support/manual-clock.ts";
import { until } from "../support/pop.ts";
import { keepRemarks } from "../support/remarks.ts";
import { secureAsk, secureConnection } from "../support/secure-ask.ts";

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function setUp(options: CertificateOptions = {}) {
  const clock = manualClock(Date.now());
  const metrics = createMetrics();
  const said: string[] = [];
  const log = createLog(clock, (line) => said.push(JSON.parse(line).says));
  const folder = mkdtempSync(join(tmpdir(), "pharos-swap-"));
  const put = (made: { readonly chain: string; readonly key: string }): void => {
    writeFileSync(join(folder, "a.crt"), made.chain);
    writeFileSync(join(folder, "a.key"), made.key);
  };
  put(makeCertificate(["one.example"], options));
  const tls = {
    ...(await readCertificates([folder])),
    host: "127.0.0.1",
    port: 0,
    http2: true,
    http3: false,
    publicPort: null,
    challenges: null,
  };
  const here = { status: 200, fields: [], body: Buffer.from("here") };
  const held = Promise.withResolvers<Answer>();
  const answer: Answering = ({ target }) => (target === "/held" ? held.promise : here);
  const letGo = (): void => held.resolve(here);
  const listener = openSecure({ tls, clock, log, metrics, bodyBytesMax: 1, answer, remarks: keepRemarks() });
  ended.push(
    () => rmSync(folder, { recursive: true }),
    () => listener.stop(true),
  );
  const place = { host: "127.0.0.1", port: listener.port };
  const shown = async (): Promise<string> => (await secureAsk({ ...place, protocol: "h2" })).shown;
  const count = (name: string): string => new RegExp(`${name} (\\d+)`).exec(metrics.text())?.[1] ?? "0";
  return { clock, metrics, said, folder, put, listener, place, shown, count, letGo };
}

/** A poll reads files, which takes real time between two moments of the clock. */
async function pollUntil(clock: { advance(ms: number): Promise<void> }, what: string, holds: () => boolean) {
  await until(what, async () => {
    await clock.advance(limits.certificatesPollMs);
    return holds();
  });
}

describe("edge/secure-listener", () => {
  test("files that changed are shown once they are at rest, at once to all who come; who is connected is told to go, and answered", async () => {
    const { clock, put, place, said, shown, count, letGo } = await setUp();
    expect(await shown()).toBe("DNS:one.example");
    const kept = await secureConnection({ ...place, protocol: "http/1.1" });
    const answer = new Promise<string>((done) => kept.once("data", (bytes) => done(String(bytes))));
    const closed = new Promise((done) => kept.once("close", done));
    // While it is asked nothing a connection is closed sooner than files are at rest.
    kept.write("GET /held HTTP/1.1\r\nHost: one.example\r\n\r\n");
    put(makeCertificate(["two.example"]));
    await pollUntil(clock, "replaced", () => count("edge_certificates_replaced_total") === "1");
    expect(await Promise.all(Array.from({ length: 6 }, shown))).toEqual(Array(6).fill("DNS:two.example"));
    letGo();
    expect((await answer).toLowerCase()).toMatch(/^http\/1\.1 200.*connection: close.*here$/s);
    await closed;
    await clock.advance(limits.drainMs);
    await until("it left", () => said.includes("The certificates before are no longer shown."));
  });

  test("a new pair that cannot be used is said and counted, and the old one stays", async () => {
    const { clock, put, shown, said, count } = await setUp();
    put({ chain: makeCertificate(["two.example"]).chain, key: makeCertificate(["x.example"]).key });
    await pollUntil(clock, "refused", () => count("edge_certificates_refused_total") === "1");
    for (let looks = 0; looks < 4; looks++) await clock.advance(limits.certificatesPollMs);
    expect(said.filter((line) => line.includes("The one before it stays."))).toHaveLength(1);
    expect(await shown()).toBe("DNS:one.example");
    expect(count("edge_certificates_replaced_total")).toBe("0");
  });

  test("the end of a certificate is a number, and near it a sentence a day", async () => {
    const untilMs = Math.floor(Date.now() / 1_000) * 1_000 + limits.certificateSoonMs + 3_600_000;
    const { clock, metrics, folder, said } = await setUp({ untilMs });
    const line = `pharos_edge_certificate_expires_seconds{file="${join(folder, "a.crt")}"} ${untilMs / 1_000}`;
    expect(metrics.text()).toContain(line);
    expect(said).toEqual([]);
    await clock.advance(2 * limits.certificateSayMs);
    expect(said).toHaveLength(2);
    expect(said[0]).toContain(`ends at ${new Date(untilMs).toISOString()}`);
    clock.jumpWall(limits.certificateSoonMs);
    await clock.advance(limits.certificateSayMs);
    expect(said.at(-1)).toContain("ended at");
  });

  test("1,000 names: each is shown its own certificate", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pharos-many-"));
    ended.push(() => rmSync(folder, { recursive: true }));
    for (let at = 0; at < 1_000; at++) {
      const { chain, key } = makeCertificate([`n${at}.example`]);
      writeFileSync(join(folder, `n${at}.crt`), chain);
      writeFileSync(join(folder, `n${at}.key`), key);
    }
    const tls = {
      ...(await readCertificates([folder])),
      host: "127.0.0.1",
      port: 0,
      http2: true,
      http3: false,
      publicPort: null,
      challenges: null,
    };
    const clock = manualClock(Date.now());
    const answer = () => ({ status: 200, fields: [], body: Buffer.from("here") });
    const silent = createLog(clock, () => undefined);
    const listener = openSecure({
      tls,
      clock,
      log: silent,
      metrics: createMetrics(),
      bodyBytesMax: 1,
      answer,
      remarks: keepRemarks(),
    });
    ended.push(() => listener.stop(true));
    for (const at of [0, 1, 499, 998, 999]) {
      const place = { host: "127.0.0.1", port: listener.port, servername: `n${at}.example` };
      expect((await secureAsk({ ...place, protocol: "h2" })).shown).toBe(`DNS:n${at}.example`);
    }
  });
});
