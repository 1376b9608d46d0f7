// Counts, gauges and histograms. In: increments on plain numbers. Out: Prometheus text format 0.0.4.
// The hot path adds to a number; text is made only when someone scrapes.

/** A number with one value per label set. */
export interface Counter {
  add(by?: number, label?: string): void;
  set(value: number, label?: string): void;
  value(label?: string): number;
}

/** Counts values into fixed buckets. */
export interface Histogram {
  /** Finds the first bound that holds `value` and adds to two numbers; allocates nothing. `times`: as often, at once. */
  observe(value: number, times?: number): void;
  /** Values so far. */
  count(): number;
}

/** Counts by two closed lists, such as class and kind: the hot path names a cell by two indexes and looks nothing up. */
export interface CountTable {
  add(row: number, column: number, by?: number): void;
  value(row: number, column: number): number;
}

/** A label and all the values that it may have, in the order of their indexes. */
export interface LabelValues {
  readonly name: string;
  readonly values: readonly string[];
}

export interface Metrics {
  /** A number that only rises. `labelName` names the one label it may carry. */
  counter(name: string, help: string, labelName?: string): Counter;
  /** A number that rises and falls. */
  gauge(name: string, help: string, labelName?: string): Counter;
  /** A gauge read at scrape time. */
  watch(name: string, help: string, read: () => number): void;
  /** A gauge with one value per label, all of them read at scrape time; the caller bounds their number. */
  watchEach(
    name: string,
    help: string,
    labelName: string,
    read: () => Iterable<readonly [string, number]>,
  ): void;
  /** `bounds` rise; what is above the last one is counted too. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  /** Counters in rows and columns. Cells that were never counted are left out of the text. */
  table(name: string, help: string, rows: LabelValues, columns: LabelValues): CountTable;
  /** Prometheus text exposition format 0.0.4. */
  text(): string;
}

interface Family {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Its lines, given its full name. */
  samples(name: string): Iterable<string>;
  /** What the same name gives when it is asked for again. */
  readonly handle: unknown;
}

export function createMetrics(prefix = "pharos_"): Metrics {
  const families = new Map<string, Family>();
  /** Two modules may count into one family: the first one's help stands. */
  const family = <Handle>(name: string, make: () => Family & { readonly handle: Handle }): Handle => {
    const known = families.get(name) ?? make();
    families.set(name, known);
    return known.handle as Handle;
  };
  return {
    counter: (name, help, labelName) => family(name, () => labelled("counter", help, labelName)),
    gauge: (name, help, labelName) => family(name, () => labelled("gauge", help, labelName)),
    watch(name, help, read) {
      const samples = (full: string) => [`${full} ${read()}`];
      families.set(name, { kind: "gauge", help, samples, handle: null });
    },
    watchEach(name, help, labelName, read) {
      const samples = (full: string) =>
        [...read()].map(([label, value]) => `${full}${labels(labelName, label)} ${value}`);
      families.set(name, { kind: "gauge", help, samples, handle: null });
    },
    histogram: (name, help, bounds) => family(name, () => buckets(help, bounds)),
    table: (name, help, rows, columns) => family(name, () => cells(help, rows, columns)),
    text() {
      const lines: string[] = [];
      for (const [name, { kind, help, samples }] of families) {
        const full = `${prefix}${name}`;
        lines.push(`# HELP ${full} ${help}`, `# TYPE ${full} ${kind}`, ...samples(full));
      }
      return `${lines.join("\n")}\n`;
    },
  };
}

function labelled(
  kind: "counter" | "gauge",
  help: string,
  labelName: string | undefined,
): Family & { readonly handle: Counter } {
  const values = new Map<string, number>();
  return {
    kind,
    help,
    samples: (full) => [...values].map(([label, value]) => `${full}${labels(labelName, label)} ${value}`),
    handle: {
      add: (by = 1, label = "") => void values.set(label, (values.get(label) ?? 0) + by),
      set: (value, label = "") => void values.set(label, value),
      value: (label = "") => values.get(label) ?? 0,
    },
  };
}

function buckets(help: string, bounds: readonly number[]): Family & { readonly handle: Histogram } {
  const uppers = Float64Array.from(bounds);
  const last = uppers.length;
  const counts = new Float64Array(last + 1);
  const sum = new Float64Array(1);
  const total = (): number => counts.reduce((all, one) => all + one, 0);
  return {
    kind: "histogram",
    help,
    samples(full) {
      let below = 0;
      const lines = bounds.map((bound, at) => {
        below += counts[at] ?? 0;
        return `${full}_bucket{le="${bound}"} ${below}`;
      });
      const all = total();
      return [...lines, `${full}_bucket{le="+Inf"} ${all}`, `${full}_sum ${sum[0]}`, `${full}_count ${all}`];
    },
    handle: {
      // From below: nearly all values lie in the first buckets, so this is one or two compares.
      observe(value, times = 1) {
        let at = 0;
        while (at < last && value > (uppers[at] as number)) at++;
        (counts[at] as number) += times;
        (sum[0] as number) += value * times;
      },
      count: total,
    },
  };
}

function cells(
  help: string,
  rows: LabelValues,
  columns: LabelValues,
): Family & { readonly handle: CountTable } {
  const width = columns.values.length;
  const counts = new Float64Array(rows.values.length * width);
  return {
    kind: "counter",
    help,
    *samples(full) {
      // Most cells were never counted: their labels are not written first and thrown away then.
      for (let cell = 0; cell < counts.length; cell++) {
        const value = counts[cell] as number;
        if (value === 0) continue;
        const row = escaped(rows.values[Math.floor(cell / width)] ?? "");
        const column = escaped(columns.values[cell % width] ?? "");
        yield `${full}{${rows.name}="${row}",${columns.name}="${column}"} ${value}`;
      }
    },
    handle: {
      add(row, column, by = 1) {
        (counts[row * width + column] as number) += by;
      },
      value: (row, column) => counts[row * width + column] ?? 0,
    },
  };
}

function labels(name: string | undefined, value: string): string {
  return name === undefined || value === "" ? "" : `{${name}="${escaped(value)}"}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
