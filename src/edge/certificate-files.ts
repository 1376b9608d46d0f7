// Where certificates lie. In: folders and pairs that the operator named. Out: each chain with its key, and a print that changes with either.
// Four ways of laying them out are known, so that whatever renews them can be pointed at.
import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";

/** A chain (the leaf first) and its key, as files. */
export interface PairFiles {
  readonly chain: string;
  readonly key: string;
  /** Time, size and inode of both: another print is another content. */
  readonly print: string;
}

export interface FoundPairs {
  /** In the order of the places, within a folder by name. */
  readonly pairs: readonly PairFiles[];
  /** Sentences about what was named and is not there. */
  readonly missing: readonly string[];
}

/** A place is a folder, searched to a small depth, or `chain.pem:key.pem`. */
export async function findPairs(places: readonly string[]): Promise<FoundPairs> {
  const pairs: PairFiles[] = [];
  const missing: string[] = [];
  for (const place of places) {
    const [chain = "", key] = place.split(":");
    try {
      if (key !== undefined) pairs.push(await pairOf(chain, key));
      else for (const found of await pairsBelow(place, 0)) pairs.push(await pairOf(found.chain, found.key));
    } catch (thrown) {
      missing.push(`The certificates at ${place} cannot be read: ${messageOf(thrown)}.`);
    }
  }
  return { pairs: pairs.slice(0, limits.certificatesMax), missing };
}

type Names = Pick<PairFiles, "chain" | "key">;

async function pairsBelow(folder: string, depth: number): Promise<readonly Names[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: Names[] = pairsAmong(new Set(entries.map(({ name }) => name))).map(({ chain, key }) => ({
    chain: join(folder, chain),
    key: join(folder, key),
  }));
  if (depth < limits.certificateDepthMax)
    for (const { name } of entries.filter(isFolder))
      found.push(...(await pairsBelow(join(folder, name), depth + 1)));
  return found;
}

/** Links to folders are not followed: Kubernetes keeps the same files behind one, and a circle would be walked. */
function isFolder(entry: Dirent): boolean {
  return entry.isDirectory() && !entry.name.startsWith(".");
}

/**
 * certbot: `fullchain.pem`, `privkey.pem` · acme.sh: `fullchain.cer`, `<name>.key` · lego, Caddy, Kubernetes: `<name>.crt`, `<name>.key` ·
 * mkcert: `<name>.pem`, `<name>-key.pem`.
 */
function pairsAmong(names: ReadonlySet<string>): readonly Names[] {
  return [...names].flatMap((key) => {
    const chain = chainsFor(key).find((name) => names.has(name));
    return chain === undefined ? [] : { chain, key };
  });
}

function chainsFor(key: string): readonly string[] {
  if (key === "privkey.pem") return ["fullchain.pem"];
  const [, stem = "", end] = /^(.+?)(-key\.pem|\.key)$/.exec(key) ?? [];
  if (end === ".key") return [`${stem}.crt`, "fullchain.cer", `${stem}.pem`, `${stem}.cer`];
  return end === undefined ? [] : [`${stem}.pem`];
}

async function pairOf(chain: string, key: string): Promise<PairFiles> {
  const prints = await Promise.all(
    [chain, key].map(async (path) => {
      const { mtimeMs, size, ino } = await stat(path);
      return `${mtimeMs}-${size}-${ino}`;
    }),
  );
  return { chain, key, print: prints.join(" ") };
}
