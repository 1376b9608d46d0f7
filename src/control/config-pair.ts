// Which entity of the page an entity of the file is. In: both lists. Out: pairs, a new one without a partner; mistakes where a name is not one's alone.
// By id where the file gives one, else by name; of several of a name, by the group that they are in.
import type { Wanted } from "./config-read.ts";
import type { DefinedEntity } from "./config-shape.ts";
import type { ConfigPlace } from "./config-value.ts";

export interface Paired {
  readonly id: string;
  readonly wanted: Wanted;
  /** Null: it is to be made. */
  readonly held: DefinedEntity | null;
  /** The group that it is to be in. */
  readonly groupId: string | null;
}

export interface PairMistake {
  readonly place: ConfigPlace;
  readonly says: string;
}

/** In the order of the file, members behind their group. */
export function pairEntities(
  held: readonly DefinedEntity[],
  wanted: readonly Wanted[],
  one: string,
  newId: () => string,
): { readonly paired: readonly Paired[]; readonly mistakes: readonly PairMistake[] } {
  const byId = new Map(held.map((entity) => [entity.id, entity]));
  const all = wanted.flatMap((it) => [it, ...(it.members ?? [])]);
  const taken = new Set(all.flatMap(({ id }) => id ?? []));
  const paired: Paired[] = [];
  const mistakes: PairMistake[] = [];
  const pair = (it: Wanted, groupId: string | null): void => {
    const isGroup = it.members !== null;
    const found = it.id === null ? byName(it, groupId) : (byId.get(it.id) ?? null);
    if (found !== null && found.group !== isGroup)
      mistakes.push({
        place: it.place,
        says: isGroup
          ? `"${it.name}" is a component of the page, and cannot become a group: leave \`members\` out, or take another id.`
          : `"${it.name}" is a group of the page: it has \`members\`, which may be an empty list.`,
      });
    const id = found?.id ?? it.id ?? newId();
    if (paired.some((other) => other.id === id))
      mistakes.push({ place: it.place, says: `The ${one} ${id} stands here twice.` });
    taken.add(id);
    paired.push({ id, wanted: it, held: found, groupId });
    for (const member of it.members ?? []) pair(member, id);
  };
  const byName = (it: Wanted, groupId: string | null): DefinedEntity | null => {
    const called = held.filter(
      ({ id, name, group }) => name === it.name && group === (it.members !== null) && !taken.has(id),
    );
    const near = called.filter((entity) => entity.groupId === groupId);
    const candidates = near.length > 0 ? near : called;
    if (candidates.length > 1)
      mistakes.push({
        place: it.place,
        says: `The page has ${candidates.length} of the name "${it.name}": give the id, one of ${candidates.map(({ id }) => id).join(", ")}.`,
      });
    return candidates[0] ?? null;
  };
  for (const it of wanted) pair(it, null);
  return { paired, mistakes };
}
