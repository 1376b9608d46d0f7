// Which POPs, and why. In: a view, a map, a family of addresses, a visitor. Out: a decision with each step that led to it; total and pure.
// locate -> override -> candidates -> tier -> order. `steering.ts` makes records of it, `explain` shows it.
import { limits } from "../base/limits.ts";
import { type Address, cut, type Network, unmapped } from "../zones/networks.ts";
import type { Visitor } from "../zones/types.ts";
import { distanceKm } from "./distance.ts";
import type { Geo, Located } from "./geo.ts";
import type { NetworkMap } from "./network-map.ts";
import type { PopFacts, SteeringFacts } from "./steering-facts.ts";
import { hasEquals, inOrder, type Ranked } from "./steering-order.ts";
import type { PlanMap, PlanPop, SteeringPlan } from "./steering-plan.ts";

/** Everything that an answer follows from; replaced whole, never changed. */
export interface SteeringView {
  readonly plan: SteeringPlan;
  readonly facts: SteeringFacts;
  readonly geo: Geo;
  readonly networks: NetworkMap<readonly string[]>;
}

export type Family = 4 | 6;

/**
 * Why candidates are what the answer is made of; the first tier that has any is taken, and no other is added.
 * near: they live and have room. full: they live. reserve: of weight 0, and alive. static: the host of level 2, where no POP lives and it
 * answers. dead: nothing answers at all, and the last of the POPs are kept. drained, unknown: nothing else is left.
 */
export type Tier = "near" | "full" | "reserve" | "cdn" | "static" | "dead" | "drained" | "unknown" | "nobody";

export interface Candidate extends Ranked {
  readonly tier: Tier | "revoked" | "no-address";
}

export interface Decision {
  readonly map: string;
  /** Whose place counts, and what said so. */
  readonly from: { readonly network: Network; readonly by: "client subnet" | "resolver" };
  readonly located: Located;
  /** POPs that an override names for this visitor, and what it goes by. */
  readonly override: {
    readonly pops: readonly string[];
    readonly by: "network" | "country";
    readonly held: boolean;
  } | null;
  readonly candidates: readonly Candidate[];
  readonly tier: Tier;
  /** Names of those that answer, the nearest first. */
  readonly chosen: readonly string[];
  /** Bits of the network by which equals are told apart; null where there are none. */
  readonly stickyBits: number | null;
  /** Bits of the visitor's address that the answer holds for. */
  readonly scope: number;
}

const noMap: PlanMap = { pops: [], cdns: [], addressesMax: 0 };

/** `family` null is for CNAMEs and whoever asks for all addresses: POPs without an address of a family count as others. */
export function decide(view: SteeringView, map: string, family: Family | null, visitor: Visitor): Decision {
  const { plan, facts } = view;
  const asked = plan.maps.get(map) ?? noMap;
  const from = whoseNetwork(visitor);
  const { address } = from.network;
  const located = view.geo.locate(address);
  const cdns = asked.cdns.flatMap((name) => cdnCandidate(view, name));
  const live = cdns.filter(({ tier }) => tier === "cdn");
  if (live.length > 0) {
    // A CDN finds the visitor's place by itself: of ours only the weights count.
    const weighty = live.filter(({ weight }) => weight > 0);
    const order = ordered(weighty.length > 0 ? weighty : live, 1, 0, from.network, 0);
    return { map, from, located, override: null, candidates: cdns, tier: "cdn", ...order };
  }
  const network = view.networks.find(address);
  const pops = asked.pops.flatMap((name) => popCandidate(view, name, family, located));
  const wanted = overrideOf(plan, network.value, located.country);
  const preferred = wanted === null ? [] : pops.filter(({ name }) => wanted.pops.includes(name));
  const held = preferred.some(({ tier }) => livingTiers.includes(tier));
  const override = wanted === null ? null : { ...wanted, held };
  const { tier, members } = tierOf(held ? preferred : pops, plan, facts);
  const byPlace = members.length > 0 && decidesByPlace(pops, view);
  const placeBits = byPlace ? Math.max(located.bits, network.bits) : 0;
  const order = ordered(members, asked.addressesMax, plan.nearKm, from.network, placeBits);
  return { map, from, located, override, candidates: [...cdns, ...pops], tier, ...order };
}

function ordered(
  members: readonly Candidate[],
  count: number,
  nearKm: number,
  { address }: Network,
  placeBits: number,
): Pick<Decision, "chosen" | "stickyBits" | "scope"> {
  const stickyBits = hasEquals(members, nearKm, count) ? stickyBitsOf(address) : null;
  const order = inOrder(members, nearKm, stickyBits === null ? address : cut(address, stickyBits));
  const scope = Math.max(placeBits, stickyBits ?? 0);
  return { chosen: order.slice(0, count).map(({ name }) => name), stickyBits, scope };
}

