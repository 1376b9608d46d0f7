// `pharos snapshot inspect`: what is published of a page, by whom, and how much of it. In: a data folder. Out: tables, or JSON.
import { pinIn } from "../publish/pin.ts";
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
  readFlags,
  routesOfPart,
  withReader,
} from "./snapshot-read.ts";

const integerMax = Number.MAX_SAFE_INTEGER;

export const command = defineCommand({
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
  const { path, contentType, cache, slot, lazy = false, framed = false } = route;
  return { path, contentType, cache, slot, lazy, framed, ...lengthsOf(route) };
}

function linesOf(said: Inspected): readonly string[] {
  const { page, hosts, pinned, generation, epoch, signer, manifest, created, parts, generations, routes } =
    said;
  const title = ["path", "identity", "gzip", "br", "zstd", "", "type"];
  const rows = routes.map(({ path, identity, gzip, br, zstd, lazy, framed, contentType }) => [
    path,
    ...[identity, gzip, br, zstd].map((length) => String(length ?? "-")),
    [lazy ? "lazy" : "", framed ? "framed" : ""].filter((word) => word !== "").join(" "),
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
