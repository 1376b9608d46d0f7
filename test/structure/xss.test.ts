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

test("a page that writes an unescaped value is found, one that escapes it is not", () => {
  const plant = (name: string, attribute: string): string => {
    const text = `import { Html } from "@elysiajs/html";\nexport const Title = (x: { name: string }) => <h1${attribute}>{x.name}</h1>;\n`;
    writeFileSync(join(planted, name), text);
    return join(planted, name);
  };
  const { code, says } = scan(plant("bare.tsx", ""), plant("escaped.tsx", " safe"));
  expect(code).toBe(1);
  expect(says).toContain("K601");
  expect(says).toContain("bare.tsx");
  expect(says).not.toContain("escaped.tsx");
}, 60_000);
