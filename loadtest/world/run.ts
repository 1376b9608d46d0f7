// `npm run world`: simulates and prints. In: flags. Out: the tables on standard output; with --write README.md and map.svg in this folder, and the summary in
// loadtest/README.md.
//   npm run world -- [--seed N] [--pops N | --pops fra,iad,sin] [--map FILE] [--write]
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hostingPlaces, type PopPlace } from "./pops.ts";
import { filled, mapOf, sectionsOf, summaryOf } from "./report.ts";
import { setNamed, setsOf, simulate, usual } from "./simulate.ts";

interface Wanted {
  readonly seed: number;
  readonly sets: readonly (readonly PopPlace[])[];
  readonly map: string | null;
  readonly write: boolean;
}

/** What is asked for, or a sentence about what is wrong. */
export function readFlags(args: readonly string[]): Wanted | string {
  let values: { seed?: string; pops?: string; map?: string; write?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: "string" },
        pops: { type: "string" },
        map: { type: "string" },
        write: { type: "boolean" },
      },
    }));
  } catch (thrown) {
    return `${(thrown as Error).message} Known are --seed N, --pops N or names, --map FILE, --write.`;
  }
  const seed = values.seed === undefined ? usual.seed : Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    return `--seed ${values.seed}: a seed is a whole number from 0 to 4294967295.`;
  const sets = values.pops === undefined ? setsOf(usual.counts) : readPops(values.pops);
  if (typeof sets === "string") return sets;
  const write = values.write === true;
  if (write && (values.pops !== undefined || values.seed !== undefined))
    return "--write: the README shows what the usual seed and POPs give. Leave --seed and --pops out.";
  return { seed, sets, map: values.map ?? null, write };
}

function readPops(text: string): Wanted["sets"] | string {
  const known = hostingPlaces.map(({ name }) => name).join(", ");
  if (/^\d+$/.test(text)) {
    const count = Number(text);
    return count >= 1 && count <= hostingPlaces.length
      ? setsOf([count])
      : `--pops ${text}: from 1 to ${hostingPlaces.length}, or names out of ${known}.`;
  }
  const named = setNamed([...new Set(text.split(","))]);
  return named === null
    ? `--pops ${text}: a number from 1 to ${hostingPlaces.length}, or names out of ${known}.`
    : [named];
}

async function main(): Promise<number> {
  const wanted = readFlags(process.argv.slice(2));
  if (typeof wanted === "string") {
    console.error(wanted);
    return 2;
  }
  const simulation = await simulate(wanted);
  const sections = sectionsOf(simulation);
  for (const [name, section] of sections)
    if (!name.startsWith("assumptions")) console.log(`## ${name}\n\n${section}\n`);
  if (wanted.map !== null) writeFileSync(wanted.map, mapOf(simulation));
  if (wanted.write) {
    fill(join(import.meta.dirname, "README.md"), sections);
    fill(join(import.meta.dirname, "..", "README.md"), summaryOf(simulation));
    writeFileSync(join(import.meta.dirname, "map.svg"), mapOf(simulation));
  }
  return 0;
}

function fill(path: string, sections: ReadonlyMap<string, string>): void {
  writeFileSync(path, filled(readFileSync(path, "utf8"), sections));
}

if (import.meta.main) process.exitCode = await main();
