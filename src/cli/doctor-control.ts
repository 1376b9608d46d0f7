// `pharos doctor control`: would a control plane start here, and could it be lost without loss? In: its folder and keys. Out: a line a finding.
import { existsSync, readFileSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import { checkFolder } from "../store/backup.ts";
import { formatOf, storeFile } from "../store/open.ts";
import { lastBackupFile } from "./backup-key.ts";
import { reportOf } from "./doctor.ts";
import {
  type Check,
  disk,
  type Finding,
  failing,
  folder,
  type Given,
  keys,
  ok,
  type Surroundings,
} from "./doctor-checks.ts";
import { clock } from "./doctor-sources.ts";
import { type Context, defineCommand } from "./flags.ts";
import { counted } from "./page-choice.ts";

const dayMs = 24 * 3_600_000;
/** A backup that is older has missed more than one night. */
const backupAgeMsMax = 2 * dayMs;

export const command = defineCommand({
  name: "doctor control",
  table: "control",
  summary: "look at what a control plane needs of this machine, and say what to fix",
  about:
    "Reads the whole store, also while the control plane runs, and changes nothing. Ends with 1 where something would keep it from working.",
  example: "doctor control --data /var/lib/pharos --keys /etc/pharos/keys",
  flags: {
    data: { kind: "path", required: true, help: "data folder of the control plane" },
    keys: { kind: "path", help: "folder with publisher.key, delegation.signed and root.pub" },
    json: { kind: "boolean", help: "one JSON object with a list of findings" },
  },
  async run({ data, keys: keyFolder, json }, context) {
    // Of a POP's settings none but these are looked at.
    const given = { data, keys: keyFolder, source: [], mirror: [], rootKey: [] } as unknown as Given;
    return reportOf(checksOf(context), given, json, context);
  },
});

function checksOf(context: Context): readonly Check[] {
  return [
    { name: "folder", run: folder },
    { name: "disk", run: disk },
    { name: "store", run: (given) => store(given, context) },
    { name: "keys", run: ownKeys },
    { name: "clock", run: clock },
    { name: "backup", run: backup },
  ];
}

async function store({ data }: Given, { clock, log }: Context): Promise<readonly Finding[]> {
  if (!existsSync(storeFile(data))) return [ok("There is no store yet; the first start makes it.")];
  try {
    const { heads, position, objects } = await checkFolder({ folder: data, clock, log });
    return [
      ok(
        `The store is whole: ${counted(heads.length, "page")}, ${counted(position, "change")}, ${counted(objects, "body", "bodies")}. It has format ${formatOf(data)}, which this release reads and writes.`,
      ),
    ];
  } catch (thrown) {
    return [failing(thrown)];
  }
}

async function ownKeys(given: Given): Promise<readonly Finding[]> {
  if (given.keys === undefined)
    return [{ state: "warn", says: "No keys were looked at.", fix: "Name their folder with --keys." }];
  return (await keys(given)).filter(({ says }) => says !== noRootKey);
}

const noRootKey = "No root key is named.";

async function backup({ data }: Given, { clock }: Surroundings): Promise<readonly Finding[]> {
  const path = lastBackupFile(data);
  const fix = "Run pharos backup --key backup.pub from a timer, to another machine's disk.";
  if (!existsSync(path)) return [{ state: "warn", says: "No backup was made from this folder.", fix }];
  const at = Date.parse(readFileSync(path, "utf8").trim());
  if (Number.isNaN(at))
    throw new Fault("folder-unusable", `${path} holds no time.`, "Make a backup: it is written anew.");
  const ageMs = clock.wallMs() - at;
  const says = `The last backup was made at ${new Date(at).toISOString()}, ${counted(Math.floor(ageMs / dayMs), "day")} ago.`;
  return [ageMs > backupAgeMsMax ? { state: "warn", says, fix } : ok(says)];
}
