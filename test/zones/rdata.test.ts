import { expect, test } from "bun:test";
import fc from "fast-check";
import { addressBytes, showAddress } from "../../src/zones/addresses.ts";
import { readMasterFile } from "../../src/zones/master-file.ts";
import { showRdata } from "../../src/zones/rdata.ts";
import { hexText } from "../../src/zones/rdata-fields.ts";
import { typeNumber } from "../../src/zones/types.ts";
import { showMistake } from "../../src/zones/zone-draft.ts";
import { check } from "../support/property.ts";

/** The record of one line below `example.com.`: its bytes, and how it is shown. */
function record(line: string): { hex: string; shown: string } | string {
  const draft = readMasterFile("zone", `$ORIGIN example.com.\n$TTL 60\n${line}\n`, null);
  const [mistake] = draft.mistakes;
  if (mistake !== undefined) return showMistake(mistake);
  const [found] = draft.records;
  if (found === undefined) return "no record";
  return { hex: hexText(found.rdata), shown: showRdata(found.type, found.rdata) };
}

const foo = "03666f6f076578616d706c6503636f6d00";
const fooOrg = "03666f6f076578616d706c65036f726700";

/** RFC 9460, appendix D.1 and D.2, and the other types. */
const right: readonly (readonly [line: string, hex: string, shown: string])[] = [
  ["@ HTTPS 0 foo.example.com.", `0000${foo}`, "0 foo.example.com."],
  ["@ SVCB 1 .", "000100", "1 ."],
  ["@ SVCB 16 foo.example.com. port=53", `0010${foo}000300020035`, "16 foo.example.com. port=53"],
  [
    "@ SVCB 1 foo.example.com. key667=hello",
    `0001${foo}029b000568656c6c6f`,
    '1 foo.example.com. key667="hello"',
  ],
  [
    '@ SVCB 1 foo.example.com. key667="hello\\210qoo"',
    `0001${foo}029b000968656c6c6fd2716f6f`,
    '1 foo.example.com. key667="hello\\210qoo"',
  ],
  [
    '@ SVCB 1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
    `0001${foo}0006002020010db800000000000000000000000120010db8000000000000000000530001`,
    "1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1",
  ],
  [
    '@ SVCB 1 example.com. ipv6hint="2001:db8:122:344::192.0.2.33"',
    "0001076578616d706c6503636f6d000006001020010db80122034400000000c0000221",
    "1 example.com. ipv6hint=2001:db8:122:344::c000:221",
  ],
  [
    "@ SVCB 16 foo.example.org. ( alpn=h2,h3-19 mandatory=ipv4hint,alpn\n  ipv4hint=192.0.2.1 )",
    `0010${fooOrg}0000000400010004000100090268320568332d313900040004c0000201`,
    "16 foo.example.org. mandatory=alpn,ipv4hint alpn=h2,h3-19 ipv4hint=192.0.2.1",
  ],
  [
    '@ SVCB 16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
    `0010${fooOrg}0001000c08665c6f6f2c626172026832`,
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
  ],
  [
    "@ SVCB 16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2",
    `0010${fooOrg}0001000c08665c6f6f2c626172026832`,
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
  ],
  [
    "@ HTTPS 1 . no-default-alpn alpn=h3 ech=AEj+DQBEAQ==",
    "0001000001000302683300020000000500070048fe0d004401",
    "1 . alpn=h3 no-default-alpn ech=AEj+DQBEAQ==",
  ],
  ["@ A 192.0.2.255", "c00002ff", "192.0.2.255"],
  ["@ AAAA 2001:DB8:0:0:1:0:0:1", "20010db8000000000001000000000001", "2001:db8::1:0:0:1"],
  ["@ AAAA ::ffff:192.0.2.1", "00000000000000000000ffffc0000201", "::ffff:c000:201"],
  ["@ NS ns1", "036e7331076578616d706c6503636f6d00", "ns1.example.com."],
  ["@ CNAME @", "076578616d706c6503636f6d00", "example.com."],
  ["@ PTR a\\.b", "03612e62076578616d706c6503636f6d00", "a\\.b.example.com."],
  ["@ MX 10 foo", `000a${foo}`, "10 foo.example.com."],
  ['@ TXT "a b" c', "0361206201" + "63", '"a b" "c"'],
  ['@ TXT "\\"\\\\\\007;(" é', "05225c073b2802c3a9", '"\\"\\\\\\007;(" "\\195\\169"'],
  ['@ TXT ""', "00", '""'],
  [
    '@ CAA 128 issue "ca.example; x=1"',
    "80056973737565" + "63612e6578616d706c653b20783d31",
    '128 issue "ca.example; x=1"',
  ],
  ["@ SRV 1 2 443 foo", `0001000201bb${foo}`, "1 2 443 foo.example.com."],
  ["@ DS 60485 5 1 2BB183AF 5F22588179A5", "ec4505012bb183af5f22588179a5", "60485 5 1 2bb183af5f22588179a5"],
  ["@ TLSA 3 1 1 00ff", "03010100ff", "3 1 1 00ff"],
  ["@ SSHFP 4 2 00ff", "040200ff", "4 2 00ff"],
  ['@ HINFO "RFC8482" ""', "0752464338343832" + "00", '"RFC8482" ""'],
  ['@ NAPTR 1 2 "s" "" "" foo', `0001000201730000${foo}`, '1 2 "s" "" "" foo.example.com.'],
  ["@ TYPE65280 \\# 4 0a00 0001", "0a000001", "\\# 4 0a000001"],
  ["@ TYPE65280 \\# 0", "", "\\# 0"],
  ["@ TYPE1 \\# 4 0a000001", "0a000001", "10.0.0.1"],
  [
    "@ SOA ns1 host\\.master ( 7 1h 10m 2w 1m30s )",
    "036e7331076578616d706c6503636f6d000b686f73742e6d6173746572076578616d706c6503636f6d00" +
      "00000007" +
      "00000e10" +
      "00000258" +
      "00127500" +
      "0000005a",
    "ns1.example.com. host\\.master.example.com. 7 3600 600 1209600 90",
  ],
];

