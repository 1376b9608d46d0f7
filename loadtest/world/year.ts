// What visitors see of a year of failures. In: POPs, visitors, the steering, a year. Out: the share of visits that fail, that are at
// the nearest living POP. Visits are spread evenly over the year. What differs between two moments is only who is down and who is known to be:
// for each pair of those the visits are looked at once, and count for as long as the pair holds.
import { distanceKm } from "../../src/steering/distance.ts";
import { assumptions as assumed } from "./assumptions.ts";
import { firstTried } from "./first-byte.ts";
import { lengthOf, type Span, type Year, yearS } from "./outages.ts";
import type { PopPlace } from "./pops.ts";
import { factsOf, staticHost, type World } from "./steer.ts";
import type { Visitor } from "./visitors.ts";

export interface Availability {
  /** Shares of all visits of the year. */
  readonly failed: number;
  /** The same, did everybody try all addresses of an answer, or one alone. */
  readonly failedTryingAll: number;
  readonly failedTryingOne: number;
  readonly atNearest: number;
  /** `failed`, and with what no probe sees: paths between a visitor and a living POP that are broken. */
  readonly failedWithPaths: number;
  /** `failed`, were there no static host. */
  readonly failedWithoutStatic: number;
}

const nothing = {
  failed: 0,
  failedTryingAll: 0,
  failedTryingOne: 0,
  atNearest: 0,
  failedWithPaths: 0,
  failedWithoutStatic: 0,
};

export interface YearScene {
  readonly pops: readonly PopPlace[];
  readonly visitors: readonly Visitor[];
  readonly world: World;
  /** POPs first, in their order; then the static host; then the DNS nodes. */
  readonly year: Year;
}

/** A scene, and how far each visitor is from each POP. */
interface Stage extends YearScene {
  readonly kms: readonly (readonly number[])[];
}

/** Visitors of a like answer age are looked at together: so many ages. */
const agesCount = 10;

export function simulateYear(scene: YearScene): Availability {
  const { visitors, pops } = scene;
  const stage = { ...scene, kms: visitors.map(({ place }) => pops.map((pop) => distanceKm(place, pop))) };
  const total = { ...nothing };
  const answers = createAnswers(scene);
  const byAge = visitors.map((_one, at) => at).sort((a, b) => ageOf(visitors, a) - ageOf(visitors, b));
  const outcomes = new Map<string, Availability>();
  for (let age = 0; age < agesCount; age++) {
    const from = Math.floor((age * byAge.length) / agesCount);
    const group = byAge.slice(from, Math.floor(((age + 1) * byAge.length) / agesCount));
    const ageS = group.reduce((sum, at) => sum + ageOf(visitors, at), 0) / group.length;
    for (const [pair, lengthS] of pairsOf(scene.year, ageS)) {
      const key = `${age}/${pair}`;
      const outcome = outcomes.get(key) ?? visit(stage, answers, group, pair);
      outcomes.set(key, outcome);
      for (const what of Object.keys(total) as (keyof Availability)[])
        total[what] += (outcome[what] * lengthS * group.length) / (yearS * visitors.length);
    }
  }
  return total;
}

const ageOf = (visitors: readonly Visitor[], at: number): number => visitors[at]?.answerAgeS ?? 0;

/** `down|known`, each a list of numbers of machines, to the seconds for which they are so. Answers are as old as `ageS`. */
export function pairsOf({ down, known }: Year, ageS: number): ReadonlyMap<string, number> {
  const edges = [...edgesOf(down, 0, "down"), ...edgesOf(known, ageS, "known")].sort((a, b) => a.atS - b.atS);
  const now = { down: new Set<number>(), known: new Set<number>() };
  const lengths = new Map<string, number>();
  let sinceS = 0;
  const pass = (untilS: number): void => {
    if (untilS <= sinceS) return;
    const pair = `${showSet(now.down)}|${showSet(now.known)}`;
    lengths.set(pair, (lengths.get(pair) ?? 0) + untilS - sinceS);
    sinceS = untilS;
  };
  for (const { atS, of, machine, begins } of edges) {
    pass(Math.min(atS, yearS));
    if (begins) now[of].add(machine);
    else now[of].delete(machine);
  }
  pass(yearS);
  return lengths;
}

