// Makes the scripts that run in browsers from their sources: `bun test/render/make-page-script.ts`. In: *-browser.ts of src/render and src/admin.
// Out: *-script-text.ts, which are kept beside them, so that nothing has to be built before Pharos runs from source.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";

export interface BrowserScript {
  readonly source: string;
  readonly made: string;
  /** What the made file exports. */
  readonly name: string;
  readonly about: string;
}

const inRender = (file: string): string => resolve(import.meta.dirname, "../../src/render", file);
const inAdmin = (file: string): string => resolve(import.meta.dirname, "../../src/admin", file);

export const browserScripts = {
  page: {
    source: inRender("page-browser.ts"),
    made: inRender("page-script-text.ts"),
    name: "scriptText",
    about: "The script of all pages.",
  },
  widget: {
    source: inRender("widget-browser.ts"),
    made: inRender("widget-script-text.ts"),
    name: "widgetText",
    about: "The script of the widget.",
  },
  choice: {
    source: inRender("choice-browser.ts"),
    made: inRender("choice-script-text.ts"),
    name: "choiceText",
    about: "The script of the page where one chooses what to be told of.",
  },
  admin: {
    source: inAdmin("admin-browser.ts"),
    made: inAdmin("admin-script-text.ts"),
    name: "adminScriptText",
    about: "The script of the admin pages.",
  },
} as const satisfies Readonly<Record<string, BrowserScript>>;

/** The file as it should be. */
export async function makeScript({ source, name, about }: BrowserScript): Promise<string> {
  const built = await Bun.build({ entrypoints: [source], target: "browser", format: "iife", minify: true });
  if (!built.success) throw new AggregateError(built.logs, `${source} was not built.`);
  const text = (await built.outputs[0]?.text())?.trim() ?? "";
  const templates =
    "// biome-ignore lint/suspicious/noTemplateCurlyInString: the script has templates of its own\n";
  return `// Made from ${source.split("/").at(-1)} by test/render/make-page-script.ts: change that, and make this again.

/** ${about} */

// biome-ignore format: as the bundler wrote it
${text.includes("${") ? templates : ""}export const ${name} = ${JSON.stringify(text)};
`;
}

if (import.meta.main)
  for (const script of Object.values(browserScripts)) writeFileSync(script.made, await makeScript(script));
