// Whether the numbers of a run may be believed at all. In: what was asked for, what k6 did, what it took. Out: reasons why not. Pure.
// An invalid run has neither passed nor failed: the generator, not the server, is what was measured.

/** What the generator's processes used within a short time. */
export interface GeneratorSample {
  readonly atMs: number;
  /** Processor time so far. */
  readonly cpuMs: number;
  /** Of all programs on its cores, likewise; null where the system does not say. */
  readonly busyMs: number | null;
}

export interface Honesty {
  /** Visits that the stages ask for. */
  readonly asked: number;
  /** Visits that ended, well or badly. */
  readonly ended: number;
  /** k6 had no virtual user for them. */
  readonly dropped: number;
  readonly generator: readonly GeneratorSample[];
  /** Begin and end of the top in seconds since the first of them: at other times there is little that could be late. */
  readonly top: readonly [number, number];
  /** How late k6 did at the top what was due, 95 of 100 times at most; null where it was not measured. */
  readonly lateMs: number | null;
  /** Cores that the generator may use. */
  readonly cores: number;
}

/** `taken` excuses only what is about time, see verdict.ts; each of the others is enough by itself. */
export type Reason =
  | { readonly kind: "taken"; readonly sentence: string }
  | { readonly kind: "dropped"; readonly sentence: string }
  | { readonly kind: "generator"; readonly sentence: string }
  | { readonly kind: "under-asked"; readonly sentence: string };

export const generatorShareMax = 0.9;
/** Of its cores; below that, what others do beside k6 is not what is in the way. */
export const othersShareMin = 0.1;
export const generatorWindowMs = 2_000;
export const underAskedMax = 0.01;
/** Half of what a visit may take at the top. k6 counts none of it, so beyond that its percentiles are too good. */
export const lateMsMax = 40;

/** Empty where the numbers may be believed. */
export function reasonsAgainst(honesty: Honesty): readonly Reason[] {
  const { asked, ended, dropped, generator, cores, lateMs, top } = honesty;
  const reasons: Reason[] = [];
  if (dropped > 0)
    reasons.push({
      kind: "dropped",
      sentence: `${dropped.toLocaleString("en")} visits were dropped: k6 had no free virtual user when they were due.`,
    });
  const busiest = busiestShare(generator, cores);
  if (busiest > generatorShareMax)
    reasons.push({
      kind: "generator",
      sentence: `k6 used ${percent(busiest)} of the ${cores === 1 ? "core" : `${cores} cores`} it may use for ${generatorWindowMs / 1_000} s: above ${percent(generatorShareMax)} it measures itself.`,
    });
  if (lateMs !== null && lateMs > lateMsMax)
    reasons.push({
      kind: "generator",
      sentence: `k6 was up to ${lateMs.toFixed(0)} ms late at the top, 95 of 100 times: it did not get its core when it was due, and counts none of that.`,
    });
  const [from = 0, until = 0] = top.map((second) => (generator[0]?.atMs ?? 0) + second * 1_000);
  const taken = takenOf(
    generator.filter(({ atMs }) => atMs >= from && atMs <= until),
    cores,
  );
  if (taken !== null)
    reasons.push({
      kind: "taken",
      sentence: `The generator's ${cores === 1 ? "core was" : `${cores} cores were`} taken for ${generatorWindowMs / 1_000} s: k6 ${percent(taken.k6)}, others ${percent(taken.others)}. Visits look slower than they are.`,
    });
  // Visits under way at the end, and the fraction of a visit at a stage's border, are no lack.
  const lack = (asked - ended) / Math.max(1, asked);
  if (lack > underAskedMax && asked - ended > 2)
    reasons.push({
      kind: "under-asked",
      sentence: `${Math.round(asked).toLocaleString("en")} visits were asked for, ${ended.toLocaleString("en")} took place: ${percent(lack)} are missing.`,
    });
  return reasons;
}

type Window = readonly [GeneratorSample, GeneratorSample];

/** All pairs of samples that are `generatorWindowMs` apart, or a little more. */
function windowsOf(samples: readonly GeneratorSample[]): readonly Window[] {
  let from = 0;
  return samples.flatMap((sample, at): Window[] => {
    while (from + 1 < at && sample.atMs - (samples[from + 1]?.atMs ?? 0) >= generatorWindowMs) from++;
    const begin = samples[from];
    return begin === undefined || sample.atMs - begin.atMs < generatorWindowMs ? [] : [[begin, sample]];
  });
}

/** The largest share of its cores that the generator used over any `generatorWindowMs`. */
export const busiestShare = (samples: readonly GeneratorSample[], cores: number): number =>
  Math.max(0, ...windowsOf(samples).map(([begin, end]) => shareOf(begin, end, cores)));

/** Where its cores were full and others had a part in it: the window in which theirs was largest. */
export function takenOf(
  samples: readonly GeneratorSample[],
  cores: number,
): { readonly k6: number; readonly others: number } | null {
  const shares = windowsOf(samples).flatMap(([begin, end]) => {
    if (begin.busyMs === null || end.busyMs === null) return [];
    const all = (end.busyMs - begin.busyMs) / Math.max(1, (end.atMs - begin.atMs) * cores);
    const k6 = shareOf(begin, end, cores);
    return all >= generatorShareMax && all - k6 >= othersShareMin
      ? [{ k6, others: Math.min(1, all) - k6 }]
      : [];
  });
  return shares.toSorted((left, right) => right.others - left.others)[0] ?? null;
}

/** Between two samples. */
export function shareOf(begin: GeneratorSample, end: GeneratorSample, cores: number): number {
  return (end.cpuMs - begin.cpuMs) / Math.max(1, (end.atMs - begin.atMs) * cores);
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
