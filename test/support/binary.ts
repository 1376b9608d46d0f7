// The compiled binary, as a stranger's machine would run it. In: the checkout. Out: a built file, and a place without
// Node, Bun, node_modules or privileges to run it in: an empty folder, its own TMPDIR, PATH=/nonexistent, a read-only root.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build, commitHere, hostTarget, loadtestFiles } from "../../build.ts";

const root = resolve(import.meta.dirname, "..", "..");
const cache = join(root, "node_modules", ".cache", "pharos-binary");
const nobody = 65_534;
const keptBuilds = 2;
/** Longer than a run of all tests. */
const inUseMs = 20 * 60_000;

/** The binary of what is checked out: the one that test/run.ts gives, else built where its sources have changed since the last time. */
export async function builtBinary(): Promise<string> {
  if (process.env.PHAROS_TEST_BINARY !== undefined) return process.env.PHAROS_TEST_BINARY;
  const commit = commitHere();
  const file = join(cache, `pharos-${sourceHash(commit)}`);
  if (existsSync(file)) {
    utimesSync(file, new Date(), new Date());
    return file;
  }
  mkdirSync(cache, { recursive: true });
  // Two test files may build at once: each has a name of its own until it is whole.
  const part = join(cache, `part-${process.pid}`);
  await build(hostTarget(), part, commit);
  renameSync(part, file);
  const usedMs = (name: string): number => statSync(join(cache, name)).mtimeMs;
  const builds = readdirSync(cache).filter((name) => name.startsWith("pharos-"));
  // Not what other tests may run at this moment.
  for (const old of builds.toSorted((left, right) => usedMs(right) - usedMs(left)).slice(keptBuilds))
    if (Date.now() - usedMs(old) > inUseMs) rmSync(join(cache, old), { force: true });
  return file;
}

function sourceHash(commit: string): string {
  const hash = createHash("sha256").update(commit);
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(root, "src", file)).isFile())
    .map((file) => join("src", file))
    .sort();
  for (const file of ["package.json", "package-lock.json", "tsconfig.json", "build.ts", ...sources])
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  hash.update(JSON.stringify(loadtestFiles()));
  return hash.digest("hex").slice(0, 32);
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Sandbox {
  /** The working directory: empty at first, and one of two places that the binary may write to. */
  readonly folder: string;
  readonly tmp: string;
  /** Whether everything else is mounted read-only; false where this user may not do that. */
  readonly readOnlyRoot: boolean;
  /** Runs to the end; `env` is added to PATH=/nonexistent and TMPDIR. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Ran;
  /** Starts, and leaves the ending to the caller. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
  /** Runs another program in the same place. */
  runProgram(program: string, args: readonly string[]): Ran;
  remove(): void;
}

/** Why `readOnlyRoot` would be false; null where it would be true. */
export const writableRootReason: string | null =
  process.platform !== "linux" || process.getuid?.() !== 0
    ? "only root may mount a read-only root"
    : spawnSync("unshare", ["-m", "/bin/sh", "-c", "mount --make-rprivate / && mount --bind /tmp /tmp"])
          .status !== 0
      ? "this machine does not let a process have its own mounts"
      : null;

const isolate = `
PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,bind,ro / && cd "$1/empty" || exit 125
PATH=/nonexistent
shift
exec "$@"`;

/** A new place for the binary. Nothing of this process's environment reaches what runs in it. */
export async function openSandbox(): Promise<Sandbox> {
  const place = mkdtempSync(join(tmpdir(), "pharos-binary-"));
  const [folder, tmp, program] = [join(place, "empty"), join(place, "tmp"), join(place, "pharos")];
  for (const made of [folder, tmp]) mkdirSync(made);
  copyFileSync(await builtBinary(), program);
  chmodSync(program, 0o755);
  const privileged = process.getuid?.() === 0;
  if (privileged) {
    chmodSync(place, 0o755);
    for (const owned of [folder, tmp]) chownSync(owned, nobody, nobody);
  }
  const readOnlyRoot = writableRootReason === null;
  const lineOf = (file: string, args: readonly string[]): readonly string[] => {
    const setpriv = privileged
      ? ["/usr/bin/setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "--no-new-privs"]
      : [];
    const line = [...setpriv, file, ...args];
    return readOnlyRoot
      ? ["/usr/bin/unshare", "-m", "/bin/sh", "-c", isolate, "isolate", place, ...line]
      : line;
  };
  const surroundings = (env: Readonly<Record<string, string>> = {}) => ({
    cwd: folder,
    env: { ...env, PATH: "/nonexistent", TMPDIR: tmp },
  });
  const run = (line: readonly string[], env?: Readonly<Record<string, string>>): Ran => {
    const [file = "", ...args] = line;
    const ran = spawnSync(file, args, { ...surroundings(env), encoding: "utf8", timeout: 30_000 });
    if (ran.error !== undefined) throw ran.error;
    return { code: ran.status, out: ran.stdout, err: ran.stderr };
  };
  return {
    folder,
    tmp,
    readOnlyRoot,
    run: (args, env) => run(lineOf(program, args), env),
    runProgram: (file, args) => run(lineOf(file, args)),
    start(args, env) {
      const [file = "", ...rest] = lineOf(program, args);
      return spawn(file, rest, { ...surroundings(env), stdio: ["ignore", "pipe", "pipe"] });
    },
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}
