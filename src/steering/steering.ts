// What a steered name answers. In: a view of POPs, CDNs, places and pages, which is replaced whole. Out: record sets and the scope they hold for.
import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import { showAddress } from "../zones/addresses.ts";
import { nameBytes } from "../zones/names.ts";
import type { Address } from "../zones/networks.ts";
import { type Steer, type Steered, types } from "../zones/types.ts";
import { createNetworkMap } from "./network-map.ts";
import { type Decision, decide, type Family, type SteeringView } from "./steering-decision.ts";
import type { PageFacts, PopFacts } from "./steering-facts.ts";
import { isStatusMap, type SteeringPlan, statusPrefix } from "./steering-plan.ts";

/** A `Steer` over whatever `view` gives at the time of a question. */
export function createSteer(view: () => SteeringView): Steer {
  return (map, type, visitor) => {
    const now = view();
    if (isStatusMap(map)) return statusOf(now, map.slice(statusPrefix.length), type);
    const decision = decide(now, map, familyOf(type), visitor);
    return {
      sets: setsOf(now, decision, type),
      scope: decision.scope,
      first: decision.tier === "static" ? "static" : (decision.chosen[0] ?? ""),
      country: decision.located.country ?? "",
    };
  };
}

/** The networks of a plan's overrides, as a view holds them. */
export function networksOf(plan: SteeringPlan): SteeringView["networks"] {
  return createNetworkMap(plan.networks);
}

function familyOf(type: number): Family | null {
  if (type === types.A) return 4;
  return type === types.AAAA ? 6 : null;
}

/** Types of addresses get addresses; a CNAME, where there is one, answers every type. */
function setsOf(view: SteeringView, decision: Decision, type: number): Steered["sets"] {
  const alias = aliasOf(view.plan, decision);
  if (alias !== null)
    return [{ type: types.CNAME, ttl: limits.steeredTtlS, rdata: [Buffer.from(nameBytes(alias))] }];
  const family = familyOf(type);
  if (family === null) return [];
  const rdata = addressesOf(view, decision, family);
  return rdata.length === 0 ? [] : [{ type, ttl: limits.steeredTtlS, rdata }];
}

function aliasOf({ cdns, fallback }: SteeringPlan, { tier, chosen }: Decision): string | null {
  if (tier === "cdn") return cdns.get(chosen[0] ?? "")?.target ?? null;
  return tier === "static" ? (fallback?.target ?? null) : null;
}

/** One address of each chosen POP, the nearest first; then, where there is room, second ones. */
export function addressesOf(
  { plan, facts }: Pick<SteeringView, "plan" | "facts">,
  decision: Decision,
  family: Family,
): readonly Address[] {
  const length = family === 4 ? 4 : 16;
  const most = plan.maps.get(decision.map)?.addressesMax ?? limits.steeredAddressesMax;
  const lists =
    decision.tier === "static"
      ? [plan.fallback?.addresses ?? []]
      : decision.chosen.map((name) => livingOf(plan.pops.get(name)?.addresses ?? [], facts.pops[name]));
  const own = lists.map((list) => list.filter((address) => address.length === length));
  const rounds = Math.max(0, ...own.map((list) => list.length));
  const found: Address[] = [];
  for (let round = 0; round < rounds; round++)
    for (const list of own) {
      const address = list[round];
      if (address !== undefined && !found.some((one) => Buffer.compare(one, address) === 0))
        found.push(address);
    }
  return found.slice(0, most);
}

function livingOf(addresses: readonly Address[], known: PopFacts | undefined): readonly Address[] {
  const { dead } = known ?? {};
  return dead === undefined ? addresses : addresses.filter((one) => !dead.includes(showAddress(one)));
}

/** Two texts: figures for programs, and what the page says. Older than now only where this node says so itself. */
function statusOf({ facts }: SteeringView, host: string, type: number): Steered {
  const page = facts.pages.find(({ hosts }) => hosts.includes(host));
  const everyone = { scope: 0, first: "", country: "" };
  if (page === undefined || type !== types.TXT) return { sets: [], ...everyone };
  const rdata = [figuresOf(page), page.text].filter((text) => text !== "").map(textRdata);
  return { sets: [{ type, ttl: limits.steeredTtlS, rdata }], ...everyone };
}

function figuresOf({ state, generation, level, confirmedMs }: PageFacts): string {
  const confirmed =
    confirmedMs === null ? "" : ` confirmed=${new Date(confirmedMs).toISOString().slice(0, 19)}Z`;
  return `v=pharos1 state=${state} generation=${generation} level=${level}${confirmed}`;
}

const stringBytesMax = 255;

/** Character strings of up to 255 octets (RFC 1035, 3.3.14), never in the middle of a character, all together short enough for a packet. */
export function textRdata(text: string): Uint8Array {
  const strings: Uint8Array[] = [];
  let part = "";
  let bytes = 0;
  for (const character of text) {
    if (bytes + Buffer.byteLength(character) > limits.statusTextBytesMax) break;
    bytes += Buffer.byteLength(character);
    if (Buffer.byteLength(part + character) > stringBytesMax) {
      strings.push(Buffer.from(part));
      part = "";
    }
    part += character;
  }
  strings.push(Buffer.from(part));
  return Buffer.concat(strings.flatMap((bytes) => [Buffer.of(bytes.length), bytes]));
}
