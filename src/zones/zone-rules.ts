// What must hold between the records of a zone (RFC 1034, 2181, 4592). In: a zone with places. Out: mistakes, which refuse it, and remarks, which do not.
import { limits } from "../base/limits.ts";
import type { Steps } from "../base/slices.ts";
import { isWithin, type Name, showName } from "./names.ts";
import { targetOf } from "./rdata.ts";
import { type RecordSet, types, typeWord } from "./types.ts";
import { cutAbove, setOf, sourceOf, type Zone } from "./zone.ts";
import type { Place } from "./zone-draft.ts";

/** What the rules look at: a zone, and where its sets and names stand in the file. */
export interface PlacedZone extends Zone {
  placeOf(set: RecordSet): Place;
  readonly steeredAt: ReadonlyMap<Name, Place>;
}

interface Say {
  wrong(place: Place, says: string): void;
  remark(place: Place, says: string): void;
}

/** Types that no zone file of ours may hold, and why. */
const refusedTypes: ReadonlyMap<number, string> = new Map([
  [types.DNAME, "DNAME records are not served here; write the names out, or use CNAME"],
  ...[types.RRSIG, types.NSEC, types.DNSKEY, 50, 51].map(
    (type) =>
      [type, `this server does not sign zones, so ${typeWord(type)} records would only mislead`] as const,
  ),
]);

/** Numbers that ask, and are never stored (RFC 6895, 3.1). */
const isQuestionType = (type: number): boolean =>
  type === 0 || type === types.OPT || (type >= 128 && type <= 255);

export function* checkNames(zone: PlacedZone, say: Say): Steps<void> {
  checkApex(zone, say);
  let count = 0;
  for (const [name, sets] of zone.nodes) {
    if (++count % limits.zoneStepEntries === 0) yield;
    if (sets.length === 0 && !zone.steered.has(name)) continue;
    const cut = zone.cuts.size === 0 ? null : cutAbove(zone, name);
    if (cut !== null) checkBelowCut(zone, name, sets, cut, say);
    else checkHere(zone, name, sets, say);
  }
}

function checkApex(zone: PlacedZone, say: Say): void {
  const sets = zone.nodes.get(zone.origin);
  if (setOf(sets, types.NS) === undefined)
    say.wrong(zone.placeOf(zone.soa), `${showName(zone.origin)} has an SOA and no NS record`);
  const ds = setOf(sets, types.DS);
  if (ds !== undefined)
    say.wrong(zone.placeOf(ds), "a DS record stands in the zone above, not at the top of its own zone");
}

function checkHere(zone: PlacedZone, name: Name, sets: readonly RecordSet[], say: Say): void {
  const isSteered = zone.steered.has(name);
  const alias = setOf(sets, types.CNAME);
  if (alias !== undefined) checkAlias(zone, sets, alias, isSteered, say);
  if (isSteered) checkSteered(zone, name, sets, say);
  for (const set of sets) {
    const place = zone.placeOf(set);
    const refusal = refusedTypes.get(set.type);
    if (refusal !== undefined) say.wrong(place, refusal);
    if (isQuestionType(set.type)) say.wrong(place, `${typeWord(set.type)} is asked for, and never stored`);
    if (set.type === types.SOA && name !== zone.origin)
      say.wrong(place, `the SOA stands at ${showName(zone.origin)}, not at ${showName(name)}`);
    if (set.type === types.DS && name !== zone.origin)
      say.wrong(place, `${showName(name)} has a DS record and no NS: nothing is delegated here`);
    if (octetsOf(set) > 65_000)
      say.wrong(place, `the ${typeWord(set.type)} records of ${showName(name)} are too long for one answer`);
    checkTargets(zone, set, say);
  }
}

function checkAlias(
  zone: PlacedZone,
  sets: readonly RecordSet[],
  alias: RecordSet,
  isSteered: boolean,
  say: Say,
): void {
  const place = zone.placeOf(alias);
  const other = sets.find((set) => set.type !== types.CNAME);
  if (alias.rdata.length > 1)
    say.wrong(place, `${showName(alias.name)} has ${alias.rdata.length} CNAME records; it may have one`);
  if (other !== undefined)
    say.wrong(
      place,
      `${showName(alias.name)} has a CNAME, and beside it ${typeWord(other.type)} on line ${zone.placeOf(other).line}: a CNAME stands alone (RFC 1034, 3.6.2)`,
    );
  if (isSteered) say.wrong(place, `${showName(alias.name)} is steered, so it has no CNAME of its own`);
}

function checkSteered(zone: PlacedZone, name: Name, sets: readonly RecordSet[], say: Say): void {
  const fixed = sets.find(({ type }) => type === types.A || type === types.AAAA);
  if (fixed !== undefined)
    say.wrong(
      zone.placeOf(fixed),
      `${showName(name)} is steered, so it has no ${typeWord(fixed.type)} of its own`,
    );
}

