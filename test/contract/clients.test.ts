// Long: installs programs of others from their registries.
// Clients of Statuspage as people use them, changed in nothing but their base URL: against a control plane and what a POP serves of it.
// They are installed into a folder of their own, in CI and in `npm run test:long`; where a registry is absent they are skipped by name.
import { afterAll, beforeAll, expect } from "bun:test";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { listenHttp } from "../../src/host/http.ts";
import { testLong } from "../support/seed.ts";
import { skipUnless } from "../support/skip.ts";
import { type CapturedPage, captureText, openCaptured, testWithCaptures } from "./captured-page.ts";

const run = promisify(execFile);
const timeoutMs = 120_000;

const python = ["atlassian-statuspage==1.0.2", "notifiers==2.0.0", "statuspage-prometheus-exporter==2.6.0"];
/** The latest that was published with its code. */
const npm = "statuspage.io@3.3.8";

const wanted = testLong || process.env.CI === "true";
const folder = wanted ? mkdtempSync(join(tmpdir(), "pharos-clients-")) : "";
const installed = wanted
  ? await Promise.all([
      attempt("python3", [
        "-m",
        "pip",
        "install",
        "-q",
        "--no-input",
        "--target",
        join(folder, "py"),
        ...python,
      ]),
      attempt("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", javascript(), npm]),
    ])
  : [false, false];

function javascript(): string {
  const place = join(folder, "js");
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), "{}");
  return place;
}

/** Whether it could be installed: without a registry, or without the installer, it could not. */
async function attempt(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, [...args], { timeout: timeoutMs }).then(
    () => true,
    (thrown: unknown) => {
      console.log(`${program} could not install: ${String(thrown).split("\n")[0]}`);
      return false;
    },
  );
}

const why = (is: boolean | undefined): string =>
  !wanted
    ? "only in CI and in npm run test:long"
    : is === true
      ? "../shared/data is absent"
      : "its registry is absent";
const given = (is: boolean | undefined) =>
  wanted && is === true ? testWithCaptures : skipUnless(false, why(is));

const capture = "github/summary-2026.json";
let world: CapturedPage;
let base = "";
let component = "";
let stop: (() => unknown) | null = null;

beforeAll(async () => {
  if (!installed.includes(true)) return;
  const { page, components } = JSON.parse(captureText(capture));
  world = await openCaptured([capture], "components", Date.parse(page.updated_at) + 1_000);
  const { host } = new URL(page.url);
  component = components[0].id;
  const listener = listenHttp({
    address: "127.0.0.1",
    port: 0,
    bodyBytesMax: 1_000_000,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname.startsWith("/v1/")) return world.api(request);
      const { status, text } = await world.ask(host, pathname);
      return new Response(text, { status, headers: { "content-type": "application/json" } });
    },
  });
  base = `http://127.0.0.1:${listener.port}`;
  stop = () => listener.stop(true);
  await world.api(
    new Request(`${base}/v1/pages/${world.page}/incidents`, {
      method: "POST",
      headers: { authorization: `OAuth ${world.token}` },
      body: JSON.stringify({ incident: { name: "Seen by clients" } }),
    }),
  );
  await world.pass(1_000);
});

afterAll(async () => {
  await stop?.();
  await world?.close();
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
});

given(installed[0])(
  "clients/PyPI: create, read back equal, update, delete",
  async () => {
    const args = [join(import.meta.dirname, "clients.py"), base, world.token, world.page, component];
    const env = { ...process.env, PYTHONPATH: join(folder, "py"), PYTHONDONTWRITEBYTECODE: "1" };
    const { stdout } = await run("python3", args, { timeout: timeoutMs, env });
    expect(stdout.trim().split("\n")).toEqual(python.map((one) => one.split("==")[0] ?? ""));
  },
  timeoutMs,
);

given(installed[1])(
  "clients/npm: the page is read as it is",
  async () => {
    const args = [join(import.meta.dirname, "clients.mjs"), join(folder, "js"), base, component];
    const { stdout } = await run("node", args, { timeout: timeoutMs });
    expect(stdout.trim()).toBe("statuspage.io");
  },
  timeoutMs,
);
