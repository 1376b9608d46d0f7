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
      "two processes on a port: zones are read again at SIGHUP without losing a query, one is killed, an end",
      async () => {
        const { dns, folder, place } = await start(runtime, ["--workers", "2"]);
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
        expect(await asker.stop()).toBe(0);
        expect(asker.answers.size).toBe(2);
        const worker = childrenOf(dns.pid).get("worker-1") ?? 0;
        process.kill(worker, "SIGKILL");
        folder.write("example.zone", zoneText(second));
        await until("another one is there", () => {
          const now = childrenOf(dns.pid).get("worker-1");
          return now !== undefined && now !== worker;
        });
        expect(await answered(place, second)).toBe(true);
        expect(await dns.stop()).toBe(0);
      },
    );
  });
