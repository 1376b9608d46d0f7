// Header blocks: the examples of RFC 7541 (appendix C), what is no block, and blocks of anything, which neither throw nor grow.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { blockOf } from "../../src/host/http2-block.ts";
import { blockBytesMax, type FieldSink, HpackReader } from "../../src/host/http2-hpack.ts";
import { huffman, unhuffman } from "../../src/host/http2-huffman.ts";
import { check } from "../support/property.ts";

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(" ", ""), "hex");

function read(reader: HpackReader, block: Uint8Array): string[] | "wrong" {
  const fields: string[] = [];
  const sink: FieldSink = { field: (name, value) => void fields.push(`${name}: ${value}`) };
  return reader.read(block, 0, block.length, sink) ? fields : "wrong";
}

const first = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
const second = [...first, "cache-control: no-cache"];
const third = [
  ":method: GET",
  ":scheme: https",
  ":path: /index.html",
  ":authority: www.example.com",
  "custom-key: custom-value",
];
const moved = [
  ":status: 302",
  "cache-control: private",
  "date: Mon, 21 Oct 2013 20:13:21 GMT",
  "location: https://www.example.com",
];
const cookie = "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
const found = [
  ":status: 200",
  "cache-control: private",
  "date: Mon, 21 Oct 2013 20:13:22 GMT",
  "location: https://www.example.com",
  "content-encoding: gzip",
  cookie,
];
/** A table of 256 bytes, which those examples have (RFC 7541, 6.3). */
const small = "3fe101";

/** Blocks of one connection, in their order. */
const examples: readonly (readonly [
  section: string,
  blocks: readonly (readonly [hex: string, fields: readonly string[]])[],
])[] = [
  ["C.2.1", [["400a637573746f6d2d6b65790d637573746f6d2d686561646572", ["custom-key: custom-header"]]]],
  ["C.2.2", [["040c2f73616d706c652f70617468", [":path: /sample/path"]]]],
  ["C.2.3", [["100870617373776f726406736563726574", ["password: secret"]]]],
  ["C.2.4", [["82", [":method: GET"]]]],
  [
    "C.3",
    [
      ["828684410f7777772e6578616d706c652e636f6d", first],
      ["828684be58086e6f2d6361636865", second],
      ["828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565", third],
    ],
  ],
  [
    "C.4",
    [
      ["828684418cf1e3c2e5f23a6ba0ab90f4ff", first],
      ["828684be5886a8eb10649cbf", second],
      ["828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf", third],
    ],
  ],
  [
    "C.5",
    [
      [
        `${small}4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d`,
        moved,
      ],
      ["4803333037c1c0bf", [":status: 307", ...moved.slice(1)]],
      [
        "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31",
        found,
      ],
    ],
  ],
  [
    "C.6",
    [
      [
        `${small}488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3`,
        moved,
      ],
      ["4883640effc1c0bf", [":status: 307", ...moved.slice(1)]],
      [
        "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
        found,
      ],
    ],
  ],
];

const wrongs: readonly (readonly [says: string, hex: string])[] = [
  ["index 0", "80"],
  ["an index beyond both tables", "be"],
  ["a name beyond both tables", "7f0f00"],
  ["an integer that does not end", "ffffffffff"],
  ["an integer beyond all reason", "ffffffffff7f"],
  ["a name without a value", "400161"],
  ["a text longer than the block", "00016105616263"],
  ["a length alone", "00"],
  ["padding of more than seven bits", "000161 82 1fff"],
  ["padding that is not ones", "000161 81 18"],
  ["the end's own symbol", "000161 84 3fffffff"],
  ["a table larger than we offered", "3fe21f"],
  ["a change of the table after a field", "8220"],
];

describe("host/http2-hpack", () => {
  for (const [section, blocks] of examples)
    test(`the example of RFC 7541, ${section}`, () => {
      const reader = new HpackReader();
      for (const [hex, fields] of blocks) expect(read(reader, bytesOf(hex))).toEqual([...fields]);
    });

  for (const [says, hex] of wrongs)
    test(`${says} is no block`, () => {
      expect(read(new HpackReader(), bytesOf(hex))).toBe("wrong");
    });

  test("an entry longer than the table empties it", () => {
    const reader = new HpackReader();
    const long = "x".repeat(5_000);
    read(reader, bytesOf("400a637573746f6d2d6b65790d637573746f6d2d686561646572"));
    expect(read(reader, bytesOf("be"))).toEqual(["custom-key: custom-header"]);
    const plain = Buffer.concat([bytesOf("400161"), bytesOf("7f8926"), Buffer.from(long)]);
    expect(read(reader, plain)).toEqual([`a: ${long}`]);
    expect(read(reader, bytesOf("be"))).toBe("wrong");
  });

  test("what has gone out of the table is gone, and what is younger keeps its number", () => {
    const reader = new HpackReader();
    const value = (at: number) => String(at).padStart(200, "0");
    for (let at = 0; at < 100; at++)
      read(reader, Buffer.concat([bytesOf("4001617f49"), Buffer.from(value(at))]));
    // 17 entries of 233 bytes fit into 4,096.
    expect(read(reader, bytesOf("be"))).toEqual([`a: ${value(99)}`]);
    expect(read(reader, bytesOf("ce"))).toEqual([`a: ${value(83)}`]);
    expect(read(reader, bytesOf("cf"))).toBe("wrong");
  });

  test("the same block means the same until the table changes, and its version says so", () => {
    const reader = new HpackReader();
    const { version } = reader;
    read(reader, bytesOf("828684"));
    expect(reader.version).toBe(version);
    read(reader, bytesOf("400a637573746f6d2d6b65790d637573746f6d2d686561646572"));
    expect(reader.version).toBeGreaterThan(version);
  });

  const text = fc.uint8Array({ maxLength: 300 });
  check("what Huffman's code takes comes out again", [text], (bytes) => {
    const coded = huffman(bytes);
    if (coded === null) return;
    const plain = new Uint8Array(2 * coded.length);
    expect(coded.length).toBeLessThan(bytes.length);
    expect(unhuffman(coded, 0, coded.length, plain)).toBe(bytes.length);
    expect(plain.subarray(0, bytes.length)).toEqual(bytes);
  });

  const name = fc.stringMatching(/^[a-z][a-z-]{0,20}$/);
  const value = fc.stringMatching(/^[!-~]{0,60}$/);
  check(
    "fields that are written are read",
    [fc.array(fc.tuple(name, value), { maxLength: 30 })],
    (fields) => {
      const block = blockOf(fields);
      expect(read(new HpackReader(), block)).toEqual(fields.map(([key, says]) => `${key}: ${says}`));
    },
  );

  check(
    "blocks of anything end in fields or a refusal, and their fields are no longer than they can be",
    [fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 })],
    (blocks) => {
      const reader = new HpackReader();
      for (const block of blocks) {
        const fields = read(reader, block);
        // A byte names at most one entry of the table.
        if (fields !== "wrong") expect(fields.join().length).toBeLessThanOrEqual(block.length * 4_200);
      }
    },
  );

  test("the longest block that is read fits, in the code that packs closest", () => {
    const long = Buffer.alloc(blockBytesMax - 6, 0);
    const block = Buffer.concat([bytesOf("000161"), bytesOf("ff"), bytesOf("fbfe01"), long]).subarray(
      0,
      blockBytesMax,
    );
    expect(() => read(new HpackReader(), block)).not.toThrow();
  });
});
