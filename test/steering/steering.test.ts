// Who gets which addresses, for how many others, and why: tables of situations, then laws that hold for all of them.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { limits } from "../../src/base/limits.ts";
import { distanceKm } from "../../src/steering/distance.ts";
import { type Geo, type Located, noGeo } from "../../src/steering/geo.ts";
import { createNetworkMap } from "../../src/steering/network-map.ts";
import { createSteer, networksOf } from "../../src/steering/steering.ts";
import { decide, type SteeringView } from "../../src/steering/steering-decision.ts";
import { noFacts, type PopFacts, type SteeringFacts } from "../../src/steering/steering-facts.ts";
import { hasEquals } from "../../src/steering/steering-order.ts";
import { readPlan } from "../../src/steering/steering-toml.ts";
import { addressBytes, showAddress } from "../../src/zones/addresses.ts";
import { showName } from "../../src/zones/names.ts";
import { type Address, cut, type Network, parseNetwork } from "../../src/zones/networks.ts";
import { types, type Visitor } from "../../src/zones/types.ts";
import { check } from "../support/property.ts";

const bytesOf = (text: string): Address => addressBytes(text) ?? new Uint8Array();
const networkOf = (text: string): Network => parseNetwork(text) ?? { address: new Uint8Array(4), bits: 0 };

const planText = `
near_km = 50
[[pop]]
name = "fra"
place = [50.1, 8.7]
addresses = ["192.0.2.1", "2001:db8::1", "192.0.2.101"]
[[pop]]
name = "iad"
place = [39.0, -77.5]
addresses = ["192.0.2.2", "2001:db8::2"]
[[pop]]
name = "sin"
place = [1.35, 103.8]
addresses = ["192.0.2.3"]
[[pop]]
name = "spare"
place = [52.4, 4.9]
weight = 0
addresses = ["192.0.2.4"]
[[pop]]
name = "east"
place = [50.1, 8.71]
addresses = ["192.0.2.5"]
[[cdn]]
name = "one"
target = "status.one.example"
[[cdn]]
name = "two"
target = "status.two.example"
weight = 0
[static]
addresses = ["192.0.2.99", "2001:db8::99"]
[[override]]
networks = ["198.51.100.64/26"]
pops = ["sin"]
[[override]]
countries = ["BR"]
pops = ["fra", "iad"]
[map.three]
pops = ["fra", "iad", "sin"]
[map.reserve]
pops = ["sin", "spare"]
[map.equal]
pops = ["fra", "east"]
[map.cdn]
cdns = ["one", "two"]
pops = ["fra"]
[map.lone]
pops = ["sin"]
[map.one]
pops = ["fra", "iad", "sin"]
addresses = 1
`;
const plan = readPlan(planText, "steering.toml");

const places: readonly (readonly [string, Omit<Located, "bits">])[] = [
  ["203.0.113.0/24", { country: "DE", place: { latitude: 52.5, longitude: 13.4 } }],
  ["198.51.100.0/24", { country: "US", place: { latitude: 40.7, longitude: -74 } }],
  ["100.64.0.0/20", { country: "BR", place: { latitude: -23, longitude: -46 } }],
  ["2001:db8:100::/40", { country: "JP", place: { latitude: 35.7, longitude: 139.7 } }],
];
const geo: Geo = ((): Geo => {
  const map = createNetworkMap(places.map(([text, located]) => [networkOf(text), located] as const));
  return {
    files: [],
    locate(address) {
      const { value, bits } = map.find(address);
      return { ...(value ?? { country: null, place: null }), bits };
    },
  };
})();

const alive: PopFacts = { up: true, full: false, standing: "member" };
const all = (changes: Readonly<Record<string, Partial<PopFacts>>> = {}): SteeringFacts["pops"] =>
  Object.fromEntries([...plan.pops.keys()].map((name) => [name, { ...alive, ...changes[name] }]));
const viewOf = (facts: Partial<SteeringFacts>, located: Geo = geo): SteeringView => ({
  plan,
  facts: { ...noFacts, pops: all(), ...facts },
  geo: located,
  networks: networksOf(plan),
});
const from = (text: string): Visitor => {
  const network = networkOf(text);
  return text.includes("/")
    ? { resolver: bytesOf("192.0.2.250"), subnet: network }
    : { resolver: network.address, subnet: null };
};

