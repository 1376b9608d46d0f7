// The subscribers of one page in memory, so that 100,000 are listed, searched and counted at once. In: entries. Out: entries in the order asked for.
// Each has a place; orders are lists of places, and what lists are narrowed by stands beside in a byte a place. To go through 100,000 entries takes
// the memory 60 ms, through their bytes 0.3: so no list, however far down, looks at an entry that it does not show.
import { assert } from "../base/fault.ts";
import {
  type SubscriberKind,
  type SubscriberState,
  subscriberKinds,
  subscriberStates,
} from "../model/subscriber.ts";
import { byId, createSubscriberOrders } from "./subscriber-orders.ts";
import { createSubscriberSearch, type Found, fits } from "./subscriber-search.ts";

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

/** An incident, as far as it says who is told of it. */
export interface Told {
  readonly id: string;
  readonly componentIds: readonly string[];
}

export interface SubscriberIndex {
  /** The first ones, in turns of the event loop. */
  fill(entries: readonly Entry[], turn: () => Promise<void>): Promise<void>;
  put(entry: Entry): void;
  remove(id: string): void;
  get(id: string): Entry | null;
  list(asked: Asked): readonly Entry[];
  histogram(incident: string | null): Histogram;
  /** How many would be told, of one incident or of anything; a contact once. */
  told(incident: Told | undefined): number;
  entries(): Iterable<Entry>;
}

/** What a byte says of an entry: kind and state as one number, whether it is of an incident, whether it wants some components alone. */
const ofIncident = 0x20;
const ofSome = 0x40;
/** No kind and state has this number. */
const free = 0x1f;
const classes = 0x80;

const classOf = (kind: SubscriberKind, state: SubscriberState): number =>
  subscriberKinds.indexOf(kind) * subscriberStates.length + subscriberStates.indexOf(state);
const byteOf = ({ kind, state, incident, components }: Entry): number =>
  classOf(kind, state) | (incident === null ? 0 : ofIncident) | (components === null ? 0 : ofSome);

export function createSubscriberIndex(): SubscriberIndex {
  const all: (Entry | null)[] = [];
  const unused: number[] = [];
  const places = new Map<string, number>();
  let bytes = new Uint8Array();
  const at = (place: number): Entry => all[place] as Entry;
  const orders = createSubscriberOrders(at);
  const search = createSubscriberSearch(
    (place) => all[place] ?? null,
    () => all.length,
  );
  const stand = (entry: Entry, place: number): void => {
    if (place >= bytes.length) bytes = grown(bytes, place + 1);
    all[place] = entry;
    bytes[place] = byteOf(entry);
    places.set(entry.id, place);
  };
  const remove = (id: string): void => {
    const place = places.get(id);
    if (place === undefined) return;
    orders.remove(place);
    places.delete(id);
    all[place] = null;
    bytes[place] = free;
    unused.push(place);
    search.changed(place);
  };
  const index = { all, bytes: () => bytes };
  return {
    async fill(entries, turn) {
      assert(all.length === 0, "An index of subscribers was filled twice.");
      const inOrder = entries.every((entry, it) => it === 0 || byId(entries[it - 1] as Entry, entry) < 0);
      for (const entry of inOrder ? entries : entries.toSorted(byId)) stand(entry, all.length);
      await orders.fill(Uint32Array.from(places.values()), turn);
      search.fill();
    },
    put(entry) {
      remove(entry.id);
      const place = unused.pop() ?? all.length;
      stand(entry, place);
      orders.add(place);
      search.changed(place);
    },
    remove,
    get: (id) => all[places.get(id) ?? -1] ?? null,
    list: (asked) => listed(index, orders.by(asked.sort), asked, asked.text ? search.find(asked.text) : null),
    histogram: (incident) => histogramOf(index, incident),
    told: (incident) => toldBy(index, incident),
    *entries() {
      for (const entry of all) if (entry !== null) yield entry;
    },
  };
}

