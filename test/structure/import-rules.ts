// Which folder may know which. In: a file of src/ and its text. Out: a sentence for each thing it may not do.
import { posix } from "node:path";
import { globalsOf, importsOf } from "./source.ts";

/** A file imports from its own folder and from folders of lower rows. */
export const rows: Readonly<Record<string, number>> = {
  base: 0,
  crdt: 1,
  host: 1,
  model: 2,
  zones: 2,
  render: 3,
  snapshot: 3,
  store: 4,
  people: 5,
  sync: 5,
  control: 6,
  publish: 6,
  notify: 6,
  monitor: 6,
  edge: 6,
  dns: 6,
  steering: 6,
  admin: 7,
  cli: 8,
};
const mainRow = 9;

/** Packages that only some folders may import. */
const packageHomes: readonly { readonly name: RegExp; readonly folders: readonly string[] }[] = [
  { name: /^lmdb(\/|$)/, folders: ["store"] },
  { name: /^elysia(\/|$)/, folders: ["control"] },
  { name: /^@elysiajs\/(?!html(\/|$))/, folders: ["control"] },
  { name: /^(otpauth|openid-client)(\/|$)/, folders: ["people"] },
  { name: /^yaml$/, folders: ["control"] },
  { name: /^@elysiajs\/html(\/|$)/, folders: ["render", "control", "admin"] },
  { name: /^(htmx\.org|uqr)(\/|$)/, folders: ["admin"] },
  { name: /^(markdown-it|ical-generator)(\/|$)/, folders: ["render"] },
  { name: /^nodemailer(\/|$)/, folders: ["notify"] },
  { name: /^libphonenumber-js(\/|$)/, folders: ["notify"] },
  { name: /^(smtp-server|postal-mime)(\/|$)/, folders: ["cli"] },
  { name: /^(bun|bun:.*|deno|jsr:.*)$/, folders: ["host"] },
];

/** Globals that only some files may use: time and chance are passed in, the runtime is one folder's business. */
const globalHomes: readonly { readonly names: readonly string[]; readonly homes: readonly string[] }[] = [
  { names: ["Bun", "Deno"], homes: ["host/"] },
  {
    names: ["Date.now", "new Date", "performance.now", "setTimeout", "setInterval", "setImmediate"],
    homes: ["base/clock.ts", "host/"],
  },
  {
    names: ["Math.random", "crypto.getRandomValues", "crypto.randomUUID"],
    homes: ["base/random.ts", "host/"],
  },
];

/** They run in browsers, which have a clock of their own; so nothing that runs here may import them. */
const isBrowserFile = (file: string): boolean => /^(render|admin)\/[a-z-]+-browser\.ts$/.test(file);

/** Everything that `file` (a path below src/) does against the table, as sentences. */
export function importFaults(file: string, text: string): readonly string[] {
  const parts = file.split("/");
  if (file === "main.ts") return imports(file, mainRow, "", text);
  if (parts.length !== 2) return [`src/${file} lies ${parts.length < 2 ? "in no folder" : "too deep"}`];
  const folder = parts[0] ?? "";
  const row = rows[folder];
  if (row === undefined) return [`src/${folder}/ is no folder of the table (src/${file})`];
  const name = /^[a-z0-9]+(-[a-z0-9]+)*\.tsx?$/.test(parts[1] ?? "") ? [] : [`src/${file} is not kebab-case`];
  return [...name, ...imports(file, row, folder, text), ...globals(file, text)];
}

function imports(file: string, row: number, folder: string, text: string): readonly string[] {
  return importsOf(text).flatMap((wanted) => {
    if (!wanted.startsWith(".")) {
      const home = packageHomes.find(({ name }) => name.test(wanted));
      return home === undefined || home.folders.includes(folder)
        ? []
        : [`src/${file} imports ${wanted}, which only ${home.folders.join(" and ")} may`];
    }
    const target = posix.join(posix.dirname(file), wanted);
    if (target === "../package.json" && folder === "cli") return [];
    if (isBrowserFile(target) && !isBrowserFile(file))
      return [`src/${file} imports ${wanted}, which runs in browsers alone`];
    const other = target.split("/")[0] ?? "";
    if (other === folder) return [];
    const otherRow = rows[other];
    if (otherRow === undefined) return [`src/${file} imports ${wanted}, which is in no folder of the table`];
    return otherRow < row ? [] : [`src/${file} (row ${row}) imports ${wanted} (row ${otherRow})`];
  });
}

function globals(file: string, text: string): readonly string[] {
  const used = globalsOf(file, text);
  return globalHomes.flatMap(({ names, homes }) =>
    homes.some((home) => file.startsWith(home)) || isBrowserFile(file)
      ? []
      : names
          .filter((name) => used.has(name))
          .map((name) => `src/${file} uses ${name}, which only ${homes.join(" and ")} may`),
  );
}
