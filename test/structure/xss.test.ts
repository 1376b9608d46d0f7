// No TSX writes a value into a page without escaping it. One scan sees the project's files and two planted ones, of which it must find the bad
// one and nothing else: a scan reads the types of everything that a page imports, which takes seconds.
import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "./source.ts";

// Below node_modules, so that the planted files find the library that they import.
const cache = join(root, "node_modules", ".cache");
mkdirSync(cache, { recursive: true });
const planted = mkdtempSync(join(cache, "pharos-xss-"));
afterAll(() => rmSync(planted, { recursive: true, force: true }));

function plant(name: string, attribute: string): string {
  const text = `import { Html } from "@elysiajs/html";\nexport const Title = (x: { name: string }) => <h1${attribute}>{x.name}</h1>;\n`;
  writeFileSync(join(planted, name), text);
  return join(planted, name);
}

const pages = ["src", "test", "bench"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".tsx"))
    .map((file) => join(folder, file)),
);

test("no TSX of the project writes a value into a page unescaped; a planted one that does is found, one that escapes is not", () => {
  expect(pages).toContain(join("src", "render", "html-front.tsx"));
  const scanner = join(root, "node_modules", "@kitajs", "ts-html-plugin", "dist", "cli.js");
  const files = [...pages, plant("bare.tsx", ""), plant("escaped.tsx", " safe")];
  const run = spawnSync(process.execPath, [scanner, ...files], { cwd: root, encoding: "utf8" });
  const says = run.stdout + run.stderr;
  const found = [...says.matchAll(/^Found \d+ errors? in (.+)$/gm)].map(([, file = ""]) => basename(file));
  expect({ found, says }).toEqual({ found: ["bare.tsx"], says: expect.stringContaining("K601") });
  expect(run.status).toBe(1);
}, 60_000);
