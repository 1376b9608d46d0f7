// A disk that can be filled: a tmpfs in a mount namespace of its own, which goes with the process that holds it. In: its size. Out: where it
// is for processes that are run there, where it is for this one, and the means to fill it and to make room again.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const nsenter = "/usr/bin/nsenter";
const mounting = 'mount -t tmpfs -o "size=$1" none "$2" && echo mounted && exec cat';

/** Null where small disks can be made; else why not. */
export const noSmallDiskReason: string | null =
  process.platform !== "linux" || process.getuid?.() !== 0
    ? "only root may mount a small disk"
    : spawnSync("unshare", ["-m", "sh", "-c", mounting, "sh", "64k", tmpdir()], { input: "" }).status !== 0 ||
        spawnSync(nsenter, ["--version"]).status !== 0
      ? "this machine does not let a process have its own mounts"
      : null;

export interface SmallDisk {
  /** Its path for processes that are run there. */
  readonly place: string;
  /** Stands before the command line of a process that is to see it. */
  readonly before: readonly string[];
  /** A path below `place` as this process reaches it. */
  reach(path: string): string;
  /** The file that takes the room when it is filled, as a path for processes that are run there. */
  readonly ballast: string;
  fill(): void;
  makeRoom(): void;
  /** Forgets the disk and all that is on it. No process runs there any more. */
  end(): Promise<void>;
}

export async function openSmallDisk(sizeBytes: number): Promise<SmallDisk> {
  const place = mkdtempSync(join(tmpdir(), "pharos-small-disk-"));
  const holder = spawn("unshare", ["-m", "sh", "-c", mounting, "sh", String(sizeBytes), place], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await firstOutput(holder);
  const reach = (path: string): string => `/proc/${holder.pid}/root${path}`;
  const ballast = join(place, "ballast");
  return {
    place,
    // Entering a namespace leads to its root folder; from source, the program wants to be run where it lies.
    before: [
      nsenter,
      `--mount=/proc/${holder.pid}/ns/mnt`,
      "/bin/sh",
      "-c",
      'cd "$0" && exec "$@"',
      process.cwd(),
    ],
    reach,
    ballast,
    fill() {
      const file = openSync(reach(ballast), "a");
      try {
        for (;;) writeSync(file, new Uint8Array(1024 * 1024));
      } catch (thrown) {
        if ((thrown as { code?: string }).code !== "ENOSPC") throw thrown;
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => truncateSync(reach(ballast)),
    async end() {
      const ended = new Promise((done) => holder.once("exit", done));
      holder.stdin?.end();
      await ended;
      rmSync(place, { recursive: true });
    },
  };
}

function firstOutput(holder: ChildProcess): Promise<void> {
  return new Promise((done, fail) => {
    holder.stdout?.once("data", () => done());
    holder.once("exit", (code) => fail(new Error(`The small disk was not mounted: exit code ${code}.`)));
  });
}
