// `pharos dns check`: what is wrong with zone files. In: files. Out: a line a mistake, by file, line and column; exit code 1 where a server would refuse one.

import { loadPlan } from "../steering/steering-live.ts";
import { showName } from "../zones/names.ts";
import { type LookedAt, lookAtZones, steeringFlag, zoneFileHelp } from "./dns-zones.ts";
import { defineCommand } from "./flags.ts";

export const command = defineCommand({
  name: "dns check",
  summary: "say what is wrong with zone files, by line and column",
  about:
    "Exit code 0 where all of them would be answered from, 1 where one would be refused. Lines that begin with `note` refuse nothing.",
  example: ["dns check example.com.zone", "dns check zones/example.com.toml --steering steering.toml"],
  flags: {
    steering: steeringFlag,
    json: { kind: "boolean", help: "say it as one JSON list" },
  },
  positionals: { files: { required: true, many: true, help: zoneFileHelp } },
  async run({ files, steering, json }, context) {
    const plan = steering === undefined ? null : loadPlan(steering);
    const found = await lookAtZones(files, plan, context.clock);
    if (json) context.out(JSON.stringify(found.map(figuresOf)));
    else for (const line of found.flatMap(linesOf)) context.out(line);
    return found.some(({ zone }) => zone === null) ? 1 : 0;
  },
});

function figuresOf({ path, zone, mistakes, remarks }: LookedAt) {
  const sets = zone === null ? [] : [...zone.nodes.values()].flat();
  return {
    file: path,
    zone: zone === null ? null : showName(zone.origin),
    names: zone?.nodes.size ?? 0,
    records: sets.reduce((sum, { rdata }) => sum + rdata.length, 0),
    steered: zone?.steered.size ?? 0,
    mistakes,
    remarks,
  };
}

function linesOf(looked: LookedAt): readonly string[] {
  const { file, zone, names, records, steered, mistakes, remarks } = figuresOf(looked);
  if (zone === null) return mistakes;
  const figures = `${names} names, ${records} records${steered === 0 ? "" : `, ${steered} names steered`}`;
  return [...remarks.map((remark) => `note ${remark}`), `${file}: ${zone} holds: ${figures}.`];
}
