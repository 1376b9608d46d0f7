// From what a file says to a zone that holds. In: a draft. Out: the zone and remarks, or every mistake at its place; never half a zone.
import { limits } from "../base/limits.ts";
import { type Result, refuse } from "../base/result.ts";
import { type Steps, whole } from "../base/slices.ts";
import { isWithin, type Name, parent, showName } from "./names.ts";
import { numberAt } from "./rdata-fields.ts";
import { type RecordSet, types, typeWord } from "./types.ts";
import { setOf, type Zone } from "./zone.ts";
import { type DraftRecord, inOrder, type Mistake, type Place, type ZoneDraft } from "./zone-draft.ts";
import { checkNames, type PlacedZone } from "./zone-rules.ts";

/** A zone, and what is allowed in it but probably not meant. */
export interface CheckedZone {
  readonly zone: Zone;
  readonly remarks: readonly Mistake[];
}

export function checkZone(draft: ZoneDraft): Result<CheckedZone, readonly Mistake[]> {
  return whole(checkSteps(draft));
}

/** The same in steps. */
export function* checkSteps(draft: ZoneDraft): Steps<Result<CheckedZone, readonly Mistake[]>> {
  const { origin, place } = draft;
  if (draft.mistakes.length > 0) return refuse(draft.mistakes);
  if (origin === null) return refuse([{ place, says: "the zone has no SOA record" }]);
  const building = new Building(origin);
  for (const [at, record] of draft.records.entries()) {
    building.add(record);
    if (at % limits.zoneStepEntries === 0) yield;
  }
  for (const { name, map, place: at } of draft.steered) building.steer(name, map, at);
  if (building.mistakes.length > 0) return refuse(building.mistakes);
  const zone = building.finish(place);
  if ("says" in zone) return refuse([zone]);
  const mistakes: Mistake[] = [];
  const remarks = [...building.remarks];
  yield* checkNames(zone, {
    wrong: (at, says) => mistakes.length < limits.zoneMistakesMax && mistakes.push({ place: at, says }),
    remark: (at, says) => remarks.push({ place: at, says }),
  });
  if (mistakes.length > 0) return refuse(inOrder(mistakes));
  const { soa, negative, nodes, cuts, steered } = zone;
  return {
    ok: true,
    value: { zone: { origin, soa, negative, nodes, cuts, steered }, remarks: inOrder(remarks) },
  };
}

interface OpenSet extends RecordSet {
  readonly rdata: Uint8Array[];
}

class Building {
  readonly mistakes: Mistake[] = [];
  readonly remarks: Mistake[] = [];
  readonly #origin: Name;
  readonly #nodes = new Map<Name, OpenSet[]>();
  readonly #cuts = new Set<Name>();
  readonly #steered = new Map<Name, string>();
  readonly #steeredAt = new Map<Name, Place>();
  readonly #places = new Map<RecordSet, Place>();

  constructor(origin: Name) {
    this.#origin = origin;
  }

  add({ name, type, ttl, rdata, place }: DraftRecord): void {
    const sets = this.#node(name, place);
    if (sets === null) return;
    const set = sets.find((one) => one.type === type);
    if (set === undefined) {
      const made: OpenSet = { name, type, ttl, rdata: [rdata] };
      sets.push(made);
      this.#places.set(made, place);
      if (type === types.NS && name !== this.#origin) this.#cuts.add(name);
      return;
    }
    const line = this.#places.get(set)?.line;
    if (type === types.SOA) this.#wrong(place, `a zone has one SOA, and line ${line} has it already`);
    else if (set.ttl !== ttl)
      this.#wrong(
        place,
        `the TTL is ${ttl}, and ${set.ttl} on line ${line}: all records of a name and type have the same (RFC 2181, 5.2)`,
      );
    else if (set.rdata.some((other) => sameBytes(other, rdata)))
      this.remarks.push({ place, says: `this ${typeWord(type)} record stands here twice` });
    else set.rdata.push(rdata);
  }

  steer(name: Name, map: string, place: Place): void {
    if (this.#node(name, place) === null) return;
    this.#steered.set(name, map);
    this.#steeredAt.set(name, place);
  }

  finish(place: Place): PlacedZone | Mistake {
    const soa = setOf(this.#nodes.get(this.#origin), types.SOA);
    const rdata = soa?.rdata[0];
    if (soa === undefined || rdata === undefined) return { place, says: "the zone has no SOA record" };
    const minimum = numberAt(rdata, rdata.length - 4, 4) ?? 0;
    const places = this.#places;
    return {
      origin: this.#origin,
      soa,
      negative: { ...soa, ttl: Math.min(soa.ttl, minimum) },
      nodes: this.#nodes,
      cuts: this.#cuts,
      steered: this.#steered,
      steeredAt: this.#steeredAt,
      placeOf: (set) => places.get(set) ?? place,
    };
  }

  /** The sets of a name; null where it does not belong here. */
  #node(name: Name, place: Place): OpenSet[] | null {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    if (!isWithin(name, this.#origin)) {
      this.#wrong(place, `${showName(name)} is not in the zone ${showName(this.#origin)}`);
      return null;
    }
    if (this.#nodes.size >= limits.zoneNamesMax) {
      this.#wrong(place, `the zone has over ${limits.zoneNamesMax} names`);
      return null;
    }
    const made: OpenSet[] = [];
    this.#nodes.set(name, made);
    let above = name === this.#origin ? null : parent(name);
    while (above !== null && !this.#nodes.has(above)) {
      this.#nodes.set(above, []);
      above = above === this.#origin ? null : parent(above);
    }
    return made;
  }

  #wrong(place: Place, says: string): void {
    if (this.mistakes.length < limits.zoneMistakesMax) this.mistakes.push({ place, says });
  }
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((octet, at) => octet === right[at]);
}
