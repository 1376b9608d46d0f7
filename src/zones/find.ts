// What there is to say to a question (RFC 1034, 4.3.2; RFC 4592). In: zones, steering, a question, who asks. Out: a finding.
// Never throws and never waits: everything it looks at is in memory, and is replaced whole.
import { limits } from "../base/limits.ts";
import { isWithin, type Name, parent } from "./names.ts";
import { targetOf } from "./rdata.ts";
import { withHints } from "./service-hints.ts";
import {
  classes,
  type Find,
  type Finding,
  type Led,
  type Question,
  type RecordSet,
  rcodes,
  type Steer,
  types,
  type Visitor,
} from "./types.ts";
import { cutAbove, setOf, sourceOf, type Zone, type ZoneSet } from "./zone.ts";

const notOurs: Finding = {
  rcode: rcodes.REFUSED,
  authoritative: false,
  answer: [],
  authority: [],
  additional: [],
  scope: 0,
  why: "This server is not authoritative for the name.",
  cacheable: true,
};

export function makeFind(zones: ZoneSet, steer: Steer): Find {
  return (question, visitor) => {
    if (question.class !== classes.IN) return notOurs;
    const zone = zoneOf(zones, question.name, question.type);
    return zone === undefined ? notOurs : new Walk(zones, steer, question, visitor).from(zone);
  };
}

/** The zone that answers for a name: the longest origin above it. A DS is said by the zone above the cut (RFC 4035, 3.1.4.1). */
function zoneOf(zones: ZoneSet, name: Name, type: number): Zone | undefined {
  if (zones.size <= fewZones) return zoneOfFew(zones, name, type);
  let own: Zone | undefined;
  for (let at: Name | null = name; at !== null; at = parent(at)) {
    const zone = zones.get(at);
    if (zone === undefined) continue;
    if (type !== types.DS || at !== name) return zone;
    own = zone;
    if (parent(at) === null) break;
  }
  if (own === undefined) return undefined;
  const above = parent(own.origin);
  return above === null ? own : (zoneOf(zones, above, types.SOA) ?? own);
}

/** So many are looked through faster than a name is cut at each label, which makes strings that nobody has hashed yet. */
const fewZones = 4;

function zoneOfFew(zones: ZoneSet, name: Name, type: number): Zone | undefined {
  let found: Zone | undefined;
  for (const zone of zones.values()) {
    const isLonger = found === undefined || zone.origin.length > found.origin.length;
    const isOwn = type === types.DS && zone.origin === name;
    if (isLonger && !isOwn && isWithin(name, zone.origin)) found = zone;
  }
  return found ?? zones.get(name);
}

class Walk {
  readonly #zones: ZoneSet;
  readonly #steer: Steer;
  readonly #type: number;
  readonly #visitor: Visitor;
  readonly #answer: RecordSet[] = [];
  readonly #additional: RecordSet[] = [];
  /** The name that is looked for, after the CNAMEs so far. */
  #name: Name;
  #scope = 0;
  #led: Led | null = null;

  constructor(zones: ZoneSet, steer: Steer, { name, type }: Question, visitor: Visitor) {
    this.#zones = zones;
    this.#steer = steer;
    this.#name = name;
    this.#type = type;
    this.#visitor = visitor;
  }

