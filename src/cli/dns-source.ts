// What a process of `pharos dns` answers from. In: flags. Out: a `Find` over its zones, and a new one after each change that holds.
import { readFileSync } from "node:fs";
import { Fault, messageOf } from "../base/fault.ts";
import { makeFind } from "../dns/find.ts";
import { originOfFileName, readMasterFile } from "../dns/master-file.ts";
import type { Find } from "../dns/types.ts";
import type { Zone, ZoneSet } from "../dns/zone.ts";
import { checkZone } from "../dns/zone-check.ts";
import { showMistake } from "../dns/zone-draft.ts";
import type { DnsOptions } from "./dns-flags.ts";
import type { Context } from "./flags.ts";

export interface DnsSource {
  readonly find: Find;
  /** Reads everything again; what does not hold stays as it was, and is said. */
  reload(): Promise<void>;
  stop(): void;
}

/** Throws Fault `usage` where a zone does not hold. `onFind` is told of each new `Find`. */
export async function openDnsSource(
  { zone: paths }: Pick<DnsOptions, "zone">,
  { log }: Pick<Context, "log">,
  onFind: (find: Find) => void,
): Promise<DnsSource> {
  const findOf = (): Find =>
    makeFind(readZones(paths), () => ({ sets: [], scope: 0, first: "", country: "" }));
  return {
    find: findOf(),
    async reload() {
      try {
        onFind(findOf());
      } catch (thrown) {
        if (!(thrown instanceof Fault)) throw thrown;
        log.error(`The zones stay as they were: ${thrown.message}`);
      }
    },
    stop: () => undefined,
  };
}

function readZones(paths: readonly string[]): ZoneSet {
  const zones = paths.map(readZone);
  return new Map(zones.map((zone) => [zone.origin, zone]));
}

function readZone(path: string): Zone {
  const checked = checkZone(readMasterFile(path, textOf(path), originOfFileName(path)));
  if (checked.ok) return checked.value.zone;
  throw new Fault("usage", checked.reason.map(showMistake).join("\n"), "Repair the zone.");
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (thrown) {
    throw new Fault(
      "usage",
      `The zone file ${path} cannot be read: ${messageOf(thrown)}.`,
      "Check the path.",
    );
  }
}
