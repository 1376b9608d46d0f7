// Ranks for imported components: ties of position keep the order of the source's list. In: view, components in their order.
// Out: a rank for each. Ranks that give that order already are left as they are, so that a second import changes nothing.
import type { ImportBundle } from "./command.ts";
import type { PageView } from "./view.ts";

export function ranksFor(view: PageView | null, components: ImportBundle["components"]): readonly number[] {
  const highest = (view?.components ?? []).reduce((max, { rank }) => Math.max(max, rank), 0);
  const kept = components.map(({ id }, at) => view?.componentById.get(id)?.rank ?? highest + 1 + at);
  return inOrder(components, kept) ? kept : components.map((_, at) => highest + 1 + at);
}

/** Whether among components of one position the ranks rise along the list. */
function inOrder(components: ImportBundle["components"], ranks: readonly number[]): boolean {
  const lastOf = new Map<number | undefined, number>();
  return components.every(({ position }, at) => {
    const [last, rank] = [lastOf.get(position), ranks[at] ?? 0];
    lastOf.set(position, rank);
    return last === undefined || rank > last;
  });
}
