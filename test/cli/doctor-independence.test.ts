// `pharos doctor independence` against names that our own name server answers, certificates shown here, and networks by a file made here.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:tls";
import { makeCertificate } from "../support/certificate.ts";
import { runCommand } from "../support/command.ts";
import { dnsFolder, startDns, type TestDns } from "../support/dns-node.ts";
import { mmdb } from "../support/mmdb.ts";

const zone = (name: string, ns: string, ...lines: readonly string[]): string =>
  [`$ORIGIN ${name}.`, "$TTL 60", `@ SOA ${ns} op 1 2 3 4 60`, `@ NS ${ns}`, ...lines, ""].join("\n");
const files = {
  "ours.zone": zone(
    "ours.test",
    "ns1.dns-one.test.",
    "status A 127.0.2.1",
    "apart A 127.0.4.1",
    "cached CNAME d1.cloudfront.net.",
    "mail A 127.0.3.1",
  ),
  "theirs.zone": zone(
    "theirs.test",
    "ns2.dns-one.test.",
    "shop A 127.0.2.2",
    "media CNAME d2.cloudfront.net.",
  ),
  "others.zone": zone("others.test", "ns.dns-two.test.", "shop A 127.0.5.1"),
  "cloudfront.zone": zone("cloudfront.net", "ns.dns-three.test.", "d1 A 127.0.6.1", "d2 A 127.0.6.2"),
};
const folder = dnsFolder(files);
folder.write(
  "asn.mmdb",
  mmdb([
    ["127.0.2.0/24", { autonomous_system_number: 64500, autonomous_system_organization: "Example Net" }],
    ["127.0.3.0/24", { asn: "AS64501", as_name: "Mail Net" }],
    ["127.0.4.0/24", { autonomous_system_number: 64502 }],
  ]),
);
const listeners: Server[] = [];
let dns: TestDns;
let tlsPort = 0;

beforeAll(async () => {
  const zones = Object.keys(files).filter((name) => name.endsWith(".zone"));
  dns = await startDns([
    "--listen",
    "127.0.0.1:0",
    "--data",
    folder.path("data"),
    ...zones.flatMap((name) => ["--zone", folder.path(name)]),
  ]);
  const { chain, key } = makeCertificate(["Example Authority"]);
  for (const address of ["127.0.2.1", "127.0.2.2"]) {
    const server = createServer({ cert: chain, key }, (socket) => socket.on("error", () => {}));
    listeners.push(server);
    await new Promise<void>((done) => server.listen(tlsPort, address, done));
    tlsPort = (server.address() as { port: number }).port;
  }
}, 30_000);
afterAll(async () => {
  for (const server of listeners) server.close();
  await dns.stop();
  folder.remove();
});

async function audited(...flags: readonly string[]) {
  const [place] = dns.places;
  const own = ["--resolver", `${place?.host}:${place?.port}`, "--tls-port", String(tlsPort), "--json"];
  const { code, out } = await runCommand(["doctor", "independence", ...own, ...flags]);
  const { findings } = JSON.parse(out) as {
    findings: readonly { state: string; says: string; fix?: string }[];
  };
  return { code, said: findings.map(({ state, says }) => `${state}: ${says}`) };
}

describe("doctor independence", () => {
  test("a page in the network, at the name servers and under the authority of what it reports on", async () => {
    const { code, said } = await audited(
      "--status",
      "status.ours.test",
      "--monitored",
      "shop.theirs.test",
      "--asn",
      folder.path("asn.mmdb"),
    );
    const who = "status.ours.test (page) and shop.theirs.test, on which it reports, share";
    expect(said).toEqual([
      `fail: ${who} the network AS64500 Example Net: when that network falls, nobody reads the page.`,
      `fail: ${who} the name servers of dns-one.test: when they fall, and caches have forgotten, nobody reads the page.`,
      `warn: ${who} the certificate authority Example Authority: when it cannot renew or has to revoke, nobody reads the page.`,
    ]);
    expect(code).toBe(1);
  });

  test("one page of two, a mail server, a CDN behind a canonical name", async () => {
    const ours = [
      "page=status.ours.test",
      "page=apart.ours.test",
      "pop=cached.ours.test",
      "mail=mail.ours.test",
    ];
    const theirs = ["shop.theirs.test", "media.theirs.test"];
    const { code, said } = await audited(
      ...ours.flatMap((one) => ["--status", one]),
      ...theirs.flatMap((one) => ["--monitored", one]),
      ...["--asn", folder.path("asn.mmdb")],
    );
    const has = (...words: readonly string[]): boolean =>
      said.some((line) => words.every((word) => line.includes(word)));
    expect(has("fail: cached.ours.test (POP)", "the CDN Amazon CloudFront", "no POP answers")).toBe(true);
    expect(has("warn: status.ours.test (page)", "AS64500", "the others of its kind go on")).toBe(true);
    expect(has("mail.ours.test (mail server)", "AS64501")).toBe(false);
    expect(has("warn: apart.ours.test shows no certificate")).toBe(true);
    expect(code).toBe(1);
  });

  test("with --known only what is new fails; what is gone is told once", async () => {
    const known = folder.path("known.json");
    const flags = ["--monitored", "shop.theirs.test", "--asn", folder.path("asn.mmdb"), "--known", known];
    const first = await audited("--status", "status.ours.test", ...flags);
    expect(first.code).toBe(1);
    expect(first.said[0]).toStartWith("fail: New: status.ours.test (page) and shop.theirs.test");
    const second = await audited("--status", "status.ours.test", ...flags);
    expect(second.code).toBe(0);
    expect(second.said).toEqual(first.said.map((said) => said.replace("fail: New: ", "warn: ")));
    // What could not be asked (its certificate) takes nothing away.
    const doubtful = await audited("--status", "apart.ours.test", ...flags);
    expect(doubtful.said.join("\n")).not.toContain("No longer so");
    const third = await audited("--status", "status.ours.test", ...flags);
    expect(third.code).toBe(0);
    expect(third.said.slice(0, second.said.length)).toEqual([...second.said]);
    expect(third.said.slice(second.said.length).join()).toStartWith("ok: No longer so: apart.ours.test");
  });

  test("nothing shared is well; what could not be found out is said", async () => {
    const { code, said } = await audited(
      "--status",
      "apart.ours.test",
      "--monitored",
      "shop.others.test",
      "--monitored",
      "nobody.others.test",
    );
    expect(said[0]).toStartWith("ok: Nothing is shared, as far as it is known");
    expect(said.join("\n")).toContain("warn: Networks were not compared.");
    expect(said.join("\n")).toContain("nobody.others.test has no address");
    expect(code).toBe(0);
  });

  for (const [name, flags, says] of [
    ["a kind that is none", ["--status", "dog=a.test", "--monitored", "b.test"], '--status "dog=a.test"'],
    [
      "a file that is none",
      ["--status", "a.test", "--monitored", "b.test", "--asn", import.meta.path],
      "cannot be read as an MMDB file",
    ],
    [
      "a resolver that is no address",
      ["--status", "a.test", "--monitored", "b.test", "--resolver", "dns.test"],
      "is no address",
    ],
    [
      "a file of what was known that is none",
      ["--status", "status.ours.test", "--monitored", "shop.theirs.test", "--known", import.meta.path],
      "holds no list",
    ],
    ["nothing to compare with", ["--status", "a.test"], "--monitored"],
  ] as const)
    test(`${name} is refused by a sentence`, async () => {
      const { code, err } = await runCommand(["doctor", "independence", ...flags]);
      expect(code).toBe(2);
      expect(err).toContain(says);
    });
});
