// loadtest/world: what the committed tables and map say is what the seed makes; and what must be true of the model, whatever the seed.
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { capacityAssumptions, needsOf } from "../../loadtest/world/capacity.ts";
import { cities, usersOfAll } from "../../loadtest/world/cities.ts";
import { roundTripMs } from "../../loadtest/world/latency.ts";
import { drawYear, lengthOf, type Span, united } from "../../loadtest/world/outages.ts";
import { hostingPlaces, type PopPlace, placePops } from "../../loadtest/world/pops.ts";
import { filled, mapOf, sectionsOf, summaryOf } from "../../loadtest/world/report.ts";
import { readFlags } from "../../loadtest/world/run.ts";
import { bytesOf, type Simulation, setsOf, simulate, usual } from "../../loadtest/world/simulate.ts";
import { createWorld, factsOf, planOf } from "../../loadtest/world/steer.ts";
import { drawVisitors, type Visitor } from "../../loadtest/world/visitors.ts";
import { pairsOf } from "../../loadtest/world/year.ts";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

const folder = join(import.meta.dirname, "..", "..", "loadtest", "world");
const readme = readFileSync(join(folder, "README.md"), "utf8");
const ttlS = limits.steeredTtlS;

let simulation: Simulation;
beforeAll(async () => {
  simulation = await simulate({ seed: usual.seed, sets: setsOf(usual.counts) });
});

describe("committed figures", () => {
  test("the README's tables are what its seed makes: if they are meant to change, npm run world -- --write", () => {
    const sections = sectionsOf(simulation);
    expect(filled(readme, sections)).toBe(readme);
    expect(readme).toContain(`Seed ${usual.seed};`);
  });

  test("so is the summary in loadtest/README.md", () => {
    const outer = readFileSync(join(folder, "..", "README.md"), "utf8");
    expect(filled(outer, summaryOf(simulation))).toBe(outer);
  });

  test("so is the map", () => {
    expect(mapOf(simulation)).toBe(readFileSync(join(folder, "map.svg"), "utf8"));
  });

  test("every assumption is told with where it is from", () => {
    for (const { what, source } of Object.values(capacityAssumptions)) {
      expect(readme).toContain(`| ${what} |`);
      expect(source).not.toBe("");
    }
  });

  test("figures taken from benches are still theirs, give or take a third", () => {
    const { answerCpu, unchangedCpu, eventCpu, streamMemory } = capacityAssumptions;
    const held = [
      [answerCpu, benched("h2", "HTTP/2 200, one page: pharos, CPU an answer")],
      [unchangedCpu, benched("h2", "HTTP/2 304, one page: pharos, CPU an answer")],
      [eventCpu, benched("events", "the worker's CPU for one event of one stream")],
      [streamMemory, benched("events", "a stream's memory, of 15000")],
    ] as const;
    for (const [{ what, value }, measured] of held)
      expect(Math.abs(Math.log(value / measured)), `${what}: ${value} here, ${measured} there`).toBeLessThan(
        Math.log(4 / 3),
      );
  });
});

describe("the steering's work", () => {
  const visitors = drawVisitors(cities, testSeed, 1_500, ttlS);
  const known = visitors.map(
    (one): Visitor => ({ ...one, resolver: "ecs", filed: { place: one.place, country: one.city.country } }),
  );
  const pops = placePops(cities, 12);

  test("whom it knows the place of, it leads to the nearest POP, and past those that are down", () => {
    expect(bytesOf(pops, 1, known).atNearest).toBe(1);
    expect(bytesOf(pops, 3, known).hasNearest).toBe(1);
    expect(bytesOf(pops, 1, known, new Set([0, 3, 7])).atNearest).toBe(1);
  });

  test("steering that cares less for distance is seen in the share", () => {
    expect(bytesOf(pops, 1, known, new Set(), 3_000).atNearest).toBeLessThan(0.8);
  });

  test("with the world's resolvers at least three in four come to the nearest, and the more POPs the shorter the way", () => {
    const rows = [1, 3, 8, 20].map((count) => bytesOf(placePops(cities, count), 1, visitors));
    for (const row of rows) expect(row.atNearest).toBeGreaterThan(0.75);
    for (const [at, row] of rows.entries())
      expect(row.warm.p50).toBeLessThanOrEqual(rows[at - 1]?.warm.p50 ?? Number.POSITIVE_INFINITY);
  });

  test("no dead POP is in an answer while another one lives, and the last is not taken away", () => {
    const random = seededRandom(testSeed);
    const world = createWorld(planOf(pops, 3), visitors);
    for (let trial = 0; trial < 40; trial++) {
      const down = new Set(pops.keys().filter(() => random.fraction() < 0.6));
      const facts = { ...factsOf(pops, down), fallback: false };
      const answer = world.answer(random.below(visitors.length), facts);
      expect(answer.length).toBeGreaterThan(0);
      if (down.size < pops.length) expect(answer.filter((at) => down.has(at))).toEqual([]);
    }
  });
});