interface Edge {
  readonly atS: number;
  readonly of: "down" | "known";
  readonly machine: number;
  readonly begins: boolean;
}

function edgesOf(all: readonly (readonly Span[])[], laterS: number, of: Edge["of"]): readonly Edge[] {
  return all.flatMap((spans, machine) =>
    spans.flatMap(({ fromS, toS }) => [
      { atS: fromS + laterS, of, machine, begins: true },
      { atS: toS + laterS, of, machine, begins: false },
    ]),
  );
}

const showSet = (set: ReadonlySet<number>): string => [...set].sort((a, b) => a - b).join(",");
const readSet = (text: string): ReadonlySet<number> =>
  new Set(text === "" ? [] : text.split(",").map(Number));

type Answers = (known: ReadonlySet<number>, hasStatic: boolean, visitor: number) => readonly number[];

/** What the steering says to a visitor while these are known to be down; asked once. */
function createAnswers({ pops, visitors, world }: YearScene): Answers {
  const held = new Map<string, (readonly number[])[]>();
  return (known, hasStatic, visitor) => {
    const down = new Set([...known].filter((at) => at < pops.length));
    const fallback = hasStatic && !known.has(pops.length);
    const key = `${showSet(down)}${fallback}`;
    let list = held.get(key);
    if (list === undefined) {
      const facts = { ...factsOf(pops, down), fallback };
      list = visitors.map((_one, at) => world.answer(at, facts));
      held.set(key, list);
    }
    return list[visitor] ?? [];
  };
}

function visit(stage: Stage, answers: Answers, group: readonly number[], pair: string): Availability {
  const { pops, visitors, year } = stage;
  const [downText = "", knownText = ""] = pair.split("|");
  const down = readSet(downText);
  const known = readSet(knownText);
  const sum = { ...nothing };
  const isDown = (one: number): boolean => down.has(one === staticHost ? pops.length : one);
  const noDns = year.down.length > pops.length + 1 && allOf(down, pops.length + 1, year.down.length);
  const noPop = allOf(known, 0, pops.length);
  const livingOf = (visitor: Visitor, answer: readonly number[]): readonly number[] =>
    noDns ? [] : (visitor.triesAll ? answer : [firstTried(visitor, answer)]).filter((one) => !isDown(one));
  for (const at of group) {
    const visitor = visitors[at] as Visitor;
    const answer = answers(known, true, at);
    const first = firstTried(visitor, answer);
    const living = livingOf(visitor, answer);
    const failed = living.length === 0;
    const without = noPop ? livingOf(visitor, answers(known, false, at)).length === 0 : failed;
    sum.failed += failed ? 1 : 0;
    sum.failedWithoutStatic += without ? 1 : 0;
    sum.failedWithPaths += failed ? 1 : assumed.unseenPath.value ** living.length;
    sum.failedTryingAll += noDns || answer.every(isDown) ? 1 : 0;
    sum.failedTryingOne += noDns || isDown(first) ? 1 : 0;
    sum.atNearest += !failed && isNearest(stage, at, isDown(first) ? living[0] : first, isDown) ? 1 : 0;
  }
  for (const what of Object.keys(sum) as (keyof Availability)[]) sum[what] /= group.length;
  return sum;
}

function allOf(set: ReadonlySet<number>, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!set.has(at)) return false;
  return true;
}

function isNearest(
  { kms, world }: Stage,
  visitor: number,
  at: number | undefined,
  isDown: (at: number) => boolean,
): boolean {
  const own = kms[visitor] ?? [];
  let least = Number.POSITIVE_INFINITY;
  for (const [one, km] of own.entries()) if (km < least && !isDown(one)) least = km;
  return (own[at ?? -1] ?? Number.POSITIVE_INFINITY) <= least + world.plan.nearKm;
}

/** Hours a year that one of these is down. */
export const hoursDown = (spans: readonly Span[]): number => lengthOf(spans) / 3_600;
