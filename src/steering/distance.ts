// How far two places are apart. In: latitudes and longitudes. Out: kilometres along the great circle.

/** Degrees: north and east are positive. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** The mean radius of the earth (IUGG). */
const earthKm = 6_371.009;
const radians = Math.PI / 180;

/**
 * By the haversine, which keeps its digits where two places are close (R. W. Sinnott, Virtues of the Haversine, 1984). The square root's
 * argument is held at 1: rounding takes it above for places that are opposite each other.
 */
export function distanceKm(from: Place, to: Place): number {
  const up = Math.sin(((to.latitude - from.latitude) * radians) / 2);
  const across = Math.sin(((to.longitude - from.longitude) * radians) / 2);
  const half =
    up * up + Math.cos(from.latitude * radians) * Math.cos(to.latitude * radians) * across * across;
  return 2 * earthKm * Math.asin(Math.sqrt(Math.min(1, half)));
}

export function isPlace(latitude: number, longitude: number): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}
