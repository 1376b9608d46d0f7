// A log that cannot be written: its disk is full, or whoever read it has gone. Nothing else ends for it.
import { afterAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runLine } from "../support/command.ts";
import { Installation, type Running, runtime, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";
import { skipUnless } from "../support/skip.ts";
import { noSmallDiskReason, openSmallDisk } from "../support/small-disk.ts";
import { sampleHost, writeSampleSummary } from "../support/summary.ts";

const ending: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ending.reverse()) await end();
});

/** A control plane with a page, whose processes' command lines begin with `command`. */
async function setUp(command: readonly string[]): Promise<{ there: Installation; control: Running }> {
  const there = new Installation(command);
  ending.push(() => there.end());
  const control = await there.control();
  const sample = writeSampleSummary(there.folder);
  const data = join(there.folder, "control");
  expect(await there.run("import", "statuspage", sample, "--data", data)).toMatchObject({ code: 0 });
  return { there, control };
}

const serves = async (there: Installation): Promise<boolean> =>
  (await get(await there.address("pop"), "/", { host: sampleHost }).catch(() => null))?.status === 200;
const losses = async (ops: unknown): Promise<number> => {
  const text = await (await fetch(`${ops}/metrics`)).text();
  return Number(/follow_connections_total\{.*ended="lost".*\} (\d+)/.exec(text)?.[1] ?? 0);
};

skipUnless(noSmallDiskReason === null, noSmallDiskReason ?? "")(
  "the log's disk is full: control plane and POP run on, and start again",
  async () => {
    const disk = await openSmallDisk(64 * 1024);
    ending.push(() => disk.end());
    const start = await setUp([
      ...disk.before,
      ...["/bin/sh", "-c", `exec "$0" "$@" 2>>'${disk.ballast}'`],
      ...runtime,
    ]);
    const { there } = start;
    let { control } = start;
    for (const workers of ["1", "0"]) {
      const pop = await there.pop("pop", "--workers", workers);
      await until("the POP has the page", () => serves(there));
      disk.fill();
      const before = await losses(pop.says.ops);
      await control.kill("SIGKILL");
      await until("it has lost its source", async () => (await losses(pop.says.ops)) > before + 1);
      expect(await serves(there)).toBe(true);
      await pop.kill("SIGTERM");
      const again = await there.pop("pop", "--workers", workers);
      expect(await serves(there)).toBe(true);
      control = await there.control();
      expect((await fetch(`${control.says.ops}/healthz`)).status).toBe(200);
      await again.dismiss();
      disk.makeRoom();
    }
  },
  60_000,
);

for (const workers of ["1", "0"]) {
  test(`whoever read the log of a POP has gone: it runs on (${workers} workers)`, async () => {
    const { there, control } = await setUp(runtime);
    const [program = "", ...first] = runtime;
    const [listen, ops] = [await there.address("pop"), await there.address("pop-ops")];
    const trust = ["--root-key", there.rootKeyFile, "--source", String(control.says.feed)];
    const child = spawn(
      program,
      [
        ...first,
        "edge",
        "--data",
        join(there.folder, "pop"),
        ...trust,
        "--listen",
        listen,
        "--ops",
        ops,
        "--workers",
        workers,
        "--tied",
      ],
      { stdio: ["pipe", "pipe", "pipe"], env: { PATH: "/nonexistent", TMPDIR: tmpdir() } },
    );
    const exited = new Promise<number | null>((done) => child.once("exit", done));
    await until("the POP has the page", () => serves(there));
    child.stderr.destroy();
    child.stdout.destroy();
    const before = await losses(`http://${ops}`);
    await control.kill("SIGKILL");
    await until("it has lost its source", async () => (await losses(`http://${ops}`)) > before + 1);
    expect(await serves(there)).toBe(true);
    child.stdin.end();
    expect(await exited).toBe(0);
  }, 30_000);
}

test("a reader of a command's output that goes away is no failure; a full disk under it is", async () => {
  const env = { PATH: process.env.PATH ?? "" };
  const quoted = runtime.map((word) => `'${word}'`).join(" ");
  const line = (rest: string) => runLine(["/bin/bash", "-c", `set -o pipefail; ${quoted} ${rest}`], { env });
  expect(await line("--help | head -1")).toMatchObject({ code: 0, err: "" });
  const full = await line("--help > /dev/full");
  expect(full.code).toBe(1);
  expect(full.err).toMatch(/^pharos: What it has to say cannot be written: .*ENOSPC.*\n$/);
});