function ask(facts: Partial<SteeringFacts>, map: string, visitor: string, type: number = types.A) {
  const { sets, scope } = createSteer(() => viewOf(facts))(map, type, from(visitor));
  const [set] = sets;
  const shown = (set?.rdata ?? []).map((rdata) =>
    set?.type === types.CNAME ? showName(Buffer.from(rdata).toString("latin1")) : showAddress(rdata),
  );
  return { shown: shown.join(" "), scope, ttl: set?.ttl };
}

const down = { up: false };
const full = { full: true };
const drained = { standing: "drained" } as const;
const revoked = { standing: "revoked" } as const;
const unknown = { standing: "unknown" } as const;
const three = (fra: Partial<PopFacts>, iad: Partial<PopFacts>, sin: Partial<PopFacts>) => ({
  pops: all({ fra, iad, sin }),
});

test.each([
  // km, of how many, does who the visitor is matter
  [[10, 5_000, 5_100], 1, false],
  [[10, 5_000, 5_100], 2, true],
  [[10, 20, 5_000], 1, true],
  [[10, 20], 0, false],
  [[10, 1_000, 5_000, null, null], 3, false],
  [[10, 1_000, 5_000, null, null], 4, true],
])("equals at %p: of %i answers it is %p that one is taken for the visitor's sake", (km, count, matters) => {
  const candidates = km.map((one, at) => ({ name: `p${at}`, weight: 1, km: one }));
  expect(hasEquals(candidates, 200, count)).toBe(matters);
});

