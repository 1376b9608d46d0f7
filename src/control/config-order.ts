// Positions that make a page's order that of its file. In: what the page has, what the file wants in its order. Out: positions by id, of those alone
// that have to change: a file whose order is that of the page moves nothing.
import type { Paired } from "./config-pair.ts";
import type { DefinedEntity } from "./config-shape.ts";

export function placesOf(
  held: readonly DefinedEntity[],
  paired: readonly Paired[],
): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const heldIn = groupedBy(held, ({ groupId }) => groupId);
  for (const [groupId, wanted] of groupedBy(paired, (one) => one.groupId))
    placeSiblings(heldIn.get(groupId) ?? [], wanted, new Set(paired.map(({ id }) => id)), places);
  return places;
}

/** `listed`: all that the file names, wherever it stands there. */
function placeSiblings(
  held: readonly DefinedEntity[],
  wanted: readonly Paired[],
  listed: ReadonlySet<string>,
  places: Map<string, number>,
): void {
  const ids = wanted.map(({ id }) => id);
  const before = held.map(({ id }) => id).filter((id) => ids.includes(id));
  const last = Math.max(0, ...held.map(({ position }) => position));
  const isInOrder = before.every((id, at) => id === ids[at]);
  if (isInOrder) {
    // Those behind are new here: they come last.
    for (const [at, id] of ids.slice(before.length).entries()) places.set(id, last + 1 + at);
    return;
  }
  for (const [at, id] of ids.entries()) places.set(id, at + 1);
  const others = held.filter(({ id }) => !listed.has(id));
  for (const [at, { id, position }] of others.entries())
    if (position <= ids.length) places.set(id, ids.length + 1 + at);
}

function groupedBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): ReadonlyMap<Key, Item[]> {
  const found = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const list = found.get(key);
    if (list === undefined) found.set(key, [item]);
    else list.push(item);
  }
  return found;
}
