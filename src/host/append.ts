// Lines for a file that someone else may move away, such as logrotate. In: a path or an open descriptor, text. Out: text at its end.
// Nobody has to tell a writer that its file was moved: each append looks whether the path still names what is open. A signal would have to
// find every process of a POP, also one that is just being started again.
import { write } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { promisify } from "node:util";

export interface Appender {
  /** Writes at the end, in one piece where the system takes it so: several processes may share a file. Rejects with what the system says. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

const fileMode = 0o640;

/** Appends to a file, which is made where it is not there, also after it was moved away. One call at a time. */
export function appendToFile(path: string): Appender {
  let held: FileHandle | null = null;
  async function current(): Promise<FileHandle> {
    if (held !== null && (await isStill(path, held))) return held;
    await held?.close();
    held = null;
    held = await open(path, "a", fileMode);
    return held;
  }
  return {
    append: async (text) => writeAll((await current()).fd, text),
    async close() {
      await held?.close();
      held = null;
    },
  };
}

/** Appends to what is open already, and stays so: the standard output of this process or of its parent. */
export function appendToDescriptor(descriptor: number): Appender {
  return { append: (text) => writeAll(descriptor, text), close: async () => undefined };
}

async function isStill(path: string, held: FileHandle): Promise<boolean> {
  const [there, own] = await Promise.all([stat(path).catch(() => null), held.stat()]);
  return there !== null && there.ino === own.ino && there.dev === own.dev;
}

const writeBytes = promisify(write) as (
  descriptor: number,
  bytes: Uint8Array,
  at: number,
) => Promise<{ readonly bytesWritten: number }>;

async function writeAll(descriptor: number, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; ) at += (await writeBytes(descriptor, bytes, at)).bytesWritten;
}
