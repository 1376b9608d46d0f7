// `pharos dns export`: zones and steering for those who run another server. In: zone files, the steering file. Out: a folder of that server's files.
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Fault } from "../base/fault.ts";
import { createMetrics } from "../base/metrics.ts";
import { writeFileWhole } from "../host/files.ts";
import { exportFormats, exportZones } from "../steering/export.ts";
import { openGeo } from "../steering/geo.ts";
import { networksOf } from "../steering/steering.ts";
import type { SteeringView } from "../steering/steering-decision.ts";
import { noFacts, type PopFacts } from "../steering/steering-facts.ts";
import { loadPlan } from "../steering/steering-live.ts";
import { noPlan, type SteeringPlan } from "../steering/steering-plan.ts";
import { lookAtZones, steeringFlag, zoneFileHelp } from "./dns-zones.ts";
import { type Context, defineCommand } from "./flags.ts";

export const command = defineCommand({
  name: "dns export",
  summary: "write zones and steering as files of Knot, gdnsd or PowerDNS",
  about:
    "What visitors get while all POPs live, as a table of networks: by place, overrides and maps. Health, capacity and weights are left to that server. Written again, its files take the place of the old ones.",
  example: [
    "dns export example.com.toml --steering steering.toml --format knot --out /etc/knot/pharos",
    "dns export example.com.toml --steering steering.toml --format gdnsd --out /etc/gdnsd",
  ],
  flags: {
    format: { kind: "string", required: true, allowed: exportFormats, help: "whose files they are to be" },
    out: { kind: "path", required: true, help: "folder to write them into" },
    steering: steeringFlag,
  },
  positionals: { files: { required: true, many: true, help: zoneFileHelp } },
  async run({ files, format, out, steering }, context) {
    const plan = steering === undefined ? null : loadPlan(steering);
    const looked = await lookAtZones(files, plan, context.clock);
    const mistakes = looked.flatMap((one) => one.mistakes);
    if (mistakes.length > 0)
      throw new Fault("folder-refused", mistakes.join("\n"), "Repair the zone; nothing was written.");
    const zones = looked.flatMap(({ zone }) => (zone === null ? [] : [zone]));
    if (plan === null && zones.some(({ steered }) => steered.size > 0))
      throw new Fault(
        "usage",
        "--steering is missing: names of these zones are steered.",
        "Name the TOML file of POPs and maps.",
      );
    const folder = resolve(out);
    const view = viewOf(plan ?? noPlan, steering, context);
    const { files: written, remarks } = exportZones(format, zones, view, folder);
    for (const { path, text } of written) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      await writeFileWhole(join(folder, path), new TextEncoder().encode(text), 0o644);
      context.out(join(out, path));
    }
    for (const remark of remarks) context.err(remark);
  },
});

/** All POPs and CDNs are taken for alive: how they are at this moment is out of date when the files are read. */
function viewOf(plan: SteeringPlan, path: string | undefined, { log }: Context): SteeringView {
  const alive: PopFacts = { up: true, full: false, standing: "member" };
  const paths = plan.geo.map((file) => resolve(dirname(path ?? ""), file));
  return {
    plan,
    facts: {
      ...noFacts,
      pops: Object.fromEntries([...plan.pops.keys()].map((name) => [name, alive])),
      cdns: Object.fromEntries([...plan.cdns.keys()].map((name) => [name, true])),
    },
    geo: openGeo({ paths, log, metrics: createMetrics() }),
    networks: networksOf(plan),
  };
}
