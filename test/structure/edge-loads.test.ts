// What `pharos edge` loads when it starts: a POP needs no framework, no templates and no runtime's own modules.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const src = resolve(import.meta.dirname, "../../src");
const statics = /^(?:import|export)\s(?!type\s)(?:[^;]*?\sfrom\s+)?"([^"]+)"/gm;

/** Files below src/ and packages that are loaded with `entries`, dynamic imports apart. */
function loadedWith(entries: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>(entries);
  for (const file of found) {
    if (!/\.tsx?$/.test(file)) continue;
    for (const [, wanted = ""] of readFileSync(join(src, file), "utf8").matchAll(statics))
      found.add(wanted.startsWith(".") ? relative(src, join(src, dirname(file), wanted)) : wanted);
  }
  return found;
}

test("a POP loads sync, store and edge; no control plane, no publisher, no templates", () => {
  const loaded = [...loadedWith(["main.ts", "cli/edge.ts"])];
  const folders = new Set(loaded.filter((file) => /\.tsx?$/.test(file)).map((file) => file.split("/")[0]));
  expect([...folders].toSorted()).toEqual([
    "base",
    "cli",
    "edge",
    "host",
    "main.ts",
    "snapshot",
    "store",
    "sync",
  ]);
  const packages = loaded.filter((file) => !/\.(?:tsx?|json)$/.test(file) && !file.startsWith("node:"));
  expect(packages.toSorted()).toEqual(["lmdb", "msgpackr", "smol-toml"]);
});

test("the control plane's framework is found by the same search", () => {
  expect([...loadedWith(["cli/control-run.ts"])]).toContain("elysia");
});
