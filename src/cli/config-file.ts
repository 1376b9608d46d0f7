// The one TOML file: a table per command, a key per flag. In: a path, its text. Out: texts by flag, each with its line.
// `[edge]` speaks of `pharos edge`, `[keygen.removal]` of `pharos keygen removal`.
import { parse, TomlError } from "smol-toml";
import { Fault } from "../base/fault.ts";
import { suggestion } from "../base/nearest.ts";

/** A value as text, and where it stands: `pharos.toml line 3`. Lists give one text an entry. */
export interface ConfigEntry {
  readonly texts: readonly string[];
  readonly where: string;
}

/**
 * The entries of one command. Tables of other commands are left alone; what belongs to no command is refused.
 * Throws Fault `usage`.
 */
export function readConfig(
  path: string,
  text: string,
  commandName: string,
  commandNames: readonly string[],
  flagNames: readonly string[],
): ReadonlyMap<string, ConfigEntry> {
  const root = parseToml(path, text);
  refuseStrangers(path, text, root, commandNames);
  const verbs = commandNames
    .filter((name) => name.startsWith(`${commandName} `))
    .map((name) => name.split(" ")[1]);
  let table: Readonly<Record<string, unknown>> = root;
  for (const word of commandName.split(" ")) table = tableAt(table, word);
  const entries = new Map<string, ConfigEntry>();
  for (const [key, value] of Object.entries(table)) {
    if (verbs.includes(key)) continue;
    const where = `${path}${lineOf(text, commandName.replace(" ", "."), key)}`;
    if (!flagNames.includes(key)) {
      throw new Fault(
        "usage",
        `${where}: pharos ${commandName} has no setting ${key}.`,
        `${suggestion(key, flagNames)}Known are ${flagNames.join(", ")}.`,
      );
    }
    entries.set(key, { texts: textsOf(value), where });
  }
  return entries;
}

function parseToml(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text);
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown;
    const says = thrown.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "");
    throw new Fault(
      "usage",
      `${path} line ${thrown.line}: ${says}.`,
      "Write TOML there, such as [edge] on one line and workers = 2 on the next.",
    );
  }
}

function refuseStrangers(
  path: string,
  text: string,
  root: Readonly<Record<string, unknown>>,
  commandNames: readonly string[],
): void {
  const words = [...new Set(commandNames.map((name) => name.split(" ")[0] ?? name))];
  for (const [key, value] of Object.entries(root)) {
    if (words.includes(key) && isTable(value)) continue;
    throw new Fault(
      "usage",
      `${path}${lineOf(text, isTable(value) ? key : "", isTable(value) ? "" : key)}: ${key} is no command.`,
      `${suggestion(key, words)}Settings stand in the table of their command: [${words.join("], [")}].`,
    );
  }
}

function tableAt(table: Readonly<Record<string, unknown>>, word: string): Readonly<Record<string, unknown>> {
  const value = table[word];
  return isTable(value) ? value : {};
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return [isTable(value) ? JSON.stringify(value) : String(value)];
}

/** ` line 3`: the parser tells no places of what it accepted, so the line is looked up; empty where that fails. */
function lineOf(text: string, table: string, key: string): string {
  let current = "";
  for (const [at, line] of text.split("\n").entries()) {
    const header = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) current = header.replaceAll(/["'\s]/g, "");
    const named = header === undefined ? /^\s*["']?([A-Za-z0-9_-]+)["']?\s*=/.exec(line)?.[1] : "";
    if (current === table && named === key) return ` line ${at + 1}`;
  }
  return "";
}
