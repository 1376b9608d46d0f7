// Queries and their answers, as tables. Flow: (bytes of a query) -> Answering -> (what another decoder reads in the answer).
import { describe, expect, test } from "bun:test";
import { type Ask, ask, opt, shown, subnet } from "../support/dns-wire.ts";
import { asker, dnsWorld, find } from "../support/dns-world.ts";

const { answering } = dnsWorld();
const answerTo = (query: Ask | Buffer, transport: "udp" | "tcp" = "udp"): readonly string[] =>
  shown(answering.answer(Buffer.isBuffer(query) ? query : ask(query), asker, transport));

const soa = "~ example. 60 SOA ns.example op.example 1 2 3 4 60";
const edns = "edns v0 udp=1232";
const cookie = "2464c4abcf10c957";
const cookieSaid = "option 10 2464c4abcf10c957010000005cf79f111f8130c3eee29480";

type Row = readonly [what: string, query: Ask, lines: readonly string[]];

const plain: readonly Row[] = [
  [
    "two addresses, the question's case kept, RD back",
    { name: "WwW.eXample", flags: "0100" },
    ["NOERROR qr aa rd", "? WwW.eXample. A", "WwW.eXample. 60 A 192.0.2.1", "WwW.eXample. 60 A 192.0.2.2"],
  ],
  ["NODATA", { type: "AAAA" }, ["NOERROR qr aa", "? www.example. AAAA", soa]],
  ["a type nobody knows", { type: "TYPE1000" }, ["NOERROR qr aa", "? www.example. UNKNOWN_1000", soa]],
  ["NXDOMAIN", { name: "nil.example" }, ["NXDOMAIN qr aa", "? nil.example. A", soa]],
  ["another's name", { name: "example.org" }, ["REFUSED qr", "? example.org. A"]],
  ["the root", { name: "." }, ["REFUSED qr", "? .. A"]],
  [
    "NS, with the address of one",
    { name: "example", type: "NS" },
    [
      "NOERROR qr aa",
      "? example. NS",
      "example. 60 NS ns.example",
      "example. 60 NS ns2.example",
      "+ ns.example. 60 A 192.0.2.53",
    ],
  ],
  [
    "a CNAME and where it leads",
    { name: "alias.example" },
    [
      "NOERROR qr aa",
      "? alias.example. A",
      "alias.example. 60 CNAME www.example",
      "www.example. 60 A 192.0.2.1",
      "www.example. 60 A 192.0.2.2",
    ],
  ],
  [
    "MX, whose name is compressed",
    { name: "example", type: "MX" },
    ["NOERROR qr aa", "? example. MX", "example. 60 MX 10 mail.example"],
  ],
  [
    "ANY at a name that is there (RFC 8482)",
    { type: "ANY" },
    ["NOERROR qr aa", "? www.example. ANY", "www.example. 3600 HINFO RFC8482 "],
  ],
  [
    "ANY at one that is not",
    { name: "nil.example", type: "ANY" },
    ["NXDOMAIN qr aa", "? nil.example. ANY", soa],
  ],
  ["ANY of others", { name: "example.org", type: "ANY" }, ["REFUSED qr", "? example.org. ANY"]],
  ["AXFR", { name: "example", type: "AXFR" }, ["REFUSED qr", "? example. AXFR"]],
  ["IXFR", { name: "example", type: "IXFR" }, ["REFUSED qr", "? example. IXFR"]],
  ["a question for OPT", { type: "OPT" }, ["FORMERR qr", "? www.example. OPT"]],
  ["MAILB", { type: "MAILB" }, ["NOTIMP qr", "? www.example. UNKNOWN_253"]],
  ["class ANY", { class: 255 }, ["REFUSED qr", "? www.example. A"]],
  [
    "version.bind",
    { name: "version.bind", type: "TXT", class: 3 },
    ["NOERROR qr aa", "? version.bind. TXT", "version.bind. 0 TXT Pharos"],
  ],
  [
    "id.server",
    { name: "ID.server", type: "TXT", class: 3 },
    ["NOERROR qr aa", "? ID.server. TXT", "ID.server. 0 TXT pop-a"],
  ],
  ["another name of class CH", { name: "www.example", class: 3 }, ["REFUSED qr", "? www.example. A"]],
];

