// For PowerDNS: a zones file of its GeoIP backend. In: zones with tables. Out: YAML, whose services choose by network among lists of addresses.

import { showName } from "../zones/names.ts";
import { showNetwork } from "../zones/networks.ts";
import { showRdata } from "../zones/rdata.ts";
import { typeWord } from "../zones/types.ts";
import type { SteeringTable } from "./export-table.ts";
import { bareName, type ExportedZone, type Exports, leftOut } from "./export-zone.ts";

/** A text in YAML's double quotes: JSON's are the same. */
const text = (value: string): string => JSON.stringify(value);

/** Its manual has `%%` for a percent sign, and its records show both of them: what looks like a placeholder cannot be said. */
const placeholder = /%[a-z]/;

export function exportPowerdns(zones: readonly ExportedZone[]): Exports {
  return {
    files: [
      {
        path: "pharos.yaml",
        text: `# launch=geoip, geoip-zones-file=<this file>, edns-subnet-processing=yes\ndomains:\n${zones.map(domainOf).join("")}`,
      },
    ],
    remarks: zones.flatMap((exported) => [
      ...leftOut(exported),
      ...[...exported.zone.nodes.values()]
        .flat()
        .filter(({ type, rdata }) => rdata.some((bytes) => placeholder.test(showRdata(type, bytes))))
        .map(
          ({ name, type }) =>
            `${showName(name)} ${typeWord(type)} has a percent sign before a letter, which PowerDNS takes for a placeholder.`,
        ),
    ]),
  };
}

function domainOf(exported: ExportedZone): string {
  const { zone, steered } = exported;
  const origin = bareName(zone.origin);
  const records = [...zone.nodes]
    .filter(([, sets]) => sets.length > 0)
    .flatMap(([name, sets]) => [
      `    ${text(bareName(name))}:`,
      ...sets.flatMap(({ type, ttl, rdata }) =>
        rdata.map((bytes) => recordOf(typeWord(type), showRdata(type, bytes), ttl)),
      ),
    ]);
  const tables = new Map(steered.map(({ map, table }) => [map, table]));
  return [
    `- domain: ${text(origin)}`,
    `  ttl: ${zone.soa.ttl}`,
    "  records:",
    ...records,
    ...[...tables].flatMap(([map, table]) => choicesOf(map, table, origin)),
    ...(steered.length === 0 ? [] : ["  services:"]),
    ...steered.flatMap(({ name, map, table }) => serviceOf(bareName(name), map, table, origin)),
    "",
  ].join("\n");
}

function recordOf(word: string, content: string, ttl: number): string {
  return `      - ${word.toLowerCase()}:\n          content: ${text(content)}\n          ttl: ${ttl}`;
}

function choicesOf(map: string, { choices }: SteeringTable, origin: string): readonly string[] {
  return choices.flatMap(({ records, ttl }, at) => [
    `    ${text(nameOf(map, at, origin))}:`,
    ...Object.entries(records).flatMap(([word, texts]) =>
      texts.map((content) => recordOf(word, content, ttl)),
    ),
  ]);
}

/** Below a label that no zone of people has. */
function nameOf(map: string, choice: number, origin: string): string {
  return `choice${choice}.${map}._pharos.${origin}`;
}

function serviceOf(
  name: string,
  map: string,
  { networks }: SteeringTable,
  origin: string,
): readonly string[] {
  const of = (choice: number): string => text(nameOf(map, choice, origin));
  if (networks.length === 0) return [`    ${text(name)}: ${of(0)}`];
  return [
    `    ${text(name)}:`,
    `      default: ${of(0)}`,
    ...networks.map(({ network, choice }) => `      ${text(showNetwork(network))}: ${of(choice)}`),
  ];
}
