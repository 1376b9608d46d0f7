// The whole road out of one file: the binary in an empty folder, unprivileged, without Node, Bun or node_modules, from keys to a visitor.
import { afterAll, expect, test } from "bun:test";
import type { ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openSandbox } from "../support/binary.ts";
import { isAlive, processesBelow } from "../support/command.ts";
import { ApiClient, freePort, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";
import { sampleComponents, sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const checkout = resolve(import.meta.dirname, "..", "..");
const sandbox = await openSandbox();
const running: ChildProcess[] = [];
afterAll(async () => {
  await Promise.all(running.map((child) => end(child, "SIGKILL")));
  sandbox.remove();
});

/** Starts a command that runs on, and gives what it says when it is ready. */
async function start(
  ...args: readonly string[]
): Promise<{ child: ChildProcess; says: Record<string, string> }> {
  const child = sandbox.start([...args, "--json"]);
  running.push(child);
  let out = "";
  let err = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  await until(`${args[0]} is ready`, () => {
    if (child.exitCode !== null) throw new Error(`${args[0]} ended with ${child.exitCode}: ${err}`);
    return out.includes("\n");
  });
  return { child, says: JSON.parse(out) as Record<string, string> };
}

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  child.kill(signal);
  return exited;
}

/** Files that a process runs from (Linux): its program, its libraries, the store. */
function filesOf(pid: number): readonly string[] {
  const maps = `/proc/${pid}/maps`;
  if (!existsSync(maps)) return [];
  const paths = readFileSync(maps, "utf8").matchAll(/ (\/.*)$/gm);
  return [...new Set([...paths].map(([, path = ""]) => path))];
}

function run(...args: readonly string[]): string {
  const { code, out, err } = sandbox.run(args);
  expect({ args, code, err: code === 0 ? "" : err }).toEqual({ args, code: 0, err: "" });
  return out.trim();
}

test("keys, control plane, import, token, POP, a page, an incident, and a clean end", async () => {
  run("keygen", "--out", "keys");
  const ports = [await freePort(), await freePort()];
  const [listen, feed] = ports.map((port) => `127.0.0.1:${port}`) as [string, string];
  const control = await start(
    "control",
    "--data",
    "control",
    "--keys",
    "keys",
    "--listen",
    listen,
    "--feed",
    feed,
  );
  // Any user may read the source; what is imported lies beside the empty folder, not in it.
  const source = join(sandbox.folder, "..", "source");
  mkdirSync(source);
  const sample = writeSampleSummary(source);
  for (const place of [source, sample]) chmodSync(place, 0o755);
  expect(run("import", "statuspage", sample, "--data", "control")).toContain("3 components");
  expect(run("import", "statuspage", sample, "--data", "control")).toContain("nothing changed");
  const token = run("token", "--data", "control", "--page", samplePage);

  const flags = ["--data", "pop", "--root-key", "keys/root.pub", "--source", control.says.feed ?? ""];
  const pop = await start("edge", ...flags, "--listen", `127.0.0.1:${await freePort()}`, "--workers", "2");
  const address = new URL(pop.says.pages ?? "").host;
  const read = (path: string) => get(address, path, { host: sampleHost }).catch(() => null);
  const page = await until("the POP has the page", async () => {
    const answer = await read("/");
    return answer?.status === 200 && answer;
  });
  expect(page.body.toString()).toContain("All Systems Operational");

  const api = new ApiClient(control.says.api ?? "", token);
  const incident = {
    name: "Checkout is slow",
    status: "investigating",
    body: "We are looking into it.",
    components: { [sampleComponents[0]]: "partial_outage" },
  };
  const posted = await api.ask("POST", `/pages/${samplePage}/incidents`, { incident });
  expect(posted.status).toBe(201);
  const shown = await until("the POP shows the incident", async () => {
    const answer = await read("/");
    return answer?.body.includes("Checkout is slow") && answer;
  });
  expect(Number(shown.headers["pharos-generation"])).toBeGreaterThan(
    Number(page.headers["pharos-generation"]),
  );
  const listed = await read(`/api/v2/incidents/${posted.body.id}.json`);
  expect(listed?.status).toBe(200);

  const pids = [control.child, pop.child].flatMap(({ pid = 0 }) => [pid, ...processesBelow(pid)]);
  for (const pid of pids) expect(filesOf(pid).filter((file) => file.startsWith(checkout))).toEqual([]);
  expect(await end(pop.child, "SIGTERM")).toBe(0);
  expect(await end(control.child, "SIGTERM")).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(readdirSync(sandbox.folder).toSorted()).toEqual(["control", "keys", "pop"]);
}, 60_000);