describe("steering/who is answered", () => {
  test.each([
    // map, who, facts, answer, scope
    ["nearest first", "three", "203.0.113.0/24", {}, "192.0.2.1 192.0.2.2 192.0.2.3", 24],
    ["by the resolver", "three", "203.0.113.7", {}, "192.0.2.1 192.0.2.2 192.0.2.3", 24],
    ["from across the sea", "three", "198.51.100.0/24", {}, "192.0.2.2 192.0.2.1 192.0.2.3", 26],
    ["a subnet of no bits says nothing", "three", "0.0.0.0/0", {}, "", -1],
    ["IPv4 in IPv6 clothes", "three", "::ffff:203.0.113.0/120", {}, "192.0.2.1 192.0.2.2 192.0.2.3", 24],
    ["the nearest is dead", "three", "203.0.113.0/24", three(down, {}, {}), "192.0.2.2 192.0.2.3", 24],
    ["the nearest is full", "three", "203.0.113.0/24", three(full, {}, {}), "192.0.2.2 192.0.2.3", 24],
    ["all are full", "three", "203.0.113.0/24", three(full, full, full), "192.0.2.1 192.0.2.2 192.0.2.3", 24],
    [
      "full is better than dead",
      "three",
      "203.0.113.0/24",
      three(full, down, down),
      "192.0.2.1 192.0.2.101",
      0,
    ],
    ["drained", "three", "203.0.113.0/24", three(drained, {}, {}), "192.0.2.2 192.0.2.3", 24],
    ["not in the registry", "three", "203.0.113.0/24", three(unknown, {}, {}), "192.0.2.2 192.0.2.3", 24],
    ["revoked", "three", "203.0.113.0/24", three(revoked, {}, {}), "192.0.2.2 192.0.2.3", 24],
    ["one is left", "three", "203.0.113.0/24", three(down, down, {}), "192.0.2.3", 0],
    ["a network is led", "three", "198.51.100.64/26", {}, "192.0.2.3", 26],
    [
      "and goes elsewhere when that is dead",
      "three",
      "198.51.100.64/26",
      three({}, {}, down),
      "192.0.2.2 192.0.2.1 192.0.2.101",
      26,
    ],
    ["beside it nobody is led", "three", "198.51.100.128/26", {}, "192.0.2.2 192.0.2.1 192.0.2.3", 25],
    ["a country is led", "three", "100.64.3.0/24", {}, "192.0.2.2 192.0.2.1 192.0.2.101", 20],
    ["a reserve", "reserve", "203.0.113.0/24", {}, "192.0.2.3", 24],
    ["a reserve that is needed", "reserve", "203.0.113.0/24", { pops: all({ sin: down }) }, "192.0.2.4", 0],
    ["at most one", "one", "203.0.113.0/24", {}, "192.0.2.1", 24],
    ["a POP alone holds for everyone", "lone", "203.0.113.0/24", {}, "192.0.2.3", 0],
    ["an unknown map", "nothing", "203.0.113.0/24", {}, "", 0],
    ["a CDN", "cdn", "203.0.113.0/24", {}, "status.one.example.", 0],
    ["the other CDN", "cdn", "203.0.113.0/24", { cdns: { one: false } }, "status.two.example.", 0],
    [
      "no CDN: our own",
      "cdn",
      "203.0.113.0/24",
      { cdns: { one: false, two: false } },
      "192.0.2.1 192.0.2.101",
      0,
    ],
    [
      "all dead, the static host answers",
      "three",
      "203.0.113.0/24",
      { ...three(down, down, down), fallback: true },
      "192.0.2.99",
      0,
    ],
    [
      "all dead, it does not either",
      "three",
      "203.0.113.0/24",
      { ...three(down, down, down), fallback: false },
      "192.0.2.1 192.0.2.2 192.0.2.3",
      24,
    ],
    [
      "all dead, nobody asked it yet",
      "three",
      "203.0.113.0/24",
      three(down, down, down),
      "192.0.2.1 192.0.2.2 192.0.2.3",
      24,
    ],
    ["dead before drained", "three", "203.0.113.0/24", three(drained, down, down), "192.0.2.2 192.0.2.3", 24],
    [
      "all drained",
      "three",
      "203.0.113.0/24",
      three(drained, drained, drained),
      "192.0.2.1 192.0.2.2 192.0.2.3",
      24,
    ],
    [
      "all unknown",
      "three",
      "203.0.113.0/24",
      three(unknown, unknown, unknown),
      "192.0.2.1 192.0.2.2 192.0.2.3",
      24,
    ],
    ["all revoked", "three", "203.0.113.0/24", three(revoked, revoked, revoked), "192.0.2.99", 0],
  ] as const)("%s", (what, map, visitor, facts, shown, scope) => {
    const answer = ask(facts, map, visitor);
    if (what === "a subnet of no bits says nothing") {
      // The resolver, 192.0.2.250, has no place: all three are equals, told apart by its network.
      expect(answer.shown.split(" ").toSorted()).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
      expect(answer.scope).toBe(limits.stickyBitsV4);
      return;
    }
    expect({ shown: answer.shown, scope: answer.scope }).toEqual({ shown, scope });
    if (shown !== "") expect(answer.ttl).toBe(20);
  });

  test("IPv6: those that have it, by distance", () => {
    expect(ask({}, "three", "2001:db8:100::/48", types.AAAA)).toEqual({
      shown: "2001:db8::1 2001:db8::2",
      scope: 40,
      ttl: 20,
    });
    expect(ask({}, "lone", "2001:db8:100::/48", types.AAAA).shown).toBe("2001:db8::99");
  });

  test("other types have nothing to say, but a CNAME answers them all", () => {
    expect(ask({}, "three", "203.0.113.0/24", types.MX).shown).toBe("");
    expect(ask({}, "cdn", "203.0.113.0/24", types.MX).shown).toBe("status.one.example.");
  });
});

test("steering: what is dead over one family leaves the answers of that family alone", () => {
  const from = "203.0.113.0/24";
  const shownOf = (facts: Partial<PopFacts>, type: number) =>
    ask({ pops: all({ fra: facts }) }, "three", from, type).shown;
  const six = { upSix: false };
  expect(shownOf({}, types.AAAA)).toBe("2001:db8::1 2001:db8::2");
  expect(shownOf(six, types.AAAA)).toBe("2001:db8::2");
  expect(shownOf(six, types.A)).toBe(shownOf({}, types.A));
  const four = { up: false, upSix: true };
  expect(shownOf(four, types.A)).toBe("192.0.2.2 192.0.2.3");
  expect(shownOf(four, types.AAAA)).toBe("2001:db8::1 2001:db8::2");
});

