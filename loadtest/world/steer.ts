// The steering of pharos dns over the model's world. In: POP places, visitors. Out: what each visitor's resolver is answered, as numbers of POPs.
// Plan, choice and records are the server's own code: the plan is read from TOML as an operator writes it, and answers are taken from record sets.
import type { Located } from "../../src/steering/geo.ts";
import { createSteer, networksOf } from "../../src/steering/steering.ts";
import type { SteeringView } from "../../src/steering/steering-decision.ts";
import type { SteeringFacts } from "../../src/steering/steering-facts.ts";
import type { SteeringPlan } from "../../src/steering/steering-plan.ts";
import { readPlan } from "../../src/steering/steering-toml.ts";
import type { Address } from "../../src/zones/networks.ts";
import { types } from "../../src/zones/types.ts";
import type { PopPlace } from "./pops.ts";
import type { Visitor } from "./visitors.ts";

/** In an answer, in place of a POP's number: the host of level 2. */
export const staticHost = -1;

/** `AAA…`: 32 bytes; health is not asked here, the plan only wants each POP vouched for. */
const someKey = "A".repeat(43);

/** The operator's file. `addresses`: how many an answer has at most. */
export function planOf(pops: readonly PopPlace[], addresses: number, more = ""): SteeringPlan {
  const entries = pops.map(
    ({ name, latitude, longitude }, at) =>
      `[[pop]]\nname = "${name}"\nplace = [${latitude}, ${longitude}]\naddresses = ["192.0.2.${at + 1}"]\nkey = "${someKey}"\n`,
  );
  const fallback = `[static]\naddresses = ["198.51.100.1"]\n`;
  const map = `[map.world]\npops = [${pops.map(({ name }) => `"${name}"`).join(", ")}]\naddresses = ${addresses}\n`;
  return readPlan(`${more}\n${entries.join("\n")}\n${fallback}\n${map}`, "world.toml");
}

export interface World {
  readonly plan: SteeringPlan;
  /** Numbers of POPs in the order of the answer. */
  answer(visitor: number, facts: SteeringFacts): readonly number[];
}

/** Networks are numbered: 10.x.y.0/24 is a visitor's, 11.x.y.z a resolver's. */
const visitorNet = 10;
const resolverNet = 11;
const addressOf = (net: number, at: number): Address => Uint8Array.of(net, at >> 8, at & 255, 0);
export const visitorsMax = 65_536;

/** Each visitor is a network of its own. */
export function createWorld(plan: SteeringPlan, visitors: readonly Visitor[]): World {
  const located = (one: Visitor, net: number): Located => ({
    ...(net === visitorNet ? one.filed : one.resolverFiled),
    bits: 24,
  });
  const geo = {
    files: [],
    locate: (address: Address): Located =>
      located(visitors[((address[1] ?? 0) << 8) | (address[2] ?? 0)] as Visitor, address[0] ?? 0),
  };
  let view: SteeringView = {
    plan,
    geo,
    networks: networksOf(plan),
    facts: { pops: {}, cdns: {}, fallback: true, pages: [] },
  };
  const steer = createSteer(() => view);
  return {
    plan,
    answer(at, facts) {
      if (view.facts !== facts) view = { ...view, facts };
      const subnet =
        visitors[at]?.resolver === "ecs" ? { address: addressOf(visitorNet, at), bits: 24 } : null;
      const { sets } = steer("world", types.A, { resolver: addressOf(resolverNet, at), subnet });
      return (sets[0]?.rdata ?? []).map(([net, , , last = 0]) => (net === 198 ? staticHost : last - 1));
    },
  };
}

/** What the DNS nodes know: all POPs are members, and those of `down` are down. */
export function factsOf(pops: readonly PopPlace[], down: ReadonlySet<number>): SteeringFacts {
  const states = pops.map(
    ({ name }, at) => [name, { up: !down.has(at), full: false, standing: "member" as const }] as const,
  );
  return { pops: Object.fromEntries(states), cdns: {}, fallback: true, pages: [] };
}
