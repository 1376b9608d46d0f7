// Every command given wrongly, flag by flag: exit code 2, one sentence that names what is wrong, nothing said as if it were done.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandEntries, loadCommand } from "../../src/cli/commands.ts";
import type { Command, FlagKind, FlagSpec } from "../../src/cli/flags.ts";
import { commandLine } from "../support/command-line.ts";
import { manualClock } from "../support/manual-clock.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-wrong-use-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const pharos = commandLine({ clock: manualClock() });

/** A value that each kind takes, and what none of it is. */
const values: Readonly<Record<FlagKind, readonly [right: string, wrong: readonly string[]]>> = {
  string: ["x", []],
  path: [join(folder, "nowhere"), []],
  list: ["x", []],
  integer: ["1", ["one", "1.5", "-99999999999", ""]],
  duration: ["1s", ["soon", "5", "-1s", ""]],
  port: ["8080", ["http", "70000", "-1"]],
  address: ["127.0.0.1:0", ["127.0.0.1", "127.0.0.1:70000", "nowhere:x:y", ""]],
  boolean: ["true", []],
};

/** What it takes at least. */
function least({ flags, positionals = {} }: Command): readonly string[] {
  const needed = Object.entries<FlagSpec>(flags).filter(([, spec]) => spec.required === true);
  return [
    ...Object.values(positionals).flatMap(({ required }) => (required === true ? ["x"] : [])),
    ...needed.flatMap(([name, { kind, allowed }]) => [
      `--${flagName(name)}`,
      allowed?.[0] ?? values[kind][0],
    ]),
  ];
}

const flagName = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

for (const entry of commandEntries)
  test(`used wrongly: ${entry.name}`, async () => {
    const command = await loadCommand(entry);
    const words = entry.name.split(" ");
    const refused = async (argv: readonly string[], names: string): Promise<void> => {
      const { code, out, err } = await pharos(...words, ...argv);
      expect([argv, code, out]).toEqual([argv, 2, ""]);
      expect([argv, err.split("\n").length, err]).toEqual([
        argv,
        1,
        expect.stringMatching(/^pharos: .*[.?]$/),
      ]);
      expect(err).toContain(names);
    };
    const given = least(command);
    await refused([...given, "--nonsense"], "--nonsense");
    await refused([...given, "-x"], "-x");
    await refused([...given, "--config"], "--config");
    for (const [name, { kind, allowed }] of Object.entries<FlagSpec>(command.flags)) {
      const flag = `--${flagName(name)}`;
      if (allowed !== undefined) await refused([...given, `${flag}=no-such-word`], flag);
      for (const wrong of values[kind][1]) await refused([...given, `${flag}=${wrong}`], flag);
      if (kind === "boolean") await refused([...given, `${flag}=perhaps`], flag);
      else await refused([...given, flag], flag);
    }
    for (const [name, { required }] of Object.entries<FlagSpec>(command.flags)) {
      if (required !== true) continue;
      const at = given.indexOf(`--${flagName(name)}`);
      await refused([...given.slice(0, at), ...given.slice(at + 2)], `--${flagName(name)}`);
    }
    expect(readdirSync(folder)).toEqual([]);
  });
