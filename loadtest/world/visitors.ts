// Who visits. In: the cities, a seed, how many. Out: visitors with their place, their line, their resolver and what it does with an answer.
// Cities are drawn evenly along the sum of their users, so that each has its share in any sample; the rest is chance from the seed.
import { type Random, seededRandom } from "../../src/base/random.ts";
import { centreOf } from "../../src/steering/country-centres.ts";
import type { Place } from "../../src/steering/distance.ts";
import { assumptions as assumed } from "./assumptions.ts";
import type { City } from "./cities.ts";

/** own: of the provider, in the city or the country. public: of someone else, asking from near. ecs: one that sends the client subnet. far: abroad. */
export type ResolverKind = "own" | "public" | "ecs" | "far";

export interface Visitor {
  readonly city: City;
  readonly place: Place;
  /** Round trip to the edge of the visitor's own network (ms). */
  readonly accessMs: number;
  readonly resolver: ResolverKind;
  readonly resolverPlace: Place;
  /** Where location files say that the visitor and the resolver are. */
  readonly filed: Filed;
  readonly resolverFiled: Filed;
  /** In [0, 1): which of the addresses is tried first; null where the order of the answer is kept. */
  readonly shuffle: number | null;
  /** How old the answer is that a visit goes by (s). */
  readonly answerAgeS: number;
  readonly triesAll: boolean;
  /** How far this one's times are from the median, as a factor. */
  readonly answerMs: number;
  readonly asksAnew: boolean;
}

export interface Filed {
  readonly place: Place;
  readonly country: string;
}

/** `ttlS`: what steered answers say. `weigh`: how many of the visitors a city has, next to others. */
export function drawVisitors(
  cities: readonly City[],
  seed: number,
  count: number,
  ttlS: number,
  weigh: (city: City) => number = ({ users }) => users,
): readonly Visitor[] {
  const random = seededRandom(seed);
  const all = cities.reduce((sum, city) => sum + weigh(city), 0);
  const drawn: Visitor[] = [];
  const largest = largestOf(cities);
  let reached = 0;
  for (const city of cities) {
    reached += weigh(city);
    while (drawn.length < Math.round((reached / all) * count))
      drawn.push(drawOne(city, cities, largest.get(city.country) ?? city, random, ttlS));
  }
  return drawn;
}

function drawOne(city: City, cities: readonly City[], capital: City, random: Random, ttlS: number): Visitor {
  const place = near(city, random);
  const resolver = drawResolver(random);
  const abroad = pick(cities, random);
  const seat = resolverSeat(resolver, random, { city, capital, abroad });
  const stranger = pick(cities, random);
  const ecs = resolver === "ecs";
  const isKept = random.fraction() < assumed.ttlKeptShare.value;
  return {
    ...{ city, place, resolver, resolverPlace: seat },
    accessMs: drawAccess(random),
    filed: filedAs(city, stranger, random),
    resolverFiled: filedAs(seat, stranger, random),
    shuffle: random.fraction() < assumed.shuffleShare.value ? random.fraction() : null,
    answerAgeS: random.fraction() * (isKept ? assumed.ttlKept.value : ttlS),
    triesAll: random.fraction() >= assumed.oneTryShare.value,
    answerMs: logNormal(assumed.answerTime.value, assumed.answerSpread.value, random),
    asksAnew: random.fraction() < (ecs ? assumed.missShareEcs.value : assumed.missShare.value),
  };
}

function drawResolver(random: Random): ResolverKind {
  const drawn = random.fraction();
  const { ecsShare, publicShare, farShare } = assumed;
  if (drawn < ecsShare.value) return "ecs";
  if (drawn < ecsShare.value + publicShare.value) return "public";
  return drawn < ecsShare.value + publicShare.value + farShare.value ? "far" : "own";
}

interface Seats {
  readonly city: City;
  readonly capital: City;
  readonly abroad: City;
}

/** Public resolvers have sites in the largest city of most countries; the way there is anycast's business. */
function resolverSeat(kind: ResolverKind, random: Random, { city, capital, abroad }: Seats): City {
  const isCentral = random.fraction() < assumed.centralShare.value;
  switch (kind) {
    case "far":
      return abroad;
    case "public":
    case "ecs":
      return capital;
    case "own":
      return isCentral ? capital : city;
  }
}

/** The city, or where the file knows no more the middle of its country, as the steering has it; or somebody else's city. */
function filedAs(city: City, stranger: City, random: Random): Filed {
  const drawn = random.fraction();
  const { country } = city;
  if (drawn < assumed.wrongPlaceShare.value) return { place: stranger, country: stranger.country };
  const isRough = drawn < assumed.wrongPlaceShare.value + assumed.roughPlaceShare.value;
  return { place: isRough ? (centreOf(country) ?? city) : city, country };
}

function drawAccess(random: Random): number {
  const { satelliteShare, satelliteAccess, mobileShare, mobileAccess, fixedAccess, accessSpread } = assumed;
  const isMobile = random.fraction() < mobileShare.value;
  const usual = logNormal(isMobile ? mobileAccess.value : fixedAccess.value, accessSpread.value, random);
  return random.fraction() < satelliteShare.value ? satelliteAccess.value : usual;
}

const kmADegree = 111.2;

/** In any direction; how far has the median of `outskirts` and thins out beyond. */
function near(city: City, random: Random): Place {
  const km = assumed.outskirts.value * Math.log2(1 / (1 - random.fraction()));
  const towards = 2 * Math.PI * random.fraction();
  const latitude = clamp(city.latitude + (km * Math.cos(towards)) / kmADegree, -85, 85);
  const across = (km * Math.sin(towards)) / (kmADegree * Math.cos((latitude * Math.PI) / 180));
  const longitude = city.longitude + across;
  return {
    latitude,
    longitude: longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude,
  };
}

function largestOf(cities: readonly City[]): ReadonlyMap<string, City> {
  const largest = new Map<string, City>();
  for (const city of cities)
    if (city.users > (largest.get(city.country)?.users ?? 0)) largest.set(city.country, city);
  return largest;
}

/** A city by its users. */
function pick(cities: readonly City[], random: Random): City {
  const all = cities.reduce((sum, { users }) => sum + users, 0);
  let left = random.fraction() * all;
  for (const city of cities) {
    left -= city.users;
    if (left < 0) return city;
  }
  return cities[0] as City;
}

/** By Box and Muller (1958). */
export function logNormal(median: number, sigma: number, random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.fraction()));
  return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * random.fraction()));
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