for (const [line, hex, shown] of right)
  test(`read and shown: ${line.replaceAll("\n", " ")}`, () => {
    expect(record(line)).toEqual({ hex, shown });
    const type = /^@ (\S+)/.exec(line)?.[1] ?? "";
    expect(record(`@ ${type} ${shown}`)).toEqual({ hex, shown });
    expect(typeNumber(type)).not.toBeNull();
  });

/** RFC 9460, appendix D.3, and what else people mistype. */
const wrong: readonly (readonly [line: string, says: string])[] = [
  ["@ SVCB 1 foo.example.com. key123=abc key123=def", "zone:3:38: key123 stands here twice."],
  ["@ SVCB 1 foo.example.com. mandatory", "zone:3:27: mandatory is a list of keys such as alpn,ipv4hint."],
  ["@ SVCB 1 foo.example.com. alpn", "zone:3:27: alpn is a list of protocols such as h2,h3."],
  ["@ SVCB 1 foo.example.com. port", "zone:3:27: port is a number from 0 to 65535."],
  [
    "@ SVCB 1 foo.example.com. ipv4hint",
    "zone:3:27: ipv4hint is a list of addresses such as 192.0.2.1,192.0.2.2.",
  ],
  [
    "@ SVCB 1 foo.example.com. ipv6hint",
    "zone:3:27: ipv6hint is a list of addresses such as 2001:db8::1,2001:db8::2.",
  ],
  ["@ SVCB 1 foo.example.com. no-default-alpn=abc", "zone:3:27: no-default-alpn takes no value."],
  ["@ SVCB 1 foo.example.com. no-default-alpn", "zone:3:27: no-default-alpn says nothing without alpn."],
  ["@ SVCB 1 foo.example.com. mandatory=key123", "zone:3:27: key123 is mandatory and is not there."],
  ["@ SVCB 1 foo.example.com. mandatory=mandatory", "zone:3:27: mandatory does not name itself."],
  [
    "@ SVCB 1 foo.example.com. mandatory=key123,key123 key123=abc",
    "zone:3:27: mandatory names each key once.",
  ],
  [
    "@ HTTPS 1 . aplh=h2",
    'zone:3:13: "aplh" is none of mandatory, alpn, no-default-alpn, port, ipv4hint, ech, ipv6hint, dohpath, keyNNNNN.',
  ],
  ["@ HTTPS 1 . ech=A", "zone:3:13: ech is a configuration list in base64."],
  ["@ A 192.0.2.256", 'zone:3:5: "192.0.2.256" is not an IPv4 address such as 192.0.2.1.'],
  ["@ A 2001:db8::1", 'zone:3:5: "2001:db8::1" is not an IPv4 address such as 192.0.2.1.'],
  ["@ AAAA fe80::1%eth0", 'zone:3:8: "fe80::1%eth0" is not an IPv6 address such as 2001:db8::1.'],
  ["@ A 192.0.2.1 192.0.2.2", 'zone:3:15: "192.0.2.2" is one word too many for a record of type A.'],
  ["@ A", "zone:3:4: a word is missing: an IPv4 address such as 192.0.2.1."],
  ["@ MX mail", 'zone:3:6: "mail" is not a preference from 0 to 65535.'],
  ["@ MX 10", "zone:3:8: a word is missing: a mail host, a name."],
  ["@ MX 10 a..b", 'zone:3:9: "a..b" has an empty label.'],
  ["@ TXT", "zone:3:6: a word is missing: a text, of at most 255 octets each."],
  [`@ TXT ${"x".repeat(256)}`, `zone:3:7: "${"x".repeat(256)}" is not a text, of at most 255 octets.`],
  ["@ CAA 0 is-sue x", 'zone:3:9: "is-sue" is not a tag, letters and digits.'],
  ["@ DS 1 2 3 0ff", "zone:3:12: a digest is not an even number of hexadecimal digits."],
  [
    "@ TYPE65280 abc",
    "zone:3:13: records of type TYPE65280 are written as \\# <length> <hexadecimal> (RFC 3597).",
  ],
  ["@ TYPE65280 \\# 3 00ff", "zone:3:16: \\# announces 3 octets, and 2 follow."],
  ["@ A \\# 3 00ffff", "zone:3:10: these octets are no record of type A."],
  ["@ SOA ns1 hostmaster 1 2 3 4 x", 'zone:3:30: "x" is not the negative TTL in seconds, or such as 1h30m.'],
];

