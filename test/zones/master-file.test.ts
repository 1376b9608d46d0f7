import { expect, test } from "bun:test";
import { originOfFileName, readMasterFile } from "../../src/zones/master-file.ts";
import { showName } from "../../src/zones/names.ts";
import { showRdata } from "../../src/zones/rdata.ts";
import { typeWord } from "../../src/zones/types.ts";
import { showMistake } from "../../src/zones/zone-draft.ts";

function read(text: string, origin: string | null = "\x07example\x00"): readonly string[] {
  const { records, mistakes } = readMasterFile("zone", text, origin);
  return [
    ...records.map(
      ({ name, ttl, type, rdata, place: { line, column } }) =>
        `${line}:${column} ${showName(name)} ${ttl} ${typeWord(type)} ${showRdata(type, rdata)}`,
    ),
    ...mistakes.map(showMistake),
  ];
}

const files: readonly (readonly [situation: string, text: string, said: readonly string[]])[] = [
  [
    "TTL and class in either order, or neither",
    "$TTL 5\na 7 IN A 10.0.0.1\na IN 8 A 10.0.0.2\na in A 10.0.0.3\na a 10.0.0.4",
    [
      "2:8 a.example. 7 A 10.0.0.1",
      "3:8 a.example. 8 A 10.0.0.2",
      "4:6 a.example. 5 A 10.0.0.3",
      "5:3 a.example. 5 A 10.0.0.4",
    ],
  ],
  [
    "without $TTL, the TTL of the record above",
    "a 1h A 10.0.0.1\nb A 10.0.0.2",
    ["1:6 a.example. 3600 A 10.0.0.1", "2:3 b.example. 3600 A 10.0.0.2"],
  ],
  [
    "units of time",
    "a 1w2d3h4m5s A 10.0.0.1\na 1H30M A 10.0.0.1",
    ["1:14 a.example. 788645 A 10.0.0.1", "2:9 a.example. 5400 A 10.0.0.1"],
  ],
  [
    "a line that begins with a blank means the name above",
    "$TTL 5\na A 10.0.0.1\n\tTXT x\n\n  ; nothing\n \t AAAA ::1",
    ["2:3 a.example. 5 A 10.0.0.1", '3:2 a.example. 5 TXT "x"', "6:4 a.example. 5 AAAA ::1"],
  ],
  [
    "names relative, absolute, @, escaped, with $ORIGIN",
    "$TTL 5\n@ NS b\n$ORIGIN sub\n@ A 10.0.0.1\nx A 10.0.0.2\ny.example. A 10.0.0.3\n\\@ A 10.0.0.4\na\\.b\\032\\;c A 10.0.0.5\n$ORIGIN .\nz.example A 10.0.0.6",
    [
      "2:3 example. 5 NS b.example.",
      "4:3 sub.example. 5 A 10.0.0.1",
      "5:3 x.sub.example. 5 A 10.0.0.2",
      "6:12 y.example. 5 A 10.0.0.3",
      "7:4 @.sub.example. 5 A 10.0.0.4",
      "8:13 a\\.b\\032\\;c.sub.example. 5 A 10.0.0.5",
      "10:11 z.example. 5 A 10.0.0.6",
    ],
  ],
  [
    "names in capitals",
    "$TTL 5\nA.EXAMPLE. A 10.0.0.1\nb.Example. CNAME A",
    ["2:12 a.example. 5 A 10.0.0.1", "3:12 b.example. 5 CNAME a.example."],
  ],
  [
    "parentheses over lines, with comments and blanks",
    "$TTL 5\n@ SOA ns1 host ( ; (\n 1 ; serial\n\t2 3 4\n5 ) ; )\na ( A\n10.0.0.1 )",
    ["2:3 example. 5 SOA ns1.example. host.example. 1 2 3 4 5", "6:5 a.example. 5 A 10.0.0.1"],
  ],
  [
    "quotes hold blanks, semicolons and parentheses",
    '$TTL 5\na TXT "x ; y ( z" "" "q\\"q"',
    ['2:3 a.example. 5 TXT "x ; y ( z" "" "q\\"q"'],
  ],
  ["CR LF and a byte order mark", "\ufeff$TTL 5\r\na A 10.0.0.1\r\n", ["2:3 a.example. 5 A 10.0.0.1"]],
  ["a last line without its end", "$TTL 5\na A 10.0.0.1 ; x", ["2:3 a.example. 5 A 10.0.0.1"]],
  ["an empty file", "", []],
  [
    "RFC 3597",
    "$TTL 5\na TYPE65280 \\# 2 00ff\na TYPE1 10.0.0.1",
    ["2:3 a.example. 5 TYPE65280 \\# 2 00ff", "3:3 a.example. 5 A 10.0.0.1"],
  ],
  [
    "names that look like TTLs, classes and types",
    "$TTL 5\n1 A 10.0.0.1\nin IN A 10.0.0.2\na A 10.0.0.3",
    ["2:3 1.example. 5 A 10.0.0.1", "3:7 in.example. 5 A 10.0.0.2", "4:3 a.example. 5 A 10.0.0.3"],
  ],
  // What is wrong
  [
    "a type with a slip in it",
    "$TTL 5\na CNMAE b",
    ['zone:2:3: "CNMAE" is no record type. Did you mean CNAME?'],
  ],
  [
    "a TTL that is none",
    "a 5x A 10.0.0.1\na 4294967296 A 10.0.0.1\n$TTL x",
    [
      'zone:1:3: "5x" is no TTL; write seconds up to 2147483647, or such as 1h30m.',
      'zone:2:3: "4294967296" is no TTL; write seconds up to 2147483647, or such as 1h30m.',
      'zone:3:6: "x" is no TTL; write seconds up to 2147483647, or such as 1h30m.',
    ],
  ],
  [
    "no TTL anywhere",
    "a A 10.0.0.1",
    ["zone:1:3: this record has no TTL, and neither $TTL nor a record above says one."],
  ],
  ["no name above", " A 10.0.0.1", ["zone:1:2: this line begins with a blank, and no name stands above it."]],
  [
    "no type",
    "a 5\na IN",
    ["zone:1:4: a record type is missing, such as A.", "zone:2:5: a record type is missing, such as A."],
  ],
  ["another class", "a 5 CH TXT x", ["zone:1:5: class CH is not served; write IN, or nothing."]],
  [
    "$INCLUDE and others",
    "$INCLUDE other\n$GENERATE 1-2 a A 10.0.0.$\n$ORIGIN\n$TTL 5 6",
    [
      "zone:1:1: $INCLUDE is not read here; put all of the zone into one file.",
      'zone:2:1: "$GENERATE" is neither $ORIGIN nor $TTL.',
      "zone:3:8: a word is missing after $ORIGIN.",
      'zone:4:8: "6" is one word too many.',
    ],
  ],
  [
    "parentheses that do not fit",
    "a ) A 10.0.0.1\na 5 A ( ( 10.0.0.1\nb 5 A 10.0.0.2\nc 5 A ( 10.0.0.1\nd",
    [
      "3:5 b.example. 5 A 10.0.0.2",
      "zone:1:3: this parenthesis was never opened.",
      "zone:2:9: parentheses do not stand within each other.",
      "zone:4:7: this parenthesis is never closed.",
    ],
  ],
  [
    "a quote that does not end",
    'a 5 TXT "x\nb 5 A 10.0.0.2',
    ["2:5 b.example. 5 A 10.0.0.2", "zone:1:9: this quoted text does not end on its line."],
  ],
  [
    "a name that is none",
    `${"x".repeat(64)} 5 A 10.0.0.1\n  A 10.0.0.1\n"a" 5 A 10.0.0.1\nä 5 A 10.0.0.1`,
    [
      `zone:1:1: a label of "${"x".repeat(64)}" is longer than 63 octets.`,
      "zone:2:3: this line begins with a blank, and no name stands above it.",
      "zone:3:1: a name does not stand in quotes.",
      'zone:4:1: "ä" holds "ä"; write such a name in ASCII (xn--…), or the octet as \\DDD.',
    ],
  ],
];

