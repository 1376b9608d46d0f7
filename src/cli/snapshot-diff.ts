// `pharos snapshot diff`: what changed between two kept generations. In: a data folder, two numbers. Out: routes, and the bytes that would travel.
import { Fault } from "../base/fault.ts";
import { diffSnapshots, type SnapshotDiff } from "../snapshot/diff.ts";
import type { Digest } from "../snapshot/types.ts";
import type { Store } from "../store/open.ts";
import { defineCommand } from "./flags.ts";
import { pageMeant } from "./page-choice.ts";
import {
  generationMeant,
  type Kept,
  keptOf,
  partOf,
  readFlags,
  routesOfPart,
  withReader,
} from "./snapshot-read.ts";

export const command = defineCommand({
  name: "snapshot diff",
  summary:
    "say which routes differ between two generations, and what would travel to a POP that holds the older",
  example: "snapshot diff 6 7 --data /var/lib/pharos --page docs.example.org",
  positionals: {
    older: { help: "number of a generation that is kept", required: true },
    newer: { help: "number of another", required: true },
  },
  flags: readFlags,
  async run(values, context) {
    const [from, to] = [numberOf("older", values.older), numberOf("newer", values.newer)];
    const said = await withReader(values.data, context, (store) =>
      compared(store, pageMeant(store.snapshots, values.page), from, to),
    );
    if (values.json) context.out(JSON.stringify(said));
    else for (const line of diffLines(said)) context.out(line);
  },
});

interface Compared extends Omit<SnapshotDiff, "parts"> {
  readonly page: string;
  readonly from: number;
  readonly to: number;
  /** Bytes that a POP lacks which holds the older one: manifest, parts, bodies in every encoding that travels. */
  readonly bytes: { readonly manifest: number; readonly parts: number; readonly bodies: number };
}

export function compared(store: Store, page: string, from: number, to: number): Compared {
  const kept = keptOf(store, page);
  const [older, newer] = [generationMeant(kept, page, from), generationMeant(kept, page, to)];
  const found = diffSnapshots(older.manifest, newer.manifest, (digest) => partOf(store.snapshots, digest));
  if (!found.ok)
    throw new Fault(
      "store-corrupt",
      "A part of one of the two is missing or damaged.",
      "See pharos snapshot verify.",
    );
  const { parts, added, removed, changed } = found.value;
  const lengthOf = (digest: Digest): number => store.snapshots.tree(digest)?.length ?? 0;
  const bytes = {
    manifest: lengthOf(newer.digest),
    parts: parts.reduce((sum, index) => sum + lengthOf(newer.manifest.parts[index] ?? ""), 0),
    bodies: bodyBytes(store, older, newer),
  };
  return { page, from, to, added, removed, changed, bytes };
}

/** What the newer one names and the older does not; the identity body never travels. */
function bodyBytes(store: Store, older: Kept, newer: Kept): number {
  const held = bodiesOf(store, older);
  let bytes = 0;
  for (const [digest, length] of bodiesOf(store, newer)) if (!held.has(digest)) bytes += length;
  return bytes;
}

function bodiesOf(store: Store, { manifest }: Kept): ReadonlyMap<Digest, number> {
  const bodies = new Map<Digest, number>();
  for (const part of manifest.parts)
    for (const { variants } of routesOfPart(store, part))
      for (const variant of [variants.gzip, variants.br, variants.zstd])
        if (variant !== undefined) bodies.set(variant.digest, variant.length);
  return bodies;
}

function diffLines({ page, from, to, added, removed, changed, bytes }: Compared): readonly string[] {
  const { manifest, parts, bodies } = bytes;
  return [
    ...added.map((path) => `+ ${path}`),
    ...removed.map((path) => `- ${path}`),
    ...changed.map((path) => `~ ${path}`),
    `Page ${page}, generation ${from} to ${to}: ${added.length} added, ${removed.length} removed, ${changed.length} changed.`,
    `To a POP that holds ${from} would go ${manifest + parts + bodies} bytes: manifest ${manifest}, parts ${parts}, bodies ${bodies}.`,
  ];
}

function numberOf(name: string, text: string): number {
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  throw new Fault(
    "usage",
    `<${name}>: ${JSON.stringify(text)} is not allowed.`,
    "Give the number of a generation; see pharos snapshot inspect.",
  );
}
