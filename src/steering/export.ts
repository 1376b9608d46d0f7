// Zones and steering as files of other servers. In: zones, a view of steering. Out: files for a folder, and what those servers cannot do.
// One file a server (`export-*.ts`), one row in the table. They get what is answered while all POPs live: health is theirs to look after.

import type { Zone } from "../zones/zone.ts";
import { exportGdnsd } from "./export-gdnsd.ts";
import { exportKnot } from "./export-knot.ts";
import { exportPowerdns } from "./export-powerdns.ts";
import { type SteeringTable, steeringTable } from "./export-table.ts";
import type { ExportedZone, Exports } from "./export-zone.ts";
import type { SteeringView } from "./steering-decision.ts";
import { isStatusMap } from "./steering-plan.ts";

const writers = { knot: exportKnot, gdnsd: exportGdnsd, powerdns: exportPowerdns };

export type ExportFormat = keyof typeof writers;
export const exportFormats = Object.keys(writers) as readonly ExportFormat[];

/** `folder` is where the files will lie: servers want whole paths. */
export function exportZones(
  format: ExportFormat,
  zones: readonly Zone[],
  view: SteeringView,
  folder: string,
): Exports {
  const tables = new Map<string, SteeringTable>();
  const exported = zones.map((zone): ExportedZone => {
    const steered = [...zone.steered].flatMap(([name, map]) => {
      if (isStatusMap(map)) return [];
      const table = tables.get(map) ?? steeringTable(view, map);
      tables.set(map, table);
      return [{ name, map, table }];
    });
    const live = [...zone.steered].filter(([, map]) => isStatusMap(map)).map(([name]) => name);
    return { zone, steered, live };
  });
  return writers[format](exported, folder);
}
