// Files become routes. In: the files of a folder, and the routes that were published last. Out: all routes; bodies that are new, handed on
// a few megabytes at a time. What has the bytes of last time is the route of last time, so an unchanged folder makes no generation.
import { open } from "node:fs/promises";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { compressBody } from "../snapshot/body.ts";
import { digestOf } from "../snapshot/digest.ts";
import type { CacheClass, Digest, Route } from "../snapshot/types.ts";
import type { FolderFile } from "./folder.ts";
import { type Slotted, withSlot } from "./folder-html.ts";
import { contentTypeOf } from "./folder-types.ts";
import { fileMayWait } from "./lazy-rule.ts";

type Bodies = readonly (readonly [Digest, Uint8Array])[];

export interface FolderRoutesOptions {
  /** Put the empty slot of the banner into HTML that has none. */
  readonly banner: boolean;
  /** Paths, such as `/assets`, below which nothing but HTML, whose banner comes and goes, ever changes under its name. */
  readonly immutable: readonly string[];
  /** Routes of the page's last generation. */
  readonly last: readonly Route[];
  /** Takes bodies ahead of the generation that names them. */
  stage(bodies: Bodies): Promise<void>;
  onFile?(done: number): void;
}

export interface FolderRoutes {
  readonly routes: readonly Route[];
  /** Files whose bytes were compressed, and what their encodings weigh together, identity apart. */
  readonly compressed: number;
  readonly compressedBytes: number;
  /** HTML files by what became of the slot. */
  readonly slots: Readonly<Record<Slotted["slot"], readonly string[]>>;
}

const filesAtOnce = 8;

/** Throws Fault `folder-refused` where a file grew beyond its limit meanwhile, and what `stage` throws. */
export async function routesOfFolder(
  files: readonly FolderFile[],
  options: FolderRoutesOptions,
): Promise<FolderRoutes> {
  const byPath = new Map(options.last.map((route) => [route.path, route]));
  // A file that was renamed or doubled has its encodings already.
  const byIdentity = new Map(options.last.map(({ variants }) => [variants.identity.digest, variants]));
  const slots: Record<Slotted["slot"], string[]> = { there: [], put: [], none: [] };
  const routes: Route[] = [];
  const staging = createStaging(options.stage);
  for (let at = 0; at < files.length; at += filesAtOnce) {
    const some = files.slice(at, at + filesAtOnce);
    const made = await Promise.all(some.map((file) => makeOne(file, options, byPath, byIdentity)));
    for (const { routes: more, slot, name, bodies } of made) {
      routes.push(...more);
      if (slot !== null) slots[slot].push(name);
      for (const { variants } of more.slice(0, 1)) byIdentity.set(variants.identity.digest, variants);
      staging.add(bodies);
    }
    await staging.flush(limits.fetchBatchBytes);
    options.onFile?.(Math.min(files.length, at + filesAtOnce));
  }
  await staging.flush(0);
  return { routes, ...staging.counts, slots };
}

/** Collects bodies and hands them on together. */
function createStaging(stage: FolderRoutesOptions["stage"]) {
  const counts = { compressed: 0, compressedBytes: 0 };
  let waiting: (readonly [Digest, Uint8Array])[] = [];
  let waitingBytes = 0;
  return {
    counts,
    /** The encodings of one file, identity first; none where they are known. */
    add(bodies: Bodies): void {
      if (bodies.length > 0) counts.compressed++;
      for (const [at, body] of bodies.entries()) {
        waiting.push(body);
        waitingBytes += body[1].length;
        if (at > 0) counts.compressedBytes += body[1].length;
      }
    },
    /** Hands on what waits where it is more than `bytes`. */
    async flush(bytes: number): Promise<void> {
      if (waitingBytes <= bytes) return;
      const bodies = waiting;
      waiting = [];
      waitingBytes = 0;
      await stage(bodies);
    },
  };
}

interface Made {
  readonly name: string;
  readonly routes: readonly Route[];
  readonly slot: Slotted["slot"] | null;
  readonly bodies: Bodies;
}

async function makeOne(
  file: FolderFile,
  { banner, immutable }: FolderRoutesOptions,
  byPath: ReadonlyMap<string, Route>,
  byIdentity: ReadonlyMap<Digest, Route["variants"]>,
): Promise<Made> {
  const read = await readBounded(file);
  const contentType = contentTypeOf(file.name, read);
  const isHtml = contentType.startsWith("text/html");
  const slotted = banner && isHtml ? withSlot(read) : null;
  const identity = slotted?.bytes ?? read;
  const slot = slotted !== null && slotted.slot !== "none";
  const known = byIdentity.get(digestOf(identity));
  const body = known === undefined ? await compressBody(identity) : { variants: known, objects: [] };
  const { variants } = body;
  const routes = file.paths.map((path): Route => {
    const made: Route = {
      path,
      contentType,
      cache: isHtml ? "page" : cacheOf(path, immutable),
      slot,
      ...(fileMayWait(path, contentType, identity.length) && { lazy: true }),
      variants,
    };
    const before = byPath.get(path);
    return before !== undefined && sameRoute(before, made) ? before : made;
  });
  return { name: file.name, routes, slot: slotted?.slot ?? null, bodies: body.objects };
}

function cacheOf(path: string, immutable: readonly string[]): CacheClass {
  return immutable.some((folder) => path.startsWith(folder.endsWith("/") ? folder : `${folder}/`))
    ? "immutable"
    : "page";
}

function sameRoute(a: Route, b: Route): boolean {
  return (
    a.contentType === b.contentType &&
    a.cache === b.cache &&
    a.slot === b.slot &&
    a.lazy === b.lazy &&
    a.variants.identity.digest === b.variants.identity.digest
  );
}

/** A file as it is now, which may be more than it was when the folder was listed. */
async function readBounded({ name, place }: FolderFile): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    const handle = await open(place, "r");
    try {
      const { size } = await handle.stat();
      bytes = size > limits.objectBytesMax ? new Uint8Array(size) : await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw new Fault(
      "folder-unusable",
      `${JSON.stringify(name)} cannot be read: ${messageOf(thrown)}.`,
      "Give it to this user to read, or take it out of the folder.",
      { cause: thrown },
    );
  }
  if (bytes.length <= limits.objectBytesMax) return bytes;
  throw new Fault(
    "folder-refused",
    `${JSON.stringify(name)} has grown to ${bytes.length} bytes, and ${limits.objectBytesMax} are the limit of one file.`,
    "Nothing was published; take it out of the folder, or change it.",
  );
}
