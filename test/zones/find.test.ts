import { expect, test } from "bun:test";
import { addressBytes } from "../../src/zones/addresses.ts";
import { makeFind } from "../../src/zones/find.ts";
import { nameBytes } from "../../src/zones/names.ts";
import { type Steer, type Steered, types, type Visitor } from "../../src/zones/types.ts";
import { ask, nameOf, noSteer, zoneOf } from "./zone-of.ts";

/** RFC 4592, 2.2.1. */
const wildcards = zoneOf(
  "example.",
  `$TTL 3600
@ SOA ns.example.com. host 1 2 3 4 900
@ NS ns.example.com.
@ NS ns.example.net.
* TXT "this is a wildcard"
* MX 10 host1
sub.* TXT "this is not a wildcard"
host1 A 192.0.2.1
_ssh._tcp.host1 SRV 0 0 22 host1
_ssh._tcp.host2 SRV 0 0 22 host1
subdel NS ns.example.com.
subdel NS ns.example.net.
`,
);
const nothing = "authority example. 900 SOA ns.example.com. host.example. 1 2 3 4 900";

type Row = readonly [question: string, ...lines: string[]];

const wildcardRows: readonly Row[] = [
  // 2.2.1: synthesized
  [
    "host3.example. MX",
    "NOERROR aa",
    "host3.example. 3600 MX 10 host1.example.",
    "additional host1.example. 3600 A 192.0.2.1",
  ],
  ["host3.example. A", "NOERROR aa", nothing],
  ["foo.bar.example. TXT", "NOERROR aa", 'foo.bar.example. 3600 TXT "this is a wildcard"'],
  // 2.2.1: not synthesized
  ["host1.example. MX", "NOERROR aa", nothing],
  ["sub.*.example. MX", "NOERROR aa", nothing],
  ["_telnet._tcp.host1.example. SRV", "NXDOMAIN aa", nothing],
  [
    "host.subdel.example. A",
    "NOERROR",
    "authority subdel.example. 3600 NS ns.example.com.",
    "authority subdel.example. 3600 NS ns.example.net.",
  ],
  ["ghost.*.example. MX", "NXDOMAIN aa", nothing],
  // 2.2.2: empty non-terminals exist
  ["_tcp.host1.example. SRV", "NOERROR aa", nothing],
  ["_tcp.host2.example. A", "NOERROR aa", nothing],
  ["host2.example. MX", "NOERROR aa", nothing],
  // 2.2.3 and 4: the asterisk itself is asked for as any name
  ["*.example. TXT", "NOERROR aa", '*.example. 3600 TXT "this is a wildcard"'],
  ["*.example. A", "NOERROR aa", nothing],
  ["sub.*.example. TXT", "NOERROR aa", 'sub.*.example. 3600 TXT "this is not a wildcard"'],
  // 3.3.1: the closest encloser decides
  ["_ssh._tcp.host3.example. SRV", "NOERROR aa", nothing],
  ["_chat._udp.host1.example. SRV", "NXDOMAIN aa", nothing],
  [
    "a.b.c.example. MX",
    "NOERROR aa",
    "a.b.c.example. 3600 MX 10 host1.example.",
    "additional host1.example. 3600 A 192.0.2.1",
  ],
];

for (const [question, ...lines] of wildcardRows)
  test(`RFC 4592: ${question}`, () => {
    expect(ask(makeFind(new Map([["\x07example\x00", wildcards]]), noSteer), question)).toEqual(lines);
  });

