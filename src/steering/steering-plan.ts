// What an operator says of steering. In: nothing. Out: the shapes that the TOML file becomes, and what follows from them alone.
// Addresses and places stand in this file and not in the signed registry: whoever holds the publisher's key, which is online, may then drain and
// revoke POPs, but cannot send visitors to an address of his own. The registry adds to each name its key and its marks.
import type { PublicKey } from "../snapshot/keys.ts";
import type { Name } from "../zones/names.ts";
import type { Address, Network } from "../zones/networks.ts";
import type { Place } from "./distance.ts";

/** Where health is asked for. The connection goes to `at` where it is set, whatever the name in the URL: a certificate is shown for that. */
export interface ProbeAt {
  readonly url: string;
  readonly at: string | null;
}

export interface PlanPop {
  readonly name: string;
  /** Where it is set, the POP of this key alone is meant, registry or none; else the one that the registry has under this name. */
  readonly key: PublicKey | null;
  readonly place: Place | null;
  readonly addresses: readonly Address[];
  /** Its share among POPs that are equally near; 0 is a reserve. */
  readonly weight: number;
  /** Thousandths of its processors from which on it is full. */
  readonly capacity: number;
  readonly probe: ProbeAt;
  /** The address that `probe` goes to; null where `probe` names one itself, and what it says counts for all. */
  readonly probed: Address | null;
  /** At its first address of IPv6, where `probe` is asked over IPv4; null where it is the only way to ask. */
  readonly probeSix: AddressProbe | null;
  /** At its other addresses of each family. */
  readonly probesMore: readonly AddressProbe[];
}

export interface AddressProbe {
  readonly address: Address;
  readonly probe: ProbeAt;
}

/** A delivery network of somebody else, to which a CNAME leads. */
export interface PlanCdn {
  readonly name: string;
  readonly target: Name;
  readonly weight: number;
  readonly probe: ProbeAt;
}

/** Where the static export lies (level 2): addresses, or a name to which a CNAME leads. */
export interface PlanStatic {
  readonly addresses: readonly Address[];
  readonly target: Name | null;
  readonly probe: ProbeAt;
}

/** What a name in a zone can be steered by. */
export interface PlanMap {
  readonly pops: readonly string[];
  /** Asked before POPs: as long as one of them lives, the answer is its CNAME. */
  readonly cdns: readonly string[];
  readonly addressesMax: number;
}

/** Another DNS node, whose view counts. */
export interface PlanNode {
  readonly name: string;
  readonly key: PublicKey;
  readonly url: string;
}

export interface SteeringPlan {
  /** Files of locations, relative to the file of the plan. */
  readonly geo: readonly string[];
  /** POPs whose distance differs by no more count as equally near. */
  readonly nearKm: number;
  readonly pops: ReadonlyMap<string, PlanPop>;
  readonly cdns: ReadonlyMap<string, PlanCdn>;
  readonly fallback: PlanStatic | null;
  readonly maps: ReadonlyMap<string, PlanMap>;
  readonly networks: readonly (readonly [Network, readonly string[]])[];
  readonly countries: ReadonlyMap<string, readonly string[]>;
  readonly nodes: readonly PlanNode[];
}

/** The map that is there without being written: all POPs. */
export const mapOfAll = "pops";

/** Maps of this prefix answer TXT: what state the page of the host behind it is in. */
export const statusPrefix = "status/";

export const noPlan: SteeringPlan = {
  geo: [],
  nearKm: 0,
  pops: new Map(),
  cdns: new Map(),
  fallback: null,
  maps: new Map(),
  networks: [],
  countries: new Map(),
  nodes: [],
};

export const isStatusMap = (map: string): boolean => map.startsWith(statusPrefix);

export function hasMap(plan: SteeringPlan, map: string): boolean {
  return plan.maps.has(map) || isStatusMap(map);
}

/** May this map answer with a CNAME? Then its name must have nothing else (RFC 1034, 3.6.2), and can be no zone's top. */
export function mayAlias(plan: SteeringPlan, map: string): boolean {
  const found = plan.maps.get(map);
  return found !== undefined && (found.cdns.length > 0 || plan.fallback?.target != null);
}