const stickyBitsOf = (address: Address): number =>
  address.length === 4 ? limits.stickyBitsV4 : limits.stickyBitsV6;

/** A subnet of no bits says "not mine": the resolver is then all there is to go by (RFC 7871, 7.1.2). */
function whoseNetwork({ resolver, subnet }: Visitor): Decision["from"] {
  return subnet !== null && subnet.bits > 0
    ? { network: unmapped(subnet), by: "client subnet" }
    : { network: unmapped({ address: resolver, bits: resolver.length * 8 }), by: "resolver" };
}

function overrideOf(
  plan: SteeringPlan,
  byNetwork: readonly string[] | null,
  country: string | null,
): { readonly pops: readonly string[]; readonly by: "network" | "country" } | null {
  if (byNetwork !== null) return { pops: byNetwork, by: "network" };
  const byCountry = country === null ? undefined : plan.countries.get(country);
  return byCountry === undefined ? null : { pops: byCountry, by: "country" };
}

const neverHeard: PopFacts = { up: true, full: false, standing: "unknown" };

/** The facts of a POP of which nothing was heard: it lives, as far as anybody can say, and it is known where the plan has its key. */
export function factsOf({ facts }: Pick<SteeringView, "facts">, pop: PlanPop): PopFacts {
  const known = Object.hasOwn(facts.pops, pop.name) ? facts.pops[pop.name] : undefined;
  return known ?? (pop.key === null ? neverHeard : { ...neverHeard, standing: "member" });
}

function popCandidate(
  view: SteeringView,
  name: string,
  family: Family | null,
  { place }: Located,
): readonly Candidate[] {
  const pop = view.plan.pops.get(name);
  if (pop === undefined) return [];
  const km = place === null || pop.place === null ? null : distanceKm(place, pop.place);
  const tier = hasFamily(pop.addresses, family) ? popTier(pop, factsOf(view, pop), family) : "no-address";
  return [{ name, weight: pop.weight, km, tier }];
}

export function hasFamily(addresses: readonly Address[], family: Family | null): boolean {
  return family === null || addresses.some(({ length }) => length === (family === 4 ? 4 : 16));
}

/** Who asks for no family gets what lives in any. */
function popTier(pop: PlanPop, facts: PopFacts, family: Family | null): Candidate["tier"] {
  const { full, standing, upSix = facts.up } = facts;
  const up = family === 6 ? upSix : family === 4 ? facts.up : facts.up || upSix;
  if (standing === "revoked") return "revoked";
  if (standing !== "member") return standing;
  if (!up) return "dead";
  if (pop.weight <= 0) return "reserve";
  return full ? "full" : "near";
}

function cdnCandidate({ plan, facts }: SteeringView, name: string): readonly Candidate[] {
  const cdn = plan.cdns.get(name);
  if (cdn === undefined) return [];
  const up = !Object.hasOwn(facts.cdns, name) || facts.cdns[name] === true;
  return [{ name, weight: cdn.weight, km: null, tier: up ? "cdn" : "dead" }];
}

const livingTiers: readonly Candidate["tier"][] = ["near", "full", "reserve"];

/**
 * The static host comes in only where it answers: where it does not either, it is more likely that this node sees nobody than that nobody is
 * there, and the last POPs are not removed.
 */
function tierOf(
  pops: readonly Candidate[],
  plan: SteeringPlan,
  facts: SteeringFacts,
): { readonly tier: Tier; readonly members: readonly Candidate[] } {
  const membersOf = (tier: Tier): readonly Candidate[] => pops.filter((one) => one.tier === tier);
  for (const tier of ["near", "full", "reserve"] as const) {
    const members = membersOf(tier);
    if (members.length > 0) return { tier, members };
  }
  if (plan.fallback !== null && facts.fallback === true) return { tier: "static", members: [] };
  for (const tier of ["dead", "drained", "unknown"] as const) {
    const members = membersOf(tier);
    if (members.length > 0) return { tier, members };
  }
  // Nobody to choose from: a static host that may not answer is more than nothing.
  return { tier: plan.fallback === null || pops.length === 0 ? "nobody" : "static", members: [] };
}

/** With one POP to go to, or none, the answer is everyone's, wherever they are. */
function decidesByPlace(pops: readonly Candidate[], { plan }: SteeringView): boolean {
  const living = pops.filter(({ tier }) => livingTiers.includes(tier));
  const left =
    living.length > 0 ? living : pops.filter(({ tier }) => tier !== "revoked" && tier !== "no-address");
  if (left.length <= 1) return false;
  return (
    left.some(({ km }) => km !== null) ||
    plan.networks.length > 0 ||
    plan.countries.size > 0 ||
    plan.geo.length > 0
  );
}