const own = zoneOf(
  "example.com.",
  `$TTL 300
@ SOA ns1 host 1 2 3 4 60
@ NS ns1
@ NS ns2.sub
ns1 A 192.0.2.1
ns1 AAAA 2001:db8::1
@ MX 10 mail
@ MX 20 www
@ HTTPS 1 . alpn=h2
@ A 192.0.2.8
mail A 192.0.2.2
www CNAME web
web A 192.0.2.3
web TXT a
web TXT b
far CNAME www.example.net.
far2 CNAME host.elsewhere.test.
into CNAME x.sub
loop1 CNAME loop2
loop2 CNAME loop1
self CNAME self
gone CNAME nothing
out CNAME .
*.w CNAME web
svc HTTPS 1 web alpn=h3
svc2 HTTPS 0 web
nomail MX 0 .
sub NS ns2.sub
sub NS ns1
sub NS other.test.
sub DS 1 2 3 00
ns2.sub A 192.0.2.4
deep.sub2 NS ns.deep.sub2
ns.deep.sub2 A 192.0.2.5
mx2 MX 10 ns2.sub
c1 CNAME c2
c2 CNAME c3
c3 CNAME c4
c4 CNAME c5
c5 CNAME c6
c6 CNAME c7
c7 CNAME c8
c8 CNAME c9
c9 CNAME c10
c10 A 192.0.2.9
`,
);
const other = zoneOf(
  "example.net.",
  "$TTL 30\n@ SOA ns host 1 2 3 4 5\n@ NS ns.test.\nwww A 192.0.2.77\nback CNAME web.example.com.\n",
);
const child = zoneOf(
  "child.example.net.",
  "$TTL 30\n@ SOA ns host 1 2 3 4 5\n@ NS ns.test.\nwww A 192.0.2.78\n",
);
const find = makeFind(new Map([own, other, child].map((zone) => [zone.origin, zone])), noSteer);
const none = "authority example.com. 60 SOA ns1.example.com. host.example.com. 1 2 3 4 60";
const noneOfOther = "authority example.net. 5 SOA ns.example.net. host.example.net. 1 2 3 4 5";
const noneOfChild =
  "authority child.example.net. 5 SOA ns.child.example.net. host.child.example.net. 1 2 3 4 5";
const server = [
  "additional ns1.example.com. 300 A 192.0.2.1",
  "additional ns1.example.com. 300 AAAA 2001:db8::1",
];
const below = [
  "authority sub.example.com. 300 NS ns2.sub.example.com.",
  "authority sub.example.com. 300 NS ns1.example.com.",
  "authority sub.example.com. 300 NS other.test.",
  "additional ns2.sub.example.com. 300 A 192.0.2.4",
  ...server,
];

const rows: readonly Row[] = [
  ["web.example.com. A", "NOERROR aa", "web.example.com. 300 A 192.0.2.3"],
  ["web.example.com. TXT", "NOERROR aa", 'web.example.com. 300 TXT "a"', 'web.example.com. 300 TXT "b"'],
  ["web.example.com. AAAA", "NOERROR aa", none],
  ["nothing.example.com. A", "NXDOMAIN aa", none],
  ["w.example.com. A", "NOERROR aa", none],
  ["example.com. SOA", "NOERROR aa", "example.com. 300 SOA ns1.example.com. host.example.com. 1 2 3 4 60"],
  [
    "example.com. NS",
    "NOERROR aa",
    "example.com. 300 NS ns1.example.com.",
    "example.com. 300 NS ns2.sub.example.com.",
    ...server,
    "additional ns2.sub.example.com. 300 A 192.0.2.4",
  ],
  [
    "example.com. MX",
    "NOERROR aa",
    "example.com. 300 MX 10 mail.example.com.",
    "example.com. 300 MX 20 www.example.com.",
    "additional mail.example.com. 300 A 192.0.2.2",
  ],
  ["nomail.example.com. MX", "NOERROR aa", "nomail.example.com. 300 MX 0 ."],
  ["mx2.example.com. MX", "NOERROR aa", "mx2.example.com. 300 MX 10 ns2.sub.example.com."],
  // HTTPS leads to itself, or to another name (RFC 9460, 4.1)
  [
    "example.com. HTTPS",
    "NOERROR aa",
    "example.com. 300 HTTPS 1 . alpn=h2",
    "additional example.com. 300 A 192.0.2.8",
  ],
  [
    "svc.example.com. HTTPS",
    "NOERROR aa",
    "svc.example.com. 300 HTTPS 1 web.example.com. alpn=h3",
    "additional web.example.com. 300 A 192.0.2.3",
  ],
  [
    "svc2.example.com. HTTPS",
    "NOERROR aa",
    "svc2.example.com. 300 HTTPS 0 web.example.com.",
    "additional web.example.com. 300 A 192.0.2.3",
  ],
  // CNAMEs
  [
    "www.example.com. A",
    "NOERROR aa",
    "www.example.com. 300 CNAME web.example.com.",
    "web.example.com. 300 A 192.0.2.3",
  ],
  ["www.example.com. CNAME", "NOERROR aa", "www.example.com. 300 CNAME web.example.com."],
  ["www.example.com. MX", "NOERROR aa", "www.example.com. 300 CNAME web.example.com.", none],
  [
    "x.y.w.example.com. A",
    "NOERROR aa",
    "x.y.w.example.com. 300 CNAME web.example.com.",
    "web.example.com. 300 A 192.0.2.3",
  ],
  ["gone.example.com. A", "NXDOMAIN aa", "gone.example.com. 300 CNAME nothing.example.com.", none],
  ["out.example.com. A", "NOERROR aa", "out.example.com. 300 CNAME ."],
  ["far2.example.com. A", "NOERROR aa", "far2.example.com. 300 CNAME host.elsewhere.test."],
  [
    "far.example.com. A",
    "NOERROR aa",
    "far.example.com. 300 CNAME www.example.net.",
    "www.example.net. 30 A 192.0.2.77",
  ],
  ["far.example.com. TXT", "NOERROR aa", "far.example.com. 300 CNAME www.example.net.", noneOfOther],
  [
    "back.example.net. A",
    "NOERROR aa",
    "back.example.net. 30 CNAME web.example.com.",
    "web.example.com. 300 A 192.0.2.3",
  ],
  ["into.example.com. A", "NOERROR aa", "into.example.com. 300 CNAME x.sub.example.com.", ...below],
  [
    "loop1.example.com. A",
    "NOERROR aa",
    "loop1.example.com. 300 CNAME loop2.example.com.",
    "loop2.example.com. 300 CNAME loop1.example.com.",
  ],
  ["self.example.com. A", "NOERROR aa", "self.example.com. 300 CNAME self.example.com."],
  // Delegation
  ["sub.example.com. A", "NOERROR", ...below],
  ["sub.example.com. NS", "NOERROR", ...below],
  ["x.y.sub.example.com. TXT", "NOERROR", ...below],
  ["ns2.sub.example.com. A", "NOERROR", ...below],
  ["sub.example.com. DS", "NOERROR aa", "sub.example.com. 300 DS 1 2 3 00"],
  ["x.sub.example.com. DS", "NOERROR", ...below],
  ["deep.sub2.example.com. DS", "NOERROR aa", none],
  ["sub2.example.com. A", "NOERROR aa", none],
  ["example.com. DS", "NOERROR aa", none],
  // The zone below answers for itself, the one above for its DS
  ["www.child.example.net. A", "NOERROR aa", "www.child.example.net. 30 A 192.0.2.78"],
  ["child.example.net. DS", "NXDOMAIN aa", noneOfOther],
  ["x.child.example.net. DS", "NXDOMAIN aa", noneOfChild],
  // Not ours
  ["example.org. A", "REFUSED"],
  ["com. A", "REFUSED"],
  [". NS", "REFUSED"],
  [". DS", "REFUSED"],
  ["notexample.com. A", "REFUSED"],
];

