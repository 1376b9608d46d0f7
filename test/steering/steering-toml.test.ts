// The operator's plan: what is wrong is said with its place, and what it says is what is steered by; then what `explain` tells of it.
import { describe, expect, test } from "bun:test";
import { explain, explainedLines } from "../../src/steering/explain.ts";
import { noGeo } from "../../src/steering/geo.ts";
import { networksOf } from "../../src/steering/steering.ts";
import { noFacts } from "../../src/steering/steering-facts.ts";
import { mayAlias } from "../../src/steering/steering-plan.ts";
import { PlanError, readPlan } from "../../src/steering/steering-toml.ts";
import { addressBytes } from "../../src/zones/addresses.ts";
import { types } from "../../src/zones/types.ts";

const pop = '[[pop]]\nname = "fra"\naddresses = ["192.0.2.1"]\n';

describe("plan/what is wrong is said", () => {
  test.each([
    ["name = ", "plan.toml line 1, column"],
    ["pops = 3", "plan.toml, pops: Did you mean pop? known are geo,"],
    ["[pop]\nname = 'x'", "plan.toml, pop: each one stands below its own [[pop]]."],
    [`${pop}weigth = 3`, "plan.toml, [[pop]] number 1 (fra), weigth: Did you mean weight? "],
    ['[[pop]]\nname = "a b"\naddresses = ["192.0.2.1"]', '[[pop]] number 1 (a b), name: "a b" is no name'],
    ['[[pop]]\nname = "a"', "[[pop]] number 1 (a), addresses: a POP needs an address"],
    ['[[pop]]\nname = "a"\naddresses = ["192.0.2.300"]', '"192.0.2.300" is no IP address.'],
    [`${pop}place = [91, 0]`, "place: [91,0] is not [latitude, longitude] in degrees."],
    [`${pop}place = "XX"`, `place: "XX" is no country's code such as DE.`],
    [`${pop}weight = -1`, "weight: -1 is no number from 0 to 1000000."],
    [`${pop}probe = "ftp://a"`, 'probe: "ftp://a" is no address such as http://192.0.2.1:8080.'],
    [`${pop}key = "x"`, 'key: "x" is no public key: 43 characters of base64url.'],
    [pop + pop, "[[pop]] number 2 (fra), name: two entries are named fra."],
    [`${pop}[map.m]\npops = ["fr"]`, '[map.m], pops: there is no "fr" in this file. Did you mean fra?'],
    [
      `${pop}[[override]]\nnetworks = ["192.0.2.1/24"]\npops = ["fra"]`,
      '"192.0.2.1/24" is no network such as',
    ],
    [`${pop}[[override]]\ncountries = ["de"]\npops = ["fra"]`, '"de" is no code of two capitals such as DE.'],
    [`${pop}[[override]]\npops = ["fra"]`, "an override names networks or countries."],
    ["[static]\n", "the static host has a target or addresses, and not both."],
  ])("%j", (text, says) => {
    expect(() => readPlan(text, "plan.toml")).toThrow(PlanError);
    expect(() => readPlan(text, "plan.toml")).toThrow(says);
  });
});

describe("plan/what follows from it", () => {
  const plan = readPlan(
    `${pop}probe = "https://status.example.com"\n[[cdn]]\nname = "one"\ntarget = "status.one.example"\n[map.front]\ncdns = ["one"]\npops = ["fra"]\n`,
    "plan.toml",
  );

  test("a probe by name goes to the POP's own address, one by address to that", () => {
    expect(plan.pops.get("fra")?.probe).toEqual({ url: "https://status.example.com", at: "192.0.2.1" });
    expect(readPlan(`${pop}probe = "http://10.0.0.1:81/"\n`, "p").pops.get("fra")?.probe).toEqual({
      url: "http://10.0.0.1:81",
      at: null,
    });
    expect(readPlan(pop, "p").pops.get("fra")?.probe.url).toBe("http://192.0.2.1");
  });

  test("only a map with CDNs, or any where the static host is a name, may answer by CNAME", () => {
    expect([mayAlias(plan, "front"), mayAlias(plan, "pops"), mayAlias(plan, "none")]).toEqual([
      true,
      false,
      false,
    ]);
    const named = readPlan(`${pop}[static]\ntarget = "static.example.net"\n`, "p");
    expect(mayAlias(named, "pops")).toBe(true);
  });

  test("explain tells the steps, whose address it is, and its scope", () => {
    const view = { plan, facts: noFacts, geo: noGeo, networks: networksOf(plan) };
    const resolver = addressBytes("198.51.100.1") ?? new Uint8Array();
    const cdn = explain(view, "front", types.A, { resolver, subnet: null });
    expect(cdn?.answer).toEqual([{ type: "CNAME", ttl: 20, value: "status.one.example.", of: "one" }]);
    const facts = { ...noFacts, cdns: { one: false } };
    const own = explain({ ...view, facts }, "front", types.A, { resolver, subnet: null });
    expect(own?.answer).toEqual([{ type: "A", ttl: 20, value: "192.0.2.1", of: "fra" }]);
    const lines = own === null ? [] : explainedLines(own);
    expect(lines.join("\n")).toContain("198.51.100.1/32, by the resolver");
    expect(lines.join("\n")).toMatch(/candidate one +distance unknown, weight 100; does not answer/);
    const file = {
      path: "a.mmdb",
      trouble: null,
      type: "City",
      builtMs: 1_790_000_000_000,
      about: "By nobody",
    };
    const missing = { path: "b.mmdb", trouble: "it is not there", type: null, builtMs: null, about: "" };
    const placed = explain({ ...view, geo: { ...view.geo, files: [file, missing] } }, "front", types.A, {
      resolver,
      subnet: null,
    });
    expect(placed?.steps.filter(({ step }) => step === "places by")).toEqual([
      { step: "places by", says: "City of 2026-09-21: By nobody" },
    ]);
    expect(explain(view, "none", types.A, { resolver, subnet: null })).toBeNull();
  });
});
