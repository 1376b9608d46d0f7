import { expect, test } from "bun:test";
import { readMasterFile } from "../../src/zones/master-file.ts";
import { showName } from "../../src/zones/names.ts";
import { checkZone } from "../../src/zones/zone-check.ts";
import { showMistake } from "../../src/zones/zone-draft.ts";

const head = "$TTL 60\n@ SOA ns1 host 1 2 3 4 30\n@ NS ns1\nns1 A 192.0.2.1\n";

/** What is said of a zone `example.` with these lines from line 5 on: mistakes, then remarks with a tilde. */
function said(lines: string, before = head, steered: readonly (readonly [name: string, map: string])[] = []) {
  const draft = readMasterFile("zone", before + lines, "\x07example\x00");
  const marks = steered.map(([name, map], at) => ({
    name: `${name}\x07example\x00`,
    map,
    place: { file: "steer", line: at + 1, column: 1 },
  }));
  const checked = checkZone({ ...draft, steered: marks });
  return checked.ok
    ? checked.value.remarks.map((remark) => `~${showMistake(remark)}`)
    : checked.reason.map(showMistake);
}

const rules: readonly (readonly [situation: string, lines: string, said: readonly string[]])[] = [
  [
    "a zone that is right",
    "a A 10.0.0.1\na A 10.0.0.2\nb CNAME a\n* TXT x\nsub NS ns.sub\nsub DS 1 2 3 00\nns.sub A 10.0.0.3",
    [],
  ],
  [
    "a name of another zone",
    "a.example.com. A 10.0.0.1",
    ["zone:5:16: a.example.com. is not in the zone example."],
  ],
  ["two SOAs", "@ SOA ns1 host 2 2 3 4 30", ["zone:5:3: a zone has one SOA, and line 2 has it already."]],
  [
    "an SOA below the top",
    "a SOA ns1 host 2 2 3 4 30",
    ["zone:5:3: the SOA stands at example., not at a.example."],
  ],
  [
    "TTLs that differ in a set",
    "a 1 A 10.0.0.1\na 2 A 10.0.0.2\na 3 AAAA ::1",
    [
      "zone:6:5: the TTL is 2, and 1 on line 5: all records of a name and type have the same (RFC 2181, 5.2).",
    ],
  ],
  ["a record twice", "a A 10.0.0.1\na A 10.0.0.1", ["~zone:6:3: this A record stands here twice."]],
  [
    "something beside a CNAME",
    "a CNAME ns1\na TXT x",
    [
      "zone:5:3: a.example. has a CNAME, and beside it TXT on line 6: a CNAME stands alone (RFC 1034, 3.6.2).",
    ],
  ],
  [
    "a CNAME at the top",
    "@ CNAME ns1",
    ["zone:5:3: example. has a CNAME, and beside it SOA on line 2: a CNAME stands alone (RFC 1034, 3.6.2)."],
  ],
  ["two CNAMEs", "a CNAME ns1\na CNAME b", ["zone:5:3: a.example. has 2 CNAME records; it may have one."]],
  [
    "CNAMEs that lead nowhere, or round",
    "a CNAME nothing\nb CNAME c\nc CNAME b\nd CNAME elsewhere.test.\ne CNAME x.w\n*.w A 10.0.0.1",
    [
      "~zone:5:3: CNAME leads to nothing.example., which does not exist.",
      "~zone:6:3: this CNAME leads back to b.example.",
      "~zone:7:3: this CNAME leads back to c.example.",
    ],
  ],
  [
    "mail to a CNAME, or to nothing",
    "a CNAME ns1\n@ MX 1 a\nb MX 1 nothing\nc MX 0 .",
    [
      "~zone:6:3: MX leads to a.example., which is a CNAME (RFC 2181, 10.3).",
      "~zone:7:3: MX leads to nothing.example., which does not exist.",
    ],
  ],
  [
    "a name server that is a CNAME",
    "a CNAME ns1\n@ NS a",
    ["~zone:3:3: NS leads to a.example., which is a CNAME (RFC 2181, 10.3)."],
  ],
  [
    "name servers without addresses",
    "@ NS ns2\nsub NS ns.sub\nsub NS ns.elsewhere.test.\nsub NS ns1",
    [
      "zone:3:3: the name server ns2.example. of example. has no A or AAAA record in this zone.",
      "zone:6:5: the name server ns.sub.example. of sub.example. has no A or AAAA record in this zone.",
    ],
  ],
  [
    "a name server below another cut",
    "sub NS ns1\nother NS ns.sub",
    ["~zone:6:7: the name server ns.sub.example. has no address here: who is led to it asks once more."],
  ],
  [
    "what is not glue below a cut",
    "sub NS ns1\nsub A 10.0.0.1\na.sub TXT x\nb.sub CNAME ns1\nsub MX 1 ns1",
    [
      "zone:7:7: sub.example. is delegated to others, so a TXT record of a.sub.example. is theirs to say.",
      "zone:8:7: sub.example. is delegated to others, so a CNAME record of b.sub.example. is theirs to say.",
      "zone:9:5: sub.example. is delegated to others, so a MX record of sub.example. is theirs to say.",
    ],
  ],
  [
    "DS without a cut, and at the top",
    "a DS 1 2 3 00\n@ DS 1 2 3 00",
    [
      "zone:5:3: a.example. has a DS record and no NS: nothing is delegated here.",
      "zone:6:3: a DS record stands in the zone above, not at the top of its own zone.",
    ],
  ],
  [
    "a wildcard that delegates",
    "* NS ns1",
    ["zone:5:3: *.example. is a wildcard, and a wildcard delegates nothing (RFC 4592, 4.2)."],
  ],
  [
    "types that no zone here has",
    "a DNAME b\na RRSIG \\# 0\na TYPE255 \\# 0\na TYPE41 \\# 0",
    ["zone:5:9: records of type DNAME are written as \\# <length> <hexadecimal> (RFC 3597)."],
  ],
  [
    "types that no zone here has, as RFC 3597 writes them",
    "a DNAME \\# 0\nb RRSIG \\# 0\nc TYPE255 \\# 0\nd TYPE41 \\# 0",
    [
      "zone:5:3: DNAME records are not served here; write the names out, or use CNAME.",
      "zone:6:3: this server does not sign zones, so RRSIG records would only mislead.",
      "zone:7:3: ANY is asked for, and never stored.",
      "zone:8:3: OPT is asked for, and never stored.",
    ],
  ],
  [
    "a set that fits into no answer",
    [1, 2].map((one) => `a TXT ${`"${"x".repeat(250)}" `.repeat(200)} ${one}\n`).join(""),
    ["zone:5:3: the TXT records of a.example. are too long for one answer."],
  ],
];

