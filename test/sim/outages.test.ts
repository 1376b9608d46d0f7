// A day of three POPs that probe one target every ten seconds, by seed: one POP loses one probe in twenty, another's clock is off by half a minute, start times
// jitter, reports are late. In: fifty real outages of thirty seconds to ten minutes. Out: what the page said, held against what was so. `--seed` plays it again.
import { expect, test } from "bun:test";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { openWorld, type World } from "../monitor/acting-world.ts";
import { count, testSeed } from "../support/seed.ts";

const everyMs = 10_000;
const timeoutMs = 5_000;
const dayMs = 24 * 3_600_000;
/** Two intervals with their jitter, the probe that has to run into its timeout, the way to the control plane. */
const boundMs = 2 * everyMs * 1.05 + timeoutMs + 2_500;

interface Outage {
  readonly fromMs: number;
  readonly untilMs: number;
  /** A target that hangs costs each probe its timeout; one that refuses is known at once. */
  readonly hangs: boolean;
}

/** Fifty, spread over the day, each with time enough before the next one to be over by every rule. */
function outagesOf(random: Random, many: number): readonly Outage[] {
  const slotMs = dayMs / many;
  return Array.from({ length: many }, (_, at) => {
    const lastsMs = 30_000 + random.below(570_001);
    const roomMs = slotMs - lastsMs - 6 * 60_000;
    const fromMs = at * slotMs + 60_000 + Math.floor(random.fraction() * roomMs);
    return { fromMs, untilMs: fromMs + lastsMs, hangs: random.fraction() < 0.5 };
  });
}

interface Pop {
  readonly name: string;
  readonly loss: number;
  readonly clockOffMs: number;
  readonly phaseMs: number;
}

/** When each probe begins, and what it finds: the day as one list by the moment at which it arrives. */
function arrivalsOf(random: Random, outages: readonly Outage[], pops: readonly Pop[]) {
  const arrivals: {
    readonly atMs: number;
    readonly arrivesMs: number;
    readonly pop: Pop;
    readonly isDown: boolean;
  }[] = [];
  for (const pop of pops)
    for (let dueMs = pop.phaseMs; dueMs < dayMs; dueMs += everyMs) {
      const atMs = dueMs + Math.floor(random.fraction() * 0.05 * everyMs);
      const outage = outages.find(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs);
      const isLost = random.fraction() < pop.loss;
      const isDown = isLost || outage !== undefined;
      const tookMs = isLost || (isDown && outage?.hangs === true) ? timeoutMs : 40 + random.below(100);
      arrivals.push({ atMs, arrivesMs: atMs + tookMs + 200 + random.below(1_800), pop, isDown });
    }
  return arrivals.sort((a, b) => a.arrivesMs - b.arrivesMs);
}

interface Opened {
  readonly openedMs: number;
  readonly closedMs: number | null;
}

async function day(
  seed: number,
  outages: (random: Random) => readonly Outage[],
): Promise<{
  readonly real: readonly Outage[];
  readonly opened: readonly Opened[];
}> {
  const random = seededRandom(seed);
  const world = await openWorld();
  const check = await world.check({ everyMs, timeoutMs });
  const startMs = world.clock.wallMs();
  const pops = ["fra", "nyc", "sin"].map((name, at) => ({
    name,
    loss: at === 2 ? 0.05 : 0,
    clockOffMs: at === 1 ? 30_000 : 0,
    phaseMs: random.below(everyMs),
  }));
  const real = outages(random);
  const seen = watching(world, startMs);
  for (const { atMs, arrivesMs, pop, isDown } of arrivalsOf(random, real, pops)) {
    const nowMs = startMs + arrivesMs;
    // The monitor looks at what is not well each second; where nothing arrives and nothing fails, no second need go by.
    world.clock.jumpWall(nowMs - world.clock.wallMs());
    world.monitor().onProbes({
      ...{ pop: pop.name, sentMs: nowMs - pop.clockOffMs, arrivedMs: nowMs },
      probes: [
        {
          ...{ check: `${world.page}/${check}`, atMs: startMs + atMs - pop.clockOffMs },
          ...{ state: isDown ? "down" : "up", ms: isDown ? null : 50, why: isDown ? "timeout" : null },
          ...{ said: null, certificateEndsMs: null },
        },
      ],
    });
    await world.monitor().settled();
    seen.look();
  }
  return { real, opened: seen.opened };
}

function watching(world: World, startMs: number) {
  const opened: { openedMs: number; closedMs: number | null }[] = [];
  let last = "operational";
  return {
    opened: opened as readonly Opened[],
    look() {
      const status = world.status("api") ?? "";
      if (status === last) return;
      const nowMs = world.clock.wallMs() - startMs;
      const open = opened.at(-1);
      if (status === "major_outage") opened.push({ openedMs: nowMs, closedMs: null });
      else if (open !== undefined) open.closedMs = nowMs;
      last = status;
    },
  };
}

const seeds = Array.from({ length: count(1, 40) }, (_, at) => testSeed + at);

test.each(seeds)(
  "sim/outages: fifty outages of a day are each opened in time, and none that was not (seed %d)",
  async (seed) => {
    const { real, opened } = await day(seed, (random) => outagesOf(random, 50));
    const late = real.filter(
      ({ fromMs }) => !opened.some(({ openedMs }) => openedMs > fromMs && openedMs <= fromMs + boundMs),
    );
    expect(late).toEqual([]);
    expect(opened.length).toBe(real.length);
    // Damped as it is, each is over minutes after the outage.
    const open = opened.filter(
      ({ closedMs }, at) => closedMs === null || closedMs > (real[at]?.untilMs ?? 0) + 5 * 60_000,
    );
    expect(open).toEqual([]);
  },
);

test.each(seeds)(
  "sim/outages: a day on which nothing fails but one probe in twenty of one POP opens nothing (seed %d)",
  async (seed) => {
    expect((await day(seed, () => [])).opened).toEqual([]);
  },
);
