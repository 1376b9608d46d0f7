import { expect, test } from "bun:test";
import { showName } from "../../src/zones/names.ts";
import { showRdata } from "../../src/zones/rdata.ts";
import { typeWord } from "../../src/zones/types.ts";
import { showMistake } from "../../src/zones/zone-draft.ts";
import { readZoneToml } from "../../src/zones/zone-toml.ts";

function read(
  text: string,
  file = "example.toml",
  beside: Readonly<Record<string, string>> = {},
): readonly string[] {
  const { records, steered, mistakes } = readZoneToml(file, text, (path) => {
    const found = beside[path];
    return found === undefined ? { says: `${path} is not there` } : { file: path, text: found };
  });
  return [
    ...records.map(
      ({ name, ttl, type, rdata, place }) =>
        `${place.line}:${place.column} ${showName(name)} ${ttl} ${typeWord(type)} ${showRdata(type, rdata)}`,
    ),
    ...steered.map(({ name, map, place }) => `${place.line}:${place.column} ${showName(name)} by ${map}`),
    ...mistakes.map(showMistake),
  ];
}

test("TOML: a whole zone", () => {
  expect(
    read(`origin = "Example.com"
ttl = "5m"

[soa]
primary = "ns1"
mailbox = "dns.ops@example.net"
serial = 7
negative = 30

[names."@"]
NS = ["ns1", "ns.example.net."]   # two
MX = "10 mail"
CAA = '0 issue "ca.example; x=1"'
TXT = [
  "v=spf1 -all", # a text with a blank
  '"a b" c',
]

[names.ns1]
A = "192.0.2.1"
aaaa = { ttl = "1h", records = ["2001:db8::1"] }

[names.www]
ttl = 20
steer = "pops"
HTTPS = "1 . alpn=h2,h3"

[names."*.deep.er"]
steer = "cdn"

[names."_status.www"]
steer = "status/www.example.com"
`),
  ).toEqual([
    "11:7 example.com. 300 NS ns1.example.com.",
    "11:14 example.com. 300 NS ns.example.net.",
    "12:6 example.com. 300 MX 10 mail.example.com.",
    '13:7 example.com. 300 CAA 0 issue "ca.example; x=1"',
    '15:3 example.com. 300 TXT "v=spf1 -all"',
    '16:3 example.com. 300 TXT "a b" "c"',
    "20:5 ns1.example.com. 300 A 192.0.2.1",
    "21:33 ns1.example.com. 3600 AAAA 2001:db8::1",
    "26:9 www.example.com. 20 HTTPS 1 . alpn=h2,h3",
    "4:1 example.com. 300 SOA ns1.example.com. dns\\.ops.example.net. 7 3600 600 1209600 30",
    "25:9 www.example.com. by pops",
    "29:9 *.deep.er.example.com. by cdn",
    "32:9 _status.www.example.com. by status/www.example.com",
  ]);
});

test("TOML: the least that is a zone; its origin is the file's name", () => {
  expect(read('[names."@"]\nNS = "ns.example.net."\n', "zones/example.org.toml")).toEqual([
    "2:6 example.org. 300 NS ns.example.net.",
    "1:1 example.org. 300 SOA ns.example.net. hostmaster.example.org. 1 3600 600 1209600 60",
  ]);
});

test("TOML: a long text is split where a string ends", () => {
  const [line] = read(`[names.a]\nTXT = "${"x".repeat(256)}"`);
  expect(line).toBe(`2:7 a.example. 300 TXT "${"x".repeat(255)}" "x"`);
});

const master = "$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n";

test("TOML: steering beside a master file", () => {
  expect(
    read('master = "example.zone"\n[names.www]\nsteer = "pops"\n', "example.toml", {
      "example.zone": master,
    }),
  ).toEqual([
    "2:3 example. 60 SOA ns.example. host.example. 1 2 3 4 5",
    "3:3 example. 60 NS ns.example.",
    "4:4 ns.example. 60 A 192.0.2.1",
    "3:9 www.example. by pops",
  ]);
});

const wrong: readonly (readonly [situation: string, text: string, said: readonly string[]])[] = [
  ["no TOML", "origin = ", ["example.toml:1:10: invalid value."]],
  ["an origin that is none", 'origin = "a..b"', ['example.toml:1:10: "a..b" has an empty label.']],
  [
    "a mistyped key",
    'orign = "a"\n',
    [
      "example.toml:1:9: a zone has no orign. Did you mean origin? Known are origin, ttl, master, soa, names.",
    ],
  ],
  [
    "a mistyped type",
    "[names.a]\n  CNMAE = 'b'\n",
    ['example.toml:2:11: "CNMAE" is neither a record type nor steer nor ttl. Did you mean CNAME?'],
  ],
  [
    "a name without quotes",
    "[names.a.b]\nA = '192.0.2.1'\n",
    [
      'example.toml:1:1: "b" is neither a record type nor steer nor ttl; a name with dots in it stands in quotes, such as [names."a.b"].',
    ],
  ],
  [
    "an address that is none, in a list",
    '[names.a]\nA = ["192.0.2.1",\n  "192.0.2.x"]\n',
    ['example.toml:3:4: "192.0.2.x" is not an IPv4 address such as 192.0.2.1.'],
  ],
  [
    "the word that is wrong",
    '[names.a]\nMX = "10 a..b"\n',
    ['example.toml:2:10: "a..b" has an empty label.'],
  ],
  [
    "a record that is no text",
    "[names.a]\nA = [7]\n",
    ["example.toml:2:6: 7 is no record; write it as a text, as a master file has it."],
  ],
  [
    "two records in a text",
    '[names.a]\nA = """192.0.2.1\n192.0.2.2"""\n',
    ["example.toml:2:5: a text holds one record; write several as a list."],
  ],
  [
    "an empty record",
    '[names.a]\nA = ""\n',
    ["example.toml:2:5: a word is missing: an IPv4 address such as 192.0.2.1."],
  ],
  [
    "a TTL that is none",
    '[names.a]\nttl = "soon"\n',
    ['example.toml:2:7: "soon" is not a time; write seconds up to 2147483647, or such as "1h30m".'],
  ],
  [
    "a TTL that is none, of a set",
    "[names.a]\nA = { ttl = -1, records = [] }\n",
    ['example.toml:2:13: -1 is not a time; write seconds up to 2147483647, or such as "1h30m".'],
  ],
  [
    "a serial that is none",
    "[soa]\nserial = 'x'\n",
    ['example.toml:2:10: "x" is not a serial from 0 to 4294967295.'],
  ],
  [
    "a map that is no name",
    "[names.a]\nsteer = true\n",
    ['example.toml:2:9: steer is the name of a map, such as "pops".'],
  ],
  [
    "a master file that is not there",
    'master = "other.zone"\n',
    ["example.toml:1:10: other.zone is not there."],
  ],
];

for (const [situation, text, said] of wrong)
  test(`TOML: ${situation}`, () => {
    expect(read(text).filter((line) => line.startsWith("example.toml:"))).toEqual([...said]);
  });

test("TOML: a mistake in the master file is told by that file", () => {
  expect(
    read('master = "example.zone"\n', "example.toml", { "example.zone": `${master}a A x\n` }).at(-1),
  ).toBe('example.zone:5:5: "x" is not an IPv4 address such as 192.0.2.1.');
});

test("TOML: no origin anywhere", () => {
  expect(read("", "zone")).toEqual([
    'zone:1:1: origin is missing: write origin = "example.com", or name the file so.',
  ]);
});
