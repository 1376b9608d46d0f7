// Any bytes as a query. Flow: queries mutated by a seeded generator -> Answering -> an answer that another decoder reads, or none; nothing is lost count
// of, nothing throws, and memory does not grow. `npm run test:long`: 1,000,000.
import { expect, test } from "bun:test";
import packets from "dns-packet";
import { limits } from "../../src/base/limits.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { types } from "../../src/zones/types.ts";
import { ask, opt, subnet } from "../support/dns-wire.ts";
import { dnsWorld } from "../support/dns-world.ts";
import { seed } from "../support/property.ts";
import { count, testLong } from "../support/seed.ts";

const cookie = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";
const whole = (random: Random): Buffer =>
  ask({
    id: random.below(65_536),
    name: [
      "www.example",
      "big.example",
      "near.example",
      "a.sub.example",
      `x${random.below(1e6)}.example`,
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
              subnet([random.below(256), 0, 0, 0], random.below(33)),
              [random.below(65_536), "00".repeat(random.below(200))],
            ].slice(random.below(5)) as [number, string][],
          },
  });

/** One of the ways in which bytes go wrong. */
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

test(`dns/answer: mutated queries, seed ${seed}`, () => {
  const random = seededRandom(seed);
  const world = dnsWorld(limits.dnsRatePerSecond);
  const all = count(20_000, 1_000_000);
  const [senders, reached] = [
    Array.from({ length: 500 }, () => Buffer.from(random.bytes(4))),
    new Set<string>(),
  ];
  let [answered, dropped] = [0, 0];
  // Looked at twenty times: what comes and goes between two collections is no growth.
  const seen: number[] = [];
  for (let at = 0; at < all; at++) {
    const mutate = mutations[random.below(mutations.length)] as (typeof mutations)[number];
    const query = mutate(whole(random), random);
    const transport = random.below(4) === 0 ? "tcp" : "udp";
    const before = Buffer.from(query);
    const answer = world.answering.answer(query, senders[at % senders.length] as Buffer, transport);
    if (!before.equals(query)) throw new Error(`query ${at} was written to: ${before.toString("hex")}`);
    if (answer === null) dropped++;
    else {
      answered++;
      reached.add(holdsTogether(query, answer, transport));
    }
    if (at % (all / 100) === 0 && (at <= all / 10 || at >= 0.9 * all)) seen.push(rss());
  }
  expect(world.defects).toEqual([]);
  const said = world.metrics.text();
  expect(sumOf(said, "dns_answers_total")).toBe(answered);
  expect(sumOf(said, "dns_dropped_total")).toBe(dropped);
  expect(answered + dropped).toBe(all);
  // It went everywhere that answers come from.
  for (const rcode of ["0", "1", "2", "3", "4", "5", "16"].filter((one) => one !== "2"))
    expect([...reached]).toContain(rcode);
  const [early, late] = [Math.max(...seen.slice(0, 11)), Math.min(...seen.slice(11))];
  if (testLong) expect(late).toBeLessThan(1.1 * early);
}, 600_000);

/** Gives its rcode. Throws where an answer is none to its query. */
function holdsTogether(query: Buffer, answer: Buffer, transport: "udp" | "tcp"): string {
  const told = `${query.toString("hex")} -> ${answer.toString("hex")}`;
  const hold = (is: boolean, what: string): void => {
    if (!is) throw new Error(`${what}: ${told}`);
  };
  hold(answer.readUInt16BE(0) === query.readUInt16BE(0), "another id");
  hold((answer[2] ?? 0) >= 128, "no response");
  hold(((answer[2] ?? 0) & 0x78) === ((query[2] ?? 0) & 0x78), "another opcode");
  hold(((answer[3] ?? 0) & 0xe0) === 0, "RA, Z or AD");
  hold(transport === "tcp" || answer.length <= limits.dnsAnswerBytesMax, "too long");
  const packet = packets.decode(answer) as { additionals?: { type: string; extendedRcode?: number }[] };
  const extended = packet.additionals?.find(({ type }) => type === "OPT")?.extendedRcode ?? 0;
  hold(packets.decode.bytes === answer.length, "bytes left over");
  return String((extended << 4) | ((answer[3] ?? 0) & 15));
}

function rss(): number {
  Bun.gc(true);
  return process.memoryUsage().rss;
}

function sumOf(text: string, family: string): number {
  const values = text.split("\n").filter((line) => line.startsWith(`${family}{`));
  return values.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
