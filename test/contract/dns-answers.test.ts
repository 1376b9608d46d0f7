// What `pharos dns` says, on every runtime: a table of query -> answer with scope, the counters it leaves, and questions made by chance. Flow: zones, a plan
// and a location file on the disk, POPs that answer probes -> one process -> answers by UDP and TCP that another decoder reads.
import { afterAll, describe, expect } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import { makeFind } from "../../src/zones/find.ts";
import { showName } from "../../src/zones/names.ts";
import { classes, typeWord } from "../../src/zones/types.ts";
import type { ZoneSet } from "../../src/zones/zone.ts";
import { askAll } from "../dns/knot.ts";
import { askTcp, askUdp } from "../support/dns-client.ts";
import { dnsFolder, startDns, type TestDns } from "../support/dns-node.ts";
import { reportingPop } from "../support/dns-pops.ts";
import { type Ask, type AskEdns, ask, shown, subnet } from "../support/dns-wire.ts";
import { mmdb } from "../support/mmdb.ts";
import { until } from "../support/pop.ts";
import { testSeed } from "../support/seed.ts";
import { makeQuestions, makeZones } from "../zones/made-zones.ts";
import { noSteer, showSections, visitorFrom, zoneOf } from "../zones/zone-of.ts";
import { runtimes } from "./runtimes.ts";

const pops = { fra: reportingPop(), iad: reportingPop(), sin: reportingPop() };
const random = seededRandom(testSeed);
const made = makeZones(random, 12);
const zones: ZoneSet = new Map(
  made.map(({ origin, text }) => zoneOf(origin, text)).map((zone) => [zone.origin, zone]),
);
const questions = makeQuestions(random, zones, 2_100);

const master = `$TTL 60
@ SOA ns op 1 2 3 4 60
@ NS ns
@ MX 10 mail
@ CAA 0 issue "ca.example"
ns A 192.0.2.53
www A 192.0.2.80
www AAAA 2001:db8::80
alias CNAME www
*.wild TXT "anything"
deep.below.here A 192.0.2.81
sub NS ns.sub
ns.sub A 192.0.2.54
web HTTPS 1 . alpn=h2,h3
web A 192.0.2.82
big TXT ${Array.from({ length: 6 }, (_none, at) => `"${String(at).repeat(250)}"`).join(" ")}
`;
const led = `origin = "led.test"
[names."@"]
NS = "ns.example."
[names.www]
steer = "pops"
HTTPS = "1 . alpn=h2,h3"
[names.one]
steer = "nearest"
`;
const plan = `geo = ["places.mmdb"]
[[pop]]
name = "fra"
place = [50.1, 8.7]
addresses = ["192.0.2.1", "2001:db8::1"]
${pops.fra.plan}
[[pop]]
name = "iad"
place = [39.0, -77.5]
addresses = ["192.0.2.2", "2001:db8::2"]
${pops.iad.plan}
[[pop]]
name = "sin"
place = [1.35, 103.8]
addresses = ["192.0.2.3"]
${pops.sin.plan}
[map.nearest]
addresses = 1
[[override]]
networks = ["203.0.113.64/26"]
pops = ["sin"]
[[override]]
countries = ["BR"]
pops = ["fra"]
`;
const places = mmdb([
  ["127.0.0.0/8", { country: { iso_code: "US" }, location: { latitude: 40.7, longitude: -74 } }],
  ["198.51.100.0/24", { country: { iso_code: "SG" }, location: { latitude: 1.3, longitude: 103.8 } }],
  ["203.0.113.0/24", { country: { iso_code: "DE" }, location: { latitude: 52.5, longitude: 13.4 } }],
  ["100.64.0.0/20", { country: { iso_code: "BR" } }],
  ["2001:db8:100::/40", { country: { iso_code: "JP" }, location: { latitude: 35.7, longitude: 139.7 } }],
]);
const folder = dnsFolder({
  "example.zone": master,
  "led.test.toml": led,
  "steering.toml": plan,
  secrets: "e5e973e5a6b2a43f48e7dc849e37bfcf\n",
  ...Object.fromEntries(made.map(({ origin, text }) => [`${origin}zone`, text])),
});
folder.write("places.mmdb", places);

const running: TestDns[] = [];
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await Promise.all(Object.values(pops).map((pop) => pop.end()));
  folder.remove();
});

/** A client subnet as it is asked with, and as it comes back with its scope. */
const asks = (octets: readonly number[], bits: number): AskEdns => ({ options: [subnet(octets, bits)] });
const says = (octets: readonly number[], bits: number, scope: number): string => {
  const hex = subnet(octets, bits)[1];
  return `option 8 ${hex.slice(0, 6)}${scope.toString(16).padStart(2, "0")}${hex.slice(8)}`;
};

interface Row {
  readonly what: string;
  readonly ask: Ask;
  readonly lines: readonly string[];
  readonly by?: "tcp";
  /** Whom it leads to first, and the country it was for. */
  readonly led?: readonly [pop: string, country: string];
}

