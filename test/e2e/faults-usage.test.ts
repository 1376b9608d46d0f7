// A command that was given wrongly: exit code 2 and one sentence that names who said it, the value, and what is allowed.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandEntries } from "../../src/cli/commands.ts";
import { runCommand, sentenceOf } from "../support/command.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-usage-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const badValue = file("value.toml", "# the POP\n[edge]\nworkers = 99\n");
const badSyntax = file("syntax.toml", "[edge]\nworkers = = 2\n");
const badKey = file("key.toml", "[edge]\nworker = 2\n");
const edge = ["edge", "--root-key", "root.pub", "--data", join(folder, "pop")];

interface Wrong {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly says: readonly string[];
}

const wrong: Readonly<Record<string, Wrong>> = {
  "a command that is none": { argv: ["contol"], says: ['"contol"', "Did you mean control?"] },
  "a verb that is none": { argv: ["import", "rss"], says: ['"rss"', "statuspage"] },
  "a flag that is none": { argv: [...edge, "--worker", "2"], says: ["--worker", "--workers"] },
  "a flag without its value": { argv: ["edge", "--root-key"], says: ["--root-key", "needs a value"] },
  "a required flag left out": { argv: ["control"], says: ["--data", "PHAROS_DATA"] },
  "a POP without a root key": { argv: ["edge", "--data", folder], says: ["--root-key", "root.pub"] },
  "a port beyond the last": {
    argv: [...edge, "--listen", "127.0.0.1:70000"],
    says: ["--listen", '"127.0.0.1:70000"', "0 to 65535"],
  },
  "a port of the demo beyond the last": {
    argv: ["demo", "--port", "70000"],
    says: ["--port", '"70000"', "0 to 65535"],
  },
  "a role that is none": {
    argv: [...edge, "--role", "king"],
    says: ["--role", '"king"', "parent, syncer, checks, worker-1"],
  },
  "too many workers": { argv: [...edge, "--workers", "65"], says: ["--workers", '"65"', "0 to 64"] },
  "an argument too many": { argv: ["version", "now"], says: ['"now"'] },
  "an import of nothing": { argv: ["import", "statuspage", "--data", folder], says: ["<source>"] },
  "a rule that is none": {
    argv: ["import", "statuspage", ".", "--data", folder, "--indicator-rule", "mine"],
    says: ["--indicator-rule", '"mine"', "components, incidents"],
  },
  "a source that is no address": {
    argv: [...edge, "--source", "origin:8401"],
    says: ["--source", '"origin:8401"', "http://"],
  },
  "a bad variable": {
    argv: edge,
    env: { PHAROS_WORKERS: "many" },
    says: ["PHAROS_WORKERS", '"many"', "0 to 64"],
  },
  "a bad truth in a variable": {
    argv: ["control", "--data", folder, "--keys", folder],
    env: { PHAROS_ACCEPT_CLOCK: "perhaps" },
    says: ["PHAROS_ACCEPT_CLOCK", '"perhaps"', "true or false"],
  },
  "a bad value in the file": {
    argv: [...edge, "--config", badValue],
    says: [`${badValue} line 3`, "workers", '"99"', "0 to 64"],
  },
  "a key in the file that is none": {
    argv: [...edge, "--config", badKey],
    says: [`${badKey} line 2`, "Did you mean workers?"],
  },
  "a file that is no TOML": { argv: [...edge, "--config", badSyntax], says: [`${badSyntax} line 2`] },
  "a file that is not there": {
    argv: edge,
    env: { PHAROS_CONFIG: join(folder, "gone.toml") },
    says: ["PHAROS_CONFIG", join(folder, "gone.toml")],
  },
};

for (const [name, { argv, env = {}, says }] of Object.entries(wrong)) {
  test(`used wrongly: ${name}`, async () => {
    const sentence = sentenceOf(await runCommand(argv, { env }), 2);
    for (const words of says) expect(sentence).toContain(words);
  });
}

test("each command explains itself with an example, whatever the variables say", async () => {
  await Promise.all(
    commandEntries.map(async ({ name }) => {
      const help = await runCommand([...name.split(" "), "--help"], { env: { PHAROS_WORKERS: "many" } });
      expect({ name, code: help.code, err: help.err }).toEqual({ name, code: 0, err: "" });
      expect(help.out).toContain(`  pharos ${name} `.trimEnd());
    }),
  );
});
