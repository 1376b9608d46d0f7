// Servers compared: rounds in which each has its turn, and what came of them. In: servers, what a turn is. Out: medians and ratios as figures.
import { cpuNs, type Server } from "./servers.ts";
import { type Figure, quantile } from "./suite.ts";

export interface Turn {
  readonly answers: number;
  readonly perSecond: number;
}

export interface Compared {
  readonly server: Server;
  /** One entry a round. */
  readonly perSecond: readonly number[];
  readonly cpuUs: readonly number[];
}

/** What the ratio to a server has to be, and is to be. */
export interface Wanted {
  readonly contract?: number;
  readonly aim?: number;
}

/** A turn of each server to warm up, then `rounds` with a turn each, the first one another in each round. */
export async function compare(
  servers: readonly Server[],
  rounds: number,
  turn: (server: Server) => Promise<Turn>,
): Promise<readonly Compared[]> {
  const all = servers.map((server) => ({
    server,
    perSecond: [] as number[],
    cpuUs: [] as number[],
  }));
  for (let round = -1; round < rounds; round++)
    for (let at = 0; at < all.length; at++) {
      const one = all[(at + Math.max(0, round)) % all.length];
      if (one === undefined) continue;
      const before = cpuNs(one.server.pids());
      const { answers, perSecond } = await turn(one.server);
      const spentNs = cpuNs(one.server.pids()) - before;
      if (round < 0) continue;
      one.perSecond.push(perSecond);
      one.cpuUs.push(spentNs / 1_000 / answers);
    }
  return all;
}

const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** Answers a second and CPU an answer of each, and the first one's ratio to each other, round by round. */
export function figuresOf(
  what: string,
  compared: readonly Compared[],
  wanted: Readonly<Record<string, Wanted>>,
): readonly Figure[] {
  const [own, ...others] = compared;
  if (own === undefined) return [];
  const rates = compared.flatMap(({ server: { name }, perSecond, cpuUs }): Figure[] => [
    { what: `${what}: ${name}`, value: Math.round(median(perSecond)), unit: "answers/s" },
    { what: `${what}: ${name}, CPU an answer`, value: rounded(median(cpuUs)), unit: "us" },
  ]);
  const ratios = others.map(({ server: { name }, perSecond }): Figure => {
    const ratio = median(own.perSecond.map((mine, round) => mine / (perSecond[round] ?? Number.NaN)));
    const { contract, aim } = wanted[name] ?? {};
    return {
      what: `${what}: to ${name}`,
      value: rounded(ratio),
      unit: "x",
      ...(contract === undefined ? {} : { contract: `>= ${contract} x` }),
      ...(aim === undefined ? {} : { aim: `>= ${aim} x` }),
    };
  });
  return [...rates, ...ratios];
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
