import { expect, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { type CommandEntry, commandEntries, loadCommand } from "../../src/cli/commands.ts";
import { dispatch } from "../../src/cli/dispatch.ts";
import { defineCommand } from "../../src/cli/flags.ts";
import { manualClock } from "../support/manual-clock.ts";

const entryOf = (name: string, run: () => number | undefined): CommandEntry => ({
  name,
  summary: `does ${name}`,
  load: async () => ({
    command: defineCommand({ name, summary: `does ${name}`, example: name, flags: {}, run }),
  }),
});
const entries: readonly CommandEntry[] = [
  entryOf("good", () => undefined),
  entryOf("half", () => 1),
  entryOf("import statuspage", () => 0),
  entryOf("import atom", () => 0),
  entryOf("faulty", () => {
    throw new Fault("port-taken", "127.0.0.1:80 is taken.", "Name another.");
  }),
  entryOf("defect", () => {
    throw new TypeError("x is undefined");
  }),
  entryOf("unpack", () => {
    throw new Error(
      "/$bunfs/root/node.napi.glibc-qp1e6vxr.node: cannot open shared object file: No such file",
    );
  }),
];

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}, known = entries) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await dispatch(argv, known, {
    clock: manualClock(),
    random: seededRandom(1),
    log: silentLog,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    env,
    argv: [],
    terminal: false,
    stopSignal: () => new AbortController().signal,
    readFile: () => "",
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

test("a command that says nothing has exit code 0, one that says 1 has 1", async () => {
  expect(await run(["good"])).toEqual({ code: 0, out: "", err: "" });
  expect((await run(["half"])).code).toBe(1);
});

test("a fault is one sentence with its remedy, exit code 1", async () => {
  const said = await run(["faulty"]);
  expect(said).toEqual({ code: 1, out: "", err: "pharos: 127.0.0.1:80 is taken. Name another." });
});

test("a wrong flag has exit code 2", async () => {
  const said = await run(["good", "--bda"]);
  expect(said.code).toBe(2);
  expect(said.err).toContain("pharos good has no flag --bda");
});

test("a defect is one sentence, and a stack only where PHAROS_DEBUG asks for it", async () => {
  const said = await run(["defect"]);
  expect(said.code).toBe(1);
  expect(said.err).toContain("x is undefined");
  expect(said.err.split("\n").length).toBe(1);
  expect((await run(["defect"], { PHAROS_DEBUG: "1" })).err).toContain("dispatch.test.ts");
});

test("a temporary folder that cannot hold the database library is named, with the variable that helps", async () => {
  const said = await run(["unpack"], { TMPDIR: "/nowhere" });
  expect(said.code).toBe(1);
  expect(said.err).toContain("/nowhere");
  expect(said.err).toContain("BUN_TMPDIR");
  expect(said.err).not.toContain("bunfs");
});

test("an unknown command is met with the nearest one, exit code 2", async () => {
  const said = await run(["god"]);
  expect(said.code).toBe(2);
  expect(said.err).toContain('"god". Did you mean good?');
});

test("a command with verbs names them when one is missing or unknown", async () => {
  expect((await run(["import"])).err).toContain("Known are statuspage, atom.");
  expect((await run(["import", "rss"])).err).toContain('no "rss". Known are statuspage, atom.');
  expect((await run(["import", "atom"])).code).toBe(0);
});

test("the overview names every command; alone it is a wrong use, asked for it is not", async () => {
  const asked = await run(["--help"]);
  expect(asked.code).toBe(0);
  for (const name of ["good", "import statuspage", "faulty"]) expect(asked.out).toContain(`  ${name}`);
  expect(await run([])).toEqual({ ...asked, code: 2 });
});

test("--version is the command version", async () => {
  expect(await run(["--version"], {}, commandEntries)).toEqual(await run(["version"], {}, commandEntries));
});

for (const entry of commandEntries) {
  test(`pharos ${entry.name}: its own summary is the registry's, its help has an example that begins with its name`, async () => {
    const command = await loadCommand(entry);
    expect(command.summary).toBe(entry.summary);
    expect(command.name).toBe(entry.name);
    const examples = [command.example].flat();
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(`${example} `).toStartWith(`${entry.name} `);
    const help = await run([...entry.name.split(" "), "--help"], {}, commandEntries);
    expect(help.code).toBe(0);
    for (const name of Object.keys(command.flags)) expect(help.out).toContain(`--${name}`);
    for (const example of examples) expect(help.out).toContain(`pharos ${example}`);
  });
}
