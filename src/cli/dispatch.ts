// From argv to one command's exit code. In: argv, a context, the registry. Out: 0 done, 1 failed, 2 used wrongly.
// Where the process meets the world: a Fault becomes one sentence and its remedy on stderr, here and nowhere else.

import { Fault, messageOf } from "../base/fault.ts";
import { assertLimits } from "../base/limits.ts";
import { suggestion } from "../base/nearest.ts";
import { type CommandEntry, loadCommand } from "./commands.ts";
import type { Context } from "./flags.ts";
import { helpOf, overview } from "./help.ts";
import { readSettings } from "./settings.ts";

export interface Surroundings extends Context {
  readFile(path: string): string;
}

/** Runs `argv` (without the program's own name) and gives the exit code. Never throws. */
export async function dispatch(
  argv: readonly string[],
  entries: readonly CommandEntry[],
  around: Surroundings,
): Promise<number> {
  try {
    assertLimits();
    return await run(argv, entries, around);
  } catch (thrown) {
    return tell(thrown, around);
  }
}

async function run(
  argv: readonly string[],
  entries: readonly CommandEntry[],
  around: Surroundings,
): Promise<number> {
  const [first, second] = argv;
  if (first === undefined || ["--help", "-h", "help"].includes(first)) {
    around.out(overview(entries.filter(({ name }) => !name.includes(" ") || !hasParent(name, entries))));
    return argv.length === 0 ? 2 : 0;
  }
  const wanted = first === "--version" ? "version" : first;
  const entry =
    entries.find(({ name }) => name === `${wanted} ${second}`) ?? entries.find(({ name }) => name === wanted);
  if (entry === undefined) throw unknownCommand(wanted, second, entries);
  const rest = argv.slice(entry.name.split(" ").length);
  const command = await loadCommand(entry);
  const settings = readSettings(command, {
    argv: rest,
    env: around.env,
    readFile: around.readFile,
    commandNames: entries.map(({ name }) => name),
  });
  if (settings.kind === "help") {
    around.out(
      helpOf(
        command,
        entries.filter(({ name }) => name.startsWith(`${entry.name} `)),
      ),
    );
    return 0;
  }
  return command.run(settings.values, { ...around, argv: rest });
}

function hasParent(name: string, entries: readonly CommandEntry[]): boolean {
  return entries.some((other) => other.name === name.split(" ")[0]);
}

function unknownCommand(first: string, second: string | undefined, entries: readonly CommandEntry[]): Fault {
  const verbs = entries
    .map(({ name }) => name.split(" "))
    .flatMap(([word, verb]) => (word === first && verb !== undefined ? [verb] : []));
  if (verbs.length > 0) {
    return new Fault(
      "usage",
      second === undefined
        ? `pharos ${first} needs a verb.`
        : `pharos ${first} knows no ${JSON.stringify(second)}.`,
      `Known are ${verbs.join(", ")}.`,
    );
  }
  const words = [...new Set(entries.map(({ name }) => name.split(" ")[0] ?? name))];
  return new Fault(
    "usage",
    `pharos knows no command ${JSON.stringify(first)}.`,
    `${suggestion(first, words)}Known are ${words.join(", ")}.`,
  );
}

function tell(given: unknown, around: Surroundings): number {
  const thrown = unpackFault(given, around.env) ?? given;
  if (thrown instanceof Fault) around.err(`pharos: ${thrown.message} ${thrown.remedy}`);
  else
    around.err(
      `pharos: this should not have happened: ${messageOf(thrown)}. Set PHAROS_DEBUG=1 to see where, and please report it.`,
    );
  if (around.env.PHAROS_DEBUG === "1") around.err(stackOf(thrown));
  return thrown instanceof Fault ? thrown.exit : 1;
}

/** The binary unpacks its database library into a temporary folder to load it: where that fails, the loader speaks. */
function unpackFault(thrown: unknown, env: Surroundings["env"]): Fault | null {
  if (!/\$bunfs.*\.node\b|\.node: failed to map segment/.test(messageOf(thrown))) return null;
  const folder = env.BUN_TMPDIR ?? env.TMPDIR ?? "/tmp";
  return new Fault(
    "folder-unusable",
    `The program cannot unpack its database library into ${folder}: the folder is missing, read-only, full or mounted noexec.`,
    "Name a folder that this user may write and run from with the variable BUN_TMPDIR.",
    { cause: thrown },
  );
}

function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause === undefined ? "" : `\nbecause of ${stackOf(thrown.cause)}`;
  return `${thrown.stack ?? thrown.message}${cause}`;
}
