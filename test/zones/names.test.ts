// Names: text to wire form and back, and what is no name. Flow: (text) -> parseName -> (octets, or a sentence).
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  isWithin,
  labelCount,
  labels,
  type Name,
  nameAt,
  nameBytes,
  parent,
  parseName,
  root,
  showName,
  under,
} from "../../src/zones/names.ts";
import { typeNumber, typeWord } from "../../src/zones/types.ts";
import { check } from "../support/property.ts";

const named = (text: string): Name => {
  const read = parseName(text);
  if (!read.ok) throw new Error(read.reason);
  return read.value;
};

describe("dns/names: text becomes wire form", () => {
  const rows: readonly (readonly [text: string, wire: string, shown: string])[] = [
    [".", "\0", "."],
    ["example", "\x07example\0", "example."],
    ["WWW.Example.", "\x03www\x07example\0", "www.example."],
    ["*.a.b", "\x01*\x01a\x01b\0", "*.a.b."],
    ["a\\.b.c", "\x03a.b\x01c\0", "a\\.b.c."],
    ["\\000\\255.c", "\x02\0\xff\x01c\0", "\\000\\255.c."],
    ["\\065b", "\x02ab\0", "ab."],
    ['a\\\\\\"b', '\x04a\\"b\0', 'a\\\\\\"b.'],
    ["_dns.\\@", "\x04_dns\x01@\0", "_dns.@."],
  ];
  for (const [text, wire, shown] of rows)
    test(text, () => {
      expect(named(text)).toBe(wire);
      expect(showName(wire)).toBe(shown);
      expect(named(shown)).toBe(wire);
    });
});

describe("dns/names: what is no name is refused", () => {
  const long = "a".repeat(63);
  const rows: readonly (readonly [text: string, why: string])[] = [
    ["", "missing"],
    ["..", "empty label"],
    [".a", "empty label"],
    ["a..b", "empty label"],
    [`${long}a.b`, "longer than 63"],
    [`${long}.${long}.${long}.${long}`, "longer than 255"],
    ["a b", "ASCII"],
    ["café", "ASCII"],
    ["a\\", "backslash"],
    ["a\\1", "backslash"],
    ["a\\256", "backslash"],
  ];
  for (const [text, why] of rows)
    test(JSON.stringify(text.slice(0, 20)), () => {
      const read = parseName(text);
      expect(read.ok).toBe(false);
      if (!read.ok) expect(read.reason).toContain(why);
    });
  test("the longest name is one", () => {
    const text = `${long}.${long}.${long}.${"a".repeat(61)}`;
    expect(named(text)).toHaveLength(255);
  });
});

const label = fc.uint8Array({ minLength: 1, maxLength: 63 }).map((bytes) => String.fromCharCode(...bytes));
check(
  "dns/names: any octets come back through text and through a packet",
  [fc.array(label, { maxLength: 4 })],
  (parts) => {
    const name = parts.reduceRight((rest, part) => under(part, rest), root);
    fc.pre(name.length <= 255);
    expect(named(showName(name))).toBe(name);
    expect(nameAt(nameBytes(name), 0)).toBe(name);
    expect(labelCount(name)).toBe(parts.length);
    expect(labels(name).reduceRight((rest, part) => under(part, rest), root)).toBe(name);
  },
);

describe("dns/names: within and parent go by labels", () => {
  const rows: readonly (readonly [name: string, zone: string, within: boolean])[] = [
    ["a.example", "example", true],
    ["example", "example", true],
    ["anexample", "example", false],
    // Its last octets are the zone's, and its labels are not.
    ["a\\007example", "example", false],
    ["example", "a.example", false],
    ["example", ".", true],
    [".", ".", true],
    [".", "example", false],
    ["b.test", "a.test", false],
  ];
  for (const [name, zone, within] of rows)
    test(`${name} in ${zone}: ${within}`, () => expect(isWithin(named(name), named(zone))).toBe(within));
  test("the root has none above it", () => {
    expect(parent(named("a.b"))).toBe(named("b"));
    expect(parent(named("b"))).toBe(root);
    expect(parent(root)).toBeNull();
  });
});

describe("dns/names: a packet's bytes that are no name", () => {
  for (const [what, bytes] of [
    ["end before the root", [1, 97]],
    ["a label beyond the end", [5, 97, 0]],
    ["a pointer, which rdata inside has none of", [0xc0, 0]],
    ["over 255 octets", Array.from({ length: 300 }, (_none, at) => (at % 2 === 0 ? 1 : 97))],
  ] as const)
    test(what, () => expect(nameAt(Uint8Array.from(bytes), 0)).toBeNull());
});

describe("dns/types: words", () => {
  test("known, unknown and impossible ones", () => {
    expect(typeWord(28)).toBe("AAAA");
    expect(typeWord(65_280)).toBe("TYPE65280");
    expect(typeNumber("https")).toBe(65);
    expect(typeNumber("type1")).toBe(1);
    for (const word of ["TYPE65536", "TYPE01", "toString", "", "A "]) expect(typeNumber(word)).toBeNull();
  });
});
