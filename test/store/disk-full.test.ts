// A device that is full: one sentence, nothing that was acked is lost, and writing goes on once there is room.
import { describe, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { skipUnless } from "../support/skip.ts";
import { freshFolder } from "./stores.ts";

const writer = join(import.meta.dir, "disk-full-writer.ts");
const mayMount = process.platform === "linux" && canMount();
const onSmallDisk = skipUnless(mayMount, "this user may not mount a small disk in a namespace of its own");
const underLimit = skipUnless(process.platform !== "win32", "there is no ulimit here");

describe("store/disk-full", () => {
  underLimit(
    "a write that the system refuses is one sentence, and all that was acked is there",
    async () => {
      const folder = freshFolder();
      // `ulimit -f` counts in blocks of 512 bytes; ignoring XFSZ makes the write fail instead of the process.
      const script = `trap '' XFSZ; ulimit -f 12000; exec "$0" "$@"`;
      const { steps, stderr } = await run(["sh", "-c", script, process.execPath, writer, folder]);
      expectNothingLost(steps);
      expect(stderr).toBe("");
      expect(steps[0]?.says).toMatch(/^Nothing was written to .*data\.mdb: .+\.$/);
    },
    60_000,
  );

  onSmallDisk(
    "a disk that fills up is refused before its last bytes, and writing goes on once there is room",
    async () => {
      const disk = freshFolder();
      const sizeMb = (limits.storeFreeBytesMin * 2) / 1024 / 1024 + 12;
      const script = `mount -t tmpfs -o size=${sizeMb}m none "$1" && mkdir "$1/data" && exec "$0" "$2" "$1/data" "$1/ballast"`;
      const { steps, stderr } = await run([
        "unshare",
        "-m",
        "sh",
        "-c",
        script,
        process.execPath,
        disk,
        writer,
      ]);
      expectNothingLost(steps);
      expect(stderr).toBe("");
      expect(steps[0]?.says).toMatch(/KiB are left on its disk\.$/);
      expect(steps.at(-1)).toEqual({ step: "room", ok: true });
    },
    60_000,
  );
});

function expectNothingLost(steps: readonly Record<string, unknown>[]): void {
  const [full, apply, again, whole] = steps;
  expect(full).toMatchObject({ step: "full", code: "disk-full", position: full?.acked });
  expect(full?.acked).toBeGreaterThan(10);
  expect(apply).toEqual({ step: "large apply", applied: "disk-full", generation: 1 });
  expect(again).toEqual({ step: "again", position: full?.acked, sameIncidents: true });
  expect(whole).toEqual({ step: "whole", position: full?.acked });
}

async function run(
  command: readonly string[],
): Promise<{ steps: readonly Record<string, unknown>[]; stderr: string }> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  const lines = out.split("\n").filter((line) => line !== "");
  return { steps: lines.map((line) => JSON.parse(line) as Record<string, unknown>), stderr };
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "pharos-may-mount-"));
  try {
    const command = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none "$0"', folder];
    return Bun.spawnSync(command, { stdout: "ignore", stderr: "ignore" }).exitCode === 0;
  } catch {
    return false; // There is no `unshare` on this machine.
  } finally {
    rmSync(folder, { recursive: true });
  }
}
