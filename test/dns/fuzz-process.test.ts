// Any bytes over a socket, and what a process makes of them. Flow: mutated queries from many networks, some at a time -> `pharos dns` -> answers, none of
// them lost count of: answered + dropped = sent; its memory. `npm run test:long`: 1,000,000, and memory after them within 10 % of that after 100,000.
// Long: in the long run it sends a million queries.
import { afterAll, expect } from "bun:test";
import { createSocket, type Socket } from "node:dgram";
import { readFileSync } from "node:fs";
import { seededRandom } from "../../src/base/random.ts";
import { hasHost } from "../../src/cli/free-address.ts";
import { askUdp, type DnsPlaceOf } from "../support/dns-client.ts";
import { mutatedQuery } from "../support/dns-mutations.ts";
import { dnsFolder, startDns, type TestDns } from "../support/dns-node.ts";
import { ask, shown } from "../support/dns-wire.ts";
import { sumOf } from "../support/exposition.ts";
import { mmdb } from "../support/mmdb.ts";
import { seed } from "../support/property.ts";
import { count, testLong } from "../support/seed.ts";
import { skipUnless } from "../support/skip.ts";

const folder = dnsFolder({
  "example.zone": `$TTL 60
@ SOA ns op 1 2 3 4 60
@ NS ns
ns A 192.0.2.53
www A 192.0.2.1
www TXT hello
big TXT ${Array.from({ length: 6 }, (_none, at) => `"${String(at).repeat(250)}"`).join(" ")}
sub NS ns.sub
ns.sub A 192.0.2.54
`,
  "led.toml": `origin = "near.example"
[names."@"]
NS = "ns.example."
steer = "pops"
`,
  "steering.toml": `geo = ["places.mmdb"]
[[pop]]
name = "fra"
place = [50.1, 8.7]
addresses = ["192.0.2.1"]
[[pop]]
name = "iad"
place = [39.0, -77.5]
addresses = ["192.0.2.2"]
`,
});
folder.write(
  "places.mmdb",
  mmdb(
    Array.from({ length: 200 }, (_none, at) => [
      `${at + 1}.0.0.0/${8 + (at % 9)}`,
      { country: { iso_code: "DE" } },
    ]),
  ),
);
let dns: TestDns | null = null;
afterAll(async () => {
  await dns?.stop();
  folder.remove();
});

const networks = 64;
const atOnce = 40;

/** Queries of a batch, then one that is always answered: what came before it in the server's socket has been read. */
class Sender {
  readonly #place: DnsPlaceOf;
  readonly #sockets: readonly Socket[];
  #last: Buffer = ask({ id: 0xfefe });
  #seen: () => void = () => undefined;
  sent = 0;
  came = 0;

  constructor(place: DnsPlaceOf) {
    this.#place = place;
    this.#sockets = Array.from({ length: networks }, () => createSocket("udp4"));
  }

  async open(): Promise<void> {
    for (const [at, socket] of this.#sockets.entries()) {
      await new Promise<void>((done) => socket.bind(0, `127.0.${at}.1`, done));
      socket.on("message", (answer) => {
        this.came++;
        if (at === 0 && answer.readUInt16BE(0) === this.#last.readUInt16BE(0) && answer.length > 60)
          this.#seen();
      });
    }
    const cookie = await this.#cookie();
    this.#last = ask({ id: 0xfefe, name: "www.example", edns: { options: [[10, cookie]] } });
  }

  /** Of the server for the first socket. */
  async #cookie(): Promise<string> {
    const query = ask({ edns: { options: [[10, "2464c4abcf10c957"]] } });
    const answer = new Promise<Buffer>((done) => this.#sockets[0]?.once("message", done));
    this.#send(0, query);
    return (
      shown(await answer)
        .find((line) => line.startsWith("option 10 "))
        ?.slice(10) ?? ""
    );
  }

  #send(socket: number, query: Buffer): void {
    this.sent++;
    this.#sockets[socket]?.send(query, this.#place.port, this.#place.host);
  }

  async batch(queryOf: () => Buffer): Promise<void> {
    const seen = new Promise<void>((done) => {
      this.#seen = done;
    });
    for (let at = 0; at < atOnce; at++) this.#send(this.sent % networks, queryOf());
    this.#send(0, this.#last);
    const lost = setTimeout(() => this.#seen(), 5_000);
    await seen;
    clearTimeout(lost);
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }
}

/** kB. */
function rssOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

/** kB, once it is the same at four looks: what a process just let go is given back while nobody asks. */
async function restingRssOf(pid: number): Promise<number> {
  const looks: number[] = [];
  while (looks.length < 40) {
    looks.push(rssOf(pid));
    const last = looks.slice(-4);
    if (last.length === 4 && Math.max(...last) - Math.min(...last) < 0.002 * rssOf(pid)) break;
    await new Promise((next) => setTimeout(next, 500));
  }
  return rssOf(pid);
}

const testHere = skipUnless(
  process.platform === "linux" && hasHost("127.0.63.1"),
  "this machine has no /proc, or of 127.0.0.0/8 only 127.0.0.1",
);

testHere(
  `dns/process: mutated queries from ${networks} networks, seed ${seed}`,
  async () => {
    const zones = ["example.zone", "led.toml"].flatMap((file) => ["--zone", folder.path(file)]);
    const flags = ["--workers", "0", "--ops", "127.0.0.1:0", "--steering", folder.path("steering.toml")];
    dns = await startDns(["--listen", "127.0.0.1:0", ...zones, ...flags, "--data", folder.path("data")]);
    const [place = { host: "", port: 0 }] = dns.places;
    const random = seededRandom(seed);
    const sender = new Sender(place);
    await sender.open();
    const [early, all] = [count(2_000, 100_000), count(8_000, 1_000_000)];
    const seen: number[] = [];
    while (sender.sent < all) {
      await sender.batch(() => mutatedQuery(random));
      if (sender.sent >= early * (seen.length + 1))
        seen.push(testLong ? await restingRssOf(dns.pid) : rssOf(dns.pid));
    }
    const text = await (await fetch(`${dns.ops}/metrics`)).text();
    const [answered, dropped] = ["answers", "dropped"].map((what) => sumOf(text, `pharos_dns_${what}_total`));
    expect({ sum: (answered ?? 0) + (dropped ?? 0), answered }).toEqual({
      sum: sender.sent,
      answered: sender.came,
    });
    expect(dropped).toBeGreaterThan(0);
    sender.close();
    expect(shown(await askUdp(place, ask({ edns: {} })))[0]).toMatch(/^NOERROR qr aa/);
    if (testLong) console.error(`memory by ${early} queries: ${seen.join(" ")} kB`);
    if (testLong) expect(seen.at(-1) ?? 0).toBeLessThan(1.1 * (seen[0] ?? 0));
  },
  600_000,
);
