// Any bytes as a query. Flow: queries mutated by a seeded generator -> Answering -> an answer that another decoder reads, or none; nothing is lost count
// of, and nothing throws. What a process makes of them, its memory above all, is in `fuzz-process.test.ts`. `npm run test:long`: 1,000,000.
import { expect, test } from "bun:test";
import packets from "dns-packet";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import { mutatedQuery } from "../support/dns-mutations.ts";
import { dnsWorld } from "../support/dns-world.ts";
import { sumOf } from "../support/exposition.ts";
import { seed } from "../support/property.ts";
import { count } from "../support/seed.ts";

test(`dns/answer: mutated queries, seed ${seed}`, () => {
  const random = seededRandom(seed);
  const world = dnsWorld(limits.dnsRatePerSecond);
  const all = count(20_000, 1_000_000);
  const [senders, reached] = [
    Array.from({ length: 500 }, () => Buffer.from(random.bytes(4))),
    new Set<string>(),
  ];
  let [answered, dropped] = [0, 0];
  for (let at = 0; at < all; at++) {
    const query = mutatedQuery(random);
    const transport = random.below(4) === 0 ? "tcp" : "udp";
    const before = Buffer.from(query);
    const answer = world.answering.answer(query, senders[at % senders.length] as Buffer, transport);
    if (!before.equals(query)) throw new Error(`query ${at} was written to: ${before.toString("hex")}`);
    if (answer === null) dropped++;
    else {
      answered++;
      reached.add(holdsTogether(query, answer, transport));
    }
  }
  expect(world.defects).toEqual([]);
  const said = world.metrics.text();
  expect(sumOf(said, "dns_answers_total")).toBe(answered);
  expect(sumOf(said, "dns_dropped_total")).toBe(dropped);
  expect(answered + dropped).toBe(all);
  // It went everywhere that answers come from.
  for (const rcode of ["0", "1", "2", "3", "4", "5", "16"].filter((one) => one !== "2"))
    expect([...reached]).toContain(rcode);
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
