// `pharos snapshot inspect` and `pharos snapshot diff`: what is published, and what changed. In: a data folder. Out: tables or JSON.
import { Fault } from "../base/fault.ts";
import { pinIn } from "../publish/pin.ts";
import { diffSnapshots, type SnapshotDiff } from "../snapshot/diff.ts";
import type { Digest, Route } from "../snapshot/types.ts";
import type { Store } from "../store/open.ts";
import { defineCommand } from "./flags.ts";
import { counted, pageMeant } from "./page-choice.ts";
import {
  generationMeant,
  isoOf,
  type Kept,
  keptOf,
  lengthsOf,
  partOf,
  readFlags,
  withReader,
} from "./snapshot-read.ts";

const integerMax = Number.MAX_SAFE_INTEGER;

const inspect = defineCommand({
  name: "snapshot inspect",
  summary: "say what is published of a page: generations kept, who signed them, routes and their sizes",
  example: [
    "snapshot inspect --data /var/lib/pharos",
    "snapshot inspect --data pop --page docs.example.org --generation 7 --json",
  ],
  flags: {
    ...readFlags,
    generation: {
      kind: "integer",
      min: 1,
      max: integerMax,
      help: "the generation whose routes are listed; left out, the current one",
    },
  },
  async run(values, context) {
    const said = await withReader(values.data, context, (store) =>
      inspected(store, pageMeant(store.snapshots, values.page), values.generation),
    );
    if (values.json) context.out(JSON.stringify(said));
    else for (const line of linesOf(said)) context.out(line);
  },
});

const diff = defineCommand({
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

export const commands = [inspect, diff];

interface Inspected {
  readonly page: string;
  readonly hosts: readonly string[];
  /** The generation that the page is kept at by a rollback, and since when; null where it goes on. */
  readonly pinned: { readonly to: number; readonly since: string } | null;
  readonly generation: number;
  readonly epoch: number;
  readonly signer: string;
  readonly manifest: Digest;
  readonly created: string;
  readonly parts: readonly { readonly digest: Digest; readonly routes: number }[];
  readonly generations: readonly {
    readonly generation: number;
    readonly epoch: number;
    readonly created: string;
    readonly applied: string;
    readonly signer: string;
    readonly parts: number;
  }[];
  readonly routes: readonly ReturnType<typeof routeSaid>[];
}

function inspected(store: Store, page: string, number: number | undefined): Inspected {
  const kept = keptOf(store, page);
  const { manifest, digest, signer } = generationMeant(kept, page, number);
  const pin = pinIn(store.snapshots.notes(page));
  const parts = manifest.parts.map((part) => ({ digest: part, routes: routesOfPart(store, part) }));
  const { hosts, generation, epoch, createdMs } = manifest;
  return {
    page,
    hosts,
    pinned: pin && { to: pin.to, since: isoOf(pin.sinceMs) },
    generation,
    epoch,
    signer,
    manifest: digest,
    created: isoOf(createdMs),
    parts: parts.map((part) => ({ ...part, routes: part.routes.length })),
    generations: kept.map(generationSaid),
    routes: parts
      .flatMap(({ routes }) => routes)
      .toSorted(byPath)
      .map(routeSaid),
  };
}

function routesOfPart(store: Store, digest: Digest): readonly Route[] {
  const part = partOf(store.snapshots, digest);
  if (part !== null) return part.routes;
  throw new Fault(
    "store-corrupt",
    `The part ${digest} is missing or damaged.`,
    "See pharos snapshot verify.",
  );
}

function byPath(a: Route, b: Route): number {
  return a.path < b.path ? -1 : 1;
}

function generationSaid({ manifest, signer, appliedMs }: Kept) {
  const { generation, epoch, createdMs, parts } = manifest;
  return {
    generation,
    epoch,
    created: isoOf(createdMs),
    applied: isoOf(appliedMs),
    signer,
    parts: parts.length,
  };
}

function routeSaid(route: Route) {
  const { path, contentType, cache, slot } = route;
  return { path, contentType, cache, slot, ...lengthsOf(route) };
}

function linesOf(said: Inspected): readonly string[] {
  const { page, hosts, pinned, generation, epoch, signer, manifest, created, parts, generations, routes } =
    said;
  const title = ["path", "identity", "gzip", "br", "zstd", "type"];
  const rows = routes.map(({ path, identity, gzip, br, zstd, contentType }) => [
    path,
    ...[identity, gzip, br, zstd].map((length) => String(length ?? "-")),
    contentType,
  ]);
  return [
    `page        ${page} at ${hosts.join(", ")}`,
    ...(pinned === null
      ? []
      : [
          `pinned      to generation ${pinned.to} since ${pinned.since}; pharos snapshot release lets it go on`,
        ]),
    `generation  ${generation} of epoch ${epoch}, made ${created}`,
    `signed by   ${signer}`,
    `manifest    ${manifest}, ${counted(parts.length, "part")}, ${counted(routes.length, "route")}`,
    "",
    "kept:",
    ...columns([
      ["", "generation", "made", "parts", "signed by"],
      ...generations.map((one) => ["", String(one.generation), one.created, String(one.parts), one.signer]),
    ]),
    "",
    ...columns([title, ...rows]),
  ];
}

/** Columns as wide as their widest cell; numbers stand to the right. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, at) =>
        /^(?:\d+|-)$/.test(cell) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

interface Compared extends Omit<SnapshotDiff, "parts"> {
  readonly page: string;
  readonly from: number;
  readonly to: number;
  /** Bytes that a POP lacks which holds the older one: manifest, parts, bodies in every encoding that travels. */
  readonly bytes: { readonly manifest: number; readonly parts: number; readonly bodies: number };
}

function compared(store: Store, page: string, from: number, to: number): Compared {
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
