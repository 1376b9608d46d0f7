// What has to change so that a page is as its file says. In: the page's definition (null: it is new), what the file wants. Out: changes, each with
// its command and the line that asks for it, in an order in which each may rest on those before it; what the file does not name, kept or removed.

import { type Change, changeOf, entityChange, kindOf, pageChange, removal } from "./config-change.ts";
import { placesOf } from "./config-order.ts";
import { type Paired, pairEntities } from "./config-pair.ts";
import type { WantedPage } from "./config-read.ts";
import {
  type DefinedEntity,
  type Definition,
  fieldsOf,
  type ListWord,
  listOf,
  lists,
} from "./config-shape.ts";
import type { ConfigPlace } from "./config-value.ts";

export interface Plan {
  readonly page: string;
  readonly changes: readonly Change[];
  /** What the page has, and lists of the file do not name: it stays. */
  readonly kept: readonly { readonly what: Change["what"]; readonly id: string; readonly name: string }[];
}

export interface Mistake {
  readonly place: ConfigPlace;
  readonly says: string;
}

export type Planned =
  | { readonly ok: true; readonly plan: Plan }
  | {
      readonly ok: false;
      readonly mistakes: readonly Mistake[];
    };

export interface PlanOptions {
  /** What lists do not name goes. */
  readonly prune: boolean;
  newId(): string;
}

export function planConfig(held: Definition | null, wanted: WantedPage, options: PlanOptions): Planned {
  const id = held?.id ?? wanted.page.id ?? options.newId();
  const page = pageChange(held, wanted, id);
  const paired = new Map<ListWord, readonly Paired[]>();
  const mistakes: Mistake[] = [];
  for (const { word, one } of lists) {
    const list = wanted.lists[word];
    if (list === undefined) continue;
    const found = pairEntities(held?.lists[word] ?? [], list, one, options.newId);
    mistakes.push(...found.mistakes);
    paired.set(word, found.paired);
  }
  const components = paired.get("components") ?? [];
  const named = new Map(
    lists.map(({ word }) => [
      word,
      referencesTo(
        word === "components" ? components : (paired.get(word) ?? []),
        held?.lists[word] ?? [],
        wanted.lists[word] !== undefined,
      ),
    ]),
  );
  const changes: Change[] = page === null ? [] : [page];
  for (const { word } of lists) {
    const list = (paired.get(word) ?? []).map((one) => {
      const resolved = resolve(one, word, named);
      mistakes.push(...resolved.mistakes);
      return resolved.one;
    });
    changes.push(...listChanges(held?.lists[word] ?? [], list, word));
  }
  if (mistakes.length > 0) return { ok: false, mistakes };
  const left = leftOver(held, wanted, paired);
  const removed = options.prune ? left.map(({ word, entity }) => removal(word, entity)) : [];
  const kept = options.prune
    ? []
    : left.map(({ word, entity: { id, name, group } }) => ({ what: kindOf(word, group), id, name }));
  return { ok: true, plan: { page: id, changes: [...changes, ...removed], kept } };
}

/** Components by what others may call them: an id, or a name that is one component's alone. */
function referencesTo(
  paired: readonly Paired[],
  held: readonly DefinedEntity[],
  isListed: boolean,
): (word: string) => string | null {
  const ids = new Set([...paired.map(({ id }) => id), ...held.map(({ id }) => id)]);
  const names = new Map<string, string[]>();
  const all = isListed ? paired.map(({ id, wanted }) => ({ id, name: wanted.name })) : held;
  for (const { id, name } of all) names.set(name, [...(names.get(name) ?? []), id]);
  return (word) => {
    if (ids.has(word)) return word;
    const found = names.get(word) ?? [];
    return found.length === 1 ? (found[0] ?? null) : null;
  };
}

type Named = ReadonlyMap<ListWord, (word: string) => string | null>;

function resolve(
  one: Paired,
  word: ListWord,
  named: Named,
): {
  readonly one: Paired;
  readonly mistakes: readonly Mistake[];
} {
  const mistakes: Mistake[] = [];
  const values = { ...one.wanted.values };
  for (const field of fieldsOf(word)) {
    const said = values[field.word];
    const { kind, to = "components" } = field;
    const idOf = (name: string): string => {
      const id = named.get(to)?.(name) ?? null;
      if (id === null)
        mistakes.push({
          place: one.wanted.place,
          says: `\`${field.word}\` of the ${listOf(word).one} "${one.wanted.name}" names "${name}", which is no ${listOf(to).one}'s id, nor the name of just one.`,
        });
      return id ?? name;
    };
    if (kind === "references" && Array.isArray(said))
      values[field.word] = said.map((name) => idOf(String(name)));
    if (kind === "reference" && typeof said === "string") values[field.word] = idOf(said);
  }
  const wrong = listOf(word).wrong?.({ ...one.held?.values, ...values }, values) ?? [];
  for (const says of wrong)
    mistakes.push({ place: one.wanted.place, says: `The ${listOf(word).one} "${one.wanted.name}" ${says}` });
  return { one: { ...one, wanted: { ...one.wanted, values } }, mistakes };
}

function listChanges(
  held: readonly DefinedEntity[],
  paired: readonly Paired[],
  word: ListWord,
): readonly Change[] {
  const { isOrdered } = listOf(word);
  const places = isOrdered ? placesOf(held, paired) : new Map<string, number>();
  const changes = paired.flatMap((one) => entityChange(one, word, places.get(one.id)) ?? []);
  // What the file does not name, and has to make room.
  const others = held.flatMap((entity) => {
    const position = places.get(entity.id);
    if (position === undefined || paired.some(({ id }) => id === entity.id)) return [];
    return [
      changeOf(
        { ...entity, what: kindOf(word, entity.group), mark: "~", place: null, word },
        [{ word: "position", before: entity.position, after: position }],
        {},
      ),
    ];
  });
  // Groups first, and checks before those below them: others may be in them.
  const depths = depthsOf(paired);
  return [
    ...changes.filter(({ what }) => what === "group"),
    ...changes
      .filter(({ what }) => what !== "group")
      .sort((a, b) => (depths.get(a.id) ?? 0) - (depths.get(b.id) ?? 0)),
    ...others,
  ];
}

/** How many of the list stand above each, by the field `parent`; those of a circle are the decision's to refuse. */
function depthsOf(paired: readonly Paired[]): ReadonlyMap<string, number> {
  const parents = new Map(paired.map(({ id, wanted }) => [id, wanted.values.parent]));
  return new Map(
    paired.map(({ id }) => {
      let depth = 0;
      for (let above = parents.get(id); typeof above === "string" && depth <= paired.length; depth++)
        above = parents.get(above);
      return [id, depth];
    }),
  );
}

interface Left {
  readonly word: ListWord;
  readonly entity: DefinedEntity;
}

/** Of lists that the file has, what it does not name. Members before their group. */
function leftOver(
  held: Definition | null,
  wanted: WantedPage,
  paired: ReadonlyMap<ListWord, readonly Paired[]>,
): readonly Left[] {
  if (held === null) return [];
  const left = lists.flatMap(({ word }) => {
    if (wanted.lists[word] === undefined) return [];
    const named = new Set((paired.get(word) ?? []).map(({ id }) => id));
    return held.lists[word]
      .filter(({ id, isOver }) => !named.has(id) && isOver !== true)
      .map((entity) => ({ word, entity }));
  });
  return [...left.filter(({ entity }) => !entity.group), ...left.filter(({ entity }) => entity.group)];
}
