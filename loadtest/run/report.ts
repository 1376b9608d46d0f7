// A run as one page that needs nothing beside itself. In: one summary, or two. Out: HTML with charts as SVG, no script, nothing fetched. Pure.
import { type Chart, chartOf, escaped, short, topOf } from "./charts.ts";
import { reportStyle } from "./report-style.ts";
import type { Line, Percentiles, Summary } from "./summary.ts";

/** `earlier` is shown beside it, with the same scales. */
export function reportOf(summary: Summary, earlier: Summary | null = null): string {
  const runs = earlier === null ? [summary] : [summary, earlier];
  const title = `${summary.scenario}: ${summary.verdict.outcome}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><style>${reportStyle}</style></head>
<body><main>
<div class="runs${runs.length > 1 ? " two" : ""}">${runs.map(headOf).join("")}</div>
<h2>Over time</h2>
<p class="soft">The shaded part is the top. Times of visitors are k6's, from the first try to the whole answer, connecting included; times of the server are the POPs' own, from having a request to having its answer.</p>
${chartsOf(runs)}
<div class="runs${runs.length > 1 ? " two" : ""}">${runs.map(tablesOf).join("")}</div>
<h2>How to read this</h2>
<p>Visits begin when the plan says so, whatever becomes of those before them: a server that stands still does not slow down who asks. A run in which k6 dropped a visit, was itself busy, or asked
for less than the plan is invalid, neither passed nor failed: then its numbers are k6's own (coordinated omission).</p>
<p>What this scenario does not prove: ${escaped(summary.provesNot)}.</p>
</main></body></html>
`;
}

const ms = (value: number | null): string =>
  value === null ? "–" : `${value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 })} ms`;
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const whole = (value: number): string => Math.round(value).toLocaleString("en");

function headOf(run: Summary): string {
  const { verdict, visits, visitors, failures, attempts, generator, machine } = run;
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  const top = visitors.spike;
  const facts: readonly (readonly [string, string])[] = [
    ["visits a second at the top", whole(run.topRate)],
    ["p95 of visits at the top", ms(top?.p95 ?? null)],
    ["p99 of visits at the top", ms(top?.p99 ?? null)],
    ["p99 in the POPs at the top", ms(run.server.p99)],
    ["visits", whole(visits.ended)],
    ["failed", whole(failed)],
    ["dropped by k6", whole(visits.dropped)],
    ["k6's busiest 2 s", percent(generator.busiest)],
    ["k6 late at the top, p95", ms(generator.lateMs)],
  ];
  const tried = attempts.map(
    ({ peak, reasons, measured = "" }) =>
      `<p>Tried first at ${whole(peak)}/s, invalid: ${escaped(reasons.join(" "))} <span class="soft">${escaped(measured)}</span></p>`,
  );
  const reasons = verdict.reasons.map(({ sentence }) => `<p>${escaped(sentence)}</p>`);
  const said = [...reasons, ...tried].join("");
  return `<section class="${verdict.outcome}">
<header><h1>${escaped(run.scenario)}: <b>${verdict.outcome}</b></h1><p>${escaped(run.claim)}</p>
<p class="soft">${escaped(run.date.slice(0, 16).replace("T", " "))} UTC, profile ${escaped(run.profile)}, ${escaped(run.target)}; ${escaped(machine.cpu)}, ${machine.cores} cores, ${machine.memoryGiB} GiB; k6 ${escaped(run.k6)} on cores ${escaped(run.generatorCores)}, Pharos on ${escaped(run.pharosCores)}.</p></header>
<dl class="facts">${facts.map(([what, value]) => `<div><dt>${what}</dt><dd>${value}</dd></div>`).join("")}</dl>
${said === "" ? "" : `<div class="reasons">${said}</div>`}
<div class="scroll"><table><thead><tr><th>what had to hold</th><th>wanted</th><th>got</th><th></th></tr></thead><tbody>
${verdict.rows.map(({ what, wanted, got, ok }) => `<tr><td>${escaped(what)}</td><td>${escaped(wanted)}</td><td>${escaped(got)}</td>${ok === null ? "<td></td>" : `<td class="${ok ? "ok" : "no"}">${ok ? "holds" : "does not hold"}</td>`}</tr>`).join("\n")}
</tbody></table></div></section>`;
}

type Drawn = Pick<Chart, "title" | "unit" | "lines" | "logarithmic" | "bound" | "ranked" | "top">;

function drawnOf({ lines }: Summary): readonly Drawn[] {
  return [
    {
      title: "Visits, ms",
      unit: "ms",
      lines: lines.visitors,
      logarithmic: true,
      ranked: true,
      bound: { at: 80, says: "80 ms" },
    },
    { title: "In the POPs, ms", unit: "ms", lines: lines.server, logarithmic: true, ranked: true },
    { title: "Visits a second, asked and served", unit: "/s", lines: lines.rate },
    { title: "Failed visits by kind", unit: "", lines: lines.failures, top: 4 },
    { title: "Generation at each POP", unit: "", lines: lines.generation },
    { title: "Level at each POP", unit: "", lines: lines.level, top: 3 },
    { title: "Processor time, % of a core", unit: "%", lines: bySite(lines.cpu), top: 100 },
    { title: "Resident memory, MB", unit: "MB", lines: bySite(lines.memory) },
  ].filter(({ lines: some }) => some.some(({ values }) => values.some((value) => value !== null)));
}

