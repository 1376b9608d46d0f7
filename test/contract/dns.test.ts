// `pharos dns` on every runtime: queries by UDP and TCP, a reload, its end. Flow: client -> process on a port -> answer; counters at the ops address.
import { afterAll, describe, expect } from "bun:test";
import { askSteadily, askTcp, askUdp, type DnsPlaceOf } from "../support/dns-client.ts";
import { dnsFolder, startDns, type TestDns, zoneText } from "../support/dns-node.ts";
import { ask, shown } from "../support/dns-wire.ts";
import { childrenOf, until } from "../support/pop.ts";
import { type Runtime, runtimes } from "./runtimes.ts";

const folders: { remove(): void }[] = [];
const running: TestDns[] = [];
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
  for (const folder of folders) folder.remove();
});

const first = "192.0.2.1";
const second = "192.0.2.2";
const www = ask({ name: "www.example", edns: {} });
const linesOf = (address: string): readonly string[] => [
  "NOERROR qr aa",
  "? www.example. A",
  `www.example. 60 A ${address}`,
  "edns v0 udp=1232",
];

async function start(runtime: Runtime, flags: readonly string[]) {
  const folder = dnsFolder({ "example.zone": zoneText(first) });
  folders.push(folder);
  const dns = await startDns(
    [
      "--listen",
      "127.0.0.1:0",
      "--zone",
      folder.path("example.zone"),
      "--data",
      folder.path("data"),
      ...flags,
    ],
    await runtime.program(),
  );
  running.push(dns);
  const [place = { host: "", port: 0 }] = dns.places;
  return { dns, folder, place };
}

const answered = async (place: DnsPlaceOf, address: string): Promise<boolean> =>
  shown(await askUdp(place, www, 1_000)).includes(`www.example. 60 A ${address}`);

/** So many that reading them takes turns between questions. */
const manyNames = Array.from({ length: 3_000 }, (_none, at) => `n${at} A 192.0.2.3\n`).join("");

async function reload(dns: TestDns): Promise<{ status: number; lines: readonly string[] }> {
  const response = await fetch(`${dns.ops}/reload`, { method: "POST" });
  return { status: response.status, lines: (await response.text()).trim().split("\n") };
}

for (const runtime of runtimes)
  describe(`dns on ${runtime.name}`, () => {
    runtime.test(
      "one process: UDP, TCP, a zone that changes and one that breaks, counters, an end",
      async () => {
        const { dns, folder, place } = await start(runtime, [
          "--workers",
          "0",
          "--ops",
          "127.0.0.1:0",
          "--id",
          "a",
        ]);
        expect(shown(await askUdp(place, www))).toEqual([...linesOf(first)]);
        expect(shown(await askTcp(place, www))).toEqual([...linesOf(first)]);
        folder.write("example.zone", `${zoneText(second)}broken A 1.2.3\n`);
        dns.signal("SIGHUP");
        await until("it says what is wrong", () =>
          dns.log.some((line) => /example\.zone:7:\d+: /.test(line)),
        );
        expect(await answered(place, first)).toBe(true);
        expect(await reload(dns)).toEqual({
          status: 422,
          lines: [
            expect.stringMatching(/example\.zone:7:10: "1\.2\.3" is not an IPv4 address/),
            "No zone was read again.",
          ],
        });
        folder.write("example.zone", zoneText(second));
        dns.signal("SIGHUP");
        await until("the new zone is answered", () => answered(place, second));
        const metrics = await (await fetch(`${dns.ops}/metrics`)).text();
        expect(metrics).toMatch(
          /pharos_dns_answers_total\{process="whole",rcode="NOERROR",transport="tcp"\} 1\n/,
        );
        expect((await fetch(`${dns.ops}/healthz`)).status).toBe(200);
        expect(await dns.stop()).toBe(0);
      },
    );

    runtime.needing("DNS on several processes")(
      "two processes on a port: zones are read again without losing a query, by signal and by the ops address; one is killed, an end",
      async () => {
        const { dns, folder, place } = await start(runtime, [
          "--workers",
          "2",
          "--ops",
          "127.0.0.1:0",
          "--rate-limit",
          "0",
        ]);
        const asker = askSteadily(place, www);
        await until("some are answered", () => asker.answers.size === 1);
        folder.write("example.zone", zoneText(second));
        dns.signal("SIGHUP");
        await until("the new zone is answered", () => answered(place, second));
        folder.write("example.zone", "$ORIGIN example.\n@ A 1.2.3\n");
        dns.signal("SIGHUP");
        await until(
          "both refuse the broken zone",
          () => dns.log.filter((line) => /example\.zone:2:\d+: /.test(line)).length >= 2,
        );
        for (const address of [first, second, first, second, first]) {
          folder.write("example.zone", `${zoneText(address)}${manyNames}`);
          expect(await reload(dns)).toEqual({ status: 200, lines: ["Zones were read again: example."] });
          // Each process has: it is said when all have.
          for (let asked = 0; asked < 8; asked++) expect(await answered(place, address)).toBe(true);
        }
        folder.write("example.zone", "$ORIGIN example.\n@ A 1.2.3\n");
        const refused = await Promise.all([reload(dns), reload(dns), reload(dns)]);
        for (const { status, lines } of refused)
          expect({ status, first: lines[0] }).toEqual({
            status: 422,
            first: expect.stringMatching(/example\.zone:2:5: /),
          });
        expect(await answered(place, first)).toBe(true);
        expect(await asker.stop()).toBe(0);
        expect(asker.sent()).toBeGreaterThan(300);
        expect(asker.answers.size).toBe(2);
        const worker = childrenOf(dns.pid).get("worker-1") ?? 0;
        // The zone on the disk is broken: the one that takes its place answers what held last.
        process.kill(worker, "SIGKILL");
        await until("another one is there", () => {
          const now = childrenOf(dns.pid).get("worker-1");
          return now !== undefined && now !== worker;
        });
        expect(await answered(place, first)).toBe(true);
        expect(await dns.stop()).toBe(0);
      },
    );
  });
