// Runs a suite and prints what it measured. In: the suite's name. Out: figures on the terminal, and with --save in bench/<suite>/baseline.json and in
// the table of README.md that is made of it.
//   npm run bench publish [-- --save] [-- --quick]
// Nothing here is asserted by the tests: a figure is a figure of this machine in this run. The exit code is 1 where a contract does not hold.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { holds, type Suite } from "./suite.ts";
import { writeTable } from "./table.ts";

const here = import.meta.dirname;
const [name = "", ...flags] = process.argv.slice(2);
const suites = readdirSync(here).filter((entry) => existsSync(join(here, entry, "bench.ts")));
if (!suites.includes(name)) {
  console.error(`Which suite? There are: ${suites.join(", ")}.`);
  process.exit(2);
}
const { suite } = (await import(`./${name}/bench.ts`)) as { suite: Suite };
console.log(`${name}: ${suite.about}`);
const figures = await suite.run({
  quick: flags.includes("--quick"),
  say: (line) => console.log(`  ${line}`),
});
for (const figure of figures) {
  const { what, value, unit, contract, aim } = figure;
  const kept = { true: "pass", false: "FAIL", null: "" }[`${holds(figure)}`];
  const wanted = [contract && `${kept}, contract ${contract}`, aim && `aim ${aim}`]
    .filter(Boolean)
    .join(", ");
  console.log(
    `${what.padEnd(44)} ${value.toLocaleString("en", { maximumFractionDigits: 2 }).padStart(12)} ${unit}${wanted === "" ? "" : `   (${wanted})`}`,
  );
}
if (flags.includes("--save")) {
  const machine = {
    cpu: cpus()[0]?.model ?? "",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], {
    cwd: here,
    encoding: "utf8",
  }).trim();
  const measured = {
    date: new Date().toISOString().slice(0, 10),
    commit,
    bun: process.versions.bun,
    ...(suite.versions && { versions: suite.versions() }),
    machine,
    figures,
  };
  writeFileSync(join(here, name, "baseline.json"), `${JSON.stringify(measured, null, 2)}\n`);
  writeTable();
}
const broken = figures.filter((figure) => holds(figure) === false);
if (broken.length > 0)
  console.log(`${broken.length} contracts do not hold: ${broken.map(({ what }) => what).join("; ")}.`);
process.exit(broken.length > 0 ? 1 : 0);