describe("dns/answer: without EDNS", () => {
  for (const [what, query, lines] of plain) test(what, () => expect(answerTo(query)).toEqual([...lines]));
});

/** RFC 8906, 8: what each query of its list is answered, line by line. */
const compliance: readonly Row[] = [
  ["8.1.1 SOA", { name: "example", type: "SOA" }, ["NOERROR qr aa", "? example. SOA", soa.slice(2)]],
  [
    "8.1.2 unknown type",
    { name: "example", type: "TYPE1000" },
    ["NOERROR qr aa", "? example. UNKNOWN_1000", soa],
  ],
  [
    "8.1.3.1 CD=1",
    { name: "example", type: "SOA", flags: "0010" },
    ["NOERROR qr aa cd", "? example. SOA", soa.slice(2)],
  ],
  [
    "8.1.3.2 AD=1",
    { name: "example", type: "SOA", flags: "0020" },
    ["NOERROR qr aa", "? example. SOA", soa.slice(2)],
  ],
  [
    "8.1.3.3 reserved bit",
    { name: "example", type: "SOA", flags: "0040" },
    ["NOERROR qr aa", "? example. SOA", soa.slice(2)],
  ],
  [
    "8.1.3.4 RD=1",
    { name: "example", type: "SOA", flags: "0100" },
    ["NOERROR qr aa rd", "? example. SOA", soa.slice(2)],
  ],
  ["8.1.4 unknown opcode", { name: "example", flags: "7800" }, ["NOTIMP opcode15 qr"]],
  [
    "8.2.1 minimal EDNS",
    { name: "example", type: "SOA", edns: {} },
    ["NOERROR qr aa", "? example. SOA", soa.slice(2), edns],
  ],
  [
    "8.2.2 EDNS version 1",
    { name: "example", type: "SOA", edns: { version: 1 } },
    ["BADVERS qr", "? example. SOA", edns],
  ],
  [
    "8.2.3 unknown option",
    { name: "example", type: "SOA", edns: { options: [[100, ""]] } },
    ["NOERROR qr aa", "? example. SOA", soa.slice(2), edns],
  ],
  [
    "8.2.4 unknown flag",
    { name: "example", type: "SOA", edns: { flags: "0040" } },
    ["NOERROR qr aa", "? example. SOA", soa.slice(2), edns],
  ],
  [
    "8.2.5 version 1 and an unknown flag",
    { name: "example", type: "SOA", edns: { version: 1, flags: "0040" } },
    ["BADVERS qr", "? example. SOA", edns],
  ],
  [
    "8.2.6 version 1 and an unknown option",
    { name: "example", type: "SOA", edns: { version: 1, options: [[100, ""]] } },
    ["BADVERS qr", "? example. SOA", edns],
  ],
  [
    "8.2.7 an answer over 512 octets",
    { name: "big.example", type: "TXT", edns: { udp: 512 } },
    ["NOERROR qr aa tc", "? big.example. TXT", edns],
  ],
  [
    "8.2.8 DO=1",
    { name: "example", type: "SOA", edns: { flags: "8000" } },
    ["NOERROR qr aa", "? example. SOA", soa.slice(2), `${edns} flags=8000`],
  ],
  [
    "8.2.9 version 1 and DO=1",
    { name: "example", type: "SOA", edns: { version: 1, flags: "8000" } },
    ["BADVERS qr", "? example. SOA", `${edns} flags=8000`],
  ],
  [
    "8.2.10 NSID, cookie, expire and subnet together",
    {
      name: "example",
      type: "SOA",
      edns: { options: [[3, ""], [10, cookie], [9, ""], subnet([192, 0, 2, 0], 24)] },
    },
    [
      "NOERROR qr aa",
      "? example. SOA",
      soa.slice(2),
      edns,
      cookieSaid,
      "option 8 00011800c00002",
      "option 3 706f702d61",
    ],
  ],
];

describe("dns/answer: RFC 8906, section 8", () => {
  for (const [what, query, lines] of compliance)
    for (const transport of ["udp", "tcp"] as const)
      test(`${what}, ${transport}`, () => {
        if (what.startsWith("8.2.7") && transport === "tcp")
          expect(answerTo(query, transport)).toHaveLength(9);
        else expect(answerTo(query, transport)).toEqual([...lines]);
      });
});

