// A whole installation as an earlier release left it, op-log, published pages, keys and an API key: today's release starts on it, an editor and a POP
// go on, and it is moved by a backup. The file is unpacked elsewhere, and never written again.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { ApiClient, Installation, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";

const there = new Installation(undefined, "none");
afterAll(() => there.end());
const at = (name: string): string => join(there.folder, name);
const page = "54v9scqvq4r4";
const host = "status.example.org";

/** A line `path bytes` before each file. */
function unpack(): void {
  let rest = brotliDecompressSync(readFileSync(join(import.meta.dirname, "folder-1.br")));
  while (rest.length > 0) {
    const end = rest.indexOf("\n");
    const [path = "", bytes] = rest.toString("utf8", 0, end).split(" ");
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), rest.subarray(end + 1, end + 1 + Number(bytes)), { mode: 0o600 });
    rest = rest.subarray(end + 1 + Number(bytes));
  }
}

test("golden/a folder of an earlier release: doctor reads it, an editor goes on, its page is published to a POP, and a backup moves it", async () => {
  unpack();
  const data = at("control");
  const looked = await there.run("doctor", "control", "--data", data, "--json");
  expect(looked.out).toContain("The store is whole: 2 pages, 24 changes, 264 bodies. It has format 1");
  const control = await there.control("--api-rate", "0");
  const api = new ApiClient(String(control.says.api), readFileSync(at("token"), "utf8").trim());
  const incidents = (await api.ask("GET", `/pages/${page}/incidents`)).body as unknown as Record<string, unknown>[];
  expect(incidents.map(({ name, status, postmortem_body }) => [name, status, postmortem_body])).toEqual([
    ["Search is down", "identified", null],
    ["New disks", "scheduled", null],
    ["Checkout is slow", "resolved", null],
  ]);
  const made = { incident: { name: "Since the upgrade", status: "investigating", body: "By the new one." } };
  expect((await api.ask("POST", `/pages/${page}/incidents`, made)).status).toBe(201);
  await there.pop("pop", "--workers", "0");
  const shown = async (path: string): Promise<string> =>
    (await get(await there.address("pop"), path, { host }).catch(() => null))?.body.toString() ?? "";
  await until("the POP has what the new one published", async () => (await shown("/")).includes("Since the upgrade"));
  expect(await shown("/")).toContain("Search is down");
  expect((await get(await there.address("pop"), "/", { host: "handbook.example.org" })).body.toString()).toContain("Handbook");
  const counted = (await get(await there.address("control-ops"), "/metrics")).body.toString();
  expect(counted).not.toMatch(/publishes_total\{outcome="failed"\} [1-9]/);
  await control.dismiss();
  // The copy is for a machine of today's release or of the one before: both read format 1.
  expect(await there.run("backup", "--data", data, "--out", at("copy"))).toMatchObject({ code: 0 });
  expect((await there.run("page", "list", "--data", at("copy"))).out).toContain(host);
}, 60_000);
