// Counts and gauges. In: increments on plain numbers. Out: Prometheus text format 0.0.4.
// The hot path adds to a number; text is made only when someone scrapes.

/** A number with one value per label set. */
export interface Counter {
  add(by?: number, label?: string): void;
  set(value: number, label?: string): void;
  value(label?: string): number;
}

export interface Metrics {
  /** A number that only rises. `labelName` names the one label it may carry. */
  counter(name: string, help: string, labelName?: string): Counter;
  /** A number that rises and falls. */
  gauge(name: string, help: string, labelName?: string): Counter;
  /** A gauge read at scrape time. */
  watch(name: string, help: string, read: () => number): void;
  /** Prometheus text exposition format 0.0.4. */
  text(): string;
}

interface Family {
  readonly kind: "counter" | "gauge";
  readonly help: string;
  readonly labelName: string | undefined;
  readonly values: Map<string, number>;
  readonly read?: () => number;
}

export function createMetrics(prefix = "pharos_"): Metrics {
  const families = new Map<string, Family>();
  const family = (kind: Family["kind"], name: string, help: string, labelName?: string): Counter => {
    const known = families.get(name);
    const values = known?.values ?? new Map<string, number>();
    if (known === undefined) families.set(name, { kind, help, labelName, values });
    return {
      add: (by = 1, label = "") => void values.set(label, (values.get(label) ?? 0) + by),
      set: (value, label = "") => void values.set(label, value),
      value: (label = "") => values.get(label) ?? 0,
    };
  };
  return {
    counter: (name, help, labelName) => family("counter", name, help, labelName),
    gauge: (name, help, labelName) => family("gauge", name, help, labelName),
    watch(name, help, read) {
      families.set(name, { kind: "gauge", help, labelName: undefined, values: new Map(), read });
    },
    text() {
      const lines: string[] = [];
      for (const [name, { kind, help, labelName, values, read }] of families) {
        lines.push(`# HELP ${prefix}${name} ${help}`, `# TYPE ${prefix}${name} ${kind}`);
        if (read !== undefined) lines.push(`${prefix}${name} ${read()}`);
        for (const [label, value] of values)
          lines.push(`${prefix}${name}${labels(labelName, label)} ${value}`);
      }
      return `${lines.join("\n")}\n`;
    },
  };
}

function labels(name: string | undefined, value: string): string {
  if (name === undefined || value === "") return "";
  const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `{${name}="${escaped}"}`;
}