describe("dns/answer: EDNS options", () => {
  const near = (address: readonly number[], bits: number): Ask => ({
    name: "near.example",
    edns: { options: [subnet(address, bits)] },
  });
  const lead = (last: number): readonly string[] => [
    "NOERROR qr aa",
    "? near.example. A",
    `near.example. 20 A 203.0.113.${last}`,
    edns,
  ];
  const rows: readonly Row[] = [
    [
      "a subnet, and the scope of its answer",
      near([10, 1, 2, 0], 24),
      [...lead(10), "option 8 000118100a0102"],
    ],
    ["fewer bits than the scope", near([10, 0, 0, 0], 8), [...lead(10), "option 8 000108100a"]],
    ["bits that end within an octet", near([10, 1, 0xf0, 0], 20), [...lead(10), "option 8 000114100a01f0"]],
    [
      "IPv6",
      near([0x20, 1, 0xd, 0xb8, 1, ...Array(11).fill(0)], 40),
      [...lead(32), "option 8 0002282020010db801"],
    ],
    [
      "no bits: the resolver counts, and the scope is nobody's",
      near([0, 0, 0, 0], 0),
      [...lead(198), "option 8 00010000"],
    ],
    [
      "family 0, no bits",
      { name: "near.example", edns: { options: [[8, "00000000"]] } },
      [...lead(198), "option 8 00000000"],
    ],
    [
      "an extended error",
      { name: "example.org", edns: {} },
      ["REFUSED qr", "? example.org. A", edns, "error 20 Not served here."],
    ],
    [
      "a cookie of ours is renewed",
      { edns: { options: [[10, "2464c4abcf10c957010000005cf79f111f8130c3eee29480"]] } },
      [
        ...[
          "NOERROR qr aa",
          "? www.example. A",
          "www.example. 60 A 192.0.2.1",
          "www.example. 60 A 192.0.2.2",
        ],
        edns,
        cookieSaid,
      ],
    ],
    [
      "one that is not, is answered all the same",
      { edns: { options: [[10, "2464c4abcf10c957010000005cf79f1100000000eee29480"]] } },
      [
        ...[
          "NOERROR qr aa",
          "? www.example. A",
          "www.example. 60 A 192.0.2.1",
          "www.example. 60 A 192.0.2.2",
        ],
        edns,
        cookieSaid,
      ],
    ],
  ];
  for (const [what, query, lines] of rows)
    for (const time of ["found", "held"])
      test(`${what}, ${time}`, () => expect(answerTo(query)).toEqual([...lines]));
});