for (const [situation, text, said] of files)
  test(`master file: ${situation}`, () => {
    expect(read(text)).toEqual(said);
  });

test("master file: no origin but the SOA's", () => {
  expect(read("a.example. 5 A 10.0.0.1\n", null)).toEqual([
    "zone:1:14: no $ORIGIN and no SOA stands above this record.",
  ]);
  expect(read("example. 5 SOA ns1 host 1 2 3 4 5\na A 10.0.0.1\n", null)).toEqual([
    "1:12 example. 5 SOA ns1.example. host.example. 1 2 3 4 5",
    "2:3 a.example. 5 A 10.0.0.1",
  ]);
  expect(read("a 5 A 10.0.0.1\n", null)).toEqual([
    'zone:1:1: "a" ends in no dot, and no $ORIGIN says what it belongs to.',
  ]);
});

test("master file: an SOA without a TTL takes its last number", () => {
  expect(read("@ SOA ns1 host 1 2 3 4 5")).toEqual([
    "1:3 example. 5 SOA ns1.example. host.example. 1 2 3 4 5",
  ]);
});

test("master file: after twenty mistakes the rest is not read", () => {
  expect(read("x\n".repeat(1_000)).length).toBe(20);
});

test("the origin that a file's name means", () => {
  const show = (file: string): string | null => {
    const origin = originOfFileName(file);
    return origin === null ? null : showName(origin);
  };
  expect(show("zones/example.com.zone")).toBe("example.com.");
  expect(show("Example.com.db")).toBe("example.com.");
  expect(show("/a/2.0.192.in-addr.arpa.zone")).toBe("2.0.192.in-addr.arpa.");
  expect(show("zone")).toBeNull();
  expect(show("a..b.zone")).toBeNull();
});
