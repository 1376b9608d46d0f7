// Packets that come again. Flow: the same bytes under other ids, from one and from another -> Answering -> what who was never asked before says.
import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import { createPacketCache } from "../../src/dns/packet-cache.ts";
import { types } from "../../src/zones/types.ts";
import { type Ask, ask, shown, subnet } from "../support/dns-wire.ts";
import { asker, dnsWorld, find } from "../support/dns-world.ts";
import { seed } from "../support/property.ts";

const other = Buffer.of(203, 0, 113, 7);
const cookie = "2464c4abcf10c957";
const near = { name: "near.example" };
const bySubnet = { ...near, edns: { options: [subnet([10, 1, 2, 0], 24)] } };

function withId(query: Buffer, id: number): Buffer {
  const own = Buffer.from(query);
  own.writeUInt16BE(id, 0);
  return own;
}

/** The letters of the name as a resolver that guards against forged answers sends them (draft-vixie-dnsext-dns0x20). */
function inAnyCase(query: Buffer, random: { below(bound: number): number }): Buffer {
  const own = Buffer.from(query);
  for (let at = 12; at < own.length && own[at] !== 0; at++) {
    const octet = own[at] as number;
    const isLetter = (octet | 0x20) >= 0x61 && (octet | 0x20) <= 0x7a;
    if (isLetter && random.below(2) === 0) own[at] = octet ^ 0x20;
  }
  return own;
}

describe("dns/packet-cache: the same packet four times, from each of two", () => {
  const rows: readonly (readonly [what: string, query: Ask, finds: number])[] = [
    ["a name", {}, 2],
    ["a name in a case of its own", { name: "wWw.example", flags: "0110" }, 2],
    ["with EDNS and NSID", { edns: { options: [[3, ""]] } }, 2],
    ["a name that is not there", { name: "nil.example" }, 2],
    ["another's name", { name: "example.org", edns: {} }, 2],
    ["an answer that is cut", { name: "big.example", type: "TXT" }, 2],
    ["a subnet's answer", bySubnet, 2],
    ["a subnet without bits, so the resolver's", { ...near, edns: { options: [subnet([], 0)] } }, 4],
    ["the resolver's answer", near, 4],
    ["a cookie", { edns: { options: [[10, cookie]] } }, 2],
    ["a zone that throws", { name: "broken.example" }, 8],
  ];
  for (const [what, query, finds] of rows)
    test(what, () => {
      const [world, packet] = [dnsWorld(), ask(query)];
      for (let id = 0; id < 8; id++) {
        const from = id % 2 === 0 ? asker : other;
        const said = world.answering.answer(withId(packet, id), from, "udp");
        expect(said).toEqual(dnsWorld().answering.answer(withId(packet, id), from, "udp"));
      }
      expect(world.finds()).toBe(finds);
      const text = world.metrics.text();
      expect(/dns_answers_total\{[^}]*\} (\d+)/.exec(text)?.[1]).toBe("8");
      expect(/dns_queries_total\{[^}]*\} (\d+)/.exec(text)?.[1]).toBe("8");
    });

  test("a name in another case each time, said in the asker's", () => {
    const [world, random] = [dnsWorld(), seededRandom(4)];
    for (let id = 0; id < 40; id++) {
      const packet = inAnyCase(
        withId(ask({ ...near, edns: { options: [subnet([65, 90, 97, 0], 24)] } }), id),
        random,
      );
      const said = world.answering.answer(packet, asker, "udp");
      expect(said).toEqual(dnsWorld().answering.answer(packet, asker, "udp"));
    }
    // The octets of a network are no letters: 65 is not 97.
    const another = ask({ ...near, edns: { options: [subnet([97, 90, 97, 0], 24)] } });
    expect(world.answering.answer(another, asker, "udp")).toEqual(
      dnsWorld().answering.answer(another, asker, "udp"),
    );
    expect(world.finds()).toBe(3);
  });

  test("what is found changes: nothing of before is said", () => {
    const { answering } = dnsWorld();
    for (let id = 0; id < 4; id++) answering.answer(withId(ask(), id), asker, "udp");
    answering.replace((question, visitor) => ({ ...find(question, visitor), answer: [] }));
    for (let id = 0; id < 4; id++)
      expect(shown(answering.answer(withId(ask(), id), asker, "udp"))).toEqual([
        "NOERROR qr aa",
        "? www.example. A",
      ]);
  });

  test("over TCP it is whole, whatever UDP had", () => {
    const { answering } = dnsWorld();
    const query = ask({ name: "big.example", type: "TXT" });
    for (let id = 0; id < 4; id++) answering.answer(query, asker, "udp");
    expect(answering.answer(query, asker, "tcp")?.length).toBeGreaterThan(1_500);
  });
});

test(`dns/packet-cache: queries in any order, three times each, are answered as if each were the first, seed ${seed}`, () => {
  const random = seededRandom(seed);
  const words = Object.keys(types);
  const names = ["www.example", "Example", "near.example", "a.sub.example", "big.example", "x.test"];
  const queries = Array.from({ length: 200 }, () =>
    ask({
      name: names[random.below(names.length)] as string,
      type: random.below(2) === 0 ? "A" : (words[random.below(words.length)] as string),
      flags: ["0000", "0100", "0110"][random.below(3)] as string,
      edns: [
        null,
        {},
        { udp: 512, flags: "8000" },
        { options: [subnet([random.below(4), 0, 0, 0], random.below(17))] },
        { options: [[10, cookie]] as const },
      ][random.below(5)] as NonNullable<Ask["edns"]> | null,
    }),
  );
  const world = dnsWorld();
  for (let at = 0; at < 1_000; at++) {
    const asIs = withId(queries[random.below(queries.length)] as Buffer, random.below(65_536));
    const query = random.below(2) === 0 ? asIs : inAnyCase(asIs, random);
    const from = Buffer.of(198, 51, 100, random.below(3));
    const said = world.answering.answer(query, from, "udp");
    if (at % 5 === 0) expect(said).toEqual(dnsWorld().answering.answer(query, from, "udp"));
  }
  expect(world.defects).toEqual([]);
});

test("dns/packet-cache: two rows for a thousand packets give each its own answer or none", () => {
  const cache = createPacketCache(512, 64);
  const random = seededRandom(9);
  const knownOf = (number: number) => ({
    kind: -1 - number,
    rcode: 3,
    type: 28,
    led: { first: `${number}`, country: "DE" },
    cutBytes: number,
  });
  let [held, missed] = [0, 0];
  for (let at = 0; at < 20_000; at++) {
    const number = random.below(random.below(2) === 0 ? 3 : 1_000);
    const packet = ask({ id: random.below(65_536), name: `x${number}.example` });
    const answer = Buffer.from(
      `${String.fromCharCode(packet[0] ?? 0, packet[1] ?? 0)}to ${number}`,
      "latin1",
    );
    const row = cache.find(packet);
    if (row < 0) {
      missed++;
      cache.put(packet, answer, knownOf(number));
    } else {
      held++;
      expect(cache.answer(row, packet)).toEqual(answer);
      expect(cache.known(row)).toEqual(knownOf(number));
    }
  }
  expect(held).toBeGreaterThan(500);
  expect(missed).toBeGreaterThan(500);
});