describe("dns/answer: what breaks its form", () => {
  const whole = ask();
  const edited = (edit: (bytes: Buffer) => void, from = whole): Buffer => {
    const bytes = Buffer.from(from);
    edit(bytes);
    return bytes;
  };
  const counts = (...four: readonly number[]) =>
    edited((bytes) => four.forEach((count, at) => void bytes.writeUInt16BE(count, 4 + 2 * at)));
  const options = (...given: readonly (readonly [number, string])[]) => ask({ edns: { options: given } });
  const question = "? www.example. A";
  // RFC 8945: key "key.", hmac-sha256 uncompressed, 2026-11-22, fudge 300, a MAC of four octets, the id once more.
  const names = ["036b657900", "0b686d61632d73686132353600"] as const;
  const time = "00006a20e1c0012c";
  const signed = (before: Buffer = Buffer.alloc(0), more = 1, behind = ""): Buffer => {
    const rdata = Buffer.from(`${names[1]}${time}0004deadbeef123400000000${behind}`, "hex");
    const fixed = Buffer.from(`${names[0]}00fa00ff0000000000${rdata.length.toString(16)}`, "hex");
    const count = more + (before.length > 0 ? 1 : 0);
    return edited((bytes) => bytes.writeUInt16BE(count, 10), Buffer.concat([whole, before, fixed, rdata]));
  };
  const unsigned = `+ key. 0 TSIG ${Buffer.from(`${names[1]}${time}00001234001100 00`.replace(" ", ""), "hex").toString("latin1")}`;
  const rows: readonly (readonly [what: string, query: Buffer, lines: readonly string[]])[] = [
    ["nothing at all", Buffer.alloc(0), ["nothing"]],
    ["eleven octets", whole.subarray(0, 11), ["nothing"]],
    ["a response", edited((bytes) => bytes.writeUInt8(0x80, 2)), ["nothing"]],
    ["a header alone that promises a question", whole.subarray(0, 12), ["FORMERR qr"]],
    ["a name cut off", whole.subarray(0, 16), ["FORMERR qr"]],
    ["a question cut off", whole.subarray(0, whole.length - 1), ["FORMERR qr"]],
    ["no question", counts(0, 0, 0, 0), ["FORMERR qr"]],
    ["two questions", counts(2, 0, 0, 0), ["FORMERR qr"]],
    ["an answer that is not there", counts(1, 1, 0, 0), ["FORMERR qr", question]],
    ["65,535 records that are not there", counts(1, 0xffff, 0xffff, 0xffff), ["FORMERR qr", question]],
    ["bytes left over", Buffer.concat([whole, Buffer.of(0)]), ["FORMERR qr", question]],
    ["a name that points at itself", edited((bytes) => bytes.writeUInt16BE(0xc00c, 12)), ["FORMERR qr"]],
    ["a label of 64 octets", edited((bytes) => bytes.writeUInt8(64, 12)), ["FORMERR qr"]],
    [
      "a name of 256 octets",
      Buffer.concat([
        whole.subarray(0, 12),
        Buffer.alloc(254, "\x01a"),
        Buffer.from("\x01a\0\0\x01\0\x01", "latin1"),
      ]),
      ["FORMERR qr"],
    ],
    [
      "two OPTs",
      edited((bytes) => bytes.writeUInt16BE(2, 10), Buffer.concat([ask({ edns: {} }), opt({})])),
      ["FORMERR qr", question, edns],
    ],
    [
      "an OPT among the answers",
      edited((bytes) => bytes.write("000100000000", 6, "hex"), ask({ edns: {} })),
      ["FORMERR qr", question, edns],
    ],
    [
      "an OPT that belongs to a name",
      edited((bytes) => bytes.writeUInt16BE(1, 10), Buffer.concat([whole, Buffer.of(1, 97), opt({})])),
      ["FORMERR qr", question, edns],
    ],
    ["an OPT cut off", ask({ edns: { options: [[3, ""]] } }).subarray(0, -1), ["FORMERR qr", question]],
    [
      "an option longer than its OPT",
      edited((bytes) => bytes.writeUInt8(9, bytes.length - 1), options([3, ""])),
      ["FORMERR qr", question, edns],
    ],
    ["half an option", Buffer.concat([whole, opt({ options: [[3, ""]] })]), ["FORMERR qr", question]],
    ["a cookie of seven octets", options([10, "01020304050607"]), ["FORMERR qr", question, edns]],
    ["a cookie of nine", options([10, "010203040506070809"]), ["FORMERR qr", question, edns]],
    ["a cookie of 41", options([10, "01".repeat(41)]), ["FORMERR qr", question, edns]],
    ["a subnet of an unknown family", options([8, "00031000c000"]), ["FORMERR qr", question, edns]],
    ["a subnet with too few octets", options([8, "00011800c000"]), ["FORMERR qr", question, edns]],
    ["a subnet with too many", options([8, "00011800c0000201"]), ["FORMERR qr", question, edns]],
    ["a subnet with bits beyond its own", options([8, "00011400c00012"]), ["FORMERR qr", question, edns]],
    ["a subnet of 33 bits", options([8, "00012100c000020100"]), ["FORMERR qr", question, edns]],
    ["a subnet with a scope", options([8, "00011818c00002"]), ["FORMERR qr", question, edns]],
    ["NOTIFY", edited((bytes) => bytes.writeUInt8(0x20, 2)), ["NOTIMP opcode4 qr"]],
    ["UPDATE", edited((bytes) => bytes.writeUInt8(0x28, 2)), ["NOTIMP opcode5 qr"]],
    ["STATUS, cut off", edited((bytes) => bytes.writeUInt8(0x10, 2)).subarray(0, 12), ["NOTIMP opcode2 qr"]],
    [
      "TSIG of no form",
      edited(
        (bytes) => bytes.writeUInt16BE(1, 10),
        Buffer.concat([whole, Buffer.of(0), Buffer.from("00fa00ff000000000000", "hex")]),
      ),
      ["FORMERR qr", question],
    ],
    ["TSIG", signed(), ["NOTAUTH qr", question, unsigned]],
    ["TSIG behind an OPT", signed(opt({})), ["NOTAUTH qr", question, unsigned, edns]],
    ["TSIG before an OPT", Buffer.concat([signed(Buffer.alloc(0), 2), opt({})]), ["FORMERR qr", question]],
    ["TSIG with bytes left over", signed(Buffer.alloc(0), 1, "00"), ["FORMERR qr", question]],
  ];
  for (const [what, query, lines] of rows) test(what, () => expect(answerTo(query)).toEqual([...lines]));

  const hello = (...given: readonly (readonly [number, string])[]): Buffer =>
    Buffer.concat([counts(0, 0, 0, 1).subarray(0, 12), opt({ options: given })]);
  test("no question, and a cookie is asked for", () => {
    expect(answerTo(hello([10, cookie]))).toEqual(["NOERROR qr", edns, cookieSaid]);
    expect(answerTo(hello([10, `${cookie}${"00".repeat(16)}`]))).toEqual(["BADCOOKIE qr", edns, cookieSaid]);
    expect(answerTo(hello())).toEqual(["FORMERR qr", edns]);
  });
});