describe("steering/equals", () => {
  const firstOf = (network: string, facts = {}): string =>
    ask(facts, "equal", network).shown.split(" ")[0] ?? "";
  const networks = Array.from({ length: 400 }, (_none, at) => `10.${at >> 8}.${at & 255}.0/24`);

  test("half of the networks each, and the same one each time", () => {
    const toFra = networks.filter((network) => firstOf(network) === "192.0.2.1").length;
    expect(toFra).toBeGreaterThan(150);
    expect(toFra).toBeLessThan(250);
    for (const network of networks.slice(0, 20)) expect(firstOf(network)).toBe(firstOf(network));
  });

  test("two visitors of one network meet the same one", () => {
    for (const [at, network] of networks.entries())
      expect(firstOf(network.replace("0/24", `${at & 127}/32`))).toBe(firstOf(network));
  });

  test("when one dies, its own go elsewhere and nobody else moves", () => {
    for (const network of networks) {
      const before = ask({}, "three", network).shown.split(" ");
      const after = ask(three({}, down, {}), "three", network).shown.split(" ");
      const left = before.filter((address) => address !== "192.0.2.2");
      // There is room for a second address of the one that has two.
      expect(after).toEqual([...left, "192.0.2.101"]);
    }
  });

  test("weights share networks out", () => {
    const heavy = readPlan(planText.replace('name = "east"', 'name = "east"\nweight = 300'), "heavy.toml");
    const view = { ...viewOf({}), plan: heavy };
    const steer = createSteer(() => view);
    const east = networks.filter((network) => {
      const [first = new Uint8Array()] = steer("equal", types.A, from(network)).sets[0]?.rdata ?? [];
      return showAddress(first) === "192.0.2.5";
    }).length;
    expect(east).toBeGreaterThan(260);
    expect(east).toBeLessThan(340);
  });
});

describe("steering/TXT _status", () => {
  const page = {
    page: "p1",
    hosts: ["status.example.org"],
    generation: 57,
    state: "major",
    text: `Partial outage: ${"é".repeat(300)}`,
    level: 1,
    confirmedMs: Date.UTC(2026, 10, 21, 22),
  } as const;
  const strings = (rdata: Uint8Array): string[] => {
    const found: string[] = [];
    for (let at = 0; at < rdata.length; at += 1 + (rdata[at] ?? 0))
      found.push(Buffer.from(rdata.subarray(at + 1, at + 1 + (rdata[at] ?? 0))).toString());
    return found;
  };

  test("figures for programs, the page's words in whole characters", () => {
    const steer = createSteer(() => viewOf({ pages: [page] }));
    const [set] = steer("status/status.example.org", types.TXT, from("203.0.113.0/24")).sets;
    const [figures, words] = (set?.rdata ?? []).map(strings);
    expect(figures).toEqual(["v=pharos1 state=major generation=57 level=1 confirmed=2026-11-21T22:00:00Z"]);
    expect(words?.join("").startsWith("Partial outage: éé")).toBe(true);
    expect(words?.join("")).not.toContain("\ufffd");
    expect(words?.every((one) => Buffer.byteLength(one) <= 255)).toBe(true);
    expect(Buffer.byteLength(words?.join("") ?? "")).toBeLessThanOrEqual(limits.statusTextBytesMax);
  });

  test("nothing of a host that no page has, and no other type", () => {
    const steer = createSteer(() => viewOf({ pages: [page] }));
    expect(steer("status/other.example.org", types.TXT, from("203.0.113.0/24")).sets).toEqual([]);
    expect(steer("status/status.example.org", types.A, from("203.0.113.0/24")).sets).toEqual([]);
  });
});