describe("health", () => {
  test("an outage is known within the bound of the limits, and as soon as probes allow", () => {
    const {
      probesToFall,
      probeRoundMs,
      probeJitterMs,
      probeTimeoutMs,
      viewPollMs,
      viewTimeoutMs,
      factsPollMs,
    } = limits;
    const steps = 0.1;
    const boundS =
      (probesToFall * probeRoundMs +
        probeJitterMs +
        probeTimeoutMs +
        viewPollMs +
        viewTimeoutMs +
        factsPollMs) /
        1_000 +
      steps;
    const { refused, silent, back } = simulation.found;
    for (const times of [refused, silent, back]) expect(times.length).toBeGreaterThan(30);
    expect(Math.max(...refused, ...silent)).toBeLessThan(boundS);
    expect(Math.min(...refused)).toBeGreaterThan(((probesToFall - 1) * probeRoundMs) / 1_000);
    expect(silent[silent.length >> 1]).toBeGreaterThan(refused[refused.length >> 1] ?? 0);
  });

  test("in a year each outage is known by then, and nobody is held for down who is not, but until he is seen again", () => {
    const machines = hostingPlaces.map(({ name, region }) => ({ name, region }));
    const { down, known } = drawYear(machines, simulation.found, testSeed);
    const [worstS, backS] = [Math.max(...simulation.found.silent), Math.max(...simulation.found.back)];
    const holds = (spans: readonly Span[], fromS: number, toS: number): boolean =>
      spans.some((span) => span.fromS <= fromS && span.toS >= toS);
    for (const [at, spans] of down.entries()) {
      expect(spans.length).toBeGreaterThan(5);
      for (const { fromS, toS } of spans)
        if (toS - fromS > worstS) expect(holds(known[at] ?? [], fromS + worstS, toS)).toBe(true);
      for (const { fromS, toS } of known[at] ?? [])
        expect(spans.some((span) => span.fromS < fromS && span.toS + backS >= toS)).toBe(true);
    }
  });

  test("a visitor whose resolver keeps to the TTL meets a dead POP for no longer than that bound and the TTL", () => {
    const year = {
      down: [[{ fromS: 1_000, toS: 2_000 }]],
      known: [[{ fromS: 1_009, toS: 2_011 }]],
      regionOutages: 0,
    };
    const pairs = pairsOf(year, ttlS);
    expect(pairs.get("0|")).toBe(9 + ttlS);
    expect(pairs.get("0|0")).toBe(1_000 - 9 - ttlS);
    expect(pairs.get("|0")).toBe(11 + ttlS);
  });

  test("four nines are kept with three POPs and more, and more addresses lose fewer visits", () => {
    for (const { pops, addresses, year } of simulation.rows) {
      if (pops.length >= 3) expect(year.failed).toBeLessThan(1e-4);
      const one = simulation.rows.find((row) => row.pops === pops && row.addresses === 1);
      expect(year.failedTryingAll).toBeLessThanOrEqual(year.failed);
      expect(year.failed).toBeLessThanOrEqual(year.failedTryingOne);
      if (addresses > 1) expect(year.failedWithPaths).toBeLessThanOrEqual(one?.year.failedWithPaths ?? 0);
    }
  });
});