for (const [question, ...lines] of rows)
  test(`found: ${question}`, () => {
    expect(ask(find, question)).toEqual(lines);
  });

test("found: a chain of CNAMEs is cut where resolvers give up", () => {
  const lines = ask(find, "c1.example.com. A");
  expect(lines.length).toBe(1 + 9);
  expect(lines.at(-1)).toBe("c9.example.com. 300 CNAME c10.example.com.");
});

test("found: another class is refused", () => {
  const finding = find(
    { name: nameOf("web.example.com."), type: 1, class: 3 },
    { resolver: new Uint8Array(4), subnet: null },
  );
  expect(finding.rcode).toBe(5);
  expect(finding.why).toContain("not authoritative");
});

test("found: the root as a zone", () => {
  const root = zoneOf(
    ".",
    "$TTL 9\n. SOA a.test. b.test. 1 2 3 4 5\n. NS a.test.\na.test. A 192.0.2.1\nexample. NS ns.example.\nns.example. A 192.0.2.2\n",
  );
  const asRoot = makeFind(new Map([["\0", root]]), noSteer);
  expect(ask(asRoot, ". NS")).toEqual(["NOERROR aa", ". 9 NS a.test.", "additional a.test. 9 A 192.0.2.1"]);
  expect(ask(asRoot, "example. DS")).toEqual(["NOERROR aa", "authority . 5 SOA a.test. b.test. 1 2 3 4 5"]);
  expect(ask(asRoot, ". DS")).toEqual(["NOERROR aa", "authority . 5 SOA a.test. b.test. 1 2 3 4 5"]);
  expect(ask(asRoot, "x.example. A")).toEqual([
    "NOERROR",
    "authority example. 9 NS ns.example.",
    "additional ns.example. 9 A 192.0.2.2",
  ]);
  expect(ask(asRoot, "test.test. A")).toEqual(["NXDOMAIN aa", "authority . 5 SOA a.test. b.test. 1 2 3 4 5"]);
});

