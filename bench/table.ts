// The table "beside nginx and h2o" of README.md. In: baseline.json of bench/http and bench/h2. Out: the text between the marks.
// `npm run bench http -- --save` and `npm run bench h2 -- --save` write it anew; test/bench/table.test.ts holds the two to each other.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "./suite.ts";

const here = import.meta.dirname;
const readme = join(here, "..", "README.md");
const opens = "<!-- beside nginx and h2o: made by bench/table.ts -->\n";
const closes = "<!-- /beside nginx and h2o -->";
const suites = ["http", "h2"] as const;

export interface Baseline {
  readonly date: string;
  readonly commit: string;
  readonly bun: string;
  readonly versions?: Readonly<Record<string, string>>;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryGiB: number };
  readonly figures: readonly Figure[];
}

/** The baselines that there are. */
export function baselines(): readonly Baseline[] {
  return suites
    .map((name) => join(here, name, "baseline.json"))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, "utf8")) as Baseline);
}

/** Rows in the order of the figures: what was asked, answers a second of each, and what Pharos is to each of the others. */
export function tableOf(measured: readonly Baseline[]): string {
  const head = "| on one core, answers a second | Pharos | nginx | h2o | to nginx | to h2o |";
  const rows = measured.flatMap(({ figures }) => {
    const value = (what: string, of: string): Figure | undefined =>
      figures.find((figure) => figure.what === `${what}: ${of}`);
    const asked = figures
      .filter(({ what }) => what.endsWith(": pharos"))
      .map(({ what }) => what.slice(0, -8));
    return asked.map((what) => {
      const rates = ["pharos", "nginx", "h2o"].map((server) => rateOf(value(what, server)));
      const ratios = ["to nginx", "to h2o"].map((to) => ratioOf(value(what, to)));
      return `| ${[what, ...rates, ...ratios].join(" | ")} |`;
    });
  });
  const lines = measured.map(({ date, commit, bun, versions = {}, machine, figures }) => {
    const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    const kind = figures[0]?.what.startsWith("HTTP/2") ? "HTTP/2 over TLS" : "HTTP/1.1";
    const what = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB; Bun ${bun}`;
    return `${kind}: ${date}, ${commit}, ${[what, ...peers].join(", ")}.`;
  });
  return [head, "| --- | ---: | ---: | ---: | ---: | ---: |", ...rows, "", ...lines, ""].join("\n");
}

function rateOf(figure: Figure | undefined): string {
  return figure === undefined ? "not installed" : figure.value.toLocaleString("en");
}

/** With what has to hold, where something has to. */
function ratioOf(figure: Figure | undefined): string {
  if (figure === undefined) return "";
  const wanted = [figure.contract && `contract ${figure.contract}`, figure.aim && `aim ${figure.aim}`];
  const said = wanted.filter(Boolean).join(", ").replaceAll(" x", "");
  return `${figure.value.toFixed(2)}${said === "" ? "" : ` (${said})`}`;
}

/** What stands between the marks now. */
export function shownTable(text = readFileSync(readme, "utf8")): string {
  return text.slice(text.indexOf(opens) + opens.length, text.indexOf(closes));
}

/** Writes the table of the baselines that there are. */
export function writeTable(): void {
  const measured = baselines();
  if (measured.length === 0) return;
  const text = readFileSync(readme, "utf8");
  const from = text.indexOf(opens) + opens.length;
  writeFileSync(readme, text.slice(0, from) + tableOf(measured) + text.slice(text.indexOf(closes)));
}