interface Index {
  readonly all: readonly (Entry | null)[];
  bytes(): Uint8Array;
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(Math.max(1_024, Math.ceil(length * 1.5))).fill(free);
  next.set(bytes);
  return next;
}

/** The bytes that are asked for. */
function wantedBytes({ kind, states, incident }: Pick<Asked, "kind" | "states" | "incident">): Uint8Array {
  const wanted = new Uint8Array(classes);
  for (const one of kind === undefined ? subscriberKinds : [kind])
    for (const state of states ?? subscriberStates) {
      const byte = classOf(one, state) | (incident === null ? 0 : ofIncident);
      wanted[byte] = 1;
      wanted[byte | ofSome] = 1;
    }
  return wanted;
}

/** `searched`: how well each place fits; null where no text is asked for. */
function listed(
  { all, bytes }: Index,
  order: Uint32Array,
  asked: Asked,
  searched: Found | null,
): readonly Entry[] {
  const { offset, limit, incident, descending } = asked;
  const [held, wanted] = [bytes(), wantedBytes(asked)];
  const found: Entry[] = [];
  let skip = offset;
  const marks = searched?.marks ?? null;
  // The best first; where relevance is not asked for, all that fit are as good.
  const grades =
    searched !== null && asked.sort === "relevance"
      ? [fits.whole, fits.begins, fits.elsewhere].filter((fit) => searched.counts[fit] !== 0)
      : [null];
  for (const grade of grades)
    for (let step = 0; step < order.length && found.length < limit; step++) {
      const place = order[descending ? order.length - 1 - step : step] as number;
      if (wanted[held[place] as number] === 0) continue;
      if (marks !== null && (grade === null ? marks[place] === fits.none : marks[place] !== grade)) continue;
      if (incident !== null && all[place]?.incident !== incident) continue;
      if (skip-- > 0) continue;
      const entry = all[place];
      if (entry != null) found.push(entry);
    }
  return found;
}

function histogramOf({ all, bytes }: Index, incident: string | null): Histogram {
  const counts = new Uint32Array(classes);
  const held = bytes();
  for (let place = 0; place < all.length; place++) {
    const byte = held[place] as number;
    if ((byte & ofIncident) === 0 ? incident === null : all[place]?.incident === incident)
      counts[byte & ~ofSome] = (counts[byte & ~ofSome] as number) + 1;
  }
  const flag = incident === null ? 0 : ofIncident;
  const of = (kind: SubscriberKind) =>
    Object.fromEntries(
      subscriberStates.map((state) => [state, counts[classOf(kind, state) | flag] as number]),
    );
  return Object.fromEntries(subscriberKinds.map((kind) => [kind, of(kind)])) as unknown as Histogram;
}

function toldBy({ all, bytes }: Index, incident: Told | undefined): number {
  const active = wantedBytes({ states: ["active"], incident: null });
  const held = bytes();
  const wants = ({ components }: Entry): boolean =>
    components?.some((id) => incident?.componentIds.includes(id)) ?? true;
  const contactOf = ({ kind, contact }: Entry): string => `${kind} ${contact}`;
  const contacts = new Set<string>();
  let count = 0;
  for (let place = 0; place < all.length; place++) {
    const byte = held[place] as number;
    if (active[byte & ~ofIncident] === 0) continue;
    if ((byte & (ofIncident | ofSome)) === 0 || (incident === undefined && (byte & ofIncident) === 0)) {
      count++;
      continue;
    }
    const entry = all[place];
    if (entry == null || incident === undefined) continue;
    if (entry.incident === null ? !wants(entry) : entry.incident !== incident.id) continue;
    count++;
    // Two subscriptions of one contact can only meet where there are some of the incident itself.
    if (entry.incident !== null) contacts.add(contactOf(entry));
  }
  if (contacts.size === 0) return count;
  for (let place = 0; place < all.length; place++) {
    const entry = active[held[place] as number] === 0 ? null : all[place];
    if (entry != null && contacts.has(contactOf(entry)) && wants(entry)) count--;
  }
  return count;
}
