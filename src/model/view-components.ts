// Components of the next view, and their history. In: a page state, the view before, what changed. Out: list and maps with what changed in them.
// Most changes are of a status, which moves no component: then only it and its group are made anew, not 2,000 of them.
import { LayeredMap } from "../base/layered-map.ts";
import { componentFrom } from "./entities.ts";
import { isDeleted, numberOf, oneOf } from "./fields.ts";
import { type EntityRecord, type PageState, parentOf, recordKey } from "./fold.ts";
import { ownOf, withGroupStatuses, withStatusesOf } from "./group.ts";
import { byPosition } from "./order.ts";
import { type Component, componentStatuses, type PageView, type Transition } from "./view.ts";
import { childrenOf } from "./view-incidents.ts";

type ComponentsOf = Pick<PageView, "components" | "componentById">;

/** `changed`: ids of components whose own records changed. */
export function nextComponents(
  state: PageState,
  { components, componentById }: ComponentsOf,
  changed: readonly string[],
): ComponentsOf {
  if (changed.length === 0) return { components, componentById };
  const made = changed.map((id) => {
    const record = state.records.get(recordKey("component", id));
    return { id, component: record === undefined ? null : componentFrom(record) };
  });
  const next = inPlace(components, componentById, made) ?? anew(componentById, made);
  const changes = next.filter((component) => componentById.get(component.id) !== component);
  const gone = made.flatMap(({ id, component }) => (component === null && componentById.has(id) ? [id] : []));
  if (changes.length + gone.length === 0 && sameItems(next, components)) return { components, componentById };
  return {
    components: next,
    componentById: LayeredMap.over(componentById).with([
      ...changes.map((component) => [component.id, component] as const),
      ...gone.map((id) => [id, undefined] as const),
    ]),
  };
}

interface Made {
  readonly id: string;
  readonly component: Component | null;
}

/** null where a component came, went, moved or changed its group. */
function inPlace(
  components: readonly Component[],
  before: ReadonlyMap<string, Component>,
  made: readonly Made[],
): readonly Component[] | null {
  const next = components.slice();
  const groups = new Set<string>();
  for (const { id, component } of made) {
    const known = before.get(id);
    if (component === null || known === undefined || !samePlace(component, known)) return null;
    next[placeOf(known, components)] = component;
    groups.add(component.group ? id : (component.groupId ?? id));
  }
  return withStatusesOf(groups, next, before);
}

const samePlace = (a: Component, b: Component): boolean =>
  a.position === b.position && a.rank === b.rank && a.group === b.group && a.groupId === b.groupId;

function placeOf(component: Component, list: readonly Component[]): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = list[middle];
    if (there !== undefined && byPosition(there, component) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function anew(before: ReadonlyMap<string, Component>, made: readonly Made[]): readonly Component[] {
  const own = new Map(before.entries().map(([id, component]) => [id, ownOf(component)] as const));
  for (const { id, component } of made)
    if (component === null) own.delete(id);
    else own.set(id, component);
  return withGroupStatuses([...own.values()].sort(byPosition), before);
}

/** `changed`: ids of components, `records`: keys of the transitions of any of them that changed. */
export function nextTransitions(
  state: PageState,
  before: PageView["transitions"],
  changed: readonly string[],
  records: readonly string[],
): PageView["transitions"] {
  if (changed.length === 0) return before;
  const changedChildren = Map.groupBy(records, (key) => parentOf(state.records.get(key)) ?? "");
  const changes = changed.flatMap((id): readonly (readonly [string, readonly Transition[] | undefined])[] => {
    const key = recordKey("component", id);
    const component = state.records.get(key);
    const known = before.get(id);
    // Its history goes with a component.
    const gone = component !== undefined && isDeleted(component);
    const list = gone
      ? []
      : (lengthened(state, known, key, changedChildren.get(key) ?? []) ??
        transitionsFrom(childrenOf(state, key)));
    if (known === undefined ? list.length === 0 : sameTransitions(known, list)) return [];
    return [[id, list.length === 0 ? undefined : list]];
  });
  return changes.length === 0 ? before : LayeredMap.over(before).with(changes);
}

/** `known` with transitions that are new, each of a moment of its own; null where more than that happened, and all have to be read. */
function lengthened(
  state: PageState,
  known: readonly Transition[] | undefined,
  parent: string,
  keys: readonly string[],
): readonly Transition[] | null {
  if (known === undefined || state.lost.has(parent)) return null;
  const list = known.slice();
  for (const key of keys) {
    const transition = state.fresh.has(key) ? transitionFrom(state.records.get(key)) : null;
    if (transition === null) return null;
    const place = list.findLastIndex(({ at }) => at <= transition.at);
    if (list[place]?.at === transition.at) return null;
    list.splice(place + 1, 0, transition);
  }
  return list;
}

function transitionFrom(record: EntityRecord | undefined): Transition | null {
  const at = record === undefined ? null : numberOf(record, "at");
  const status = record === undefined ? null : oneOf(record, "status", componentStatuses);
  return record === undefined || at === null || status === null || isDeleted(record) ? null : { at, status };
}

/** Oldest first. Two records of one moment: the later written one counts. */
export function transitionsFrom(records: readonly EntityRecord[]): readonly Transition[] {
  const byMoment = new Map<number, { readonly status: Transition["status"]; readonly latest: string }>();
  for (const record of records) {
    const transition = transitionFrom(record);
    if (transition === null) continue;
    const latest = record.latest + record.id;
    const known = byMoment.get(transition.at);
    if (known === undefined || known.latest < latest)
      byMoment.set(transition.at, { status: transition.status, latest });
  }
  return [...byMoment].map(([at, { status }]) => ({ at, status })).sort((a, b) => a.at - b.at);
}

function sameTransitions(a: readonly Transition[], b: readonly Transition[]): boolean {
  return a.length === b.length && a.every(({ at, status }, i) => b[i]?.at === at && b[i]?.status === status);
}

export function sameItems<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}
