// What the exports for other servers share. In: a zone, what is steered in it. Out: its records as a master file, sentences about what is left out.

import { type Name, showName } from "../zones/names.ts";
import { showRdata } from "../zones/rdata.ts";
import { type RecordSet, typeWord } from "../zones/types.ts";
import type { Zone } from "../zones/zone.ts";
import type { Choice, SteeringTable } from "./export-table.ts";

export interface SteeredName {
  readonly name: Name;
  readonly map: string;
  readonly table: SteeringTable;
}

export interface ExportedZone {
  readonly zone: Zone;
  readonly steered: readonly SteeredName[];
  /** Names whose records change by themselves (`TXT _status`): no other server can say them. */
  readonly live: readonly Name[];
}

export interface Exports {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Sentences about what the server cannot do. */
  readonly remarks: readonly string[];
}

/** `example.com`, as files and settings have it. */
export function bareName(name: Name): string {
  const shown = showName(name);
  return shown === "." ? shown : shown.slice(0, -1);
}

/** A master file of a zone, the SOA first; `lines` of steered names are put behind it. */
export function masterText(
  { zone }: ExportedZone,
  lines: readonly string[],
  show: (set: RecordSet) => readonly string[] = showSet,
): string {
  const sets = [...zone.nodes.values()].flat().filter((set) => set !== zone.soa);
  return `${[...showSet(zone.soa), ...sets.flatMap(show), ...lines].join("\n")}\n`;
}

export function showSet({ name, ttl, type, rdata }: RecordSet): readonly string[] {
  return rdata.map((bytes) => `${showName(name)} ${ttl} ${typeWord(type)} ${showRdata(type, bytes)}`);
}

/** The records of a choice as lines of a master file. */
export function choiceLines(name: Name, { records, ttl }: Choice): readonly string[] {
  return Object.entries(records).flatMap(([word, texts]) =>
    texts.map((text) => `${showName(name)} ${ttl} ${word} ${text}`),
  );
}

export function leftOut({ zone, live }: ExportedZone): readonly string[] {
  return live.map(
    (name) =>
      `${showName(name)} of ${showName(zone.origin)} is left out: its records change with the state of a page.`,
  );
}
