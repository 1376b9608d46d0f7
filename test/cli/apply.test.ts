// `pharos apply` and `pharos export` as an operator gives them, on a folder that nobody runs: plans, refusals by line, what is written.
import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planLines } from "../../src/cli/plan-text.ts";
import { commandLine } from "../support/command-line.ts";
import { manualClock } from "../support/manual-clock.ts";

const place = mkdtempSync(join(tmpdir(), "pharos-apply-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const pharos = commandLine({ clock: manualClock() });
const data = join(place, "control");
const file = join(place, "page.yaml");
const page = "page:\n  id: p1\n  name: Acme\n  url: https://status.acme.example\n";

test("a file becomes a page, and the page a file; both ways again nothing is left to do", async () => {
  writeFileSync(file, `${page}components:\n  - {id: api, name: API}\n`);
  const apply = (...flags: readonly string[]) => pharos("apply", "-f", file, "--data", data, ...flags);
  const plan = [
    '+ page "Acme" (p1)',
    '    name: "Acme"',
    '    url: "https://status.acme.example"',
    '+ component "API" (api)',
    '    name: "API"',
    "    position: 1",
  ];
  const dry = await apply("--dry-run");
  expect(dry).toEqual({
    code: 0,
    out: [...plan, "2 to add, 0 to change, 0 to remove. Nothing was written."].join("\n"),
    err: "",
  });
  expect((await pharos("page", "list", "--data", data)).out).toBe("");
  expect((await apply()).out).toBe([...plan, "2 changes written."].join("\n"));
  expect((await apply()).out).toBe("The page is as the file says: nothing to do.");
  const exported = await pharos("export", "--data", data);
  expect(exported).toMatchObject({ code: 0, err: "" });
  writeFileSync(file, exported.out);
  expect(JSON.parse((await apply("--prune", "--json")).out)).toEqual({
    page: "p1",
    written: true,
    changes: [],
    kept: [],
  });
  writeFileSync(file, `${page}components: []\n`);
  expect((await apply("--dry-run")).out).toContain('does not name component "API": kept. --prune removes');
  expect((await apply("--prune")).out).toBe('- component "API" (api)\n1 change written.');
});

test("what a command refuses is said by the line that asks for it, dry or not, and nothing of the file is written", async () => {
  writeFileSync(file, `${page}components:\n  - {id: one, name: One}\n  - {id: api, name: API}\n`);
  const before = await pharos("export", "--data", data);
  for (const flags of [[], ["--dry-run"]]) {
    const { code, out, err } = await pharos("apply", "-f", file, "--data", data, ...flags);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toBe(
      `pharos: ${file}:7:5: component "API": The component "api" was deleted; take another id. Nothing was changed.`,
    );
  }
  expect(await pharos("export", "--data", data)).toEqual(before);
});

test("a file that is not there, or is none; a page that is not there", async () => {
  const refused = async (...argv: readonly string[]) => {
    const { code, err } = await pharos(...argv, "--data", data);
    return `${code} ${err}`;
  };
  expect(await refused("apply", "-f", join(place, "none"))).toContain("2 pharos: ");
  writeFileSync(file, "page: {id: p1, logo: {file: none.svg}}\n");
  expect(await refused("apply", "-f", file)).toContain(`${join(place, "none.svg")} cannot be read`);
  expect(await refused("export", "--page", "p2")).toContain(
    "1 pharos: There is no page p2 in this data folder.",
  );
  expect(await refused("apply")).toContain("--file");
});

test("on a terminal lines have the colour of what they do", () => {
  const change = {
    what: "page",
    id: "p1",
    name: "A",
    fields: [],
    place: null,
    command: { kind: "page.update", fields: {} },
  } as const;
  const changes = (["+", "-", "~"] as const).map((mark) => ({ ...change, mark }));
  const lines = planLines({ page: "p1", changes, kept: [] }, false, true);
  expect(lines.slice(0, 3)).toEqual(
    ["+32", "-31", "~33"].map((it) => `\u001b[${it.slice(1)}m${it[0]} page "A" (p1)\u001b[0m`),
  );
});

test("a folder that is none is said to be none, and nothing is made of it", async () => {
  const { code, err } = await pharos("export", "--data", join(place, "mistyped"));
  expect([code, err]).toEqual([1, expect.stringContaining("There is no control plane's data in")]);
  expect(existsSync(join(place, "mistyped"))).toBe(false);
});
