// What an address that is pretended gets sent. Flow: floods of queries on a moved clock -> Answering with its limit -> bytes and counts of answers.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { isTruncated } from "../../src/dns/reply.ts";
import { type Ask, ask, shown, subnet } from "../support/dns-wire.ts";
import { asker, type DnsWorld, dnsWorld, find } from "../support/dns-world.ts";

const perSecond = limits.dnsRatePerSecond;
const seconds = 10;

interface Flooded {
  readonly bytesIn: number;
  /** Without those that were slipped. */
  readonly bytesOut: number;
  readonly whole: number;
  readonly slipped: number;
  readonly dropped: number;
}

/** `count` queries spread over ten seconds. */
async function flood(
  world: DnsWorld,
  count: number,
  queryOf: (at: number) => Buffer,
  address: Uint8Array = asker,
  transport: "udp" | "tcp" = "udp",
): Promise<Flooded> {
  const sums = { bytesIn: 0, bytesOut: 0, whole: 0, slipped: 0, dropped: 0 };
  const aTurn = count / (seconds * 100);
  for (let at = 0; at < count; at++) {
    const query = queryOf(at);
    const answer = world.answering.answer(query, address, transport);
    sums.bytesIn += query.length;
    if (answer === null) sums.dropped++;
    else if (isTruncated(answer)) sums.slipped++;
    else {
      sums.whole++;
      sums.bytesOut += answer.length;
    }
    if ((at + 1) % aTurn === 0) await world.clock.advance(10);
  }
  return sums;
}

const names: Readonly<Record<string, (at: number) => Ask>> = {
  "one name": () => ({ name: "www.example" }),
  "ANY of one name": () => ({ name: "example", type: "NS", edns: {} }),
  "names that are made up": (at) => ({ name: `x${at}.example` }),
  "names of others": (at) => ({ name: `x${at}.test`, edns: {} }),
  "many subnets": (at) => ({
    name: "near.example",
    edns: { options: [subnet([at >> 8, at & 255, 0, 0], 16)] },
  }),
  "every name there is": (at) => ({
    name: ["example", "ns.example", "www.example", "alias.example", "big.example"][at % 5] ?? "",
    type: ["A", "NS", "MX", "SOA", "TXT", "AAAA"][at % 6] ?? "",
  }),
};

describe(`dns/rate-limit: 1,000 queries a second for ${seconds} s from one address`, () => {
  for (const [what, of] of Object.entries(names))
    test(`${what}: at most 1.5 bytes go out for each that comes in`, async () => {
      const sums = await flood(dnsWorld(perSecond), 10_000, (at) => ask({ id: at, ...of(at) }));
      expect(sums.bytesOut / sums.bytesIn).toBeLessThanOrEqual(1.5);
      expect(sums.whole + sums.slipped + sums.dropped).toBe(10_000);
      expect(sums.whole).toBeGreaterThanOrEqual(perSecond * seconds);
    });

  test("without a limit it would be more: the bound is the limit's doing", async () => {
    const sums = await flood(dnsWorld(), 10_000, (at) =>
      ask({ id: at, type: "MX", name: "example", edns: {} }),
    );
    expect(sums.bytesOut / sums.bytesIn).toBeGreaterThan(1.5);
  });

  test("one name: the rate is sent whole, of the rest each second one slips", async () => {
    const { whole, slipped, dropped } = await flood(dnsWorld(perSecond), 10_000, () => ask());
    // A bucket that is full at the start, and its refill.
    expect(whole).toBeGreaterThanOrEqual(perSecond * seconds);
    expect(whole).toBeLessThanOrEqual(perSecond * (seconds + 1));
    expect(Math.abs(slipped - dropped)).toBeLessThanOrEqual(1);
  });
});

describe("dns/rate-limit: who is not limited", () => {
  const flooded = async (world: DnsWorld): Promise<void> => void (await flood(world, 10_000, () => ask()));

  test("who asks at half the rate gets every answer, also for names that bring the longest", async () => {
    const { whole } = await flood(dnsWorld(perSecond), perSecond * 5, () => ask());
    expect(whole).toBe(perSecond * 5);
  });
  test("another network", async () => {
    const world = dnsWorld(perSecond);
    await flooded(world);
    const other = Buffer.of(198, 51, 101, 100);
    expect((await flood(world, 500, () => ask(), other)).whole).toBe(500);
    // The flooded one has its rate again after a second.
    await world.clock.advance(1_000);
    expect((await flood(world, 50, () => ask(), Buffer.of(198, 51, 100, 7))).whole).toBe(50);
  });
  test("TCP", async () => {
    const { whole } = await flood(dnsWorld(perSecond), 10_000, () => ask(), asker, "tcp");
    expect(whole).toBe(10_000);
  });
  test("a client with a cookie of ours; one whose cookie is not is told its own in place of TC", async () => {
    const world = dnsWorld(perSecond);
    const withCookie = (hex: string): Buffer => ask({ edns: { options: [[10, hex]] } });
    const client = "2464c4abcf10c957";
    let own = client;
    for (let at = 0; at < 1_000 && own === client; at++) {
      const lines = shown(world.answering.answer(withCookie(client), asker, "udp"));
      if (lines[0] === "BADCOOKIE qr")
        own = lines.find((line) => line.startsWith("option 10 "))?.slice(10) ?? client;
    }
    expect(own).toHaveLength(48);
    expect((await flood(world, 10_000, () => withCookie(own))).whole).toBe(10_000);
  });
});

test("dns/rate-limit: errors are dropped over the rate, and never slipped", async () => {
  const world = dnsWorld(perSecond);
  const notify = ask({ flags: "2000" });
  const { whole, slipped } = await flood(world, 10_000, () => notify);
  expect(whole).toBeLessThanOrEqual(perSecond * (seconds + 1));
  expect(slipped).toBe(0);
});

test("dns/rate-limit: a swap of what is answered changes no allowance", async () => {
  const world = dnsWorld(perSecond);
  await flood(world, 10_000, () => ask());
  world.answering.replace(find);
  expect((await flood(world, 10_000, () => ask())).whole).toBeLessThanOrEqual(perSecond * (seconds + 1));
});
