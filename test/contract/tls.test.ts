// TLS as a POP speaks it: certificates by name, HTTP/1.1 and HTTP/2 through the same steps, the plain port that leads there.
// On every runtime, or on the one that PHAROS_RUNTIME names.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { frontRoutes, signedPage } from "../edge/fixture.ts";
import { makeCertificate, writeCertificate } from "../support/certificate.ts";
import { startPop, type TestPop, until } from "../support/pop.ts";
import { makePopFolder, type PopFolder } from "../support/pop-folder.ts";
import { rawAsk, rawGet } from "../support/raw-http.ts";
import { type SecureAnswer, type SecureAsk, secureAsk, secureConnection } from "../support/secure-ask.ts";
import { type Runtime, runtimes } from "./runtimes.ts";

const page = await signedPage({
  page: "p1",
  hosts: ["status.example", "one.wild.example"],
  generation: 7,
  routes: frontRoutes("calm"),
});

for (const runtime of runtimes) describe(`contract/tls on ${runtime.name}`, () => contractOn(runtime));

function contractOn(runtime: Runtime): void {
  const { test, needing } = runtime;
  let held: PopFolder;
  let pop: TestPop;
  const certs = (name: string): string => join(held.folder, "certs", name);
  const webroot = (): string => join(held.folder, "webroot");

  beforeAll(async () => {
    if (!runtime.present) return;
    held = await makePopFolder([page]);
    writeCertificate(certs("a-default.example"), ["default.example"]);
    writeCertificate(certs("status.example"), ["status.example"]);
    writeCertificate(certs("wild.example"), ["*.wild.example"]);
    const folder = ["--data", held.folder, "--root-key", held.rootFile, "--workers", "0"];
    const secure = ["--listen-tls", "127.0.0.1:0", "--certs", certs(""), "--acme-webroot", webroot()];
    pop = await startPop([...folder, "--listen", "127.0.0.1:0", ...secure], await runtime.program());
  }, 60_000);
  afterAll(async () => {
    if (!runtime.present) return;
    expect(await pop.stop()).toBe(0);
    held.remove();
  });

  const startWith = async (...flags: readonly string[]): Promise<TestPop> => {
    const other = await makePopFolder([page]);
    const folder = ["--data", other.folder, "--root-key", other.rootFile, "--workers", "0", ...flags];
    const places = ["--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0", "--certs", certs("")];
    const started = await startPop([...folder, ...places], await runtime.program());
    return {
      ...started,
      async stop() {
        const code = await started.stop();
        other.remove();
        return code;
      },
    };
  };
  const ask = (
    more: Partial<SecureAsk> & Pick<SecureAsk, "protocol">,
    servername = "status.example",
  ): Promise<SecureAnswer> => secureAsk({ ...pop.visitors, servername, ...more });

  const shown: readonly (readonly [name: string, certificate: string])[] = [
    ["status.example", "DNS:status.example"],
    ["STATUS.example", "DNS:status.example"],
    ["one.wild.example", "DNS:*.wild.example"],
    ["deep.one.wild.example", "DNS:default.example"],
    ["wild.example", "DNS:default.example"],
    ["nobody.example", "DNS:default.example"],
  ];
  for (const [name, certificate] of shown)
    test(`${name} is shown ${certificate}`, async () => {
      expect((await ask({ protocol: "h2" }, name)).shown).toBe(certificate);
    });

  test("a client that names nobody is shown the first certificate", async () => {
    const { servername: _nobody, ...place } = { ...pop.visitors, servername: "" };
    const answer = await secureAsk({ ...place, protocol: "http/1.1", authority: "status.example" });
    expect(answer).toMatchObject({ shown: "DNS:default.example", status: 200 });
  });

  const requests: readonly (readonly [says: string, ask: Partial<SecureAsk>, status: number])[] = [
    ["a page", {}, 200],
    ["compressed", { headers: { "accept-encoding": "br" } }, 200],
    ["only its headers", { method: "HEAD" }, 200],
    ["a preflight", { method: "OPTIONS" }, 204],
    ["data", { path: "/api/v2/summary.json" }, 200],
    ["a path to be made normal", { path: "//api/v2/%73ummary.json?x=1" }, 200],
    ["nothing there", { path: "/nothing" }, 404],
    ["no page of ours", { authority: "nobody.example" }, 421],
    ["a method of others", { method: "DELETE" }, 405],
  ];
  for (const [says, wants, status] of requests)
    test(`${says} is ${status}, the same by HTTP/1.1 and HTTP/2`, async () => {
      const one = await ask({ ...wants, protocol: "http/1.1" });
      const two = await ask({ ...wants, protocol: "h2" });
      expect([one.protocol, two.protocol]).toEqual(["http/1.1", "h2"]);
      expect([one.status, two.status]).toEqual([status, status]);
      expect(stable(two)).toEqual(stable(one));
      expect(two.body.equals(one.body)).toBe(true);
    });

  test("what is held is 304 by HTTP/2", async () => {
    const { headers } = await ask({ protocol: "h2" });
    const again = await ask({ protocol: "h2", headers: { "if-none-match": headers.etag ?? "" } });
    expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) });
  });

  test("the plain port leads to https with path and query, and answers no page", async () => {
    const plain = { ...pop.visitors, port: pop.plainPort ?? 0 };
    const there = `https://status.example:${pop.visitors.port}`;
    const answer = await rawGet(plain, "/history//x?y=1", { Host: "status.example:80" });
    expect(answer.status).toBe(301);
    expect(answer.headers.get("location")).toBe(`${there}/history/x?y=1`);
    expect(answer.body.length).toBe(0);
    const bad = await rawAsk(plain.host, plain.port, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n");
    expect(bad.status).toBe(400);
    expect((await rawGet(plain, "/%zz", { Host: "status.example" })).status).toBe(400);
  });

  test("the plain port answers challenges out of their folder, and nothing else of it", async () => {
    const folder = join(webroot(), ".well-known", "acme-challenge");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "token-1"), "token-1.thumbprint");
    writeFileSync(join(webroot(), "secret"), "secret");
    const plain = { ...pop.visitors, port: pop.plainPort ?? 0 };
    const get = (path: string) =>
      rawGet(plain, `/.well-known/acme-challenge/${path}`, { Host: "new.example" });
    const answer = await get("token-1");
    expect([answer.status, answer.body.toString()]).toEqual([200, "token-1.thumbprint"]);
    expect((await get("token-2")).status).toBe(404);
    for (const path of ["../../secret", "%2e%2e/%2e%2e/secret", "..%2f..%2fsecret"])
      expect((await get(path)).body.toString()).not.toContain("secret");
  });

  test("told to do without HTTP/2, it speaks HTTP/1.1 to a client that could do either", async () => {
    const other = await startWith("--no-http2");
    const place = { ...other.visitors, servername: "status.example" };
    expect(await secureAsk({ ...place, protocol: "http/1.1" })).toMatchObject({ status: 200 });
    const socket = await secureConnection({ ...place, protocol: "h2" }).catch(() => null);
    expect(socket?.alpnProtocol ?? "refused").not.toBe("h2");
    socket?.destroy();
    expect(await other.stop()).toBe(0);
  });

  needing("HTTP/3")("asked for HTTP/3, it names it in each answer", async () => {
    const other = await startWith("--http3");
    const place = { ...other.visitors, servername: "status.example" };
    for (const protocol of ["http/1.1", "h2"] as const)
      expect((await secureAsk({ ...place, protocol })).headers["alt-svc"]).toStartWith(`h3=":${place.port}"`);
    expect(await other.stop()).toBe(0);
  });

  needing("certificate swap")(
    "told to look, it shows the new certificate, and keeps it when the next is bad",
    async () => {
      const before = await secureAsk({ ...pop.visitors, servername: "status.example", protocol: "h2" });
      expect(before.shown).toBe("DNS:status.example");
      writeCertificate(certs("status.example"), ["status.example", "also.example"]);
      process.kill(pop.pid, "SIGHUP");
      const names = async (): Promise<string> => (await ask({ protocol: "h2" })).shown;
      // Whom the old one has taken already is shown the old certificate, or sent away by GOAWAY.
      await until("the old listener is gone", () => pop.log.find((line) => line.includes("no longer shown")));
      const all = await Promise.all(Array.from({ length: 8 }, names));
      expect(new Set(all)).toEqual(new Set(["DNS:status.example, DNS:also.example"]));
      writeFileSync(join(certs("status.example"), "privkey.pem"), makeCertificate(["x.example"]).key);
      process.kill(pop.pid, "SIGHUP");
      await until("it is said", () => pop.log.find((line) => line.includes("is not the one")));
      expect(await names()).toBe("DNS:status.example, DNS:also.example");
    },
  );
}

/** What does not depend on the protocol, nor on the moment. */
function stable({ status, headers }: SecureAnswer): Readonly<Record<string, string>> {
  const own = new Set(["connection", "date", "keep-alive", "transfer-encoding"]);
  // Bun writes one on a 204 of HTTP/2, which RFC 9110, 8.6, does not want and no client minds.
  if (status === 204) own.add("content-length");
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.has(name)));
}
