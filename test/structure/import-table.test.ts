import { expect, test } from "bun:test";
import { skipUnless } from "../support/skip.ts";
import { importFaults } from "./import-rules.ts";
import { files, isSource, read } from "./source.ts";

const testInCheckout = skipUnless(files !== null, "this is no git checkout");

testInCheckout("src/ keeps to the import table", () => {
  const sources = (files ?? []).filter((file) => file.startsWith("src/") && isSource(file));
  expect(sources.length).toBeGreaterThan(10);
  expect(sources.flatMap((file) => importFaults(file.slice(4), read(file)))).toEqual([]);
});

/** What must be refused, and a word of the sentence that says why. */
const refused: readonly (readonly [file: string, text: string, says: string])[] = [
  ["model/a.ts", 'import { x } from "../render/b.ts";', "(row 2) imports ../render/b.ts (row 3)"],
  ["model/a.ts", 'import type { X } from "../render/b.ts";', "(row 3)"],
  ["model/a.ts", 'export { x } from "../store/b.ts";', "(row 4)"],
  ["edge/a.ts", 'const x = await import("../control/b.ts");', "(row 6) imports ../control/b.ts (row 6)"],
  ["render/a.ts", 'import { x } from "../snapshot/b.ts";', "(row 3) imports ../snapshot/b.ts (row 3)"],
  ["render/a.ts", 'import "./page-browser.ts";', "which runs in browsers alone"],
  ["render/a.ts", 'import "./dom-browser.ts";', "which runs in browsers alone"],
  ["cli/a.ts", 'import "../main.ts";', "in no folder of the table"],
  ["base/a.ts", 'import "../../test/b.ts";', "in no folder of the table"],
  ["extra/a.ts", "", "src/extra/ is no folder of the table"],
  ["loose.ts", "", "in no folder"],
  ["model/deep/a.ts", "", "too deep"],
  ["model/camelCase.ts", "", "not kebab-case"],
  ["edge/a.ts", 'import { open } from "lmdb";', "imports lmdb"],
  ["edge/a.ts", 'import { Elysia } from "elysia";', "imports elysia"],
  ["edge/a.ts", 'import { openapi } from "@elysiajs/openapi";', "imports @elysiajs/openapi"],
  ["snapshot/a.ts", 'import { Html } from "@elysiajs/html";', "imports @elysiajs/html"],
  ["store/a.ts", 'import { Database } from "bun:sqlite";', "imports bun:sqlite"],
  ["edge/a.ts", "const server = Bun.serve({});", "uses Bun"],
  ["edge/a.ts", "let server: Bun.Server;", "uses Bun"],
  ["edge/a.ts", "Deno.readTextFileSync(path);", "uses Deno"],
  ["model/a.ts", "const at = Date.now();", "uses Date.now"],
  ["model/a.ts", "const at = new Date();", "uses new Date"],
  ["model/a.ts", "const chance = Math.random();", "uses Math.random"],
  ["sync/a.ts", "setTimeout(again, 10);", "uses setTimeout"],
  ["sync/a.ts", "const at = performance.now();", "uses performance.now"],
];

for (const [file, text, says] of refused) {
  test(`refused: ${file || "no folder"}: ${text || says}`, () => {
    expect(importFaults(file, text).join("\n")).toContain(says);
  });
}

test("allowed: lower rows, the own folder, time in host/, words in comments and texts, a date from a number", () => {
  const text = `
    // Bun.serve and Date.now() are only spoken of here.
    import { limits } from "../base/limits.ts";
    import { other } from "./other.ts";
    import { parse } from "smol-toml";
    const says = "Math.random()"; const at = new Date(0); const bun = process.versions.bun; const x = { Bun: 1 };`;
  expect(importFaults("model/a.ts", text)).toEqual([]);
  expect(importFaults("host/a.ts", "setTimeout(() => Bun.serve({}), 1);")).toEqual([]);
  expect(importFaults("base/clock.ts", "Date.now();")).toEqual([]);
});
