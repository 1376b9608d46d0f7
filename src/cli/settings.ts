// The values of one run: flags, then PHAROS_* variables, then the TOML file, then defaults; the first that speaks wins.
// In: a command, argv, variables, a file reader. Out: typed values, or a Fault `usage` that names who said what.
import { parseArgs } from "node:util";
import { Fault, messageOf } from "../base/fault.ts";
import { suggestion } from "../base/nearest.ts";
import { type ConfigEntry, readConfig } from "./config-file.ts";
import { allowedBy, readText } from "./flag-text.ts";
import { type Command, camelOf, type FlagSpec, type FlagTable, type FlagValue, variableOf } from "./flags.ts";

export interface SettingSources {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of the `--config` file. */
  readFile(path: string): string;
  /** All commands that the file may speak of. */
  readonly commandNames: readonly string[];
}

export type Settings =
  | { readonly kind: "help" }
  | { readonly kind: "values"; readonly values: Readonly<Record<string, unknown>> };

/** Flags that every command has. */
export const commonFlags: FlagTable = {
  config: { kind: "path", help: "TOML file with a table of settings for each command" },
  help: { kind: "boolean", help: "this text" },
};

interface Said {
  readonly texts: readonly string[];
  /** Who said it: `--workers`, `PHAROS_WORKERS`, `pharos.toml line 3`. */
  readonly where: string;
}

/** Reads everything that was said about a command's flags. Throws Fault `usage`. */
export function readSettings(command: Command, sources: SettingSources): Settings {
  const flags: FlagTable = { ...command.flags, ...commonFlags };
  const { said, positionals } = readArgv(command, flags, sources.argv);
  if (said.has("help")) return { kind: "help" };
  const config = configOf(command, said, sources);
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(command.flags)) {
    values[camelOf(name)] = settled(
      name,
      spec,
      said.get(name) ?? variable(name, sources.env) ?? config.get(name),
    );
  }
  readPositionals(command, positionals, values);
  return { kind: "values", values };
}

function readArgv(
  command: Command,
  flags: FlagTable,
  argv: readonly string[],
): { said: Map<string, Said>; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, spec]) => [
      name,
      {
        type: spec.kind === "boolean" ? ("boolean" as const) : ("string" as const),
        ...(spec.short === undefined ? {} : { short: spec.short }),
      },
    ]),
  );
  const short = { ...options, help: { type: "boolean" as const, short: "h" } };
  const { tokens } = parseArgs({ args: [...argv], options: short, strict: false, tokens: true });
  const said = new Map<string, Said>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, text } = flagOf(command, flags, token.name, token.rawName, token.value, token.inlineValue);
    const before = said.get(name);
    if (before !== undefined && flags[name]?.kind !== "list") {
      throw new Fault("usage", `--${name} is given twice.`, "Give it once.");
    }
    said.set(name, { texts: [...(before?.texts ?? []), text], where: `--${name}` });
  }
  return { said, positionals };
}

function flagOf(
  command: Command,
  flags: FlagTable,
  given: string,
  rawName: string,
  value: string | undefined,
  inline: boolean | undefined,
): { name: string; text: string } {
  const negated = given.startsWith("no-") && flags[given.slice(3)]?.kind === "boolean";
  const name = negated ? given.slice(3) : given;
  const spec = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (spec === undefined) {
    throw new Fault(
      "usage",
      `pharos ${command.name} has no flag ${rawName}.`,
      `${suggestion(given, Object.keys(flags), "--")}See pharos ${command.name} --help.`,
    );
  }
  if (spec.kind === "boolean") return { name, text: negated ? "false" : (value ?? "true") };
  if (value === undefined || (inline !== true && value.startsWith("--")))
    throw new Fault("usage", `--${name} needs a value.`, `Give ${allowedBy(spec)}.`);
  return { name, text: value };
}

function variable(name: string, env: SettingSources["env"]): Said | undefined {
  const text = env[variableOf(name)];
  return text === undefined || text === "" ? undefined : { texts: [text], where: variableOf(name) };
}

function configOf(
  command: Command,
  said: ReadonlyMap<string, Said>,
  sources: SettingSources,
): ReadonlyMap<string, ConfigEntry> {
  const from = said.get("config") ?? variable("config", sources.env);
  const path = from?.texts[0];
  if (from === undefined || path === undefined) return new Map();
  let text: string;
  try {
    text = sources.readFile(path);
  } catch (thrown) {
    throw new Fault(
      "usage",
      `${from.where}: ${path} cannot be read: ${messageOf(thrown)}.`,
      "Name a TOML file that this user may read.",
    );
  }
  return readConfig(
    path,
    text,
    command.table ?? command.name,
    sources.commandNames,
    Object.keys(command.flags),
  );
}

function settled(name: string, spec: FlagSpec, said: Said | undefined): FlagValue {
  if (said === undefined && spec.required === true) {
    throw new Fault(
      "usage",
      `--${name} is missing: ${spec.help}.`,
      `Give ${allowedBy(spec)} with --${name}, ${variableOf(name)} or in the --config file.`,
    );
  }
  if (said === undefined && spec.default === undefined)
    return spec.kind === "boolean" ? false : spec.kind === "list" ? [] : undefined;
  const { texts, where } = said ?? { texts: [String(spec.default)], where: `the default of --${name}` };
  if (spec.kind !== "list" && texts.length !== 1)
    throw badValue(where, name, texts.join(", "), allowedBy(spec));
  const values = texts.map((text) => {
    const read = readText(spec, text);
    if (!read.ok) throw badValue(where, name, text, read.reason);
    return read.value;
  });
  return spec.kind === "list" ? (values.flat() as string[]) : values[0];
}

function badValue(where: string, name: string, text: string, allowed: string): Fault {
  const who = where.includes(name) || where.startsWith("PHAROS_") ? where : `${where}, ${name}`;
  return new Fault("usage", `${who}: ${JSON.stringify(text)} is not allowed.`, `Give ${allowed}.`);
}

function readPositionals(command: Command, given: readonly string[], values: Record<string, unknown>): void {
  let at = 0;
  for (const [name, spec] of Object.entries(command.positionals)) {
    const taken = spec.many === true ? given.slice(at) : given.slice(at, at + 1);
    if (taken.length === 0 && spec.required === true) {
      throw new Fault(
        "usage",
        `pharos ${command.name} needs <${name}>: ${spec.help}.`,
        `See pharos ${command.name} --help.`,
      );
    }
    values[camelOf(name)] = spec.many === true ? taken : taken[0];
    at += taken.length;
  }
  const extra = given[at];
  if (extra !== undefined) {
    throw new Fault(
      "usage",
      `pharos ${command.name} takes no argument ${JSON.stringify(extra)}.`,
      `See pharos ${command.name} --help.`,
    );
  }
}
