// The whole simulation. In: a seed, places of POPs. Out: all figures that the README shows. The same seed gives the same figures.
import { limits } from "../../src/base/limits.ts";
import { centreOf } from "../../src/steering/country-centres.ts";
import { needsOf, type PopNeeds } from "./capacity.ts";
import { type City, cities } from "./cities.ts";
import { type Discovery, discover } from "./discovery.ts";
import { type FirstBytes, measure } from "./first-byte.ts";
import { drawYear, type Machine } from "./outages.ts";
import { hostingPlaces, type PopPlace, placePops } from "./pops.ts";
import { createWorld, factsOf, planOf } from "./steer.ts";
import { drawVisitors, type Filed, type Visitor } from "./visitors.ts";
import { type Availability, hoursDown, simulateYear } from "./year.ts";

export const usual = {
  seed: 8_123,
  counts: [1, 3, 8, 20],
  visitors: 8_000,
  yearVisitors: 200,
  viewers: 1_000_000,
};

export interface Options {
  readonly seed: number;
  /** Sets of POPs, the largest last. */
  readonly sets: readonly (readonly PopPlace[])[];
}

export interface Row {
  readonly pops: readonly PopPlace[];
  /** How many an answer has at most. */
  readonly addresses: number;
  readonly bytes: FirstBytes;
  readonly year: Availability;
  readonly regionOutages: number;
}

export interface WhatIf {
  readonly what: string;
  readonly bytes: FirstBytes;
}

export interface Capacity {
  readonly pops: number;
  readonly name: string;
  readonly share: number;
  readonly needs: PopNeeds;
  /** The busiest one after that one was lost. */
  readonly without: { readonly name: string; readonly share: number; readonly needs: PopNeeds } | null;
}

export interface Simulation {
  readonly seed: number;
  readonly rows: readonly Row[];
  readonly whatIfs: readonly WhatIf[];
  readonly capacity: readonly Capacity[];
  readonly found: Discovery;
  readonly originHours: number;
  readonly waitMs: ReadonlyMap<City, number>;
}

/** One address, and as many as the server gives at most, where there are POPs for that. */
function addressCountsOf(pops: readonly PopPlace[]): readonly number[] {
  const most = Math.min(limits.steeredAddressesMax, pops.length);
  return most === 1 ? [1] : [1, most];
}

export const setsOf = (counts: readonly number[]): readonly (readonly PopPlace[])[] =>
  counts.map((count) => placePops(cities, count));

/** Of names such as `fra`; null for one that is not known. */
export function setNamed(names: readonly string[]): readonly PopPlace[] | null {
  const found = names.map((name) => hostingPlaces.find((place) => place.name === name));
  return found.every((place) => place !== undefined) ? found : null;
}

export async function simulate({ seed, sets }: Options): Promise<Simulation> {
  const visitors = drawVisitors(cities, seed, usual.visitors, limits.steeredTtlS);
  const some = drawVisitors(cities, seed, usual.yearVisitors, limits.steeredTtlS);
  const found = await discover(seed);
  const rows = sets.flatMap((pops) =>
    addressCountsOf(pops).map((addresses) => ({
      ...{ pops, addresses },
      bytes: bytesOf(pops, addresses, visitors),
      ...yearOf(pops, addresses, some, found, seed),
    })),
  );
  const largest = sets.at(-1) ?? [];
  const origin = drawYear([{ name: "control", region: null }], found, seed);
  return {
    ...{ seed, rows, found },
    whatIfs: whatIfsOf(largest, visitors, rows),
    capacity: sets.map((pops) => capacityOf(pops, visitors, rows)),
    originHours: hoursDown(origin.down[0] ?? []),
    waitMs: waitsOf(largest, seed),
  };
}

/** DNS nodes stand where the first POPs do, on machines of their own. */
const dnsNodesOf = (pops: readonly PopPlace[]): readonly PopPlace[] => pops.slice(0, 3);

export function bytesOf(
  pops: readonly PopPlace[],
  addresses: number,
  visitors: readonly Visitor[],
  down: ReadonlySet<number> = new Set(),
  nearKm?: number,
): FirstBytes {
  const plan = planOf(pops, addresses, nearKm === undefined ? "" : `near_km = ${nearKm}`);
  const world = createWorld(plan, visitors);
  const facts = factsOf(pops, down);
  const answers = visitors.map((_one, at) => world.answer(at, facts));
  const living = new Set(pops.keys().filter((at) => !down.has(at)));
  return measure({ pops, visitors, answers, living, nearKm: nearUsualKm }, dnsNodesOf(pops));
}

/** What counts as equally near when a share is taken, whatever the plan says: as `near_km` is by itself. */
const nearUsualKm = 100;

