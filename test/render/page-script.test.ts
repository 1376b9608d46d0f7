// The pages' script: made from its typed source, small, and a file that is named by its bytes.
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { languageCodes } from "../../src/model/language.ts";
import { languages } from "../../src/render/languages.ts";
import { scriptOf } from "../../src/render/page-script.ts";
import { scriptText } from "../../src/render/page-script-text.ts";
import { inventedParts, page, viewFrom } from "./invented.ts";
import { browserScripts, makeScript } from "./make-page-script.ts";
import { documentsByPath } from "./pages.ts";

const bytesMax = 4_000;
const root = resolve(import.meta.dirname, "../..");

test.each(Object.entries(browserScripts))(
  "the script of the %s is what its source makes; else: bun test/render/make-page-script.ts",
  async (_, script) => {
    expect(readFileSync(script.made, "utf8")).toBe(await makeScript(script));
  },
  30_000,
);

test("their sources hold by the types of a browser", () => {
  const flags =
    "--noEmit --allowImportingTsExtensions --moduleResolution bundler --strict --skipLibCheck --noUncheckedIndexedAccess --exactOptionalPropertyTypes --noUnusedLocals --noUnusedParameters --target esnext --module esnext --moduleDetection force --lib esnext,dom,dom.iterable --typeRoots /nonexistent";
  const sources = Object.values(browserScripts).map(({ source }) => source);
  const run = spawnSync(
    process.execPath,
    [join(root, "node_modules", ".bin", "tsc"), ...flags.split(" "), ...sources],
    { encoding: "utf8", timeout: 60_000 },
  );
  expect({ code: run.status, out: run.stdout, err: run.stderr }).toEqual({ code: 0, out: "", err: "" });
}, 60_000);

const scripts = languageCodes.map((code) => scriptOf({ code, words: languages[code].words }));

test(`compressed, it is under ${bytesMax} bytes in every language, and names nothing of elsewhere`, () => {
  const sizes = scripts.map(({ body }) => [
    gzipSync(body, { level: 9 }).length,
    brotliCompressSync(body).length,
  ]);
  console.log(`the pages' script: ${scriptText.length} bytes, as gzip and brotli ${sizes.join("; ")}`);
  expect(Math.max(...sizes.flat())).toBeLessThan(bytesMax);
  expect(scriptText).not.toMatch(/https?:|\/\/|eval|Function\(/);
});

test("it is one of the page's documents in each language, kept for ever under the name of its bytes", () => {
  const view = viewFrom({ ...inventedParts(), page: { ...page, languages: languageCodes } });
  const documents = documentsByPath(view);
  for (const { path, body } of scripts) {
    const document = documents.get(path);
    expect(document).toMatchObject({ cache: "immutable", slot: false });
    expect(document?.contentType).toMatch(/^text\/javascript/);
    expect(document?.body()).toBe(body);
    const digest = createHash("sha256").update(body).digest("hex");
    expect(path).toBe(`/_live.${digest.slice(0, 16)}.js`);
  }
  expect(new Set(scripts.map(({ path }) => path)).size).toBe(languageCodes.length);
});