  from(first: Zone): Finding {
    for (
      let zone: Zone | undefined = first;
      zone !== undefined;
      zone = zoneOf(this.#zones, this.#name, this.#type)
    ) {
      const found = this.#in(zone);
      if (found !== null) return found;
      // A loop goes through the same name twice.
      if (this.#answer.length > limits.aliasesMax || this.#answer.some(({ name }) => name === this.#name))
        break;
    }
    return this.#found(rcodes.NOERROR, []);
  }

  /** Null where a CNAME leads on to `#name`. */
  #in(zone: Zone): Finding | null {
    const cut = zone.cuts.size === 0 ? null : cutAbove(zone, this.#name);
    if (cut !== null && (cut !== this.#name || this.#type !== types.DS)) return this.#referral(zone, cut);
    const sets = zone.nodes.get(this.#name);
    if (sets !== undefined) return this.#at(zone, this.#name, sets);
    const source = sourceOf(zone, this.#name);
    const wildcard = source === null ? undefined : zone.nodes.get(source);
    if (source === null || wildcard === undefined) return this.#found(rcodes.NXDOMAIN, [zone.negative]);
    return this.#at(zone, source, wildcard);
  }

  /** `source` is the name itself, or the wildcard that stands for it. */
  #at(zone: Zone, source: Name, sets: readonly RecordSet[]): Finding | null {
    const map = zone.steered.get(source);
    if (map !== undefined) return this.#steered(zone, map, sets);
    const alias = setOf(sets, types.CNAME);
    if (alias !== undefined && this.#type !== types.CNAME) return this.#follow(alias);
    return this.#say(zone, setOf(sets, this.#type));
  }

  #say(zone: Zone, set: RecordSet | undefined): Finding {
    if (set === undefined) return this.#found(rcodes.NOERROR, [zone.negative]);
    const said = set.name === this.#name ? set : { ...set, name: this.#name };
    this.#answer.push(said);
    this.#addTargets(zone, said);
    return this.#found(rcodes.NOERROR, []);
  }

  #follow(alias: RecordSet): null {
    this.#answer.push(alias.name === this.#name ? alias : { ...alias, name: this.#name });
    const [rdata] = alias.rdata;
    // The root is a name like any other here, and no zone's: the walk ends.
    this.#name = (rdata === undefined ? null : targetOf(types.CNAME, rdata)) ?? "\0";
    return null;
  }

  #steered(zone: Zone, map: string, sets: readonly RecordSet[]): Finding | null {
    const type = this.#type;
    const fixed = setOf(sets, type);
    const chosen = fixed !== undefined && type !== types.HTTPS ? undefined : this.#ask(map, type);
    const alias = setOf(chosen, types.CNAME);
    if (alias !== undefined && type !== types.CNAME) return this.#follow(alias);
    const set = setOf(chosen, type) ?? fixed;
    if (set === undefined || type !== types.HTTPS || set !== fixed) return this.#say(zone, set);
    const addresses = [...this.#ask(map, types.A), ...this.#ask(map, types.AAAA)];
    return this.#say(zone, withHints(fixed, addresses));
  }

  /** The sets of a map under the name that is looked for; the finding holds for no more visitors than they do. */
  #ask(map: string, type: number, name = this.#name): readonly RecordSet[] {
    const { sets, scope, first, country } = this.#steer(map, type, this.#visitor);
    this.#scope = Math.max(this.#scope, scope);
    if (first !== "") this.#led = { first, country };
    return sets.map((set) => ({ ...set, name }));
  }

  #referral(zone: Zone, cut: Name): Finding {
    const servers = setOf(zone.nodes.get(cut), types.NS);
    if (servers !== undefined) this.#addTargets(zone, servers);
    return {
      ...this.#found(rcodes.NOERROR, servers === undefined ? [] : [servers]),
      // The CNAMEs before it, if any, are ours to say (RFC 1034, 6.2.7).
      authoritative: this.#answer.length > 0,
    };
  }

  /** Addresses of the hosts that a set leads to, as far as this zone says them; of a service also its own records (RFC 9460, 4.1). */
  #addTargets(zone: Zone, { name, type, rdata }: RecordSet): void {
    if (type === types.CNAME) return;
    const isService = type === types.HTTPS || type === types.SVCB;
    const wanted = isService ? [types.A, types.AAAA, type] : [types.A, types.AAAA];
    for (const bytes of rdata) {
      const target = targetOf(type, bytes) ?? (isService ? name : null);
      if (target !== null) this.#addSets(zone, target, wanted, type === types.NS);
    }
  }

  #addSets(zone: Zone, target: Name, wanted: readonly number[], isServer: boolean): void {
    if (!isServer && zone.cuts.size > 0 && cutAbove(zone, target) !== null) return;
    const source = zone.nodes.has(target) ? target : sourceOf(zone, target);
    if (source === null) return;
    const map = zone.steered.get(source);
    for (const type of wanted) {
      const fixed = setOf(zone.nodes.get(source), type);
      const set =
        map === undefined || fixed !== undefined ? fixed : setOf(this.#ask(map, type, target), type);
      if (set === undefined || this.#says(target, type)) continue;
      this.#additional.push(set.name === target ? set : { ...set, name: target });
    }
  }

  #says(name: Name, type: number): boolean {
    const isIt = (set: RecordSet): boolean => set.name === name && set.type === type;
    return this.#answer.some(isIt) || this.#additional.some(isIt);
  }

  #found(rcode: number, authority: readonly RecordSet[]): Finding {
    return {
      rcode,
      authoritative: true,
      answer: this.#answer,
      authority,
      additional: this.#additional,
      scope: this.#scope,
      led: this.#led,
      why: null,
      cacheable: true,
    };
  }
}
