// A page as plain files for browsers. In: its head, a store. Out: a folder that any web server can carry, replaced as a whole in one step.
// A page has two trees of files. The hidden one is brought up to date by what changed since it was shown, files that both have are one file
// with two names, and then the page's hosts, which are links, turn to it: a browser meets one generation or the other, never a mixture, and the
// work follows the change.
import { Buffer } from "node:buffer";
import { isDigest } from "../snapshot/digest.ts";
import { openManifest } from "../snapshot/manifest.ts";
import type { Digest, Head, Manifest, Route, Variant } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { fileOf, mirrorFolder, pagesFolder } from "./mirror.ts";
import { digestIn, isInTheWay, type MirrorFiles } from "./mirror-files.ts";
import { type Counts, isLacking, present, routesOf } from "./mirror-page.ts";

export interface Sites {
  /** Shows this generation under the page's hosts. Throws Fault `disk-full`, `folder-unusable` or `not-found`; what was shown before stays. */
  show(head: Head, counts: Counts): Promise<void>;
  /** Removes sites of other pages than these. Gives how many links and trees went. */
  keep(pages: ReadonlySet<string>): Promise<number>;
}

type TreeName = "a" | "b";

/** What a tree holds: the files of exactly these parts. */
interface Tree {
  readonly manifest: Digest;
  readonly parts: readonly Digest[];
  /** False for one that another process wrote, whose files a power failure may have emptied; and for one that lacks some. */
  readonly checked: boolean;
}

interface Site {
  shown: TreeName | null;
  readonly trees: Record<TreeName, Tree | null>;
  hosts: readonly string[];
}

const sitesFolder = `${mirrorFolder}/sites`;

export function createSites(store: SnapshotStore, files: MirrorFiles): Sites {
  const sites = new Map<string, Site>();
  const open = (manifest: Digest, page: string): Manifest => {
    const opened = openManifest(present(store.tree(manifest), page));
    return present(opened.ok ? opened.value.value : null, page);
  };

  /** What lies there since an earlier run. A tree without its note was being changed when its writer ended, and is begun anew. */
  async function found(page: string, name: TreeName): Promise<Tree | null> {
    const noted = Buffer.from((await files.read(noteOf(page, name))) ?? "").toString("utf8");
    if (!isDigest(noted) || !store.hasTree(noted)) return null;
    return { manifest: noted, parts: open(noted, page).parts, checked: false };
  }

  async function siteOf(page: string, hosts: readonly string[]): Promise<Site> {
    const known = sites.get(page);
    if (known !== undefined) return known;
    const [a, b] = [await found(page, "a"), await found(page, "b")];
    const targets = await Promise.all(hosts.map((host) => files.pointsTo(`${pagesFolder}/${host}`)));
    const shown = (["a", "b"] as const).find((name) => targets.includes(targetOf(page, name)));
    const site: Site = { shown: shown ?? null, trees: { a, b }, hosts: [] };
    sites.set(page, site);
    return site;
  }

  async function build(
    page: string,
    site: Site,
    name: TreeName,
    now: Manifest,
    manifest: Digest,
    counts: Counts,
  ) {
    const near = site.trees[otherOf(name)];
    const before = site.trees[name];
    site.trees[name] = null;
    await files.remove(noteOf(page, name));
    const checked = await bring({ store, files, counts, page, name, before, near, now });
    // A page may have nothing that a file can bear; its hosts are links all the same.
    await files.makeFolder(treeOf(page, name));
    await files.write(noteOf(page, name), Buffer.from(manifest, "utf8"));
    site.trees[name] = { manifest, parts: now.parts, checked };
  }

  return {
    async show(head, counts) {
      const { page, manifest } = head;
      const held = sites.get(page);
      const current = held?.shown == null ? null : held.trees[held.shown];
      if (held !== undefined && current?.manifest === manifest && current.checked) return;
      const now = open(manifest, page);
      const site = await siteOf(page, now.hosts);
      const last = site.shown ?? "b";
      // One that already has this generation is only looked over.
      const name = site.trees[last]?.manifest === manifest ? last : otherOf(last);
      await build(page, site, name, now, manifest, counts);
      for (const host of now.hosts) await files.point(`${pagesFolder}/${host}`, targetOf(page, name));
      for (const host of site.hosts.filter((old) => !now.hosts.includes(old))) await letGo(host, page);
      site.shown = name;
      site.hosts = now.hosts;
    },
    async keep(pages) {
      for (const page of [...sites.keys()]) if (!pages.has(page)) sites.delete(page);
      const named = new Set([...sites.values()].flatMap(({ hosts }) => hosts));
      let removed = 0;
      for (const host of await files.names(pagesFolder)) {
        if (named.has(host)) continue;
        await files.removeAll(`${pagesFolder}/${host}`);
        removed += 1;
      }
      for (const page of await files.names(sitesFolder)) {
        if (pages.has(page)) continue;
        await files.removeAll(`${sitesFolder}/${page}`);
        removed += 1;
      }
      return removed;
    },
  };

  /** A host that this page has given up, unless another has taken it meanwhile. */
  async function letGo(host: string, page: string): Promise<void> {
    const target = await files.pointsTo(`${pagesFolder}/${host}`);
    if (target === targetOf(page, "a") || target === targetOf(page, "b"))
      await files.removeAll(`${pagesFolder}/${host}`);
  }
}

