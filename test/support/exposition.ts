// Reads Prometheus' text format 0.0.4 as strictly as a scraper may. In: a text. Out: what is wrong with it; nothing for a good one.
// After https://prometheus.io/docs/instrumenting/exposition_formats/: one HELP and TYPE a family, before its samples; a family's lines stand
// together; no sample twice; a histogram's buckets rise to +Inf, which is its count; names and labels of the allowed characters.

const types = new Set(["counter", "gauge", "histogram", "summary", "untyped"]);
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const labelPair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

interface Family {
  type: string;
  help: boolean;
  readonly samples: Sample[];
}

export function problemsIn(text: string): readonly string[] {
  const problems: string[] = [];
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let current = "";
  if (!text.endsWith("\n")) problems.push("it does not end in a line feed");
  for (const line of text.split("\n").slice(0, -1)) {
    const [, what, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (what !== undefined) {
      if (name !== current && families.has(name)) problems.push(`${name} stands in two places`);
      const family = families.get(name) ?? { type: "", help: false, samples: [] };
      families.set(name, family);
      current = name;
      if (what === "HELP" && family.help) problems.push(`${name} has two HELP lines`);
      if (what === "TYPE" && (family.type !== "" || !types.has(rest)))
        problems.push(`${name} is of no type or of two: ${rest}`);
      if (what === "HELP") family.help = true;
      else family.type = rest;
      continue;
    }
    const sample = readSample(line);
    const family = families.get(current);
    if (sample === null || family === undefined) problems.push(`no sample: ${line}`);
    else if (!belongs(sample, current, family)) problems.push(`${sample.name} stands below ${current}`);
    else if (seen.has(keyOf(sample))) problems.push(`twice: ${line}`);
    else {
      seen.add(keyOf(sample));
      family.samples.push(sample);
    }
  }
  for (const [name, family] of families) problems.push(...problemsOf(name, family));
  return problems;
}

function readSample(line: string): Sample | null {
  const [, name, inner = "", text = ""] = sampleLine.exec(line) ?? [];
  if (name === undefined) return null;
  const labels = new Map<string, string>();
  for (labelPair.lastIndex = 0; labelPair.lastIndex < inner.length; ) {
    const pair = labelPair.exec(inner);
    if (pair === null || labels.has(pair[1] ?? "")) return null;
    labels.set(pair[1] ?? "", pair[2] ?? "");
  }
  const value = text === "+Inf" ? Infinity : Number(text);
  return Number.isNaN(value) ? null : { name, labels, value };
}

function belongs({ name }: Sample, family: string, { type }: Family): boolean {
  if (type !== "histogram") return name === family;
  return ["_bucket", "_sum", "_count"].some((part) => name === `${family}${part}`);
}

function keyOf({ name, labels }: Sample): string {
  return JSON.stringify([name, [...labels].toSorted()]);
}

function problemsOf(name: string, { type, help, samples }: Family): readonly string[] {
  const problems: string[] = [];
  if (!help || type === "") problems.push(`${name} lacks HELP or TYPE`);
  if (type === "counter" && !name.endsWith("_total")) problems.push(`${name} is a counter without _total`);
  if (type !== "counter" && name.endsWith("_total"))
    problems.push(`${name} is no counter and ends in _total`);
  if (type === "counter" && samples.some(({ value }) => value < 0)) problems.push(`${name} is below zero`);
  return type === "histogram" ? [...problems, ...problemsOfHistogram(name, samples)] : problems;
}

/** Of each label set beside `le`: buckets rise, the last is +Inf and equals the count. */
function problemsOfHistogram(name: string, samples: readonly Sample[]): readonly string[] {
  const groups = Map.groupBy(samples, ({ labels }) =>
    JSON.stringify([...labels].filter(([label]) => label !== "le").toSorted()),
  );
  return [...groups].flatMap(([labels, lines]) => {
    const of = (part: string) => lines.filter((line) => line.name === `${name}${part}`);
    const [sums, [count]] = [of("_sum"), of("_count")];
    const bounds = of("_bucket").map(({ labels: own, value }) => ({ le: own.get("le"), value }));
    const rises = bounds.every(({ le, value }, at) => {
      const before = bounds[at - 1];
      return before === undefined || (value >= before.value && numberOf(le) > numberOf(before.le));
    });
    const last = bounds.at(-1);
    const whole = last?.le === "+Inf" && last.value === count?.value && sums.length === 1;
    return rises && whole ? [] : [`${name}${labels}: its buckets do not rise to its count`];
  });
}

function numberOf(le: string | undefined): number {
  return le === "+Inf" ? Infinity : Number(le);
}

/** All rows of one family, together. */
export function sumOf(text: string, family: string): number {
  const rows = text.split("\n").filter((line) => line.startsWith(`${family}{`));
  return rows.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
