// Accept-Encoding into an order of encodings. In: the header, the variants that a route has. Out: those allowed, best first.
import type { Encoding, Route } from "../snapshot/types.ts";

const encodings: readonly Encoding[] = ["br", "zstd", "gzip", "identity"];

/** Encodings that a client likes the same stand in one group; the groups come best first. */
export type Preference = readonly (readonly Encoding[])[];

const codings: Readonly<Record<string, Encoding>> = {
  br: "br",
  zstd: "zstd",
  gzip: "gzip",
  "x-gzip": "gzip",
  identity: "identity",
};

/**
 * What the client accepts, whether or not a route has it (RFC 9110, section 12.5.3). Without the header identity alone is sure
 * to be understood. Empty when it refuses every encoding that there is, identity too.
 */
export function acceptable(header: string | null): Preference {
  if (header === null) return identityAlone;
  const known = preferences.get(header);
  if (known !== undefined) return known;
  const preference = preferenceOf(header);
  // Browsers send a dozen different texts; beyond that, someone is inventing them.
  if (preferences.size < preferencesMax) preferences.set(header, preference);
  return preference;
}

/** The variants of a route that a client accepts, best first: by its weights, then the shorter one. */
export function candidates(preference: Preference, variants: Route["variants"]): readonly Encoding[] {
  const known = ranked.get(variants) ?? new Map<Preference, readonly Encoding[]>();
  if (known.size === 0) ranked.set(variants, known);
  const order = known.get(preference) ?? rank(preference, variants);
  // Preferences beyond the bound of `preferences` are new objects each time: they are not kept here either.
  if (known.size < preferencesMax) known.set(preference, order);
  return order;
}

function rank(preference: Preference, variants: Route["variants"]): readonly Encoding[] {
  const lengthOf = (encoding: Encoding): number => variants[encoding]?.length ?? 0;
  return preference.flatMap((group) =>
    group
      .filter((encoding) => variants[encoding] !== undefined)
      .sort((left, right) => lengthOf(left) - lengthOf(right)),
  );
}

/** By a decoded route's variants and an interned preference: both live as long as they are asked for. */
const ranked = new WeakMap<Route["variants"], Map<Preference, readonly Encoding[]>>();
const identityAlone: Preference = [["identity"]];
const preferencesMax = 256;
const preferences = new Map<string, Preference>();

function preferenceOf(header: string): Preference {
  const weights = new Map<Encoding, number>();
  let others: number | null = null;
  for (const element of header.split(",")) {
    const [coding = "", ...parameters] = element.split(";").map((text) => text.trim().toLowerCase());
    const weight = weightOf(parameters);
    if (weight === null) continue;
    const encoding = codings[coding];
    if (coding === "*") others ??= weight;
    else if (encoding !== undefined && !weights.has(encoding)) weights.set(encoding, weight);
  }
  // Identity is acceptable unless it is refused by name, or by `*;q=0`; unnamed, it is what nobody asked for.
  const weigh = (encoding: Encoding): number =>
    weights.get(encoding) ?? (encoding === "identity" ? (others === 0 ? 0 : 0.0001) : (others ?? 0));
  const ranked = [...new Set(encodings.map(weigh))].filter((weight) => weight > 0).sort((a, b) => b - a);
  return ranked.map((weight) => encodings.filter((encoding) => weigh(encoding) === weight));
}

/** The weight of a member of an Accept header. 1 without one; null for a weight that is none, whose element says nothing. */
export function weightOf(parameters: readonly string[]): number | null {
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=").map((text) => text.trim());
    if (name !== "q") continue;
    return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : null;
  }
  return 1;
}