/** At a cut stand NS and DS, and below it the addresses of the name servers (RFC 2181, 6.1). */
function checkBelowCut(zone: PlacedZone, name: Name, sets: readonly RecordSet[], cut: Name, say: Say): void {
  const steeredAt = zone.steeredAt.get(name);
  if (steeredAt !== undefined)
    say.wrong(
      steeredAt,
      `${showName(cut)} is delegated to others, so nothing is steered at ${showName(name)}`,
    );
  const servers = setOf(zone.nodes.get(cut), types.NS);
  for (const set of sets) {
    const isGlue = set.type === types.A || set.type === types.AAAA;
    const isOfCut = name === cut && (set.type === types.NS || set.type === types.DS);
    const place = zone.placeOf(set);
    if (!isGlue && !isOfCut)
      say.wrong(
        place,
        `${showName(cut)} is delegated to others, so a ${typeWord(set.type)} record of ${showName(name)} is theirs to say`,
      );
    else if (isGlue && !(servers?.rdata.some((rdata) => targetOf(types.NS, rdata) === name) ?? false))
      say.remark(
        place,
        `${showName(name)} is no name server of ${showName(cut)}, so its address is never said`,
      );
    if (set.type === types.NS) checkServers(zone, set, say);
  }
}

function checkTargets(zone: PlacedZone, set: RecordSet, say: Say): void {
  if (set.type === types.NS) checkServers(zone, set, say);
  else if (set.type === types.CNAME) checkChain(zone, set, say);
  else checkHosts(zone, set, say);
}

function checkHosts(zone: PlacedZone, set: RecordSet, say: Say): void {
  for (const rdata of set.rdata) {
    const target = targetOf(set.type, rdata);
    if (target === null || !isWithin(target, zone.origin)) continue;
    const sets = zone.nodes.get(target);
    if (setOf(sets, types.CNAME) !== undefined && set.type !== types.HTTPS && set.type !== types.SVCB)
      say.remark(
        zone.placeOf(set),
        `${typeWord(set.type)} leads to ${showName(target)}, which is a CNAME (RFC 2181, 10.3)`,
      );
    else if (
      sets === undefined &&
      wildcardOver(zone, target) === undefined &&
      cutAbove(zone, target) === null
    )
      say.remark(
        zone.placeOf(set),
        `${typeWord(set.type)} leads to ${showName(target)}, which does not exist`,
      );
  }
}

function checkServers(zone: PlacedZone, set: RecordSet, say: Say): void {
  const place = zone.placeOf(set);
  if (set.name.startsWith("\x01*"))
    say.wrong(place, `${showName(set.name)} is a wildcard, and a wildcard delegates nothing (RFC 4592, 4.2)`);
  for (const rdata of set.rdata) {
    const target = targetOf(types.NS, rdata);
    if (target === null || !isWithin(target, zone.origin)) continue;
    const sets = zone.nodes.get(target) ?? wildcardOver(zone, target);
    const otherCut = cutAbove(zone, target);
    if (setOf(sets, types.CNAME) !== undefined)
      say.remark(place, `NS leads to ${showName(target)}, which is a CNAME (RFC 2181, 10.3)`);
    else if (hasAddress(sets) || zone.steered.has(target)) continue;
    // Below another cut its address is for others to say; below its own, nobody could ever ask for it.
    else if (otherCut === null || otherCut === set.name)
      say.wrong(
        place,
        `the name server ${showName(target)} of ${showName(set.name)} has no A or AAAA record in this zone`,
      );
    else
      say.remark(
        place,
        `the name server ${showName(target)} has no address here: who is led to it asks once more`,
      );
  }
}

function checkChain(zone: PlacedZone, alias: RecordSet, say: Say): void {
  const says = chainSays(zone, alias);
  if (says !== null) say.remark(zone.placeOf(alias), says);
}

/** What is odd about where a CNAME leads. */
function chainSays(zone: PlacedZone, alias: RecordSet): string | null {
  const seen = new Set<Name>([alias.name]);
  for (let at: RecordSet | undefined = alias; at !== undefined; ) {
    const target = at.rdata[0] === undefined ? null : targetOf(types.CNAME, at.rdata[0]);
    if (target === null || !isWithin(target, zone.origin) || cutAbove(zone, target) !== null) return null;
    if (seen.has(target)) return `this CNAME leads back to ${showName(target)}`;
    if (seen.size > limits.aliasesMax) return `over ${limits.aliasesMax} CNAMEs follow each other from here`;
    seen.add(target);
    const sets = zone.nodes.get(target) ?? wildcardOver(zone, target);
    if (sets === undefined) return `CNAME leads to ${showName(target)}, which does not exist`;
    at = setOf(sets, types.CNAME);
  }
  return null;
}

function wildcardOver(zone: Zone, name: Name): readonly RecordSet[] | undefined {
  const source = sourceOf(zone, name);
  return source === null ? undefined : zone.nodes.get(source);
}

function hasAddress(sets: readonly RecordSet[] | undefined): boolean {
  return setOf(sets, types.A) !== undefined || setOf(sets, types.AAAA) !== undefined;
}

function octetsOf({ rdata }: RecordSet): number {
  return rdata.reduce((sum, { length }) => sum + length + 12, 0);
}