const steered = zoneOf(
  "example.com.",
  "$TTL 300\n@ SOA ns1 host 1 2 3 4 60\n@ NS ns1\n@ MX 1 www\nns1 A 192.0.2.1\nwww HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.99\nwww HTTPS 2 ns1\nwww TXT static\nalias CNAME www\nweb A 192.0.2.3\n*.any TXT x\n",
  {
    "www.example.com.": "pops",
    "cdn.example.com.": "cdn",
    "in.example.com.": "inside",
    "*.any.example.com.": "pops",
    "_status.example.com.": "status/www.example.com",
  },
);

/** 24 bits of the visitor matter to IPv4, 56 to IPv6; a CNAME to everyone. */
const steer: Steer = (map, type, visitor) => ({ ...chosen(map, type, visitor), first: "", country: "" });

function chosen(map: string, type: number, { resolver }: Visitor): Pick<Steered, "sets" | "scope"> {
  if (map === "cdn")
    return { sets: [{ type: types.CNAME, ttl: 20, rdata: [nameBytes(nameOf("a.cdn.test."))] }], scope: 16 };
  if (map === "inside")
    return {
      sets: [{ type: types.CNAME, ttl: 20, rdata: [nameBytes(nameOf("web.example.com."))] }],
      scope: 8,
    };
  if (map.startsWith("status/"))
    return type === types.TXT
      ? { sets: [{ type, ttl: 5, rdata: [Uint8Array.of(2, 0x6f, 0x6b)] }], scope: 0 }
      : { sets: [], scope: 0 };
  if (type === types.A)
    return { sets: [{ type, ttl: 20, rdata: [Uint8Array.of(203, 0, 113, resolver[3] ?? 0)] }], scope: 24 };
  if (type === types.AAAA)
    return { sets: [{ type, ttl: 20, rdata: [addressBytes("2001:db8::99") as Uint8Array] }], scope: 56 };
  return { sets: [], scope: 0 };
}

const steeredRows: readonly Row[] = [
  ["www.example.com. A", "NOERROR aa /24", "www.example.com. 20 A 203.0.113.53"],
  ["www.example.com. AAAA", "NOERROR aa /56", "www.example.com. 20 AAAA 2001:db8::99"],
  ["www.example.com. TXT", "NOERROR aa", 'www.example.com. 300 TXT "static"'],
  ["www.example.com. CAA", "NOERROR aa", none],
  ["www.example.com. CNAME", "NOERROR aa", none],
  [
    "www.example.com. HTTPS",
    "NOERROR aa /56",
    "www.example.com. 300 HTTPS 1 . alpn=h2,h3 ipv4hint=203.0.113.53 ipv6hint=2001:db8::99",
    "www.example.com. 300 HTTPS 2 ns1.example.com.",
    "additional www.example.com. 20 A 203.0.113.53",
    "additional www.example.com. 20 AAAA 2001:db8::99",
    "additional ns1.example.com. 300 A 192.0.2.1",
  ],
  [
    "alias.example.com. A",
    "NOERROR aa /24",
    "alias.example.com. 300 CNAME www.example.com.",
    "www.example.com. 20 A 203.0.113.53",
  ],
  [
    "example.com. MX",
    "NOERROR aa /56",
    "example.com. 300 MX 1 www.example.com.",
    "additional www.example.com. 20 A 203.0.113.53",
    "additional www.example.com. 20 AAAA 2001:db8::99",
  ],
  ["cdn.example.com. A", "NOERROR aa /16", "cdn.example.com. 20 CNAME a.cdn.test."],
  ["cdn.example.com. MX", "NOERROR aa /16", "cdn.example.com. 20 CNAME a.cdn.test."],
  ["cdn.example.com. CNAME", "NOERROR aa /16", "cdn.example.com. 20 CNAME a.cdn.test."],
  [
    "in.example.com. A",
    "NOERROR aa /8",
    "in.example.com. 20 CNAME web.example.com.",
    "web.example.com. 300 A 192.0.2.3",
  ],
  ["x.any.example.com. A", "NOERROR aa /24", "x.any.example.com. 20 A 203.0.113.53"],
  ["x.any.example.com. TXT", "NOERROR aa", 'x.any.example.com. 300 TXT "x"'],
  ["_status.example.com. TXT", "NOERROR aa", '_status.example.com. 5 TXT "ok"'],
  ["_status.example.com. A", "NOERROR aa", none],
];

for (const [question, ...lines] of steeredRows)
  test(`steered: ${question}`, () => {
    expect(ask(makeFind(new Map([[steered.origin, steered]]), steer), question)).toEqual(lines);
  });
