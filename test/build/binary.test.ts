import { afterAll, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkExecutable, commitHere, executableHeader, hostTarget, targets } from "../../build.ts";
import { commandEntries } from "../../src/cli/commands.ts";
import { builtBinary, openSandbox, writableRootReason } from "../support/binary.ts";
import { skipUnless } from "../support/skip.ts";

const sandbox = await openSandbox();
afterAll(() => sandbox.remove());

test("version names the commit, the target and the runtime", () => {
  const { code, out, err } = sandbox.run(["version", "--json"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(JSON.parse(out)).toEqual({
    version: JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")).version,
    commit: commitHere(),
    target: hostTarget().name,
    runtime: `Bun ${process.versions.bun}`,
  });
  expect(sandbox.run(["--version"]).out).toContain(commitHere());
});

test("--help names every command, and every command has its own", () => {
  const { code, out, err } = sandbox.run(["--help"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  for (const { name } of commandEntries) {
    expect(out).toContain(name.split(" ")[0] ?? name);
    const help = sandbox.run([...name.split(" "), "--help"]);
    expect({ name, code: help.code, err: help.err }).toEqual({ name, code: 0, err: "" });
    expect(help.out).toContain(`pharos ${name}`);
  }
}, 60_000);

test("a wrong flag is one sentence and exit code 2", () => {
  const { code, out, err } = sandbox.run(["version", "--jsno"]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toBe(
    "pharos: pharos version has no flag --jsno. Did you mean --json? See pharos version --help.\n",
  );
});

test("keys are made in the empty folder, and no .env or bunfig.toml in it is obeyed", () => {
  expect(
    sandbox.runProgram("/bin/sh", [
      "-c",
      "echo PHAROS_PAGES=a,b > .env; echo 'preload = [\"./x.ts\"]' > bunfig.toml",
    ]).code,
  ).toBe(0);
  const { code, out } = sandbox.run(["keygen", "--out", "keys", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(out).folder).toBe("keys");
  const { out: said } = sandbox.run(["keygen", "--out", "more"]);
  expect(said).toContain("delegation * at *");
  expect(readdirSync(sandbox.folder).toSorted()).toEqual([".env", "bunfig.toml", "keys", "more"]);
});

test("a temporary folder that is not there is named in one sentence", () => {
  const { code, out, err } = sandbox.run(["token", "list", "--data", "d"], { BUN_TMPDIR: "/nonexistent" });
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain("cannot unpack its database library into /nonexistent");
  expect(err.trim().split("\n").length).toBe(1);
});

skipUnless(writableRootReason === null, writableRootReason ?? "")(
  "nothing but its own folders can be written",
  () => {
    expect(sandbox.readOnlyRoot).toBe(true);
    const writes = (path: string) => sandbox.runProgram("/bin/sh", ["-c", `: > ${path}`]).code === 0;
    expect(writes(join(sandbox.folder, "x"))).toBe(true);
    expect(writes(join(sandbox.tmp, "x"))).toBe(true);
    for (const path of ["/x", "/tmp/x", "/var/tmp/x", "/dev/shm/../../etc/x"])
      expect([path, writes(path)]).toEqual([path, false]);
    expect(sandbox.runProgram("/bin/sh", ["-c", "ulimit -a > /dev/null; /usr/bin/id -u"]).out).toBe(
      "65534\n",
    );
  },
);

test("an executable of another machine, loader or without the addon is not taken", async () => {
  const file = await builtBinary();
  const host = hostTarget();
  const addon = join(import.meta.dirname, "../../node_modules", host.addonPackage, host.addonFile);
  checkExecutable(host, file, addon);
  for (const other of targets.filter(({ name }) => name !== host.name))
    expect(() => checkExecutable(other, file, addon)).toThrow(`not what ${other.name} runs`);
  expect(() => checkExecutable(host, process.execPath, addon)).toThrow("does not contain");
  expect(executableHeader(Buffer.from("#!/bin/sh\n".padEnd(64)))).toEqual({
    machine: "unknown",
    interpreter: null,
  });
});
