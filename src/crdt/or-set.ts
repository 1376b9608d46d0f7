// Observed-remove set of texts. In: additions with tags, removals of tags. Out: the elements that have a tag left.
// A removal takes only the additions it has seen: an addition made elsewhere at the same time survives it.
// Shapiro, Preguiça, Baquero, Zawirski: A comprehensive study of CRDTs (2011), section 3.3.5.

/** Plain JSON. `live`: tags left of each element, sorted; `gone`: tags taken out, sorted, kept because their addition may come later. */
export interface OrSetState {
  readonly live: Readonly<Record<string, readonly string[]>>;
  readonly gone: readonly string[];
}

/** `add` names elements in their order, `remove` names tags. */
export interface OrSetChange {
  readonly add?: readonly string[] | undefined;
  readonly remove?: readonly string[] | undefined;
}

export const emptyOrSet: OrSetState = { live: {}, gone: [] };

/** The tag of the addition at place `at` of the change stamped `stamp`: of its own, and sorted as stamps are. */
export function addTag(stamp: string, at: number): string {
  return `${stamp}.${at.toString(16).padStart(4, "0")}`;
}

/** The set after one stamped change. Doing it twice, or before changes that came earlier, gives the same set. */
export function changeOrSet(held: OrSetState, change: OrSetChange, stamp: string): OrSetState {
  const live: Record<string, string[]> = {};
  for (const [at, element] of (change.add ?? []).entries()) {
    const tags = Object.hasOwn(live, element) ? live[element] : undefined;
    if (tags === undefined) define(live, element, [addTag(stamp, at)]);
    else tags.push(addTag(stamp, at));
  }
  return mergeOrSet(held, { live, gone: change.remove ?? [] });
}

/** Union of both sets' additions, less both sets' removals. */
export function mergeOrSet(a: OrSetState, b: OrSetState): OrSetState {
  const gone = new Set([...a.gone, ...b.gone]);
  const live: Record<string, readonly string[]> = {};
  for (const element of new Set([...Object.keys(a.live), ...Object.keys(b.live)])) {
    const tags = new Set([...tagsOf(a, element), ...tagsOf(b, element)].filter((tag) => !gone.has(tag)));
    if (tags.size > 0) define(live, element, [...tags].sort());
  }
  return { live, gone: [...gone].sort() };
}

/** Tags by which an element is in the set: what a removal has to name. Empty when it is not in it. */
export function tagsOf(set: OrSetState, element: string): readonly string[] {
  return Object.hasOwn(set.live, element) ? (set.live[element] ?? []) : [];
}

/** Elements by their earliest surviving tag: the order in which they were added; by name where a tag was used twice. */
export function elementsOf(set: OrSetState): readonly string[] {
  return inOrderOfAddition(Object.entries(set.live)).map(([element]) => element);
}

/** Elements with their tags. */
export type Living = readonly (readonly [element: string, tags: readonly string[]])[];

export function inOrderOfAddition(living: Living): Living {
  return living.toSorted(([element, [tag = ""]], [other, [otherTag = ""]]) =>
    tag === otherTag ? (element < other ? -1 : 1) : tag < otherTag ? -1 : 1,
  );
}

/** Sets a key that may be spelled `__proto__`, as elements are texts from anywhere. */
function define<Value>(record: Record<string, Value>, key: string, value: Value): void {
  Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}
