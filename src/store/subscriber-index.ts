// The subscribers of one page in memory, so that 100,000 are listed, searched and counted at once. In: entries. Out: entries in the order asked for.
// About 300 bytes each. Lists are kept in order as entries come and go: to sort 100,000 for each question would take a tenth of a second.
import {
  type SubscriberKind,
  type SubscriberState,
  subscriberKinds,
  subscriberStates,
} from "../model/subscriber.ts";
import { createSubscriberSearch } from "./subscriber-search.ts";

export interface Entry {
  readonly id: string;
  readonly kind: SubscriberKind;
  readonly state: SubscriberState;
  readonly slot: number;
  readonly createdMs: number;
  readonly quarantinedMs: number | null;
  /** Lower case: the primary part of the contact, and behind a space whatever else of it is searched. */
  readonly contact: string;
  readonly components: readonly string[] | null;
  readonly incident: string | null;
}

export type SortField = "primary" | "created_at" | "quarantined_at" | "relevance";

export interface Asked {
  readonly kind?: SubscriberKind;
  /** Default: all. */
  readonly states?: readonly SubscriberState[];
  readonly text?: string;
  /** Of one incident; null: of the page. */
  readonly incident: string | null;
  readonly sort: SortField;
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
}

export type Histogram = Readonly<Record<SubscriberKind, Readonly<Record<SubscriberState, number>>>>;

export interface SubscriberIndex {
  /** Many at once, of which none is there yet. */
  fill(entries: readonly Entry[]): void;
  put(entry: Entry): void;
  remove(id: string): void;
  get(id: string): Entry | null;
  list(asked: Asked): readonly Entry[];
  histogram(incident: string | null): Histogram;
  entries(): Iterable<Entry>;
}

/** So many are sorted for one question. */
const foundMax = 2_000;

type Compare = (a: Entry, b: Entry) => number;

const byId: Compare = (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const orders: Readonly<Record<Exclude<SortField, "relevance">, Compare>> = {
  primary: (a, b) => (a.contact < b.contact ? -1 : a.contact > b.contact ? 1 : byId(a, b)),
  created_at: (a, b) => a.createdMs - b.createdMs || byId(a, b),
  // Those that never were come last.
  quarantined_at: (a, b) =>
    (a.quarantinedMs ?? Number.MAX_VALUE) - (b.quarantinedMs ?? Number.MAX_VALUE) || byId(a, b),
};

export function createSubscriberIndex(): SubscriberIndex {
  const known = new Map<string, Entry>();
  const sorted = Object.entries(orders).map(([field, compare]) => ({
    field,
    compare,
    list: [] as Entry[],
  }));
  const listBy = (field: SortField): readonly Entry[] =>
    sorted.find((it) => it.field === (field === "relevance" ? "primary" : field))?.list ?? [];
  const search = createSubscriberSearch(() => listBy("primary"));
  const isHeld = (entry: Entry): boolean => known.get(entry.id) === entry;
  const remove = (id: string): void => {
    const entry = known.get(id);
    if (entry === undefined) return;
    known.delete(id);
    for (const { list, compare } of sorted) list.splice(placeOf(list, entry, compare), 1);
  };
  return {
    fill(entries) {
      for (const entry of entries) known.set(entry.id, entry);
      for (const order of sorted) order.list = [...known.values()].sort(order.compare);
      search.fill(listBy("primary"));
    },
    put(entry) {
      remove(entry.id);
      known.set(entry.id, entry);
      search.put(entry);
      for (const { list, compare } of sorted) list.splice(placeOf(list, entry, compare), 0, entry);
    },
    remove,
    get: (id) => known.get(id) ?? null,
    list(asked) {
      const { text = "", sort } = asked;
      const found = text === "" ? null : search.find(text, foundMax, isHeld);
      // A text that most have is soon found by going through the list.
      if (found === null) return listed(listBy(sort), asked);
      return listed([...found].sort(orders[sort === "relevance" ? "primary" : sort]), asked);
    },
    histogram: (incident) => histogramOf(known.values(), incident),
    entries: () => known.values(),
  };
}

/** Place of the first entry that is not before this one. */
function placeOf(list: readonly Entry[], entry: Entry, compare: Compare): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = list[middle];
    if (there !== undefined && compare(there, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How well a contact that has a text in it fits: 0 it is the text, 1 it begins so, 2 elsewhere. */
function fitOf(contact: string, text: string): 0 | 1 | 2 {
  if (contact === text) return 0;
  return contact.startsWith(text) ? 1 : 2;
}

/** One pass over the list, by index: a generator would cost more than what is looked at. */
function listed(list: readonly Entry[], asked: Asked): readonly Entry[] {
  const { text = "", offset, limit } = asked;
  const wanted = offset + limit;
  // By how well they fit; where relevance is not asked for, all stand in the first.
  const found: [Entry[], Entry[], Entry[]] = [[], [], []];
  const relevant = asked.sort === "relevance" && text !== "";
  const step = asked.descending ? -1 : 1;
  for (let at = asked.descending ? list.length - 1 : 0; at >= 0 && at < list.length; at += step) {
    const entry = list[at];
    if (entry === undefined || !isAsked(entry, asked)) continue;
    if (text !== "" && !entry.contact.includes(text)) continue;
    const fitting = found[relevant ? fitOf(entry.contact, text) : 0];
    if (fitting.length < wanted) fitting.push(entry);
    if (found[0].length >= wanted) break;
  }
  return found.flat().slice(offset, wanted);
}

function isAsked(entry: Entry, { kind, states, incident }: Asked): boolean {
  if (entry.incident !== incident) return false;
  if (kind !== undefined && entry.kind !== kind) return false;
  return states === undefined || states.includes(entry.state);
}

function histogramOf(entries: Iterable<Entry>, incident: string | null): Histogram {
  const none = () => Object.fromEntries(subscriberStates.map((state) => [state, 0]));
  const counts = Object.fromEntries(subscriberKinds.map((kind) => [kind, none()])) as Record<
    SubscriberKind,
    Record<SubscriberState, number>
  >;
  for (const entry of entries) if (entry.incident === incident) counts[entry.kind][entry.state]++;
  return counts;
}

/** An incident, as far as it says who is told of it. */
export interface Told {
  readonly id: string;
  readonly componentIds: readonly string[];
}

/** How many would be told, of one incident or of anything; a contact once. */
export function toldBy(index: SubscriberIndex, incident: Told | undefined): number {
  const contacts = new Set<string>();
  let count = 0;
  for (const { state, kind, contact, components, incident: own } of index.entries()) {
    if (state !== "active" || (own !== null && own !== incident?.id)) continue;
    const wants =
      own !== null ||
      incident === undefined ||
      components === null ||
      components.some((id) => incident.componentIds.includes(id));
    if (!wants) continue;
    count++;
    // Two subscriptions of one contact can only meet where there are some of the incident itself.
    if (own !== null) contacts.add(`${kind} ${contact}`);
  }
  if (contacts.size === 0) return count;
  for (const { state, kind, contact, components, incident: own } of index.entries()) {
    const again = own === null && state === "active" && contacts.has(`${kind} ${contact}`);
    if (again && (components === null || components.some((id) => incident?.componentIds.includes(id))))
      count--;
  }
  return count;
}
