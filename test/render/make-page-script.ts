// Makes the script of the pages from its source: `bun test/render/make-page-script.ts`. In: src/render/page-browser.ts.
// Out: src/render/page-script-text.ts, which is kept beside it, so that nothing has to be built before Pharos runs from source.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";

const folder = resolve(import.meta.dirname, "../../src/render");
export const sourceFile: string = resolve(folder, "page-browser.ts");
export const textFile: string = resolve(folder, "page-script-text.ts");

/** The file as it should be. */
export async function makePageScript(): Promise<string> {
  const built = await Bun.build({
    entrypoints: [sourceFile],
    target: "browser",
    format: "iife",
    minify: true,
  });
  if (!built.success) throw new AggregateError(built.logs, "The page's script was not built.");
  const text = (await built.outputs[0]?.text())?.trim() ?? "";
  return `// Made from page-browser.ts by test/render/make-page-script.ts: change that, and make this again.

/** The script of all pages. */

// biome-ignore format: as the bundler wrote it
// biome-ignore lint/suspicious/noTemplateCurlyInString: the script has templates of its own
export const scriptText = ${JSON.stringify(text)};
`;
}

if (import.meta.main) writeFileSync(textFile, await makePageScript());
