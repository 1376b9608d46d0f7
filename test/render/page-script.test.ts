// The pages' script: made from its typed source, small, and a file that is named by its bytes.
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { scriptPath } from "../../src/render/page-script.ts";
import { scriptText } from "../../src/render/page-script-text.ts";
import { inventedParts, viewFrom } from "./invented.ts";
import { makePageScript, sourceFile, textFile } from "./make-page-script.ts";
import { documentsByPath } from "./pages.ts";

const bytesMax = 2_000;
const root = resolve(import.meta.dirname, "../..");

test("it is what its source makes; else: bun test/render/make-page-script.ts", async () => {
  expect(readFileSync(textFile, "utf8")).toBe(await makePageScript());
}, 30_000);

test("its source holds by the types of a browser", () => {
  const flags =
    "--noEmit --strict --skipLibCheck --noUncheckedIndexedAccess --exactOptionalPropertyTypes --noUnusedLocals --noUnusedParameters --target esnext --lib esnext,dom,dom.iterable --typeRoots /nonexistent";
  const run = spawnSync(
    process.execPath,
    [join(root, "node_modules", ".bin", "tsc"), ...flags.split(" "), sourceFile],
    { encoding: "utf8", timeout: 60_000 },
  );
  expect({ code: run.status, out: run.stdout, err: run.stderr }).toEqual({ code: 0, out: "", err: "" });
}, 60_000);

test(`compressed, it is under ${bytesMax} bytes, and names nothing of elsewhere`, () => {
  const sizes = [gzipSync(scriptText, { level: 9 }).length, brotliCompressSync(scriptText).length];
  console.log(`the pages' script: ${scriptText.length} bytes, ${sizes.join(" as gzip, ")} as brotli`);
  expect(Math.max(...sizes)).toBeLessThan(bytesMax);
  expect(scriptText).not.toMatch(/https?:|\/\/|eval|Function\(/);
});

test("it is one of the page's documents, kept for ever under the name of its bytes", () => {
  const document = documentsByPath(viewFrom(inventedParts())).get(scriptPath);
  expect(document).toMatchObject({ cache: "immutable", slot: false });
  expect(document?.contentType).toMatch(/^text\/javascript/);
  expect(document?.body()).toBe(scriptText);
  const digest = createHash("sha256").update(scriptText).digest("hex");
  expect(scriptPath).toBe(`/_live.${digest.slice(0, 16)}.js`);
});
