// Why an answer is what it is. In: a view, a map, a type, a visitor. Out: the decision's steps as sentences, the answer, its scope.
// It tells what `decide` found, and decides nothing by itself: what it says is what a resolver gets.
import { showAddress } from "../zones/addresses.ts";
import { showName } from "../zones/names.ts";
import { showNetwork } from "../zones/networks.ts";
import { types, typeWord, type Visitor } from "../zones/types.ts";
import type { GeoFile } from "./geo.ts";
import { addressesOf, createSteer } from "./steering.ts";
import {
  type Candidate,
  type Decision,
  decide,
  type Family,
  type SteeringView,
  type Tier,
} from "./steering-decision.ts";
import type { SteeringFacts } from "./steering-facts.ts";
import { hasMap, isStatusMap } from "./steering-plan.ts";

export interface Explained {
  readonly map: string;
  readonly type: string;
  readonly steps: readonly { readonly step: string; readonly says: string }[];
  /** As a zone file writes it. */
  readonly answer: readonly {
    readonly type: string;
    readonly ttl: number;
    readonly value: string;
    readonly of: string;
  }[];
  readonly scope: number;
}

const sentences: Readonly<Record<Tier | Candidate["tier"], string>> = {
  near: "lives and has room",
  full: "lives, but reports being full",
  reserve: "lives; of weight 0, for when no other does",
  cdn: "answers",
  dead: "does not answer",
  drained: "is drained",
  unknown: "is in no registry, and the plan has no key of it",
  revoked: "was revoked: never answered",
  "no-address": "has no address of this family",
  static: "no POP lives, and the static host is what is left",
  nobody: "there is nobody to lead to",
};

/** Null where the plan has no such map. */
export function explain(view: SteeringView, map: string, type: number, visitor: Visitor): Explained | null {
  if (!hasMap(view.plan, map)) return null;
  const { sets, scope } = createSteer(() => view)(map, type, visitor);
  const family: Family | null = type === types.A ? 4 : type === types.AAAA ? 6 : null;
  const decision = decide(view, map, family, visitor);
  const answer = sets.flatMap((set) =>
    set.rdata.map((rdata, at) => ({
      type: typeWord(set.type),
      ttl: set.ttl,
      value: shown(set.type, rdata),
      of: ownerOf(view, decision, family, at),
    })),
  );
  const steps = isStatusMap(map)
    ? [{ step: "status", says: "the state of the page of this host, the same for everyone" }]
    : stepsOf(view, decision);
  return { map, type: typeWord(type), steps, answer, scope };
}

function stepsOf({ plan, geo, facts }: SteeringView, decision: Decision): Explained["steps"] {
  const { from, located, override, candidates, tier, chosen, stickyBits, scope } = decision;
  const files = geo.files.filter(({ trouble }) => trouble === null);
  const none = files.length === 0 ? "no location file is in use" : "the location files do not know it";
  const place = located.place === null ? "" : ` at ${degrees(located.place)}`;
  return [
    { step: "from", says: `${showNetwork(from.network)}, by the ${from.by}` },
    {
      step: "located",
      says:
        located.place === null && located.country === null
          ? `nowhere: ${none}; weights decide`
          : `${located.country ?? "an unnamed country"}${place}, known for the first ${located.bits} bits`,
    },
    // Some licences ask that whoever shows a place says whose knowledge it is.
    ...files.map((file) => ({ step: "places by", says: fileText(file) })),
    { step: "override", says: overrideText(override) },
    ...candidates.map((one) => ({ step: `candidate ${one.name}`, says: candidateText(one, facts) })),
    {
      step: "tier",
      says: chosen.length === 0 ? sentences[tier] : `${tier}: each ${sentences[tier]}`,
    },
    {
      step: "order",
      says:
        stickyBits === null
          ? "by distance alone"
          : `by distance; those within ${plan.nearKm} km of each other, or of unknown distance, by weight and the visitor's /${stickyBits}`,
    },
    { step: "chosen", says: chosen.join(", ") || (tier === "static" ? "the static host" : "nobody") },
    {
      step: "scope",
      says: scope === 0 ? "everyone gets this" : `all who share the first ${scope} bits get this`,
    },
  ];
}

function fileText({ type, builtMs, about }: GeoFile): string {
  const built = builtMs === null ? "" : ` of ${new Date(builtMs).toISOString().slice(0, 10)}`;
  return `${type ?? "a file without a name"}${built}${about === "" ? "" : `: ${about}`}`;
}

function overrideText(override: Decision["override"]): string {
  if (override === null) return "none";
  const led = `by ${override.by}: ${override.pops.join(", ")}`;
  return override.held ? `${led}; these alone` : `${led}; none of them lives, so it does not hold`;
}

function candidateText({ name, tier, km, weight }: Candidate, facts: SteeringFacts): string {
  const far = km === null ? "distance unknown" : `${Math.round(km)} km`;
  const { dead = [] } = facts.pops[name] ?? {};
  const apart = dead.length === 0 ? "" : `; without ${dead.join(", ")}, which does not answer`;
  return `${far}, weight ${weight}; ${sentences[tier]}${apart}`;
}

const degrees = ({ latitude, longitude }: { latitude: number; longitude: number }): string =>
  `${latitude.toFixed(1)}, ${longitude.toFixed(1)}`;

/** Whose an address is: the first POP among the chosen that has it. */
function ownerOf(view: SteeringView, decision: Decision, family: Family | null, at: number): string {
  const { plan } = view;
  if (decision.tier === "static") return "static";
  if (family === null || decision.tier === "cdn") return decision.chosen[0] ?? "";
  const address = addressesOf(view, decision, family)[at];
  if (address === undefined) return "";
  const text = showAddress(address);
  return (
    decision.chosen.find((name) => plan.pops.get(name)?.addresses.some((one) => showAddress(one) === text)) ??
    ""
  );
}

function shown(type: number, rdata: Uint8Array): string {
  if (type === types.CNAME) return showName(Buffer.from(rdata).toString("latin1"));
  if (type === types.A || type === types.AAAA) return showAddress(rdata);
  const strings: string[] = [];
  for (let at = 0; at < rdata.length; at += 1 + (rdata[at] ?? 0))
    strings.push(JSON.stringify(Buffer.from(rdata.subarray(at + 1, at + 1 + (rdata[at] ?? 0))).toString()));
  return strings.join(" ");
}

/** Lines for a terminal. */
export function explainedLines({ map, type, steps, answer, scope }: Explained): readonly string[] {
  const width = Math.max(...steps.map(({ step }) => step.length));
  return [
    `Map ${map}, type ${type}`,
    ...steps.map(({ step, says }) => `  ${step.padEnd(width)}  ${says}`),
    answer.length === 0 ? "Answer: no records of this type" : `Answer (scope /${scope}):`,
    ...answer.map(
      (one) => `  ${one.ttl} IN ${one.type} ${one.value}${one.of === "" ? "" : `   ; ${one.of}`}`,
    ),
  ];
}