const otherOf = (name: TreeName): TreeName => (name === "a" ? "b" : "a");
const treeOf = (page: string, name: TreeName): string => `${sitesFolder}/${page}/${name}`;
const noteOf = (page: string, name: TreeName): string => `${treeOf(page, name)}.manifest`;
/** As it stands in a link in the folder of pages: wherever the whole folder is moved to, it holds. */
const targetOf = (page: string, name: TreeName): string => `../${treeOf(page, name)}`;

interface Bringing {
  readonly store: SnapshotStore;
  readonly files: MirrorFiles;
  readonly counts: Counts;
  readonly page: string;
  readonly name: TreeName;
  /** What the tree holds. */
  readonly before: Tree | null;
  /** The other tree, whose files may get a second name. */
  readonly near: Tree | null;
  readonly now: Manifest;
}

/** Makes the tree hold the files of `now`. False where the store does not have all of them. */
async function bring(bringing: Bringing): Promise<boolean> {
  const { store, files, counts, page, now, near } = bringing;
  const tree = treeOf(page, bringing.name);
  const partOf = (digest: Digest): readonly Route[] | null => {
    const bytes = store.tree(digest);
    return bytes === null ? null : routesOf(bytes, page);
  };
  const gone = lacking(bringing.before?.parts ?? [], now.parts).map(partOf);
  // The store forgot what the tree was made of: what to remove is no longer known.
  const before = gone.includes(null) ? null : bringing.before;
  if (before === null) await files.removeAll(tree);
  const had = before === null ? new Map<string, Digest>() : placesOf(gone);
  const fresh = lacking(now.parts, before?.parts ?? []).map((digest) => present(partOf(digest), page));
  const kept = placesOf(fresh);
  for (const file of had.keys()) {
    if (kept.has(file)) continue;
    await files.remove(`${tree}/${file}`);
    counts.removed += 1;
  }
  const nearby =
    near?.checked === true ? placesOf(lacking(near.parts, before?.parts ?? []).map(partOf)) : null;
  let whole = true;
  const put = async (route: Route, isThere: (file: string, body: Variant) => boolean | Promise<boolean>) => {
    const file = fileOf(route);
    const body = route.variants.identity;
    if (file === null) counts.unplaced.add(route.path);
    else if (isLacking(store, route)) whole = false;
    else if (!(await isThere(file, body))) {
      const twin =
        nearby?.get(file) === body.digest ? `${treeOf(page, otherOf(bringing.name))}/${file}` : null;
      await place(bringing, `${tree}/${file}`, route, twin);
    }
  };
  const looked = async (file: string, body: Variant): Promise<boolean> =>
    (await files.lengthOf(`${tree}/${file}`)) === body.length &&
    (await digestIn(files, `${tree}/${file}`)) === body.digest;
  for (const route of fresh.flat())
    await put(route, (file, { digest }) => before?.checked === true && had.get(file) === digest);
  if (before !== null && !before.checked)
    for (const digest of now.parts)
      for (const route of present(partOf(digest), page)) await put(route, looked);
  return whole;
}

async function place(
  { store, files, counts, page }: Bringing,
  file: string,
  { path, variants }: Route,
  twin: string | null,
): Promise<void> {
  try {
    if (twin !== null && (await files.link(twin, file))) return;
    await files.write(file, present(store.object(variants.identity.digest), page));
    counts.written += 1;
  } catch (thrown) {
    if (!isInTheWay(thrown)) throw thrown;
    counts.unplaced.add(path);
  }
}

/** Members of `all`, each once, that are not in `known`. */
function lacking(all: readonly Digest[], known: readonly Digest[]): readonly Digest[] {
  const held = new Set(known);
  return [...new Set(all)].filter((digest) => !held.has(digest));
}

/** Files of these parts' routes, and what is in them. A part that is not there has none. */
function placesOf(parts: readonly (readonly Route[] | null)[]): ReadonlyMap<string, Digest> {
  const places = new Map<string, Digest>();
  for (const route of parts.flatMap((part) => part ?? [])) {
    const file = fileOf(route);
    if (file !== null) places.set(file, route.variants.identity.digest);
  }
  return places;
}
