// Incidents of the next view. In: a page state, the view before, what changed. Out: lists and map with what changed in them.
// An incident that changed is made anew with its own record and its changed updates; its other updates stay the objects that they were.
import { LayeredMap } from "../base/layered-map.ts";
import { bornOf, incidentFrom, newestFirst, type Tellings, tellingsOf, toldFrom } from "./entities.ts";
import { laterStamp } from "./fields.ts";
import { type EntityRecord, type PageState, parentOf, recordKey } from "./fold.ts";
import { listedBefore, startsBefore } from "./order.ts";
import type { Incident, IncidentUpdate, PageView } from "./view.ts";

export type IncidentsOf = Pick<PageView, "incidents" | "maintenances" | "incidentById">;

/** The lists of a view that was made here, as they are before anybody looks at them. */
interface Listings {
  readonly incidents: Listing;
  readonly maintenances: Listing;
}

interface Lists extends Listings {
  readonly incidentById: PageView["incidentById"];
}

const listings = new WeakMap<object, Listings>();

/** The view of `lists` and `others`; both lists are properties of its own, so whoever spreads it has them. */
export function withLists<Others extends object>(
  { incidents, maintenances, incidentById }: Lists,
  others: Others,
): Others & IncidentsOf {
  const view = {
    ...others,
    get incidents() {
      return incidents.list();
    },
    get maintenances() {
      return maintenances.list();
    },
    incidentById,
  };
  listings.set(view, { incidents, maintenances });
  return view;
}

/** `changed`: ids of incidents of which something changed; `updates`: keys of changed updates. */
export function nextIncidents(
  state: PageState,
  before: IncidentsOf,
  changed: readonly string[],
  updates: readonly string[],
): Lists {
  const { incidentById } = before;
  const lists = listings.get(before) ?? {
    incidents: Listing.of(before.incidents, listedBefore),
    maintenances: Listing.of(before.maintenances, startsBefore),
  };
  if (changed.length === 0) return { ...lists, incidentById };
  const changedChildren = Map.groupBy(updates, (key) => parentOf(state.records.get(key)) ?? "");
  const changes: [string, Incident | undefined][] = [];
  const removed: Incident[] = [];
  const added: Incident[] = [];
  for (const id of changed) {
    const known = incidentById.get(id);
    const key = recordKey("incident", id);
    const record = state.records.get(key);
    const incident =
      record === undefined
        ? null
        : incidentFrom(record, tellingsNow(state, key, known, changedChildren.get(key) ?? []));
    if (known !== undefined) removed.push(known);
    if (incident !== null) added.push(incident);
    changes.push([id, incident ?? undefined]);
  }
  const [maintained, told] = [removed.filter(isMaintenance), removed.filter((it) => !isMaintenance(it))];
  return {
    incidents: lists.incidents.with(
      told,
      added.filter((it) => !isMaintenance(it)),
    ),
    maintenances: lists.maintenances.with(maintained, added.filter(isMaintenance)),
    incidentById: LayeredMap.over(incidentById).with(changes),
  };
}

const isMaintenance = ({ window }: Incident): boolean => window !== null;

/** Those of `known` with the changed ones in their places; without `known`, or where one went to another incident, all are read. */
function tellingsNow(
  state: PageState,
  key: string,
  known: Incident | undefined,
  changed: readonly string[],
): Tellings {
  if (known === undefined || state.lost.has(key))
    return newestFirst(childrenOf(state, key).map((record) => toldFrom(record)));
  if (changed.length === 0) return tellingsOf(known.updates, known.version);
  const ids = new Set(changed.map((child) => child.slice(child.indexOf("/") + 1)));
  const updates = known.updates.filter(({ id }) => !ids.has(id));
  let latest = known.version;
  for (const child of changed) {
    const record = state.records.get(child);
    if (record === undefined) continue;
    const { update, born, latest: own } = toldFrom(record);
    latest = laterStamp(own, latest);
    if (update !== null) updates.splice(placeAmong(state, updates, update, born), 0, update);
  }
  return tellingsOf(updates, latest);
}

function placeAmong(
  { records }: PageState,
  updates: readonly IncidentUpdate[],
  { displayAt }: IncidentUpdate,
  born: string,
): number {
  const bornThen = ({ id }: IncidentUpdate): string => {
    const record = records.get(recordKey("update", id));
    return record === undefined ? "" : bornOf(record);
  };
  const at = updates.findIndex(
    (other) => other.displayAt < displayAt || (other.displayAt === displayAt && bornThen(other) < born),
  );
  return at === -1 ? updates.length : at;
}

export function childrenOf(state: PageState, parent: string): readonly EntityRecord[] {
  return (state.children.get(parent) ?? []).flatMap((key) => state.records.get(key) ?? []);
}

type Order = (a: Incident, b: Incident) => number;

/** Above this many, sorting the whole list is cheaper than moving its tail for each. */
const movedOneByOneMax = 64;

/**
 * A list that is made when somebody looks at it. A change of one of 20,000 copies 160 kB, and of 500 writes a second nobody looks at the lists in
 * between: they were most of what a write threw away.
 */
export class Listing {
  readonly #order: Order;
  #list: readonly Incident[];
  /** Of `#list`; what is not in it yet. */
  #removed: readonly Incident[];
  #added: readonly Incident[];

  private constructor(
    order: Order,
    list: readonly Incident[],
    removed: readonly Incident[],
    added: readonly Incident[],
  ) {
    this.#order = order;
    this.#list = list;
    this.#removed = removed;
    this.#added = added;
  }

  /** `list` is in order, and not to be changed from now on. */
  static of(list: readonly Incident[], order: Order): Listing {
    return new Listing(order, list, [], []);
  }

  /** The same where nothing changes. */
  with(removed: readonly Incident[], added: readonly Incident[]): Listing {
    if (removed.length + added.length === 0) return this;
    if (this.#removed.length + this.#added.length >= movedOneByOneMax) this.list();
    // What came since the list was made, and goes again, was never in it.
    const gone = new Set(removed);
    const stay = this.#added.filter((incident) => !gone.delete(incident));
    return new Listing(this.#order, this.#list, [...this.#removed, ...gone], [...stay, ...added]);
  }

  /** The same array each time. */
  list(): readonly Incident[] {
    if (this.#removed.length + this.#added.length === 0) return this.#list;
    this.#list = relist(this.#list, this.#removed, this.#added, this.#order);
    this.#removed = [];
    this.#added = [];
    return this.#list;
  }
}

/** `list` without `removed` and with `added`, in order. */
function relist(
  list: readonly Incident[],
  removed: readonly Incident[],
  added: readonly Incident[],
  order: Order,
): readonly Incident[] {
  if (removed.length + added.length > movedOneByOneMax) {
    const gone = new Set(removed);
    return [...list.filter((incident) => !gone.has(incident)), ...added].sort(order);
  }
  // Its places are found by halving: to look at each of 20,000 with each change took longer than all else of a write.
  const next = list.slice();
  for (const incident of removed) {
    const at = placeOf(incident, next, order);
    if (next[at] === incident) next.splice(at, 1);
  }
  for (const incident of added) next.splice(placeOf(incident, next, order), 0, incident);
  return next;
}

/** The place of `incident` in a sorted list, or where it belongs. */
function placeOf(incident: Incident, list: readonly Incident[], order: Order): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = list[middle];
    if (there !== undefined && order(there, incident) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