/** The processes of a POP as one line: the table has each. */
export function bySite(lines: readonly Line[]): readonly Line[] {
  const sites = Map.groupBy(lines, ({ name }) => name.split(" ")[0] ?? name);
  return [...sites].map(([name, all]) => ({
    name,
    values: (all[0]?.values ?? []).map((_, at) => {
      const there = all.flatMap(({ values }) => values[at] ?? []);
      return there.length === 0 ? null : there.reduce((sum, value) => sum + value, 0);
    }),
  }));
}

function chartsOf(runs: readonly Summary[]): string {
  const drawn = runs.map(drawnOf);
  const titles = [...new Set(drawn.flatMap((charts) => charts.map(({ title }) => title)))];
  const figures = titles.map((title) => {
    const same = drawn.map((charts) => charts.find((chart) => chart.title === title));
    const top = Math.max(...same.flatMap((chart) => (chart === undefined ? [] : [topOf(chart)])));
    const shown = runs.flatMap((run, at) => {
      const chart = same[at];
      return chart === undefined ? [] : [figureOf(run, { ...chart, top }, runs.length > 1)];
    });
    return runs.length > 1 ? `<div class="pair">${shown.join("")}</div>` : shown.join("");
  });
  return runs.length > 1 ? figures.join("\n") : `<div class="charts">${figures.join("\n")}</div>`;
}

function figureOf(run: Summary, drawn: Drawn, named: boolean): string {
  const { band, marks } = happeningsOf(run);
  const key = drawn.lines.map(
    ({ name }, at) =>
      `<li><svg viewBox="0 0 18 8" aria-hidden="true"><path class="line ${drawn.ranked === true ? "r" : "c"}${at % 8}" d="M1 4h16"/></svg>${escaped(name)}</li>`,
  );
  return `<figure><h3>${escaped(drawn.title)}${named ? `<span class="soft"> ${escaped(run.date.slice(0, 16).replace("T", " "))}</span>` : ""}</h3>
${chartOf({ ...drawn, seconds: run.seconds, band, marks })}<ul class="key">${key.join("")}</ul></figure>`;
}

/** Where the top was, and what was done. Of what is done each second only the first is marked. */
function happeningsOf({ done, top }: Summary): Required<Pick<Chart, "band" | "marks">> {
  const firsts = done.filter(({ what }, at) => done.findIndex((one) => one.what === what) === at);
  return { band: top, marks: firsts.map(({ second, what }) => ({ second, says: what })) };
}

function tablesOf(run: Summary): string {
  const row = (name: string, { count, p50, p95, p99, max }: Percentiles): string =>
    `<tr><td>${escaped(name)}</td><td class="n">${whole(count)}</td>${[p50, p95, p99, max].map((value) => `<td class="n">${ms(value)}</td>`).join("")}</tr>`;
  const numbers = (what: string): string =>
    `<thead><tr><th>${what}</th>${["visits", "p50", "p95", "p99", "longest"].map((word) => `<th class="n">${word}</th>`).join("")}</tr></thead>`;
  const rows = (all: Readonly<Record<string, Percentiles | undefined>>): string =>
    Object.entries(all)
      .flatMap(([name, one]) => (one === undefined || one.count === 0 ? [] : [row(name, one)]))
      .join("");
  const table = (title: string, inner: string): string =>
    `<div><h2>${title}</h2><div class="scroll"><table>${inner}</table></div></div>`;
  const pair = (names: readonly [string, string], all: readonly (readonly [string, string])[]): string =>
    `<thead><tr><th>${names[0]}</th><th class="n">${names[1]}</th></tr></thead><tbody>${all.map(([name, value]) => `<tr><td>${escaped(name)}</td><td class="n">${value}</td></tr>`).join("")}</tbody>`;
  const counts = (all: Readonly<Record<string, number>>): (readonly [string, string])[] =>
    Object.entries(all).map(([name, count]) => [name, whole(count)] as const);
  return `<section class="tables">${table("Visits by phase", `${numbers("phase")}<tbody>${rows(run.visitors)}</tbody>`)}
${table("Visits by kind", `${numbers("kind")}<tbody>${rows(run.byKind)}</tbody>`)}
${table("Failed visits by kind", pair(["why", "visits"], counts(run.failures)))}
${table("Answers by level", pair(["level", "answers"], counts(run.answersByLevel)))}
${table("The POPs' own histogram at the top", pair(["up to", "answers timed (one in eight)"], bucketsOf(run)))}
${table("Processes", `<thead><tr><th>process</th><th class="n">processor time</th><th class="n">memory at most</th></tr></thead><tbody>${run.processes.map(({ name, cpuMs, memoryMb }) => `<tr><td>${escaped(name)}</td><td class="n">${(cpuMs / 1_000).toFixed(2)} s</td><td class="n">${whole(memoryMb)} MB</td></tr>`).join("")}</tbody>`)}</section>`;
}

/** Counts of each bucket alone; those at the end that are empty are left out. */
function bucketsOf({ server }: Summary): (readonly [string, string])[] {
  const sorted = server.buckets
    .map(([bound, count]) => [Number(bound), count] as const)
    .toSorted(([a], [b]) => a - b);
  const total = sorted.at(-1)?.[1] ?? 0;
  const last = sorted.findIndex(([, count]) => count === total);
  return sorted
    .slice(0, last + 1)
    .map(([bound, count], at) => [
      bound === Number.POSITIVE_INFINITY ? "longer" : `${short(bound * 1_000)} ms`,
      whole(count - (sorted[at - 1]?.[1] ?? 0)),
    ]);
}
