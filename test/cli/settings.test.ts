import { describe, expect, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { defineCommand } from "../../src/cli/flags.ts";
import { readSettings } from "../../src/cli/settings.ts";

const command = defineCommand({
  name: "edge",
  summary: "serve",
  example: "edge --root-key root.pub",
  flags: {
    workers: { kind: "integer", min: 1, max: 64, default: 1, help: "worker processes" },
    "root-key": { kind: "path", required: true, help: "public root key" },
    stale: { kind: "duration", min: 1_000, default: "8s", help: "level 1 after this" },
    "ops-port": { kind: "port", help: "port of the ops address" },
    listen: { kind: "address", default: "127.0.0.1:8080", help: "where visitors come" },
    quiet: { kind: "boolean", help: "less" },
    source: { kind: "list", help: "where snapshots come from" },
    level: { kind: "string", allowed: ["info", "warn"], help: "log level" },
  },
  positionals: { page: { help: "a page" } },
  run: () => 0,
});

interface Given {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly toml?: string;
}

function read({ argv = ["--root-key", "r"], env = {}, toml }: Given): Record<string, unknown> {
  const settings = readSettings(command, {
    argv: toml === undefined ? argv : [...argv, "--config", "pharos.toml"],
    env,
    readFile: (path) => {
      if (path !== "pharos.toml" || toml === undefined) throw new Error("no such file");
      return toml;
    },
    commandNames: ["edge", "control", "keygen", "keygen removal"],
  });
  if (settings.kind === "help") throw new Error("help was asked for");
  return { ...settings.values };
}

function refusalOf(given: Given): string {
  try {
    read(given);
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "usage" && thrown.exit === 2)
      return `${thrown.message} ${thrown.remedy}`;
    throw thrown;
  }
  throw new Error("it was accepted");
}

test("defaults, and what a kind gives where nothing is said", () => {
  expect(read({})).toEqual({
    workers: 1,
    rootKey: "r",
    stale: 8_000,
    opsPort: undefined,
    listen: { host: "127.0.0.1", port: 8080 },
    quiet: false,
    source: [],
    level: undefined,
    page: undefined,
  });
});

test("every kind as a flag, with a blank or an equals sign", () => {
  const argv = [
    "k1",
    "--root-key=r",
    "--workers",
    "4",
    "--stale",
    "1.5m",
    "--ops-port=0",
    "--listen",
    "[::1]:443",
  ];
  const more = ["--quiet", "--source", "a,b", "--source=c", "--level", "warn"];
  expect(read({ argv: [...argv, ...more] })).toEqual({
    workers: 4,
    rootKey: "r",
    stale: 90_000,
    opsPort: 0,
    listen: { host: "::1", port: 443 },
    quiet: true,
    source: ["a", "b", "c"],
    level: "warn",
    page: "k1",
  });
});

describe("a flag is stronger than a variable, a variable than the file, the file than the default", () => {
  const toml = "[edge]\nworkers = 2\n";
  test("file", () => expect(read({ toml }).workers).toBe(2));
  test("variable", () => expect(read({ toml, env: { PHAROS_WORKERS: "3" } }).workers).toBe(3));
  test("flag", () =>
    expect(read({ toml, env: { PHAROS_WORKERS: "3" }, argv: ["--root-key=r", "--workers=5"] }).workers).toBe(
      5,
    ));
});

test("a required value may come from a variable or the file", () => {
  expect(read({ argv: [], env: { PHAROS_ROOT_KEY: "v" } }).rootKey).toBe("v");
  expect(read({ argv: [], toml: '[edge]\nroot-key = "f"\n' }).rootKey).toBe("f");
});

test("booleans can be taken back: --no-quiet over a variable, false in the file", () => {
  expect(read({ env: { PHAROS_QUIET: "1" } }).quiet).toBe(true);
  expect(read({ env: { PHAROS_QUIET: "1" }, argv: ["--root-key=r", "--no-quiet"] }).quiet).toBe(false);
  expect(read({ toml: "[edge]\nquiet = true\n" }).quiet).toBe(true);
});

test("lists in the file, tables of other commands beside it", () => {
  expect(read({ toml: '[control]\nport = 1\n[edge]\nsource = ["a", "b"]\n' }).source).toEqual(["a", "b"]);
});

