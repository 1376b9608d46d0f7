// Which routes stand together in part 0. In: the paths of a page. Out: those of its front.
// What most generations change (front page, lists, feeds) would be spread over as many parts by its hash, each of which carries dozens of
// routes that did not change: on a page of 5,000 incidents 15 parts of 7 kB a publish. They are told by where they stand: in folders of a
// few routes, while incidents and months stand in crowded ones.
import { limits } from "../base/limits.ts";

/** The part that is looked into first, whatever a path's hash. */
export const frontPart = 0;

/**
 * The front: what stands at the root, then paths in folders of at most `limits.partRoutesAim` routes, as many whole folders as fit into
 * `limits.frontRoutesMax`, short names first: languages and lists have them. It depends on the paths alone: the same routes make the same
 * parts. The root is not counted as a folder that may be crowded: one more page there would take all of it apart.
 */
export function frontOf(paths: Iterable<string>): ReadonlySet<string> {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    const inFolder = folders.get(folder);
    if (inFolder === undefined) folders.set(folder, [path]);
    else inFolder.push(path);
  }
  const front = new Set<string>();
  for (const name of [...folders.keys()].sort(shortFirst)) {
    const inFolder = folders.get(name) ?? [];
    const fits = front.size + inFolder.length <= limits.frontRoutesMax;
    if (fits && (name === "/" || inFolder.length <= limits.partRoutesAim))
      for (const path of inFolder) front.add(path);
  }
  return front;
}

const shortFirst = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);
