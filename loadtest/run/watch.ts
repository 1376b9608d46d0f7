// What a run looks like from inside, once a second. In: a network, the generator. Out: samples of POPs, of processes and of k6's own use.
import type { PopSample } from "../lib/scenario.ts";
import type { GeneratorSample } from "./honesty.ts";
import type { Network, Pop } from "./network.ts";
import { busyMsOf, type ProcessUse, useOf } from "./proc.ts";

export interface Tick {
  readonly second: number;
  readonly pops: readonly PopSample[];
  /** Answers so far by upper bound (s) of the POPs' own histogram, all POPs. */
  readonly buckets: ReadonlyMap<number, number>;
  readonly processes: readonly ProcessUse[];
  /** Bodies that the source was asked for by name, so far. */
  readonly fetched: number;
}

export interface Watch {
  readonly ticks: readonly Tick[];
  readonly generator: readonly GeneratorSample[];
  stop(): Promise<void>;
}

const tickMs = 1_000;
const generatorTickMs = 250;
const scrapeMsMax = 900;

/** `onTick` is told of each, for the line of progress. `second()` is negative before the first visit. */
export function startWatch(
  network: Network,
  of: { readonly pid: number; readonly cores: string | null },
  second: () => number,
  onTick: (tick: Tick) => void,
  onSample: (all: readonly GeneratorSample[]) => void = () => undefined,
): Watch {
  const ticks: Tick[] = [];
  const generator: GeneratorSample[] = [];
  let last: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const at = second();
    const scraped = await Promise.all([...network.pops, ...network.joined()].map(scrape));
    const fetched = await fetchedOf(network);
    const processes = [...network.processes()].flatMap(([pid, name]) => useOf(pid, name) ?? []);
    const tick = {
      second: at,
      pops: scraped.map(({ sample }) => ({ ...sample, second: at })),
      buckets: summed(scraped.map(({ buckets }) => buckets)),
      processes,
      fetched,
    };
    ticks.push(tick);
    onTick(tick);
  }
  function lookAtGenerator(): void {
    const use = useOf(of.pid, "k6");
    if (use === null || second() < 0) return;
    generator.push({ atMs: performance.now(), cpuMs: use.cpuMs, busyMs: busyMsOf(of.cores) });
    onSample(generator);
  }
  const looking = setInterval(() => {
    last = last.then(look);
  }, tickMs);
  const generating = setInterval(lookAtGenerator, generatorTickMs);
  return {
    ticks,
    generator,
    async stop() {
      clearInterval(looking);
      clearInterval(generating);
      await last;
      await look();
    },
  };
}

/** At the control plane's own counter; what it last said, or 0, where it says nothing. */
async function fetchedOf({ controlOps }: Network): Promise<number> {
  if (controlOps === null) return 0;
  try {
    const answer = await fetch(`http://${controlOps}/metrics`, { signal: AbortSignal.timeout(scrapeMsMax) });
    return sum(valuesOf(await answer.text(), "pharos_feed_fetched_total"));
  } catch {
    return 0; // It is dead, which is what some scenarios are about.
  }
}

type Sample = Omit<PopSample, "second">;

async function scrape({ name, ops }: Pop): Promise<{ sample: Sample; buckets: ReadonlyMap<number, number> }> {
  const none = { pop: name, answers: false, generation: 0, level: 0, served: 0, lazyAsks: 0, lazyFlights: 0 };
  if (ops === null) return { sample: none, buckets: new Map() };
  try {
    const answer = await fetch(`http://${ops}/metrics`, { signal: AbortSignal.timeout(scrapeMsMax) });
    const text = await answer.text();
    const generations = valuesOf(text, "pharos_edge_page_generation");
    const sample = {
      pop: name,
      answers: true,
      generation: Math.max(0, ...generations),
      level: Math.max(0, ...valuesOf(text, "pharos_edge_level")),
      served: sum(valuesOf(text, "pharos_edge_requests_total")),
      lazyAsks: sum(valuesOf(text, "pharos_edge_lazy_asks_total")),
      lazyFlights: sum(valuesOf(text, "pharos_edge_lazy_flights_total")),
    };
    return { sample, buckets: bucketsOf(text) };
  } catch {
    return { sample: none, buckets: new Map() }; // Dead, stopped or cut off: that is what the sample says.
  }
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

/** All values of a metric in the Prometheus text, whatever their labels. */
export function valuesOf(text: string, metric: string): readonly number[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith(metric) && /^[{ ]/.test(line.slice(metric.length)))
    .map((line) => Number(line.slice(line.lastIndexOf(" ") + 1)));
}

/** Cumulative counts of the request histogram, summed over workers. */
export function bucketsOf(text: string): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const [, le = "", count] of text.matchAll(
    /^pharos_edge_request_duration_seconds_bucket\{[^}]*le="([^"]+)"\} (\d+)$/gm,
  )) {
    const bound = le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
    found.set(bound, (found.get(bound) ?? 0) + Number(count));
  }
  return found;
}

function summed(maps: readonly ReadonlyMap<number, number>[]): ReadonlyMap<number, number> {
  const all = new Map<number, number>();
  for (const map of maps) for (const [bound, count] of map) all.set(bound, (all.get(bound) ?? 0) + count);
  return all;
}
