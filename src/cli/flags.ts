// What a command is: a table of flags and positionals, and a function that gets their values, typed by that table.
// In: nothing at run time. Out: the shapes that every command, its help and its settings share.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";

/**
 * What a flag's text means, and the value that the command gets:
 * string, path -> string · integer -> number · duration (`250ms`, `2s`, `5m`, `1h`, `7d`) -> ms · port -> number ·
 * address (`127.0.0.1:8080`, `[::1]:8080`) -> Address · boolean -> boolean, false when absent ·
 * list (given several times, or with commas) -> strings, empty when absent.
 */
export type FlagKind = "string" | "integer" | "duration" | "port" | "address" | "path" | "boolean" | "list";

/** One flag. Its name is its key in the table, in kebab-case; the value's name is the same in camelCase. */
export interface FlagSpec {
  readonly kind: FlagKind;
  /** What it decides, in one line, without a full stop. */
  readonly help: string;
  /** As a user would write it; read by the same rules as a given value. */
  readonly default?: string | number | boolean;
  readonly required?: true;
  /** One letter that says the same. */
  readonly short?: string;
  /** The only texts that are accepted (string, and each entry of list). */
  readonly allowed?: readonly string[];
  /** Bounds of integer, and of duration in ms. */
  readonly min?: number;
  readonly max?: number;
}

export interface PositionalSpec {
  readonly help: string;
  readonly required?: true;
  /** Takes all that follow; only the last one may. */
  readonly many?: true;
}

export type FlagTable = Readonly<Record<string, FlagSpec>>;
/** In the order in which they stand on the command line. */
export type PositionalTable = Readonly<Record<string, PositionalSpec>>;

/** An IP address or a host name, and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export type FlagValue = string | number | boolean | readonly string[] | Address | undefined;

/** What a command gets from outside. */
export interface Context {
  readonly clock: Clock;
  readonly random: Random;
  /** JSON lines on stderr. */
  readonly log: Log;
  /** One line on stdout: the command's result. */
  out(line: string): void;
  /** One line on stderr: what a person may want to know meanwhile. */
  err(line: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What followed the command's name. */
  readonly argv: readonly string[];
  /** True when stderr is a terminal: progress may rewrite its line. */
  readonly terminal: boolean;
  /** True when stdout is a terminal, and its user wants colours. */
  readonly colours?: boolean;
  /** Aborts at the first SIGINT or SIGTERM. Until a command asks for it, these end the process as usual. */
  stopSignal(): AbortSignal;
}

type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;
type Given<Spec extends FlagSpec> = Spec["kind"] extends "integer" | "duration" | "port"
  ? number
  : Spec["kind"] extends "boolean"
    ? boolean
    : Spec["kind"] extends "list"
      ? readonly string[]
      : Spec["kind"] extends "address"
        ? Address
        : Spec extends { readonly allowed: readonly (infer Allowed)[] }
          ? Allowed
          : string;
type OfFlag<Spec extends FlagSpec> = Spec["kind"] extends "boolean" | "list"
  ? Given<Spec>
  : Spec extends { readonly required: true } | { readonly default: string | number | boolean }
    ? Given<Spec>
    : Given<Spec> | undefined;
type OfPositional<Spec extends PositionalSpec> = Spec extends { readonly many: true }
  ? readonly string[]
  : Spec extends { readonly required: true }
    ? string
    : string | undefined;

/** The values of a command's flags and positionals under their camelCase names. */
export type Values<Flags extends FlagTable, Positionals extends PositionalTable> = {
  readonly [Name in keyof Flags & string as Camel<Name>]: OfFlag<Flags[Name]>;
} & { readonly [Name in keyof Positionals & string as Camel<Name>]: OfPositional<Positionals[Name]> };

interface CommandShape {
  /** One word, or two where a command has verbs of its own: `keygen removal`. */
  readonly name: string;
  /** What it does, in one line, without a full stop. */
  readonly summary: string;
  /** Command lines that work, without the leading `pharos`. */
  readonly example: string | readonly string[];
  /** More for `--help`, where the summary is not enough. */
  readonly about?: string;
  /** The command whose table of the file it reads, where not its own. */
  readonly table?: string;
}

/** A command whose table's types have been checked where it was defined. */
export interface Command extends CommandShape {
  readonly flags: FlagTable;
  readonly positionals: PositionalTable;
  run(values: Readonly<Record<string, unknown>>, context: Context): Promise<number>;
}

/** `run` gives the exit code, nothing meaning 0, or throws a Fault. */
export function defineCommand<
  const Flags extends FlagTable,
  const Positionals extends PositionalTable = Record<never, never>,
>(
  command: CommandShape & {
    readonly flags: Flags;
    readonly positionals?: Positionals;
    run(
      values: Values<Flags, Positionals>,
      context: Context,
      // biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement has this type
    ): Promise<number | undefined | void> | number | undefined | void;
  },
): Command {
  return {
    ...command,
    positionals: command.positionals ?? {},
    run: async (values, context) => (await command.run(values as Values<Flags, Positionals>, context)) ?? 0,
  };
}

/** `root-key` -> `rootKey`. */
export function camelOf(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_dash, letter: string) => letter.toUpperCase());
}

/** `root-key` -> `PHAROS_ROOT_KEY`: the one rule for variables. */
export function variableOf(name: string): string {
  return `PHAROS_${name.replaceAll("-", "_").toUpperCase()}`;
}