const standing = fc.constantFrom(
  "member",
  "member",
  "member",
  "drained",
  "revoked",
  "unknown",
) as fc.Arbitrary<PopFacts["standing"]>;
const popFacts: fc.Arbitrary<PopFacts> = fc.record({ up: fc.boolean(), full: fc.boolean(), standing });
const facts: fc.Arbitrary<SteeringFacts> = fc.record({
  pops: fc
    .tuple(popFacts, popFacts, popFacts, popFacts, popFacts)
    .map((each) => Object.fromEntries([...plan.pops.keys()].map((name, at) => [name, each[at] ?? alive]))),
  cdns: fc.record({ one: fc.boolean(), two: fc.boolean() }),
  fallback: fc.constantFrom(true, false, null),
  pages: fc.constant([]),
});
const address = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  fc
    .constantFrom("203.0.113.9", "198.51.100.70", "198.51.100.1", "100.64.1.1", "2001:db8:1ff::1")
    .map(bytesOf),
);
const visitor: fc.Arbitrary<Visitor> = fc
  .record({ resolver: address, client: fc.option(address), bits: fc.nat({ max: 128 }) })
  .map(({ resolver, client, bits }) => {
    if (client === null) return { resolver, subnet: null };
    const held = Math.min(bits, client.length * 8);
    return { resolver, subnet: { address: cut(client, held), bits: held } };
  });
const map = fc.constantFrom("pops", "three", "reserve", "equal", "cdn", "lone", "one", "nothing");
const placed = fc.constantFrom(geo, noGeo);

describe("steering/laws", () => {
  check(
    "total: at most three addresses, each once, of living POPs while one lives",
    [facts, map, visitor, placed],
    (facts, map, visitor, geo) => {
      const view = viewOf(facts, geo);
      for (const type of [types.A, types.AAAA, types.TXT, types.ANY, 65_280]) {
        const { sets, scope } = createSteer(() => view)(map, type, visitor);
        for (const { rdata, ttl } of sets) {
          expect(rdata.length).toBeGreaterThan(0);
          expect(rdata.length).toBeLessThanOrEqual(limits.steeredAddressesMax);
          expect(new Set(rdata.map((one) => Buffer.from(one).toString("hex"))).size).toBe(rdata.length);
          expect(ttl).toBe(limits.steeredTtlS);
        }
        expect(scope).toBeGreaterThanOrEqual(0);
        expect(scope).toBeLessThanOrEqual(128);
      }
      const decision = decide(view, map, 4, visitor);
      const lives = (name: string): boolean => {
        const one = facts.pops[name];
        return one?.up === true && one.standing === "member";
      };
      const candidates = plan.maps.get(map)?.pops ?? [];
      if (decision.tier !== "cdn" && candidates.some(lives)) {
        expect(decision.chosen.length).toBeGreaterThan(0);
        expect(decision.chosen.every(lives)).toBe(true);
      }
      for (const name of decision.chosen) expect(facts.pops[name]?.standing).not.toBe("revoked");
    },
  );

  check(
    "the nearest that lives and has room is first, within what counts as near",
    [facts, visitor],
    (facts, visitor) => {
      const decision = decide(viewOf(facts), "pops", 4, visitor);
      const { place } = decision.located;
      if (place === null || decision.tier !== "near" || decision.override?.held === true) return;
      const kms = [...plan.pops.values()]
        .filter(({ name, weight }) => weight > 0 && facts.pops[name]?.up === true)
        .filter(({ name }) => facts.pops[name]?.standing === "member" && facts.pops[name]?.full === false)
        .map((pop) => distanceKm(place, pop.place ?? place));
      const first = plan.pops.get(decision.chosen[0] ?? "")?.place ?? place;
      expect(distanceKm(place, first)).toBeLessThanOrEqual(Math.min(...kms) + plan.nearKm);
    },
  );

  check(
    "the scope is honest: who shares its bits gets the same answer",
    [facts, map, address, address, placed],
    (facts, map, client, other, geo) => {
      fc.pre(client.length === other.length);
      const view = viewOf(facts, geo);
      const of = (one: Address) =>
        createSteer(() => view)(map, types.A, {
          resolver: bytesOf("192.0.2.250"),
          subnet: { address: one, bits: one.length * 8 },
        });
      const first = of(client);
      // The neighbour shares exactly the bits of the scope, and is anyone beyond them.
      const kept = cut(client, first.scope);
      const rest = cut(other, first.scope);
      const neighbour = kept.map((byte, at) => byte | ((other[at] ?? 0) ^ (rest[at] ?? 0)));
      expect(of(neighbour).sets).toEqual(first.sets);
    },
  );
});