function yearOf(
  pops: readonly PopPlace[],
  addresses: number,
  visitors: readonly Visitor[],
  found: Discovery,
  seed: number,
): Pick<Row, "year" | "regionOutages"> {
  const machines: readonly Machine[] = [
    ...pops,
    { name: "static", region: null },
    ...dnsNodesOf(pops).map(({ name, region }) => ({ name: `dns-${name}`, region })),
    ...Array.from({ length: Math.max(0, 3 - pops.length) }, (_none, at) => ({
      name: `dns-${at}`,
      region: null,
    })),
  ];
  const year = drawYear(machines, found, seed);
  const scene = { pops, visitors, year, world: createWorld(planOf(pops, addresses), visitors) };
  return {
    year: simulateYear(scene),
    regionOutages: year.regionOutages,
  };
}

function bytesFrom(rows: readonly Row[], pops: readonly PopPlace[], addresses: number): FirstBytes {
  const most = Math.min(addresses, pops.length);
  const row = rows.find((one) => one.pops === pops && one.addresses === most);
  if (row === undefined) throw new Error("No row of these POPs.");
  return row.bytes;
}

/** Each takes one thing of the model or the plan away; answers have as many addresses as they may, but where it says otherwise. */
function whatIfsOf(
  pops: readonly PopPlace[],
  visitors: readonly Visitor[],
  rows: readonly Row[],
): readonly WhatIf[] {
  const three = limits.steeredAddressesMax;
  const each = (change: (one: Visitor) => Visitor): readonly Visitor[] => visitors.map(change);
  const known = (one: Visitor): Visitor => ({ ...one, resolver: "ecs" });
  const knownIf =
    (...kinds: readonly Visitor["resolver"][]) =>
    (one: Visitor): Visitor =>
      kinds.includes(one.resolver) ? known(one) : one;
  const inOrder = (one: Visitor): Visitor => ({ ...one, shuffle: null });
  const middle = ({ place, country }: Filed): Filed => ({ place: centreOf(country) ?? place, country });
  const roughly = (one: Visitor): Visitor => ({
    ...one,
    filed: middle(one.filed),
    resolverFiled: middle(one.resolverFiled),
  });
  const exactly = (one: Visitor): Visitor => ({
    ...one,
    filed: { place: one.place, country: one.city.country },
  });
  return [
    { what: "as it is, three addresses", bytes: bytesFrom(rows, pops, three) },
    { what: "nobody shuffles the addresses", bytes: bytesOf(pops, three, each(inOrder)) },
    { what: "one address", bytes: bytesFrom(rows, pops, 1) },
    { what: "one address, a location file of countries alone", bytes: bytesOf(pops, 1, each(roughly)) },
    {
      what: "one address, every other resolver in another country sends the client subnet",
      bytes: bytesOf(
        pops,
        1,
        visitors.map((one, at) => (at % 2 === 0 ? knownIf("far")(one) : one)),
      ),
    },
    {
      what: "one address, all resolvers in another country do",
      bytes: bytesOf(pops, 1, each(knownIf("far"))),
    },
    {
      what: "one address, all those and the public ones do",
      bytes: bytesOf(pops, 1, each(knownIf("far", "public"))),
    },
    { what: "one address, all resolvers send the client subnet", bytes: bytesOf(pops, 1, each(known)) },
    {
      what: "the same, and the location file is right about everyone",
      bytes: bytesOf(
        pops,
        1,
        each((one) => exactly(known(one))),
      ),
    },
  ];
}

function capacityOf(pops: readonly PopPlace[], visitors: readonly Visitor[], rows: readonly Row[]): Capacity {
  const all = busiest(bytesFrom(rows, pops, limits.steeredAddressesMax).shares);
  const needs = (share: number): PopNeeds => needsOf(usual.viewers, share);
  const nameOf = (at: number): string => pops[at]?.name ?? "";
  const rest =
    pops.length < 2
      ? null
      : busiest(bytesOf(pops, limits.steeredAddressesMax, visitors, new Set([all.at])).shares);
  return {
    pops: pops.length,
    ...{ name: nameOf(all.at), share: all.share, needs: needs(all.share) },
    without: rest === null ? null : { name: nameOf(rest.at), share: rest.share, needs: needs(rest.share) },
  };
}

function busiest(shares: readonly number[]): { readonly at: number; readonly share: number } {
  const share = Math.max(...shares);
  return { at: shares.indexOf(share), share };
}

const visitorsACity = 9;

/** The median of each city's visitors, of which each has as many here, with one address an answer. */
function waitsOf(pops: readonly PopPlace[], seed: number): ReadonlyMap<City, number> {
  const visitors = drawVisitors(cities, seed, visitorsACity * cities.length, limits.steeredTtlS, () => 1);
  const { warmMs } = bytesOf(pops, 1, visitors);
  const byCity = Map.groupBy(warmMs.keys(), (at) => (visitors[at] as Visitor).city);
  return new Map(
    [...byCity].map(([city, list]) => {
      const sorted = list.map((at) => warmMs[at] ?? 0).sort((a, b) => a - b);
      return [city, sorted[sorted.length >> 1] ?? 0];
    }),
  );
}