/** What was said, and the words that the sentence must have: who said it, the value, what is allowed. */
const refused: readonly (readonly [name: string, given: Given, says: readonly string[]])[] = [
  ["too many workers", { argv: ["--root-key=r", "--workers=65"] }, ["--workers", '"65"', "from 1 to 64"]],
  [
    "a word for a number",
    { argv: ["--root-key=r", "--workers", "two"] },
    ["--workers", '"two"', "whole number"],
  ],
  ["a fraction for a number", { argv: ["--root-key=r", "--workers=1.5"] }, ["--workers", '"1.5"']],
  [
    "a number without a unit",
    { argv: ["--root-key=r", "--stale=8"] },
    ["--stale", '"8"', "2s", "at least 1s"],
  ],
  [
    "a time below the least",
    { argv: ["--root-key=r", "--stale=10ms"] },
    ["--stale", '"10ms"', "at least 1s"],
  ],
  [
    "a port beyond 65535",
    { argv: ["--root-key=r", "--ops-port=65536"] },
    ["--ops-port", '"65536"', "0 to 65535"],
  ],
  [
    "an address without a port",
    { argv: ["--root-key=r", "--listen=::1"] },
    ["--listen", '"::1"', "[::1]:8080"],
  ],
  [
    "a word that is not allowed",
    { argv: ["--root-key=r", "--level=loud"] },
    ["--level", '"loud"', "info, warn"],
  ],
  ["an empty path", { argv: ["--root-key="] }, ["--root-key", '""']],
  ["an empty entry", { argv: ["--root-key=r", "--source=a,,b"] }, ["--source", '"a,,b"']],
  ["a flag without its value", { argv: ["--root-key"] }, ["--root-key", "needs a value", "a path"]],
  ["a flag in place of a value", { argv: ["--root-key", "--quiet"] }, ["--root-key", "needs a value"]],
  ["a flag given twice", { argv: ["--root-key=r", "--workers=1", "--workers=2"] }, ["--workers", "twice"]],
  ["a required flag left out", { argv: [] }, ["--root-key", "PHAROS_ROOT_KEY", "public root key"]],
  ["a mistyped flag", { argv: ["--root-key=r", "--wrokers=2"] }, ["--wrokers", "Did you mean --workers?"]],
  ["a flag named as an object's own", { argv: ["--root-key=r", "--constructor=2"] }, ["--constructor"]],
  ["a short flag", { argv: ["--root-key=r", "-w"] }, ["no flag -w"]],
  ["an argument too many", { argv: ["--root-key=r", "a", "b"] }, ['"b"']],
  ["a bad variable", { env: { PHAROS_WORKERS: "0" } }, ["PHAROS_WORKERS", '"0"', "from 1 to 64"]],
  ["a bad truth in a variable", { env: { PHAROS_QUIET: "yes" } }, ["PHAROS_QUIET", '"yes"', "true or false"]],
  [
    "a bad value in the file",
    { toml: "# one\n[edge]\nworkers = 99\n" },
    ["pharos.toml line 3", "workers", '"99"'],
  ],
  [
    "a mistyped key in the file",
    { toml: "[edge]\nworker = 2\n" },
    ["pharos.toml line 2", "Did you mean workers?"],
  ],
  [
    "a mistyped table in the file",
    { toml: "[egde]\nworkers = 2\n" },
    ["pharos.toml", "egde", "Did you mean edge?"],
  ],
  ["a key outside of a table", { toml: "\nworkers = 2\n" }, ["pharos.toml line 2", "workers"]],
  ["a table where a value should be", { toml: "[edge.workers]\na = 1\n" }, ["workers", "whole number"]],
  ["a list where one value should be", { toml: "[edge]\nworkers = [1, 2]\n" }, ["workers", "1, 2"]],
  ["a file that is no TOML", { toml: "[edge]\nworkers = = 2\n" }, ["pharos.toml line 2"]],
  ["a file that is not there", { argv: ["--root-key=r", "--config=gone.toml"] }, ["--config", "gone.toml"]],
  [
    "a file named by a variable that is not there",
    { env: { PHAROS_CONFIG: "gone.toml" } },
    ["PHAROS_CONFIG"],
  ],
];

for (const [name, given, says] of refused) {
  test(`refused: ${name}`, () => {
    const sentence = refusalOf(given);
    for (const words of says) expect(sentence).toContain(words);
    expect(sentence).not.toContain("\n");
  });
}

test("--help is answered before anything is required, also as -h", () => {
  const settings = (argv: readonly string[]) =>
    readSettings(command, { argv, env: {}, readFile: () => "", commandNames: [] });
  expect(settings(["--help"])).toEqual({ kind: "help" });
  expect(settings(["-h"])).toEqual({ kind: "help" });
});

test("after -- everything is an argument", () => {
  expect(read({ argv: ["--root-key=r", "--", "--workers"] }).page).toBe("--workers");
});
