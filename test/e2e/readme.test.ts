// The README does what it says: every command in it is run, in order, as one shell would, with its ports exchanged for free ones.
// npm scripts are looked up instead: `npm start` has test/e2e/demo.test.ts, `npm run build` test/build, and `npm test` is this very run.
import { afterAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { commandEntries } from "../../src/cli/commands.ts";
import { builtBinary } from "../support/binary.ts";
import { freePort } from "../support/installation.ts";
import { testWithCurl } from "../support/skip.ts";

const root = resolve(import.meta.dirname, "..", "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const commands = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
  block.trim().split("\n"),
);
const folder = mkdtempSync(join(tmpdir(), "pharos-readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The README's commands as one script; each says its line before it runs, and the first that fails ends it. */
async function script(): Promise<string> {
  let text = commands.filter((command) => !command.startsWith("npm ")).join("\n");
  for (const port of new Set(text.match(/(?<=127\.0\.0\.1:)\d+/g)))
    text = text.replaceAll(`:${port}`, `:${await freePort()}`);
  // A server is waited for, as a reader of the README would.
  const lines = text.split("\n").flatMap((line) => {
    const ops = line.endsWith("&") ? /--ops (\S+)/.exec(line)?.[1] : undefined;
    return ops === undefined
      ? [line]
      : [line, `curl -fsS --retry 40 --retry-delay 1 --retry-connrefused http://${ops}/healthz >/dev/null`];
  });
  return [
    "set -euo pipefail -o monitor",
    "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT",
    "PS4='README: '; set -x",
    ...lines,
  ].join("\n");
}

async function run(text: string): Promise<{ code: number | null; said: string }> {
  mkdirSync(join(folder, "dist"));
  symlinkSync(await builtBinary(), join(folder, "dist", "pharos"));
  const log = join(folder, "log");
  const child = spawn("bash", ["-c", `exec >'${log}' 2>&1\n${text}`], { cwd: folder, stdio: "ignore" });
  return new Promise((done) => child.once("exit", (code) => done({ code, said: readFileSync(log, "utf8") })));
}

describe("README", () => {
  testWithCurl(
    "every command of its walk works as printed",
    async () => {
      const { code, said } = await run(await script());
      expect(code === 0 ? "" : said).toBe("");
      expect(said).toContain("Checkout is slow");
      expect(said).toContain('"ready":true');
    },
    60_000,
  );

  test("every npm script that it names is there", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm (?:run ([a-z:]+)|(start|test))/g)].map(
      ([, run, own]) => run ?? own ?? "",
    );
    expect(named.length).toBeGreaterThan(4);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  test("every command of pharos that it names is one", () => {
    const names = commandEntries.map(({ name }) => name);
    for (const [, line = ""] of readme.matchAll(/(?:dist\/|`)pharos ([a-z ]+)/g)) {
      const [first = "", second = ""] = line.trim().split(" ");
      expect(names.filter((name) => name === first || name === `${first} ${second}`)).not.toEqual([]);
    }
  });
});