for (const [line, says] of wrong)
  test(`refused: ${line.length > 80 ? `${line.slice(0, 80)}…` : line}`, () => {
    expect(record(line)).toEqual(says);
  });

const octets = fc.uint8Array({ maxLength: 60 });
const types = fc.constantFrom(1, 2, 5, 6, 12, 13, 15, 16, 28, 33, 35, 43, 44, 52, 64, 65, 257, 65_280);

check(
  "any rdata is shown as a text that reads back to it, or is no record of its type",
  [types, octets],
  (type, bytes) => {
    const shown = showRdata(type, bytes);
    const read = record(`@ TYPE${type} ${shown}`);
    if (shown.startsWith("\\# ") && type !== 65_280) expect(read).toContain("these octets are no record");
    // Names in it are told in lower case.
    else expect(read).toEqual({ hex: expect.stringMatching(/^[0-9a-f]*$/), shown });
    if (shown.startsWith("\\# ") && type === 65_280) expect(read).toEqual({ hex: hexText(bytes), shown });
  },
);

check(
  "an address is shown as a text that reads back to it",
  [fc.uint8Array({ minLength: 16, maxLength: 16 })],
  (bytes) => {
    expect(addressBytes(showAddress(bytes))).toEqual(bytes);
    expect(addressBytes(showAddress(bytes.subarray(0, 4)))).toEqual(bytes.subarray(0, 4));
  },
);
