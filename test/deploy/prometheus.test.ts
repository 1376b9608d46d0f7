// Rules and dashboard for Prometheus and Grafana: every metric that they ask for is one that this program has, and promtool finds nothing wrong with them.
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { skipUnless } from "../support/skip.ts";

const deploy = resolve(import.meta.dirname, "../../deploy");
const src = resolve(import.meta.dirname, "../../src");
const run = (...line: readonly string[]) => spawnSync("promtool", line, { encoding: "utf8", cwd: deploy });
const testWithPromtool = skipUnless(run("--version").status === 0, "promtool is not installed");

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const { groups } = Bun.YAML.parse(readFileSync(join(deploy, "prometheus-rules.yml"), "utf8")) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(readFileSync(join(deploy, "grafana-dashboard.json"), "utf8")) as {
  readonly panels: readonly Panel[];
};
const asked = [
  ...rules.map(({ alert, expr }) => [`rule ${alert}`, expr] as const),
  ...panels.flatMap(({ targets = [], title }) =>
    targets.map(({ expr }) => [`panel ${title}`, expr] as const),
  ),
];

/** Names that the sources give to metrics, with the prefix that they are shown with. */
const known = new Set(
  readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [...readFileSync(join(src, file), "utf8").matchAll(/"([a-z]+(?:_[a-z0-9]+)*)"/g)])
    .map(([, name]) => `pharos_${name}`),
);

test("rules and dashboard ask for nothing that is not there", () => {
  const missing = asked.flatMap(([where, expr]) =>
    [...expr.matchAll(/\bpharos_[a-z0-9_]+/g)]
      .map(([name]) => name.replace(/_(?:bucket|sum|count)$/, ""))
      .filter((name) => !known.has(name))
      .map((name) => `${where}: ${name}`),
  );
  expect(missing).toEqual([]);
  expect(asked.length).toBeGreaterThan(30);
});

test("each rule says how bad it is, what it is about and what it means for readers", () => {
  const wanted = ["critical", "warning"];
  for (const { alert, annotations, labels } of rules) {
    expect([alert, wanted.includes(labels.severity ?? ""), (labels.component ?? "") !== ""]).toEqual([
      alert,
      true,
      true,
    ]);
    expect([alert, annotations.summary?.endsWith("."), annotations.description?.endsWith(".")]).toEqual([
      alert,
      true,
      true,
    ]);
  }
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
});

test("panels have names and places of their own", () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
});

testWithPromtool("promtool: the rules are whole, and say what they are to say, when", () => {
  const checked = run("check", "rules", "prometheus-rules.yml");
  expect([checked.status, checked.stderr]).toEqual([0, ""]);
  const tried = run("test", "rules", "prometheus-rules-test.yml");
  expect([tried.status, tried.stderr, tried.stdout]).toEqual([0, "", expect.stringContaining("SUCCESS")]);
});

testWithPromtool("promtool: each question of the dashboard can be asked", () => {
  const folder = mkdtempSync(join(tmpdir(), "pharos-promtool-"));
  try {
    const file = join(folder, "dashboard.json");
    const records = panels.flatMap(({ id, targets = [] }) =>
      targets.map(({ expr }, at) => ({ record: `panel:${id}:${at}`, expr })),
    );
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules: records }] }));
    const checked = run("check", "rules", file);
    expect([checked.status, checked.stderr]).toEqual([0, ""]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
