// Where an import's documents come from. In: an address, a folder or a file named by the operator. Out: documents by name.
// An address is asked for everything a status page publishes; what it does not have (404) is done without, but for the summary.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { dial, readAll } from "../host/dial.ts";
import type { SourceText } from "./import-statuspage.ts";

export interface SourceOptions {
  /** Told of each document that is being read. */
  onDocument(name: string): void;
}

/** Reads all documents of a source. Throws Fault `not-found`, `unreachable`, `import-refused`. */
export async function readSource(source: string, options: SourceOptions): Promise<readonly SourceText[]> {
  return /^https?:\/\//i.test(source) ? fromAddress(source, options) : fromPath(source, options);
}

function fromPath(path: string, { onDocument }: SourceOptions): readonly SourceText[] {
  const files = filesOf(path);
  if (files.length === 0)
    throw new Fault(
      "not-found",
      `The folder ${path} holds no .json or .atom file.`,
      "Name a folder with summary.json, incidents.json or history.atom.",
    );
  return files.map((file) => {
    onDocument(file);
    return { name: file, text: readText(file) };
  });
}

function filesOf(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((name) => /\.(json|atom)$/i.test(name))
      .sort()
      .map((name) => join(path, name));
  } catch (thrown) {
    throw new Fault(
      "not-found",
      `${path} cannot be read: ${messageOf(thrown)}.`,
      "Name a folder, a file or an address that exists.",
    );
  }
}

function readText(file: string): string {
  try {
    if (statSync(file).size <= limits.importBytesMax) return readFileSync(file, "utf8");
  } catch (thrown) {
    throw new Fault(
      "not-found",
      `${file} cannot be read: ${messageOf(thrown)}.`,
      "Check that this user may read it.",
    );
  }
  throw new Fault(
    "import-refused",
    `${file} is over ${limits.importBytesMax} bytes.`,
    "Import smaller files one by one.",
  );
}

/** What a status page publishes; only the first must be there. */
const documents = [
  "/api/v2/summary.json",
  "/api/v2/components.json",
  "/api/v2/scheduled-maintenances.json",
  "/history.atom",
];

async function fromAddress(address: string, options: SourceOptions): Promise<readonly SourceText[]> {
  const { origin, pathname } = new URL(address);
  if (/\.(json|atom)$/i.test(pathname)) return [await required(address, options)];
  const base = `${origin}${pathname.replace(/\/+$/, "").replace(/\/api\/v2$/, "")}`;
  const [summary = "", ...others] = documents;
  const texts = [await required(base + summary, options)];
  texts.push(...(await incidentPages(`${base}/api/v2/incidents.json`, options)));
  for (const path of others) {
    const found = await fetched(base + path, options);
    if (found !== null) texts.push(found);
  }
  return texts;
}

/** The list in pages, as long as a page brings ids that were not seen: a server without pages gives the same list again. */
async function incidentPages(address: string, options: SourceOptions): Promise<readonly SourceText[]> {
  const texts: SourceText[] = [];
  const seen = new Set<string>();
  for (let page = 1; page <= limits.importPagesMax; page++) {
    const found = await fetched(page === 1 ? address : `${address}?page=${page}`, options);
    if (found === null) return texts;
    const fresh = incidentIds(found.text).filter((id) => !seen.has(id));
    if (page > 1 && fresh.length === 0) return texts;
    texts.push(found);
    if (fresh.length === 0) return texts;
    for (const id of fresh) seen.add(id);
  }
  return texts;
}

/** Ids by shape alone: whether the document is right is judged once, with all others. */
function incidentIds(text: string): readonly string[] {
  try {
    const { incidents } = JSON.parse(text) as { incidents?: readonly { id?: unknown }[] | null };
    return (incidents ?? []).flatMap(({ id }) => (typeof id === "string" ? [id] : []));
  } catch {
    return [];
  }
}

async function required(address: string, options: SourceOptions): Promise<SourceText> {
  const found = await fetched(address, options);
  if (found !== null) return found;
  throw new Fault(
    "not-found",
    `${address} does not exist there (404).`,
    "Name the address of a status page, or of one of its documents.",
  );
}

const redirectsMax = 5;

async function fetched(address: string, { onDocument }: SourceOptions): Promise<SourceText | null> {
  onDocument(address);
  let url = address;
  for (let hops = 0; hops <= redirectsMax; hops++) {
    const answer = await dial(url, {
      policy: "configured",
      headers: { accept: "application/json, application/atom+xml", "user-agent": "pharos-import" },
      timeoutMs: limits.importAnswerMsMax,
    });
    const location = answer.header("location");
    if (
      answer.status >= 300 &&
      answer.status < 400 &&
      location !== undefined &&
      URL.canParse(location, url)
    ) {
      answer.close();
      url = new URL(location, url).href;
      continue;
    }
    if (answer.status === 404 || answer.status === 410) {
      answer.close();
      return null;
    }
    if (answer.status !== 200) {
      answer.close();
      throw new Fault(
        "unreachable",
        `${address} answered ${answer.status}.`,
        "Try again later, or import saved files.",
      );
    }
    const bytes = await readAll(answer.body, limits.importBytesMax);
    return { name: address, text: new TextDecoder().decode(bytes) };
  }
  throw new Fault(
    "unreachable",
    `${address} redirects more than ${redirectsMax} times.`,
    "Name the address that it leads to.",
  );
}
