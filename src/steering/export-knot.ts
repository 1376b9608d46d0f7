// For Knot DNS: master files, and mod-geoip by subnet. In: zones with tables. Out: a configuration to include, a file of networks a zone.
import { join } from "node:path";
import { showName } from "../zones/names.ts";
import { showNetwork } from "../zones/networks.ts";
import type { Choice } from "./export-table.ts";
import {
  bareName,
  choiceLines,
  type ExportedZone,
  type Exports,
  leftOut,
  masterText,
} from "./export-zone.ts";

export function exportKnot(zones: readonly ExportedZone[], folder: string): Exports {
  const isWild = (name: string): boolean => name.startsWith("\x01*");
  const parts = zones.map((exported) => {
    const origin = bareName(exported.zone.origin);
    // A wildcard gets the usual addresses, which its zone file holds: mod-geoip knows names alone.
    const steered = exported.steered.filter(({ name }) => !isWild(name));
    const zoneFile = `${origin}.zone`;
    const geoFile = `${origin}.geoip`;
    const lines = exported.steered.flatMap(({ name, table }) => choiceLines(name, table.choices[0]));
    return {
      files: [
        { path: zoneFile, text: masterText(exported, lines) },
        { path: geoFile, text: `${steered.map(geoOf).join("")}` },
      ],
      ttl: steered[0]?.table.choices[0].ttl ?? null,
      origin,
      remarks: [
        ...leftOut(exported),
        ...exported.steered
          .filter(({ name }) => isWild(name))
          .map(
            ({ name }) => `${showName(name)} is answered alike for everyone: mod-geoip knows no wildcards.`,
          ),
      ],
    };
  });
  const modules = parts.filter(({ ttl }) => ttl !== null);
  const conf = [
    "# Include this in knot.conf, and say `edns-client-subnet: on` in its section `server`.",
    ...(modules.length === 0 ? [] : ["mod-geoip:"]),
    ...modules.flatMap(({ origin, ttl }) => [
      `  - id: "${origin}"`,
      `    config-file: "${join(folder, `${origin}.geoip`)}"`,
      `    ttl: ${ttl}`,
      "    mode: subnet",
    ]),
    "zone:",
    ...parts.flatMap(({ origin, ttl }) => [
      `  - domain: "${origin}"`,
      `    file: "${join(folder, `${origin}.zone`)}"`,
      ...(ttl === null ? [] : [`    module: "mod-geoip/${origin}"`]),
    ]),
  ];
  return {
    files: [{ path: "pharos.conf", text: `${conf.join("\n")}\n` }, ...parts.flatMap(({ files }) => files)],
    remarks: parts.flatMap(({ remarks }) => remarks),
  };
}

function geoOf({ name, table }: ExportedZone["steered"][number]): string {
  if (table.networks.length === 0) return "";
  const records = table.choices.map(recordsOf);
  const entries = table.networks.map(
    ({ network, choice }) => `  - net: "${showNetwork(network)}"\n${records[choice]}`,
  );
  return `${bareName(name)}:\n${entries.join("")}`;
}

function recordsOf({ records }: Choice): string {
  return Object.entries(records)
    .filter(([, texts]) => texts.length > 0)
    .map(([word, texts]) => `    ${word}: [ ${texts.map((text) => `"${text}"`).join(", ")} ]\n`)
    .join("");
}
