import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { documentsOf } from "../../src/render/documents.ts";
import { inventedParts, now, viewFrom } from "./invented.ts";

const render = resolve(import.meta.dirname, "../../src/render");
const elsewhere = mkdtempSync(join(tmpdir(), "pharos-anywhere-"));
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

const front = (): string => {
  for (const { path, body } of documentsOf(viewFrom(inventedParts()), now)) if (path === "/") return body();
  throw new Error("There is no front page.");
};

/** Renders the front page in a process of its own, whose working directory has none of our settings. */
function renderElsewhere(documents: string): { code: number | null; out: string; err: string } {
  const script = join(elsewhere, "front.ts");
  writeFileSync(
    script,
    `import { documentsOf } from ${JSON.stringify(documents)};
import { inventedParts, now, viewFrom } from ${JSON.stringify(join(import.meta.dirname, "invented.ts"))};
for (const { path, body } of documentsOf(viewFrom(inventedParts()), now)) if (path === "/") process.stdout.write(body());
`,
  );
  const run = spawnSync(process.execPath, [script], { cwd: elsewhere, encoding: "utf8", timeout: 30_000 });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

test("started in a folder without a tsconfig.json, and in one with another's: the same bytes", () => {
  const wanted = { code: 0, out: front(), err: "" };
  expect(renderElsewhere(join(render, "documents.ts"))).toEqual(wanted);
  writeFileSync(
    join(elsewhere, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { jsx: "react-jsx", jsxImportSource: "preact" } }),
  );
  expect(renderElsewhere(join(render, "documents.ts"))).toEqual(wanted);
}, 60_000);

test.each(readdirSync(render).filter((file) => file.endsWith(".tsx")))(
  "%s says itself what its tags become",
  (file) => {
    const text = readFileSync(join(render, file), "utf8");
    for (const pragma of ["@jsxRuntime classic", "@jsx Html.createElement", "@jsxFrag Html.Fragment"])
      expect(text).toContain(`\n/** ${pragma} */\n`);
  },
);
