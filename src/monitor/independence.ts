// What a status page shares with what it reports on, and what would fall with it. In: facts of hosts on both sides. Out: each shared part, with whom and what for.
// Pure: who gathers the facts (independence-facts.ts) may ask anywhere. A status page that goes down together with its subject is of no use that day.

export const ownKinds = ["page", "pop", "mirror", "nameserver", "mail", "control"] as const;
export type OwnKind = (typeof ownKinds)[number];

/** A network by its number in the routing of the Internet (an autonomous system). */
export interface NetworkOf {
  readonly asn: number;
  readonly name: string | null;
}

/** What was found out about one host; null: it could not be. */
export interface HostFacts {
  readonly host: string;
  readonly addresses: readonly { readonly address: string; readonly network: NetworkOf | null }[];
  /** Who carries its traffic, as its canonical name says. */
  readonly cdn: string | null;
  /** Domains that its name servers are in. */
  readonly nameServersOf: readonly string[];
  /** Of its certificate. */
  readonly authority: string | null;
}

export interface OwnFacts extends HostFacts {
  readonly kind: OwnKind;
}

export type Part = "address" | "network" | "cdn" | "name-servers" | "authority";

export interface Shared {
  readonly part: Part;
  /** What it is called: 192.0.2.1, AS64500 Example Net, Cloudflare. */
  readonly name: string;
  readonly kind: OwnKind;
  readonly own: readonly string[];
  readonly monitored: readonly string[];
  /** Everything of ours of this kind hangs on it. */
  readonly isAll: boolean;
}

/** What a host hangs on, by what it is called. */
const partsOf: Readonly<Record<Part, (facts: HostFacts) => readonly string[]>> = {
  address: ({ addresses }) => addresses.map(({ address }) => address),
  network: ({ addresses }) =>
    addresses.flatMap(({ network }) => (network === null ? [] : [networkName(network)])),
  cdn: ({ cdn }) => (cdn === null ? [] : [cdn]),
  "name-servers": ({ nameServersOf }) => nameServersOf,
  authority: ({ authority }) => (authority === null ? [] : [authority]),
};

const networkName = ({ asn, name }: NetworkOf): string => `AS${asn}${name === null ? "" : ` ${name}`}`;

/** In the order in which they should be mended: what takes all away first. */
export function sharedParts(own: readonly OwnFacts[], monitored: readonly HostFacts[]): readonly Shared[] {
  const found: Shared[] = [];
  for (const [part, names] of Object.entries(partsOf) as readonly [
    Part,
    (facts: HostFacts) => readonly string[],
  ][]) {
    const theirs = byName(monitored, names);
    for (const [kind, ours] of Map.groupBy(own, (facts) => facts.kind))
      for (const [name, hosts] of byName(ours, names)) {
        const others = theirs.get(name);
        if (others === undefined) continue;
        const isAll = ours.every((facts) => hangsOn(facts, names, name));
        found.push({ part, name, kind, own: hosts, monitored: others, isAll });
      }
  }
  return found.sort((one, other) => weight(other) - weight(one));
}

/** A host of two networks lives while one of them does. */
function hangsOn(facts: HostFacts, names: (facts: HostFacts) => readonly string[], name: string): boolean {
  const all = names(facts);
  return all.length > 0 && all.every((one) => one === name);
}

function byName(
  all: readonly HostFacts[],
  names: (facts: HostFacts) => readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, Set<string>>();
  for (const facts of all)
    for (const name of names(facts)) hosts.set(name, (hosts.get(name) ?? new Set()).add(facts.host));
  return new Map([...hosts].map(([name, some]) => [name, [...some]]));
}

const partWeights: Readonly<Record<Part, number>> = {
  address: 5,
  network: 4,
  cdn: 3,
  "name-servers": 2,
  authority: 1,
};
const weight = ({ part, isAll }: Shared): number =>
  (isAll && part !== "authority" ? 10 : 0) + partWeights[part];

/** Something would be gone that readers need: all of it, and not by a certificate that is valid for weeks yet. */
export const isGrave = ({ part, isAll }: Shared): boolean => isAll && part !== "authority";

const lost: Readonly<Record<OwnKind, string>> = {
  page: "nobody reads the page",
  pop: "no POP answers",
  mirror: "nothing is left to turn to when POPs are gone",
  nameserver: "nobody finds the page",
  mail: "no subscriber is told by mail",
  control: "nobody can write on the page, which stays as it is",
};

const fallen: Readonly<Record<Part, string>> = {
  address: "that machine falls",
  network: "that network falls",
  cdn: "it falls",
  "name-servers": "they fall, and caches have forgotten",
  authority: "it cannot renew or has to revoke",
};

const called: Readonly<Record<Part, string>> = {
  address: "the address",
  network: "the network",
  cdn: "the CDN",
  "name-servers": "the name servers of",
  authority: "the certificate authority",
};

const kindsCalled: Readonly<Record<OwnKind, string>> = {
  page: "page",
  pop: "POP",
  mirror: "mirror",
  nameserver: "name server",
  mail: "mail server",
  control: "control plane",
};

/** Which part, who hangs on it, and what it would take down: one sentence. */
export function sharedSaid({ part, name, kind, own, monitored, isAll }: Shared): string {
  const who = `${listed(own)} (${kindsCalled[kind]}) and ${listed(monitored)}, on which it reports`;
  const then = isAll ? lost[kind] : `${listed(own)} goes too, and the others of its kind go on`;
  return `${who}, share ${called[part]} ${name}: when ${fallen[part]}, ${then}.`;
}

/** What to do about it. */
export const sharedFix: Readonly<Record<Part, string>> = {
  address: "Move it to a machine of another provider.",
  network: "Put it, or one more of its kind, into another provider's network.",
  cdn: "Take another CDN for the status page, or none.",
  "name-servers": "Have its zone served by another provider, or by `pharos dns` at your POPs.",
  authority: "Have its certificate issued by another authority.",
};

const namedMax = 4;

function listed(hosts: readonly string[]): string {
  if (hosts.length <= namedMax) return hosts.join(", ");
  return `${hosts.slice(0, namedMax).join(", ")} and ${hosts.length - namedMax} more`;
}
