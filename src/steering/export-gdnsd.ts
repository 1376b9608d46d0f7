// For gdnsd: zone files with DYNA and DYNC, and plugin_geoip with a table of networks. In: zones with tables. Out: parts of its configuration.
// gdnsd answers with one datacenter; each list of addresses that visitors get is a datacenter here.

import { showName } from "../zones/names.ts";
import { showNetwork } from "../zones/networks.ts";
import { hexText } from "../zones/rdata-fields.ts";
import { type RecordSet, types } from "../zones/types.ts";
import type { Choice, SteeringTable } from "./export-table.ts";
import { bareName, type ExportedZone, type Exports, leftOut, masterText, showSet } from "./export-zone.ts";

/** What gdnsd reads by word; others are written as RFC 3597 says. */
const known: readonly number[] = [
  types.SOA,
  types.NS,
  types.A,
  types.AAAA,
  types.CNAME,
  types.PTR,
  types.MX,
  types.SRV,
  types.TXT,
  types.NAPTR,
];

export function exportGdnsd(zones: readonly ExportedZone[]): Exports {
  const tables = new Map(
    zones.flatMap(({ steered }) => steered.map(({ map, table }) => [map, table] as const)),
  );
  const plugin = [
    "plugins => { geoip => {",
    "  maps => {",
    ...[...tables].flatMap(mapLines),
    "  }",
    "  resources => {",
    ...[...tables].flatMap(resourceLines),
    "  }",
    "}}",
  ];
  return {
    files: [
      ...(tables.size === 0
        ? []
        : [
            { path: "pharos.conf", text: `# Include this in gdnsd's configuration.\n${plugin.join("\n")}\n` },
          ]),
      ...zones.map((exported) => ({
        path: `zones/${bareName(exported.zone.origin)}`,
        text: masterText(
          exported,
          exported.steered.map(
            ({ name, map, table }) =>
              `${showName(name)} ${table.choices[0].ttl} ${isAlias(table) ? "DYNC" : "DYNA"} geoip!${word(map)}`,
          ),
          showKnown,
        ),
      })),
    ],
    remarks: zones.flatMap(leftOut),
  };
}

function showKnown(set: RecordSet): readonly string[] {
  if (known.includes(set.type)) return showSet(set);
  return set.rdata.map(
    (bytes) => `${showName(set.name)} ${set.ttl} TYPE${set.type} \\# ${bytes.length} ${hexText(bytes)}`,
  );
}

/** Names of maps are letters, digits, ".", "_" and "-"; of these gdnsd takes the last two. */
const word = (map: string): string => map.replaceAll(".", "_");

function isAlias({ choices }: SteeringTable): boolean {
  return choices.some(({ records }) => records.CNAME.length > 0);
}

function mapLines([map, { choices, networks }]: readonly [string, SteeringTable]): readonly string[] {
  return [
    `    ${word(map)} => {`,
    // The first is where those go whom no network names.
    `      datacenters => [ ${choices.map((_choice, at) => `choice${at}`).join(", ")} ]`,
    "      nets => {",
    ...networks.map(({ network, choice }) => `        ${showNetwork(network)} => [ choice${choice} ]`),
    "      }",
    "    }",
  ];
}

function resourceLines([map, { choices }]: readonly [string, SteeringTable]): readonly string[] {
  return [
    `    ${word(map)} => {`,
    `      map => ${word(map)}`,
    "      # `up` asks nobody: put a service type that asks POPs for /healthz in its place.",
    "      service_types => up",
    "      dcmap => {",
    ...choices.map((choice, at) => `        choice${at} => ${placeOf(choice)}`),
    "      }",
    "    }",
  ];
}

function placeOf({ records }: Choice): string {
  const [alias] = records.CNAME;
  if (alias !== undefined) return alias;
  const list = (word: string, texts: readonly string[]): string =>
    texts.length === 0 ? "" : `${word} => { ${texts.map((text, at) => `a${at} => ${text}`).join(", ")} }`;
  return `{ ${[list("addrs_v4", records.A), list("addrs_v6", records.AAAA)].filter((text) => text !== "").join(", ")} }`;
}