describe("dns/answer: what does not fit", () => {
  const sizeOf = (query: Ask, transport: "udp" | "tcp" = "udp"): number =>
    answering.answer(ask(query), asker, transport)?.length ?? 0;
  test("TXT of 1,500 octets: TC and no record over UDP, however large a size is offered; whole over TCP", () => {
    const big: Ask = { name: "big.example", type: "TXT", edns: { udp: 65_535 } };
    expect(answerTo(big)).toEqual(["NOERROR qr aa tc", "? big.example. TXT", edns]);
    expect(answerTo(big, "tcp")[0]).toBe("NOERROR qr aa");
    expect(sizeOf(big, "tcp")).toBeGreaterThan(1_500);
  });
  test("a referral is truncated where its addresses do not fit, for without them nobody gets on (RFC 9471)", () => {
    expect(answerTo({ name: "a.sub.example" })[0]).toBe("NOERROR qr tc");
    expect(answerTo({ name: "a.sub.example", edns: { udp: 1232 } })).toHaveLength(2 + 24 + 1);
  });
  test("a size under 512 is 512", () => {
    const small: Ask = { name: "example", type: "NS", edns: { udp: 12 } };
    expect(answerTo(small)[0]).toBe("NOERROR qr aa");
  });
});

describe("dns/answer: what is held", () => {
  test("what came twice is held: for everyone, or for a network where it is steered; a new find forgets all", () => {
    const { answering: own, finds: all } = dnsWorld();
    const asks = (query: Ask): void => void own.answer(ask(query), asker, "udp");
    // Two finds each, of which the second one is kept.
    const finds = (): number => all() / 2;
    for (let time = 0; time < 3; time++) asks({ name: "www.example" });
    asks({ name: "WWW.example", edns: {} });
    asks({ name: "www.example", edns: { options: [subnet([10, 1, 2, 0], 24)] } });
    expect(finds()).toBe(1);
    const near = (address: readonly number[], bits: number): void => {
      for (let time = 0; time < 3; time++)
        asks({ name: "near.example", edns: { options: [subnet(address, bits)] } });
    };
    near([10, 1, 2, 0], 24);
    near([10, 1, 9, 0], 24);
    expect(finds()).toBe(2);
    near([10, 2, 2, 0], 24);
    expect(finds()).toBe(3);
    // Eight bits say too little for a /16: held for just those eight. The mark is that of 10.0/16.
    near([10, 0, 0, 0], 8);
    expect(finds()).toBe(4);
    near([10, 3, 0, 0], 16);
    expect(finds()).toBe(5);
    for (let time = 0; time < 3; time++) asks({ name: "near.example" });
    expect(finds()).toBe(6);
    own.replace(find);
    expect(shown(own.answer(ask({ name: "near.example" }), asker, "udp"))).toHaveLength(3);
    expect(finds()).toBe(6);
  });
  test("a find that throws is SERVFAIL, told as a defect, and asked again", () => {
    const { answering: own, finds, defects } = dnsWorld();
    for (const times of [1, 2]) {
      const lines = shown(own.answer(ask({ name: "broken.example", edns: {} }), asker, "udp"));
      expect(lines).toEqual(["SERVFAIL qr", "? broken.example. A", edns, "error 0 The server failed."]);
      expect([finds(), defects.length]).toEqual([times, times]);
    }
  });
});