describe("the model", () => {
  const random = seededRandom(testSeed + 1);
  const anywhere = (): { latitude: number; longitude: number } => ({
    latitude: 180 * random.fraction() - 90,
    longitude: 360 * random.fraction() - 180,
  });

  test("a way is as long back as there, and never shorter than light in fibre", () => {
    for (let trial = 0; trial < 500; trial++) {
      const [from, to, over] = [anywhere(), anywhere(), anywhere()];
      const factor = 1.15 + random.fraction();
      const ms = roundTripMs(from, to, factor);
      expect(ms).toBeCloseTo(roundTripMs(to, from, factor), 9);
      expect(ms).toBeLessThanOrEqual(roundTripMs(from, over, factor) + roundTripMs(over, to, factor) + 1e-9);
      expect(ms).toBeLessThan((2 * 20_100 * factor) / 204);
    }
  });

  test("another POP makes nobody's nearest farther", () => {
    const pops = placePops(cities, 6);
    for (let trial = 0; trial < 300; trial++) {
      const at = anywhere();
      const nearest = (pops: readonly PopPlace[]): number =>
        Math.min(...pops.map((pop) => roundTripMs(at, pop, 1.8)));
      expect(
        nearest([...pops, hostingPlaces[random.below(hostingPlaces.length)] as PopPlace]),
      ).toBeLessThanOrEqual(nearest(pops));
    }
  });

  test("places come in the same order however many are asked for", () => {
    const names = (count: number): readonly string[] => placePops(cities, count).map(({ name }) => name);
    expect(names(8).slice(0, 3)).toEqual([...names(3)]);
    expect(new Set(names(99)).size).toBe(hostingPlaces.length);
  });

  test("visitors are the same from the same seed, and of each city as many as its users", () => {
    const drawn = drawVisitors(cities, 7, 2_000, ttlS);
    const told = (seed: number): string => JSON.stringify(drawVisitors(cities, seed, 2_000, ttlS));
    expect(told(7) === JSON.stringify(drawn)).toBe(true);
    expect(told(8) === JSON.stringify(drawn)).toBe(false);
    const users = cities.filter(({ country }) => country === "IN").reduce((sum, city) => sum + city.users, 0);
    const share = drawn.filter(({ city }) => city.country === "IN").length / drawn.length;
    expect(Math.abs(share - users / usersOfAll)).toBeLessThan(0.002);
  });

  test("spans are joined where they touch, and nothing is counted twice", () => {
    const spans = Array.from({ length: 60 }, (): Span => {
      const fromS = random.below(1_000);
      return { fromS, toS: fromS + 1 + random.below(30) };
    });
    const joined = united(spans);
    const seconds = new Set(
      spans.flatMap(({ fromS, toS }) => Array.from({ length: toS - fromS }, (_n, at) => fromS + at)),
    );
    expect(lengthOf(joined)).toBe(seconds.size);
    for (const [at, span] of joined.entries()) expect(span.fromS).toBeGreaterThan(joined[at - 1]?.toS ?? -1);
  });

  test("twice the viewers need twice of everything", () => {
    const [once, twice] = [needsOf(100_000, 0.5), needsOf(200_000, 0.5)];
    for (const what of ["newConnections", "answers", "streams", "memoryGB", "gigabits"] as const)
      expect(twice[what]).toBeCloseTo(2 * once[what], 6);
  });
});

describe("npm run world", () => {
  const refused: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [["--seed", "x"], /--seed x: a seed is a whole number/],
    [["--pops", "0"], /--pops 0: from 1 to 41/],
    [["--pops", "fra,nowhere"], /--pops fra,nowhere: .* fra, ams/],
    [["--seed", "5", "--write"], /Leave --seed and --pops out/],
    [["--sead", "5"], /Known are --seed N/],
  ];
  for (const [args, says] of refused)
    test(`refused: ${args.join(" ")}`, () => {
      expect(readFlags(args)).toMatch(says);
    });

  test("places by number and by name", () => {
    const flags = [readFlags(["--pops", "5"]), readFlags(["--pops", "fra,iad", "--seed", "9"])];
    expect(flags).toMatchObject([
      { sets: [{ length: 5 }], seed: usual.seed },
      { sets: [[{ name: "fra" }, { name: "iad" }]], seed: 9 },
    ]);
  });
});

function benched(suite: string, what: string): number {
  const path = join(folder, "..", "..", "bench", suite, "baseline.json");
  const { figures } = JSON.parse(readFileSync(path, "utf8")) as {
    figures: { what: string; value: number }[];
  };
  const found = figures.find((figure) => figure.what === what);
  if (found === undefined) throw new Error(`bench/${suite} has no figure "${what}" any more.`);
  return found.value;
}
