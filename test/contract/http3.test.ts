// HTTP/3 from a browser's point of view: Chromium is told to reach the POP over QUIC and in no other way, and shows the page.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout } from "bun:test";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { frontRoutes, signedPage } from "../edge/fixture.ts";
import { makeCertificate } from "../support/certificate.ts";
import { chromium } from "../support/chromium.ts";
import { runLine } from "../support/command.ts";
import { startPop } from "../support/pop.ts";
import { makePopFolder, type PopFolder } from "../support/pop-folder.ts";
import { skipUnless } from "../support/skip.ts";
import { type Runtime, runtimes } from "./runtimes.ts";

setDefaultTimeout(60_000);

const name = "status.example";
const page = await signedPage({ page: "p1", hosts: [name], generation: 7, routes: frontRoutes("calm") });
const { chain, key } = makeCertificate([name]);
const publicKey = new X509Certificate(chain).publicKey.export({ type: "spki", format: "der" });
const pin = createHash("sha256").update(publicKey).digest("base64");

for (const runtime of runtimes) describe(`contract/http3 on ${runtime.name}`, () => contractOn(runtime));

function contractOn(runtime: Runtime): void {
  let held: PopFolder;
  beforeAll(async () => {
    if (!runtime.present) return;
    held = await makePopFolder([page]);
    writeFileSync(join(held.folder, "a.crt"), chain);
    writeFileSync(join(held.folder, "a.key"), key);
  });
  afterAll(() => held?.remove());

  /** What a browser shows that knows QUIC alone for this place. */
  async function shown(...flags: readonly string[]): Promise<string> {
    const folder = ["--data", held.folder, "--root-key", held.rootFile, "--workers", "0", ...flags];
    const places = ["--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0", "--certs", held.folder];
    const pop = await startPop([...folder, ...places], await runtime.program());
    const { port } = pop.visitors;
    const profile = mkdtempSync(join(tmpdir(), "pharos-quic-"));
    const { out } = await runLine(
      [
        chromium ?? "",
        ..."--headless=new --no-sandbox --disable-gpu --no-first-run --enable-quic --dump-dom".split(" "),
        `--user-data-dir=${profile}`,
        `--origin-to-force-quic-on=${name}:${port}`,
        `--host-resolver-rules=MAP ${name} 127.0.0.1`,
        `--ignore-certificate-errors-spki-list=${pin}`,
        `https://${name}:${port}/`,
      ],
      { deadlineMs: 25_000, env: { PATH: process.env.PATH ?? "", HOME: profile } },
    );
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    await pop.stop();
    return out;
  }

  const test = chromium === null ? skipUnless(false, "there is no chromium") : runtime.needing("HTTP/3");
  test("a browser that may use nothing else is shown the page, and without --http3 it is not", async () => {
    expect(await shown("--http3")).toContain("calm");
    expect(await shown()).not.toContain("calm");
  });
}
