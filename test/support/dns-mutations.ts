// Queries as they come from anyone: whole ones, and the ways in which bytes go wrong. In: a random source. Out: bytes.
// Names that are made up never come again, and the subnets of the whole ones have all come among the first 100,000: what is held of them is held then.
import type { Random } from "../../src/base/random.ts";
import { types } from "../../src/zones/types.ts";
import { ask, opt, subnet } from "./dns-wire.ts";

const cookie = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";
const whole = (random: Random): Buffer =>
  ask({
    id: random.below(65_536),
    name: [
      "www.example",
      "big.example",
      "near.example",
      "a.sub.example",
      `x${random.below(2 ** 31)}.example`,
      ".",
    ][random.below(6)] as string,
    type: Object.keys(types)[random.below(Object.keys(types).length)] as string,
    edns:
      random.below(4) === 0
        ? null
        : {
            udp: random.below(65_536),
            version: random.below(8) === 0 ? 1 : 0,
            options: [
              [3, ""],
              [10, cookie.slice(0, 2 * [8, 16, 24][random.below(3)]!)],
              subnet([8 * random.below(32), 0, 0, 0], random.below(33)),
              [random.below(65_536), "00".repeat(random.below(200))],
            ].slice(random.below(5)) as [number, string][],
          },
  });

/** The ways in which bytes go wrong. */
const mutations: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes) => bytes,
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => {
    for (let flips = random.below(6); flips >= 0; flips--)
      bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  // Counts that lie.
  (bytes, random) => {
    bytes.writeUInt16BE([0, 1, 2, 0xff, 0xffff][random.below(5)] as number, 4 + 2 * random.below(4));
    return bytes;
  },
  // A pointer somewhere, to itself or anywhere.
  (bytes, random) => {
    const at = 12 + random.below(Math.max(1, bytes.length - 14));
    bytes.writeUInt16BE(0xc000 | (random.below(2) === 0 ? at : random.below(0x4000)), at);
    return bytes;
  },
  // More records than one: OPTs, huge and several.
  (bytes, random) => {
    const more = Array.from({ length: 1 + random.below(3) }, () =>
      opt({ options: [[random.below(20), "ab".repeat(random.below(3_000))]] }),
    );
    bytes.writeUInt16BE(bytes.readUInt16BE(10) + (random.below(3) === 0 ? 0 : more.length), 10);
    return Buffer.concat([bytes, ...more]);
  },
  (_bytes, random) => Buffer.from(random.bytes(random.below(600))),
  (bytes, random) => Buffer.concat([bytes, Buffer.from(random.bytes(random.below(40)))]),
];

/** A query that went through one of them. */
export function mutatedQuery(random: Random): Buffer {
  const mutate = mutations[random.below(mutations.length)] as (typeof mutations)[number];
  return mutate(whole(random), random);
}
