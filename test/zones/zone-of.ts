// Zones and findings as text, for tables of tests. In: lines of a master file; a finding. Out: a checked zone; one line a record.
import { addressBytes } from "../../src/zones/addresses.ts";
import { readMasterFile } from "../../src/zones/master-file.ts";
import { type Name, parseName, showName } from "../../src/zones/names.ts";
import { showRdata } from "../../src/zones/rdata.ts";
import {
  classes,
  type Find,
  type Finding,
  type RecordSet,
  rcodeWord,
  type Steer,
  typeNumber,
  typeWord,
  type Visitor,
} from "../../src/zones/types.ts";
import type { Zone } from "../../src/zones/zone.ts";
import { checkZone } from "../../src/zones/zone-check.ts";
import { showMistake } from "../../src/zones/zone-draft.ts";

export function nameOf(text: string): Name {
  const name = parseName(text);
  if (!name.ok) throw new Error(name.reason);
  return name.value;
}

/** `steered` says the map of a name. */
export function zoneOf(origin: string, text: string, steered: Readonly<Record<string, string>> = {}): Zone {
  const draft = readMasterFile(origin, text, nameOf(origin));
  const marks = Object.entries(steered).map(([name, map]) => ({
    name: nameOf(name),
    map,
    place: draft.place,
  }));
  const checked = checkZone({ ...draft, steered: marks });
  if (!checked.ok) throw new Error(checked.reason.map(showMistake).join("\n"));
  return checked.value.zone;
}

export const visitorFrom = (address: string): Visitor => ({
  resolver: addressBytes(address) ?? new Uint8Array(4),
  subnet: null,
});

export const noSteer: Steer = () => ({ sets: [], scope: 0, first: "", country: "" });

/** `www.example. A` */
export function ask(find: Find, question: string, from = "192.0.2.53"): readonly string[] {
  const [name = "", type = ""] = question.split(" ");
  const number = typeNumber(type);
  if (number === null) throw new Error(`${type} is no type`);
  return showFinding(find({ name: nameOf(name), type: number, class: classes.IN }, visitorFrom(from)));
}

export function showFinding(finding: Finding): readonly string[] {
  const { rcode, authoritative, answer, authority, additional, scope } = finding;
  return [
    `${rcodeWord(rcode)}${authoritative ? " aa" : ""}${scope === 0 ? "" : ` /${scope}`}`,
    ...answer.flatMap(showSet),
    ...authority.flatMap(showSet).map((line) => `authority ${line}`),
    ...additional.flatMap(showSet).map((line) => `additional ${line}`),
  ];
}

function showSet({ name, ttl, type, rdata }: RecordSet): readonly string[] {
  return rdata.map((bytes) => `${showName(name)} ${ttl} ${typeWord(type)} ${showRdata(type, bytes)}`);
}

/** The same on one line, records of a section in order of their text: for comparisons with what other servers say. */
export function showSections({ rcode, authoritative, answer, authority, additional }: Finding): string {
  return [
    `${rcodeWord(rcode)}${authoritative ? " aa" : ""}`,
    ...answer.flatMap(showSet).sort(),
    ...authority
      .flatMap(showSet)
      .map((line) => `authority ${line}`)
      .sort(),
    ...additional
      .flatMap(showSet)
      .map((line) => `additional ${line}`)
      .sort(),
  ].join(" | ");
}
