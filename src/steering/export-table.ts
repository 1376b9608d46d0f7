// Steering as a table of networks, for servers that have nothing else. In: a view, a map. Out: which networks get which record sets, and what the rest gets.
// Walks the address space by the bits that each place holds for, then says it in as few networks as can be (Draves and others, Constructing Optimal
// IP Routing Tables, 1999). POPs that are told apart by weights alone are taken as they come for the first address of a network: other servers know
// no such thing.

import { assert } from "../base/fault.ts";
import { type Address, bitAt, type Network } from "../zones/networks.ts";
import { showRdata } from "../zones/rdata.ts";
import { types } from "../zones/types.ts";
import { createSteer } from "./steering.ts";
import type { SteeringView } from "./steering-decision.ts";

/** What a visitor gets. */
export interface Choice {
  /** Of one kind: `A` and `AAAA`, or `CNAME` alone; texts as in a zone file. */
  readonly records: Readonly<Record<"A" | "AAAA" | "CNAME", readonly string[]>>;
  readonly ttl: number;
}

export interface SteeringTable {
  /** The first is that of visitors whom no network names. */
  readonly choices: readonly [Choice, ...Choice[]];
  /** The longest that holds a visitor counts; a shorter one comes before those within it. */
  readonly networks: readonly Cell[];
}

/** A network whose addresses all get the same: the number of a choice. */
export interface Cell {
  readonly network: Network;
  readonly choice: number;
}

/** Where visitors come from (IANA): all of IPv4, and global unicast. */
const spaces: readonly Network[] = [
  { address: new Uint8Array(4), bits: 0 },
  { address: Uint8Array.of(0x20, ...new Uint8Array(15)), bits: 3 },
];

export function steeringTable(view: SteeringView, map: string): SteeringTable {
  const chooser = new Chooser(view, map);
  // Where nothing is known of a place: 0.0.0.0 is nobody's. Asked first, it has the number 0.
  const usual = chooser.at(new Uint8Array(4)).choice;
  const networks = spaces.flatMap((space) => fewest(cellsOf(chooser, space), space, usual));
  const [first, ...others] = chooser.choices;
  assert(first !== undefined, "A map gave no choice, not even an empty one.");
  return { choices: [first, ...others], networks };
}

/** Numbers choices; most networks of a place have the choice of another one there. */
class Chooser {
  readonly choices: Choice[] = [];
  readonly #view: SteeringView;
  readonly #map: string;
  readonly #byPlace = new Map<string, { readonly choice: number; readonly isForAll: boolean }>();
  readonly #byText = new Map<string, number>();

  constructor(view: SteeringView, map: string) {
    this.#view = view;
    this.#map = map;
  }

  /** What an address gets, and how many bits of it that holds for. */
  at(address: Address): { readonly choice: number; readonly bits: number } {
    const located = this.#view.geo.locate(address);
    const network = this.#view.networks.find(address);
    const place = JSON.stringify([located.place, located.country, network.value]);
    let known = this.#byPlace.get(place);
    if (known === undefined) {
      known = this.#choose(address);
      this.#byPlace.set(place, known);
    }
    return { choice: known.choice, bits: known.isForAll ? 0 : Math.max(located.bits, network.bits) };
  }

  #choose(address: Address): { readonly choice: number; readonly isForAll: boolean } {
    const steer = createSteer(() => this.#view);
    const given = [types.A, types.AAAA].map((type) =>
      steer(this.#map, type, { resolver: address, subnet: null }),
    );
    const sets = given.flatMap((one) => one.sets);
    const texts = (type: number): readonly string[] =>
      sets.find((set) => set.type === type)?.rdata.map((rdata) => showRdata(type, rdata)) ?? [];
    const records = { A: texts(types.A), AAAA: texts(types.AAAA), CNAME: texts(types.CNAME) };
    const text = JSON.stringify(records);
    const choice = this.#byText.get(text) ?? this.choices.push({ records, ttl: sets[0]?.ttl ?? 0 }) - 1;
    this.#byText.set(text, choice);
    return { choice, isForAll: given.every(({ scope }) => scope === 0) };
  }
}

function cellsOf(chooser: Chooser, space: Network): readonly Cell[] {
  const cells: Cell[] = [];
  for (let at: Address | null = space.address; at !== null; ) {
    const { choice, bits } = chooser.at(at);
    const network: Network = { address: at, bits: Math.max(space.bits, bits) };
    cells.push({ network, choice });
    at = after(network, space);
  }
  return cells;
}

/** The first address behind a network; null at the end of the space. */
function after({ address, bits }: Network, space: Network): Address | null {
  const next = Uint8Array.from(address);
  for (let at = bits - 1; at >= space.bits; at--) {
    next[at >> 3] = (next[at >> 3] ?? 0) ^ (0x80 >> (at & 7));
    if (bitAt(next, at) === 1) return next;
  }
  return null;
}

interface Branch {
  readonly network: Network;
  /** Choices that cost the fewest networks below here. */
  readonly best: readonly number[];
  readonly halves: readonly [Branch, Branch] | null;
}

/** As few networks as say the same, given what is said of all that is in none of them. */
function fewest(cells: readonly Cell[], space: Network, usual: number): readonly Cell[] {
  const found: Cell[] = [];
  const say = ({ network, best, halves }: Branch, above: number): void => {
    const choice = best.includes(above) ? above : (best[0] ?? above);
    if (choice !== above) found.push({ network, choice });
    for (const half of halves ?? []) say(half, choice);
  };
  say(branchOf(cells, 0, cells.length, space), usual);
  return found;
}

function branchOf(cells: readonly Cell[], from: number, to: number, network: Network): Branch {
  const first = cells[from];
  if (to - from <= 1 || first === undefined)
    return { network, best: first === undefined ? [] : [first.choice], halves: null };
  // The first cell whose next bit is set.
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bitAt(cells[middle]?.network.address as Address, network.bits) === 1) high = middle;
    else low = middle + 1;
  }
  const bits = network.bits + 1;
  const left = branchOf(cells, from, low, { address: network.address, bits });
  const right = branchOf(cells, low, to, { address: cells[low]?.network.address as Address, bits });
  const both = left.best.filter((choice) => right.best.includes(choice));
  const best = both.length > 0 ? both : [...left.best, ...right.best];
  // Halves that agree on one choice, and have nothing below them that differs, are one network.
  const isOne =
    both.length === 1 &&
    left.halves === null &&
    right.halves === null &&
    left.best.length === 1 &&
    right.best.length === 1;
  return { network, best, halves: isOne ? null : [left, right] };
}