for (const [situation, lines, expected] of rules)
  test(`zone: ${situation}`, () => {
    expect(said(lines)).toEqual([...expected]);
  });

test("zone: nothing in the file", () => {
  expect(said("", "")).toEqual(["zone:1:1: the zone has no SOA record."]);
});

test("zone: no name server", () => {
  expect(said("", "@ 5 SOA ns1 host 1 2 3 4 30\n")).toEqual([
    "zone:1:5: example. has an SOA and no NS record.",
  ]);
});

test("zone: what stands beside steering", () => {
  expect(said("a TXT x\n@ NS a", head, [["\x01a", "pops"]])).toEqual([]);
  expect(said("a A 10.0.0.1", head, [["\x01a", "pops"]])).toEqual([
    "zone:5:3: a.example. is steered, so it has no A of its own.",
  ]);
  expect(said("a CNAME ns1", head, [["\x01a", "pops"]])).toEqual([
    "zone:5:3: a.example. is steered, so it has no CNAME of its own.",
  ]);
  expect(said("sub NS ns1", head, [["\x01a\x03sub", "pops"]])).toEqual([
    "steer:1:1: sub.example. is delegated to others, so nothing is steered at a.sub.example.",
  ]);
});

test("zone: names that exist without records", () => {
  const draft = readMasterFile("zone", `${head}a.b.c A 10.0.0.1\n`, "\x07example\x00");
  const checked = checkZone(draft);
  const nodes = checked.ok ? checked.value.zone.nodes : new Map();
  expect([...nodes].map(([name, sets]) => `${showName(name)} ${sets.length}`)).toEqual([
    "example. 2",
    "ns1.example. 1",
    "a.b.c.example. 1",
    "b.c.example. 0",
    "c.example. 0",
  ]);
});

test("zone: answers without data live for the shorter of two times (RFC 2308)", () => {
  const ttlOf = (soa: string): number | null => {
    const checked = checkZone(readMasterFile("zone", `${soa}\n@ 9 NS ns.test.\n`, "\x07example\x00"));
    return checked.ok ? checked.value.zone.negative.ttl : null;
  };
  expect(ttlOf("@ 60 SOA ns1 host 1 2 3 4 30")).toBe(30);
  expect(ttlOf("@ 60 SOA ns1 host 1 2 3 4 90")).toBe(60);
});
