// A page that begins with all vendors known by name. In: the command. Out: the page with each of them; nobody is asked before a control plane runs.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { withHolder } from "../../src/cli/control-plane.ts";
import { vendors } from "../../src/model/vendors.ts";
import { runCommand } from "../support/command.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-preset-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("page create --preset vendors shows each vendor that is known by name", async () => {
  const named = ["--name", "Vendors", "--url", "https://vendors.example.org"];
  const { code, out } = await runCommand([
    "page",
    "create",
    "--data",
    folder,
    ...named,
    "--preset",
    "vendors",
  ]);
  expect(code).toBe(0);
  const options = { folder, clock: systemClock, random: seededRandom(1), log: silentLog };
  const shown = await withHolder(options, {
    running: async () => null,
    alone: async ({ ledger }) => ledger.view(out.trim())?.upstreams.map(({ name }) => name) ?? null,
  });
  expect(shown).toEqual(vendors.map(({ name }) => name));
});
