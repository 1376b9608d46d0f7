// Where POPs stand. In: the cities of the world, how many POPs. Out: hosting places, in the order in which each serves the world best.
import { distanceKm, type Place } from "../../src/steering/distance.ts";
import type { City } from "./cities.ts";

/** What falls together: POPs of one region may share cables, grids and a provider's software. */
export type Region =
  | "europe"
  | "north-america"
  | "south-america"
  | "africa"
  | "middle-east"
  | "south-asia"
  | "east-asia"
  | "oceania";

export interface PopPlace extends Place {
  readonly name: string;
  readonly city: string;
  readonly region: Region;
}

/** Places with several hosters and a large exchange (PeeringDB). None in mainland China, where serving a page needs a licence (ICP). */
const table: Readonly<Record<Region, string>> = {
  europe:
    "fra Frankfurt 50.1,8.7; ams Amsterdam 52.4,4.9; lhr London 51.5,-0.1; par Paris 48.9,2.4; mad Madrid 40.4,-3.7; mil Milan 45.5,9.2; sto Stockholm 59.3,18.1; waw Warsaw 52.2,21; ist Istanbul 41,29",
  "north-america":
    "iad Ashburn 39,-77.5; nyc New York 40.7,-74; chi Chicago 41.9,-87.6; dfw Dallas 32.8,-96.8; lax Los Angeles 34.1,-118.2; sea Seattle 47.6,-122.3; mia Miami 25.8,-80.2; yyz Toronto 43.7,-79.4; mex Querétaro 20.6,-100.4",
  "south-america":
    "gru São Paulo -23.5,-46.6; scl Santiago -33.4,-70.7; bog Bogotá 4.7,-74.1; eze Buenos Aires -34.6,-58.4",
  africa: "jnb Johannesburg -26.2,28; los Lagos 6.5,3.4; nbo Nairobi -1.3,36.8; cai Cairo 30,31.2",
  "middle-east": "dxb Dubai 25.2,55.3; tlv Tel Aviv 32.1,34.8; ruh Riyadh 24.7,46.7",
  "south-asia": "bom Mumbai 19.1,72.9; del Delhi 28.6,77.2; maa Chennai 13.1,80.3",
  "east-asia":
    "sin Singapore 1.3,103.8; hkg Hong Kong 22.3,114.2; tpe Taipei 25,121.5; sel Seoul 37.6,127; nrt Tokyo 35.7,139.7; cgk Jakarta -6.2,106.8; mnl Manila 14.6,121; bkk Bangkok 13.8,100.5",
  oceania: "syd Sydney -33.9,151.2",
};

export const hostingPlaces: readonly PopPlace[] = (Object.keys(table) as Region[]).flatMap((region) =>
  table[region].split("; ").map((text) => {
    const [, name = "", city = "", latitude, longitude] = /^(\S+) (.+) ([-\d.]+),([-\d.]+)$/.exec(text) ?? [];
    return { name, city, region, latitude: Number(latitude), longitude: Number(longitude) };
  }),
);

/**
 * One after the other, each where it shortens the way of all visitors the most. So the first three of eight are those of three, and what more
 * POPs give is not mixed up with what other places give.
 */
export function placePops(
  cities: readonly City[],
  count: number,
  candidates = hostingPlaces,
): readonly PopPlace[] {
  const chosen: PopPlace[] = [];
  const nearestKm = cities.map(() => Number.POSITIVE_INFINITY);
  const kmFrom = new Map(candidates.map((place) => [place, cities.map((city) => distanceKm(city, place))]));
  while (chosen.length < Math.min(count, candidates.length)) {
    let best: { readonly place: PopPlace; readonly way: number } | null = null;
    for (const [place, kms] of kmFrom) {
      if (chosen.includes(place)) continue;
      const way = cities.reduce(
        (sum, { users }, at) => sum + users * Math.min(kms[at] ?? 0, nearestKm[at] ?? 0),
        0,
      );
      if (best === null || way < best.way) best = { place, way };
    }
    if (best === null) break;
    chosen.push(best.place);
    for (const [at, km] of (kmFrom.get(best.place) ?? []).entries())
      nearestKm[at] = Math.min(km, nearestKm[at] ?? km);
  }
  return chosen;
}
