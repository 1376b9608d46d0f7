// How far each POP is behind. In: heads as they become, heartbeats as they are sent, a POP's report. Out: generations and ms that it lacks.
import type { Clock } from "../base/clock.ts";
import { headsDigest } from "../snapshot/heartbeat.ts";
import type { Digest, Head, Report } from "../snapshot/types.ts";

/** What a POP lacks of what is newest: generations over all its pages, and since when (ms) the oldest of them was to be had. */
export interface Lag {
  readonly generations: number;
  readonly ms: number;
}

export interface Lags {
  /** The store has these heads now. */
  look(heads: readonly Head[]): void;
  /** A heartbeat of this sequence named these heads. */
  beat(sequence: number, heads: readonly Head[]): void;
  /** Null where the report speaks of a heartbeat that is not remembered. `gets`: is this page one that the POP gets? */
  of(report: Report, gets: (page: string) => boolean): Lag | null;
}

type Generations = ReadonlyMap<string, number>;

/** Heartbeats of four minutes: a POP that confirmed nothing for longer is at level 1, and says so itself. */
const beatsKept = 120;
/** Moments remembered of a page: a POP that lacks more is behind by at least as long as the oldest of them. */
const birthsKept = 20;

export function createLags(clock: Clock): Lags {
  const births = new Map<string, { readonly generation: number; readonly atMs: number }[]>();
  const beats = new Map<number, Generations>();
  let newest: Generations = new Map();
  let named: { readonly digest: Digest; readonly heads: Generations } | null = null;

  function look(heads: readonly Head[]): void {
    newest = generationsOf(heads);
    for (const [page, generation] of newest) {
      const known = births.get(page) ?? [];
      if (known.at(-1)?.generation === generation) continue;
      births.set(page, [...known.slice(1 - birthsKept), { generation, atMs: clock.monotonicMs() }]);
    }
    for (const page of births.keys()) if (!newest.has(page)) births.delete(page);
  }

  /** How long the first generation above the one held has been there. */
  function lackedMs(page: string, held: number): number {
    const first = births.get(page)?.find(({ generation }) => generation > held);
    return first === undefined ? 0 : clock.monotonicMs() - first.atMs;
  }

  return {
    look,
    beat(sequence, heads) {
      const digest = headsDigest(heads);
      // One list stands for all the heartbeats that name it.
      if (named?.digest !== digest) named = { digest, heads: generationsOf(heads) };
      beats.set(sequence, named.heads);
      for (const oldest of beats.keys()) {
        if (beats.size <= beatsKept) break;
        beats.delete(oldest);
      }
    },
    of(report, gets) {
      const confirmed = report.beat === 0 ? new Map<string, number>() : beats.get(report.beat);
      if (confirmed === undefined) return null;
      const differing = new Map(report.held.map(({ page, generation }) => [page, generation]));
      let generations = 0;
      let ms = 0;
      for (const [page, generation] of newest) {
        const held = differing.get(page) ?? confirmed.get(page) ?? 0;
        if (held >= generation || !gets(page)) continue;
        generations += generation - held;
        ms = Math.max(ms, lackedMs(page, held));
      }
      return { generations, ms: Math.round(ms) };
    },
  };
}

function generationsOf(heads: readonly Head[]): Generations {
  return new Map(heads.map(({ page, generation }) => [page, generation]));
}