const soa = "~ example. 60 SOA ns.example op.example 1 2 3 4 60";
const edns = "edns v0 udp=1232";
const a = (name: string, ...addresses: readonly string[]): readonly string[] =>
  addresses.map((address) => `${name}. 20 A ${address}`);
const www = "www.led.test";

const rows: readonly Row[] = [
  {
    what: "an address, the question's case kept",
    ask: { name: "wWw.example" },
    lines: ["NOERROR qr aa", "? wWw.example. A", "wWw.example. 60 A 192.0.2.80"],
  },
  {
    what: "the other family",
    ask: { type: "AAAA" },
    lines: ["NOERROR qr aa", "? www.example. AAAA", "www.example. 60 AAAA 2001:db8::80"],
  },
  {
    what: "where a CNAME leads",
    ask: { name: "alias.example" },
    lines: [
      "NOERROR qr aa",
      "? alias.example. A",
      "alias.example. 60 CNAME www.example",
      "www.example. 60 A 192.0.2.80",
    ],
  },
  {
    what: "a wildcard",
    ask: { name: "some.wild.example", type: "TXT" },
    lines: ["NOERROR qr aa", "? some.wild.example. TXT", "some.wild.example. 60 TXT anything"],
  },
  {
    what: "an empty non-terminal is NODATA",
    ask: { name: "below.here.example" },
    lines: ["NOERROR qr aa", "? below.here.example. A", soa],
  },
  {
    what: "no such name",
    ask: { name: "nil.example" },
    lines: ["NXDOMAIN qr aa", "? nil.example. A", soa],
  },
  {
    what: "a delegation, with glue",
    ask: { name: "a.sub.example" },
    lines: [
      "NOERROR qr",
      "? a.sub.example. A",
      "~ sub.example. 60 NS ns.sub.example",
      "+ ns.sub.example. 60 A 192.0.2.54",
    ],
  },
  {
    what: "MX",
    ask: { name: "example", type: "MX" },
    lines: ["NOERROR qr aa", "? example. MX", "example. 60 MX 10 mail.example"],
  },
  {
    what: "another's name",
    ask: { name: "example.org", edns: {} },
    lines: [
      "REFUSED qr",
      "? example.org. A",
      edns,
      "error 20 This server is not authoritative for the name.",
    ],
  },
  {
    what: "too long for UDP",
    ask: { name: "big.example", type: "TXT" },
    lines: ["NOERROR qr aa tc", "? big.example. TXT"],
  },
  {
    what: "and whole over TCP",
    ask: { name: "big.example", type: "TXT" },
    by: "tcp",
    lines: [
      "NOERROR qr aa",
      "? big.example. TXT",
      `big.example. 60 TXT ${[0, 1, 2, 3, 4, 5].map((at) => String(at).repeat(250)).join(" ")}`,
    ],
  },
  {
    what: "EDNS of another version",
    ask: { edns: { version: 1 } },
    lines: ["BADVERS qr", "? www.example. A", edns],
  },
  { what: "another opcode", ask: { flags: "2000" }, lines: ["NOTIMP opcode4 qr"] },
  {
    what: "NSID",
    ask: { edns: { options: [[3, ""]] } },
    lines: [
      "NOERROR qr aa",
      "? www.example. A",
      "www.example. 60 A 192.0.2.80",
      edns,
      `option 3 ${Buffer.from("a").toString("hex")}`,
    ],
  },
  {
    what: "a subnet, of a name that is the same for all",
    ask: { edns: asks([198, 51, 100, 0], 24) },
    lines: [
      "NOERROR qr aa",
      "? www.example. A",
      "www.example. 60 A 192.0.2.80",
      edns,
      says([198, 51, 100, 0], 24, 0),
    ],
  },
  {
    what: "steered by the resolver",
    ask: { name: www },
    led: ["iad", "US"],
    lines: ["NOERROR qr aa", `? ${www}. A`, ...a(www, "192.0.2.2", "192.0.2.1", "192.0.2.3")],
  },
  {
    what: "steered by a subnet",
    ask: { name: www, edns: asks([198, 51, 100, 0], 24) },
    led: ["sin", "SG"],
    lines: [
      "NOERROR qr aa",
      `? ${www}. A`,
      ...a(www, "192.0.2.3", "192.0.2.1", "192.0.2.2"),
      edns,
      says([198, 51, 100, 0], 24, 24),
    ],
  },
  {
    what: "the same subnet once more, out of what is held",
    ask: { name: www, edns: asks([198, 51, 100, 0], 24) },
    led: ["sin", "SG"],
    lines: [
      "NOERROR qr aa",
      `? ${www}. A`,
      ...a(www, "192.0.2.3", "192.0.2.1", "192.0.2.2"),
      edns,
      says([198, 51, 100, 0], 24, 24),
    ],
  },
  {
    what: "an override by network, and the bits that it takes to know",
    ask: { name: "one.led.test", edns: asks([203, 0, 113, 64], 26) },
    led: ["sin", "DE"],
    lines: [
      "NOERROR qr aa",
      "? one.led.test. A",
      ...a("one.led.test", "192.0.2.3"),
      edns,
      says([203, 0, 113, 64], 26, 26),
    ],
  },
  {
    what: "beside it",
    ask: { name: "one.led.test", edns: asks([203, 0, 113, 128], 26) },
    led: ["fra", "DE"],
    lines: [
      "NOERROR qr aa",
      "? one.led.test. A",
      ...a("one.led.test", "192.0.2.1"),
      edns,
      says([203, 0, 113, 128], 26, 25),
    ],
  },
  {
    what: "an override by country",
    ask: { name: "one.led.test", edns: asks([100, 64, 3, 0], 24) },
    led: ["fra", "BR"],
    lines: [
      "NOERROR qr aa",
      "? one.led.test. A",
      ...a("one.led.test", "192.0.2.1"),
      edns,
      says([100, 64, 3, 0], 24, 20),
    ],
  },
  {
    what: "a subnet of IPv6, asked over IPv4",
    ask: { name: "one.led.test", edns: asks([0x20, 1, 0x0d, 0xb8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 48) },
    led: ["sin", "JP"],
    lines: [
      "NOERROR qr aa",
      "? one.led.test. A",
      ...a("one.led.test", "192.0.2.3"),
      edns,
      says([0x20, 1, 0x0d, 0xb8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 48, 40),
    ],
  },
  {
    what: "a subnet of no bits: the resolver counts, and the scope is everyone's",
    ask: { name: "one.led.test", edns: asks([0, 0, 0, 0], 0) },
    led: ["iad", "US"],
    lines: [
      "NOERROR qr aa",
      "? one.led.test. A",
      ...a("one.led.test", "192.0.2.2"),
      edns,
      says([0, 0, 0, 0], 0, 0),
    ],
  },
];

const paths = ["example.zone", "led.test.toml", ...made.map(({ origin }) => `${origin}zone`)];

for (const runtime of runtimes)
  describe(`dns answers on ${runtime.name}`, () => {
    runtime.test("the table, its counters, and questions made by chance", async () => {
      const flags = ["--workers", "0", "--id", "a", "--rate-limit", "0", "--ops", "127.0.0.1:0"];
      const dns = await startDns(
        [
          ...["--listen", "127.0.0.1:0", ...paths.flatMap((path) => ["--zone", folder.path(path)])],
          ...["--steering", folder.path("steering.toml"), "--cookie-secret", folder.path("secrets")],
          ...["--data", folder.path(`data-${runtime.name}`), ...flags],
        ],
        await runtime.program(),
      );
      running.push(dns);
      const [place = { host: "", port: 0 }] = dns.places;
      const read = async (path: string): Promise<string> => (await fetch(`${dns.ops}${path}`)).text();
      await until("all POPs were heard of", async () => {
        const { targets } = JSON.parse(await read("/steering"));
        return targets.every(({ seen_up_here }: { seen_up_here: boolean | null }) => seen_up_here === true);
      });
      for (const row of rows) {
        const answer = await (row.by === "tcp" ? askTcp : askUdp)(place, ask(row.ask));
        expect({ what: row.what, lines: shown(answer) }).toEqual({ what: row.what, lines: [...row.lines] });
      }
      expect(countersOf(await read("/metrics"))).toEqual(countersOfRows());

      // Names that are made up lead into `example` too.
      const example = zoneOf("example.", master);
      const find = makeFind(new Map([...zones, [example.origin, example]]), noSteer);
      const lines = await askAll(place.port, questions);
      for (const [at, { name, type }] of questions.entries()) {
        const question = `${showName(name)} ${typeWord(type)}`;
        const found = showSections(find({ name, type, class: classes.IN }, visitorFrom("127.0.0.1")));
        expect(`${question}: ${lines[at]} (seed ${testSeed})`).toBe(
          `${question}: ${found} (seed ${testSeed})`,
        );
      }
    });
  });

/** Of three families: how many of what. */
function countersOf(text: string): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const line of text.split("\n")) {
    const match = /^pharos_dns_(answers|led|countries)_total\{process="whole",(.+)\} (\d+)$/.exec(line);
    if (match?.[2] !== undefined && match[3] !== "0") found[`${match[1]} ${match[2]}`] = Number(match[3]);
  }
  return found;
}

function countersOfRows(): Readonly<Record<string, number>> {
  const counted: Record<string, number> = {};
  const count = (what: string): void => {
    counted[what] = (counted[what] ?? 0) + 1;
  };
  for (const { lines, by, led } of rows) {
    count(`answers rcode="${lines[0]?.split(" ")[0]}",transport="${by ?? "udp"}"`);
    if (led === undefined) continue;
    count(`led pop="${led[0]}"`);
    count(`countries country="${led[1]}"`);
  }
  return counted;
}
