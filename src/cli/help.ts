// The texts of `--help`. In: commands. Out: lines of at most 110 characters.
import { allowedBy } from "./flag-text.ts";
import { type Command, type FlagSpec, variableOf } from "./flags.ts";
import { commonFlags } from "./settings.ts";

/** A command as the overview shows it, known without loading its module. */
export interface CommandLine {
  readonly name: string;
  readonly summary: string;
}

/** `pharos`, `pharos --help`. */
export function overview(commands: readonly CommandLine[]): string {
  return [
    "pharos: a status page that stays up while everything behind it burns",
    "",
    "usage: pharos <command> [flags]",
    "",
    "commands:",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    "examples:",
    "  pharos demo                  a whole installation on this machine, with an invented organisation",
    "  pharos edge --help           what a command takes, with an example",
    "",
    "Flags, PHAROS_* variables and a TOML file (--config) mean the same thing, in that order of strength.",
    "Exit codes: 0 done, 1 failed, 2 used wrongly.",
  ].join("\n");
}

/** `pharos <command> --help`. `verbs` are the commands that begin with this one's name. */
export function helpOf(command: Command, verbs: readonly CommandLine[]): string {
  const places = Object.entries(command.positionals).map(([name, spec]) => [
    `<${name}>`,
    `${spec.help}${spec.required === true ? "" : " (may be left out)"}`,
  ]);
  const examples = typeof command.example === "string" ? [command.example] : command.example;
  return [
    `pharos ${command.name}: ${command.summary}`,
    ...(command.about === undefined ? [] : ["", command.about]),
    "",
    `usage: ${["pharos", command.name, ...places.map(([name]) => name), "[flags]"].join(" ")}`,
    ...section("arguments:", places),
    ...section(
      "commands:",
      verbs.map(({ name, summary }) => [name, summary]),
    ),
    ...section(
      "flags:",
      Object.entries({ ...command.flags, ...commonFlags }).map(([name, spec]) => [
        flagText(name, spec),
        flagHelp(name, spec),
      ]),
    ),
    "",
    examples.length === 1 ? "example:" : "examples:",
    ...examples.map((line) => `  pharos ${line}`),
  ].join("\n");
}

function section(title: string, rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0 ? [] : ["", title, ...columns(rows)];
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const width = Math.max(...rows.map(([left = ""]) => left.length)) + 2;
  return rows.map(([left = "", right = ""]) => `  ${left.padEnd(width)}${right}`);
}

function flagText(name: string, spec: FlagSpec): string {
  const flag = spec.short === undefined ? `--${name}` : `-${spec.short}, --${name}`;
  return spec.kind === "boolean" ? flag : `${flag} <${spec.allowed?.join("|") ?? spec.kind}>`;
}

function flagHelp(name: string, spec: FlagSpec): string {
  const notes = [
    spec.required === true ? "required" : "",
    spec.default === undefined ? "" : `default ${spec.default}`,
    spec.min === undefined && spec.max === undefined ? "" : allowedBy(spec),
    name === "help" ? "" : variableOf(name),
  ].filter((note) => note !== "");
  return `${spec.help}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`;
}
