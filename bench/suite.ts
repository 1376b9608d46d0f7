// What a suite is, and how its samples become figures.

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What must hold, in words: `< 1,000 ms`. */
  readonly contract?: string;
  readonly aim?: string;
}

export interface Run {
  /** Fewer rounds, for a look. */
  readonly quick: boolean;
  say(line: string): void;
}

export interface Suite {
  /** What is measured, in one line. */
  readonly about: string;
  /** Other programs that are measured, by name: kept with the figures. */
  versions?(): Readonly<Record<string, string>>;
  run(run: Run): Promise<readonly Figure[]>;
}

/** The sample below which `share` (0 to 1) of them lie. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Whether a figure is as its contract says; null where it has none. `< 1,000 ms`: a comparison (none: exactly), a number, and what people read behind it. */
export function holds({ value, contract }: Figure): boolean | null {
  if (contract === undefined) return null;
  const [, comparison, text] = /^(?:(<=|<|>=|>) )?([\d.,]+)/.exec(contract) ?? [];
  if (text === undefined) throw new Error(`The contract "${contract}" cannot be read.`);
  const bound = Number(text.replaceAll(",", ""));
  switch (comparison) {
    case "<":
      return value < bound;
    case "<=":
      return value <= bound;
    case ">":
      return value > bound;
    case ">=":
      return value >= bound;
    default:
      return value === bound;
  }
}
