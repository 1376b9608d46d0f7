// What a status page shares with what it reports on: facts on both sides, what would fall, in which order.
import { describe, expect, test } from "bun:test";
import {
  type HostFacts,
  isGrave,
  type OwnFacts,
  sharedParts,
  sharedSaid,
} from "../../src/monitor/independence.ts";

const apart: HostFacts = { host: "", addresses: [], cdn: null, nameServersOf: [], authority: null };
const at = (address: string, asn: number) => ({ address, network: { asn, name: `Net ${asn}` } });
const own = (kind: OwnFacts["kind"], host: string, more: Partial<HostFacts>): OwnFacts => ({
  ...apart,
  kind,
  host,
  ...more,
});
const shop = (more: Partial<HostFacts>): HostFacts => ({ ...apart, host: "shop.example", ...more });

describe("what is shared", () => {
  test("nothing, where nothing is the same, and where nothing is known", () => {
    const ours = [
      own("page", "status.example", { addresses: [at("192.0.2.1", 1)], authority: "A", cdn: "C" }),
    ];
    expect(sharedParts(ours, [shop({ addresses: [at("192.0.2.2", 2)], authority: "B" })])).toEqual([]);
    expect(sharedParts([own("page", "status.example", {})], [shop({})])).toEqual([]);
  });

  const parts: readonly (readonly [string, Partial<HostFacts>, string, boolean])[] = [
    [
      "an address",
      { addresses: [{ address: "192.0.2.1", network: null }] },
      "share the address 192.0.2.1: when that machine falls, nobody reads the page.",
      true,
    ],
    ["a CDN", { cdn: "Cloudflare" }, "share the CDN Cloudflare: when it falls, nobody reads the page.", true],
    [
      "name servers",
      { nameServersOf: ["dns.example"] },
      "share the name servers of dns.example: when they fall, and caches have forgotten, nobody reads the page.",
      true,
    ],
    [
      "an authority",
      { authority: "Let's Encrypt" },
      "share the certificate authority Let's Encrypt: when it cannot renew or has to revoke, nobody reads the page.",
      false,
    ],
  ];
  for (const [name, facts, said, grave] of parts)
    test(`${name}: ${grave ? "to be mended" : "to be known"}`, () => {
      const [shared, ...more] = sharedParts([own("page", "status.example", facts)], [shop(facts)]);
      if (shared === undefined) throw new Error("nothing is shared");
      expect(more).toEqual([]);
      expect(sharedSaid(shared)).toBe(`status.example (page) and shop.example, on which it reports, ${said}`);
      expect(isGrave(shared)).toBe(grave);
    });

  test("one POP of three takes itself down; three of three take all", () => {
    const pops = (asns: readonly number[]): readonly OwnFacts[] =>
      asns.map((asn, index) => own("pop", `p${index}.example`, { addresses: [at(`192.0.2.${index}`, asn)] }));
    const theirs = [shop({ addresses: [at("198.51.100.1", 7)] })];
    const [one] = sharedParts(pops([7, 8, 9]), theirs);
    expect(one).toMatchObject({ part: "network", name: "AS7 Net 7", own: ["p0.example"], isAll: false });
    expect(one === undefined ? "" : sharedSaid(one)).toContain(
      "p0.example goes too, and the others of its kind go on",
    );
    const [all] = sharedParts(pops([7, 7, 7]), theirs);
    expect(all).toMatchObject({ isAll: true });
    expect(all === undefined ? "" : sharedSaid(all)).toContain("no POP answers");
  });

  test("a host of two networks lives while one of them does", () => {
    const two = own("page", "status.example", { addresses: [at("192.0.2.1", 7), at("192.0.2.2", 8)] });
    expect(sharedParts([two], [shop({ addresses: [at("198.51.100.1", 7)] })])).toMatchObject([
      { isAll: false },
    ]);
  });

  test("kinds are told apart, and what takes all away comes first", () => {
    const ours = [
      own("mail", "mail.example", { addresses: [at("192.0.2.3", 7)] }),
      own("page", "status.example", { authority: "A", addresses: [at("192.0.2.1", 1)] }),
      own("pop", "a.example", { cdn: "C" }),
      own("pop", "b.example", {}),
    ];
    const shared = sharedParts(ours, [
      shop({ authority: "A", cdn: "C", addresses: [at("198.51.100.1", 7)] }),
    ]);
    expect(shared.map(({ part, kind }) => `${kind} ${part}`)).toEqual([
      "mail network",
      "pop cdn",
      "page authority",
    ]);
    expect(shared[0] === undefined ? "" : sharedSaid(shared[0])).toContain("no subscriber is told by mail");
  });
});
