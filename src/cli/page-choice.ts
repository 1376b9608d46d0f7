// Which page a command means. In: heads of a store, perhaps an id. Out: one page, or a sentence that names those there are.
import { Fault } from "../base/fault.ts";
import type { SnapshotStore } from "../store/types.ts";

/** The page that was named, or the only one there is. Throws Fault `not-found`, or `usage` where there are several and none is named. */
export function pageMeant(store: SnapshotStore, named: string | undefined): string {
  const pages = store.heads().map(({ page }) => page);
  const known = pages.length === 0 ? "It holds no page." : `It holds ${pages.slice(0, 20).join(", ")}.`;
  if (named !== undefined) {
    if (pages.includes(named)) return named;
    throw new Fault("not-found", `This data folder has published no page ${named}.`, known);
  }
  const [only] = pages;
  if (only !== undefined && pages.length === 1) return only;
  throw new Fault(
    pages.length === 0 ? "not-found" : "usage",
    pages.length === 0
      ? "This data folder has published no page."
      : "--page is missing, and there are several pages.",
    known,
  );
}

/** `1 file`, `2 files`, `2 bodies`. */
export function counted(count: number, word: string, several = `${word}s`): string {
  return `${count} ${count === 1 ? word : several}`;
}
