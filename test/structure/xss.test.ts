import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./source.ts";

// Below node_modules, so that the planted file finds the library that it imports.
const cache = join(root, "node_modules", ".cache");
mkdirSync(cache, { recursive: true });
const planted = mkdtempSync(join(cache, "pharos-xss-"));
afterAll(() => rmSync(planted, { recursive: true, force: true }));

function scan(...files: readonly string[]): { code: number | null; says: string } {
  const scanner = join(root, "node_modules", "@kitajs", "ts-html-plugin", "dist", "cli.js");
  const run = spawnSync(process.execPath, [scanner, ...files], { cwd: root, encoding: "utf8" });
  return { code: run.status, says: run.stdout + run.stderr };
}

test("no TSX writes a value into a page without escaping it", () => {
  expect(scan()).toEqual({
    code: 0,
    says: expect.stringMatching(/^No XSS vulnerabilities found in \d+ files?!\s*$/),
  });
}, 60_000);

test("a page that writes an unescaped value is found", () => {
  const file = join(planted, "title.tsx");
  const title = (attribute: string) =>
    `import { Html } from "@elysiajs/html";\nexport const Title = (x: { name: string }) => <h1${attribute}>{x.name}</h1>;\n`;
  writeFileSync(file, title(""));
  expect(scan(file)).toEqual({ code: 1, says: expect.stringContaining("K601") });
  writeFileSync(file, title(" safe"));
  expect(scan(file).code).toBe(0);
}, 60_000);
