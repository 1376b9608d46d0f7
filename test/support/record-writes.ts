// What a process does to one file, in order: writes, flushes, acks. In: a command. Out: records, by a preloaded library or by strace.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** `through` is on the device when it is there (O_DSYNC); an ack is what the process told the outside, as text. */
export type Deed =
  | { readonly kind: "write" | "through"; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: "flush" }
  | { readonly kind: "ack"; readonly text: string };

export interface Recorded {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly deeds: readonly Deed[];
}

export interface Recording {
  /** The file that is watched; it may come to be while the process runs. */
  readonly file: string;
  /** Writes to this file are acks. */
  readonly acks: string;
  /** A folder for the recorder's own files. */
  readonly scratch: string;
}

export type Recorder = (command: readonly string[], recording: Recording) => Promise<Recorded>;

/** The best recorder of this machine; null on one without a C compiler and without strace. */
export function findRecorder(): { readonly name: string; readonly record: Recorder } | null {
  if (process.platform !== "linux") return null;
  if (Bun.which("cc") !== null) return { name: "a preloaded library", record: recordPreloaded };
  if (Bun.which("strace") !== null) return { name: "strace", record: recordTraced };
  return null;
}

export const recordPreloaded: Recorder = async (command, { file, acks, scratch }) => {
  const library = join(scratch, "record-writes.so");
  const compile = [
    "cc",
    "-shared",
    "-fPIC",
    "-O1",
    "-o",
    library,
    join(import.meta.dir, "record-writes.c"),
    "-ldl",
  ];
  const compiled = await run(compile, {});
  if (compiled.exitCode !== 0) throw new Error(`The recorder does not compile: ${compiled.stderr}`);
  const log = join(scratch, "deeds");
  const ran = await run(command, {
    LD_PRELOAD: library,
    PHAROS_RECORD: file,
    PHAROS_RECORD_ACKS: acks,
    PHAROS_RECORD_LOG: log,
  });
  return { ...ran, deeds: readLog(readFileSync(log)) };
};

function readLog(log: Buffer): Deed[] {
  const deeds: Deed[] = [];
  for (let at = 0; at + 17 <= log.length; ) {
    const kind = String.fromCharCode(log.readUInt8(at));
    const [offset, length] = [Number(log.readBigUInt64LE(at + 1)), Number(log.readBigUInt64LE(at + 9))];
    const bytes = log.subarray(at + 17, at + 17 + length);
    if (kind === "s") deeds.push({ kind: "flush" });
    else if (kind === "a") deeds.push({ kind: "ack", text: bytes.toString("utf8") });
    else deeds.push({ kind: kind === "d" ? "through" : "write", offset, bytes });
    at += 17 + length;
  }
  return deeds;
}

const traced = "pwrite64,writev,write,lseek,fdatasync,fsync,openat,close";

export const recordTraced: Recorder = async (command, { file, acks, scratch }) => {
  const log = join(scratch, "trace");
  const strace = ["strace", "-f", "-y", "-xx", "-s", "4194304", "-e", `trace=${traced}`, "-o", log];
  const ran = await run([...strace, ...command], {});
  return { ...ran, deeds: readTrace(readFileSync(log, "latin1"), file, acks) };
};

/** Lines of `strace -f -y -xx`: `<pid> call(fd<path>, …) = result`. A call that was interrupted by another thread comes in two lines. */
function readTrace(trace: string, file: string, acks: string): Deed[] {
  const deeds: Deed[] = [];
  const unfinished = new Map<string, string>();
  const throughFds = new Set<string>();
  const positions = new Map<string, number>();
  for (const raw of trace.split("\n")) {
    const [, pid = "", rest = ""] = /^(\d+)\s+(.*)$/.exec(raw) ?? [];
    if (rest.endsWith("<unfinished ...>")) {
      unfinished.set(pid, rest.slice(0, -"<unfinished ...>".length));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const line = resumed === null ? rest : (unfinished.get(pid) ?? "") + (resumed[1] ?? "");
    const call = /^(\w+)\((.*)\)\s+= (\d+)/.exec(line);
    if (call === null) continue;
    const [, name = "", args = "", result = ""] = call;
    if (name === "openat") {
      if (args.includes("O_DSYNC")) throughFds.add(result);
      else throughFds.delete(result);
      continue;
    }
    const [, fd = "", path = ""] = /^(\d+)<([^>]*)>/.exec(args) ?? [];
    const target = textOf(path);
    if (name === "write" && target === acks)
      deeds.push({ kind: "ack", text: bytesIn(args).toString("utf8") });
    if (target !== file) continue;
    const kind = throughFds.has(fd) ? "through" : "write";
    if (name === "lseek") positions.set(fd, Number(result));
    if (name === "fdatasync" || name === "fsync") deeds.push({ kind: "flush" });
    if (name === "pwrite64") {
      const offset = Number(/, (\d+)$/.exec(args)?.[1]);
      deeds.push({ kind, offset, bytes: bytesIn(args) });
    }
    if (name === "writev") deeds.push({ kind, offset: positions.get(fd) ?? 0, bytes: bytesIn(args) });
  }
  return deeds;
}

/** All strings of a call's arguments, joined; `-xx` writes each byte as \xNN. */
function bytesIn(args: string): Buffer {
  const strings = [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, text = ""]) => text);
  return Buffer.from(strings.join("").replaceAll("\\x", ""), "hex");
}

function textOf(path: string): string {
  return path.includes("\\x") ? Buffer.from(path.replaceAll("\\x", ""), "hex").toString("utf8") : path;
}

async function run(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ exitCode: number | null; stderr: string }> {
  const child = Bun.spawn([...command], {
    env: { ...process.env, ...environment },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const stderr = await new Response(child.stderr).text();
  return { exitCode: await child.exited, stderr };
}
