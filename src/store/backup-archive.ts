// Files as one stream of bytes. In: a folder, names of files in it. Out: the stream; and back into a folder. Names are ours alone: others are refused.
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Fault } from "../base/fault.ts";

const store = "store/data.mdb";
/** Beside the store. */
export const filesBeside = ["people.key", "subscribers.keys", "subscribers.erased"] as const;
/** What a backup may hold; the store is always there, its snapshots in a file of their own or in it. */
const backedUpFiles = [store, "store/snapshots/data.mdb", ...filesBeside] as const;

const headBytes = 12;

/** A head for each file: bytes of its name (u32), bytes of it (u64), both little-endian; then the name, then the file. */
export async function* archive(folder: string): AsyncGenerator<Uint8Array> {
  for (const name of backedUpFiles) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found === null) continue;
    const bytes = Buffer.from(name);
    const head = Buffer.alloc(headBytes);
    head.writeUInt32LE(bytes.length, 0);
    head.writeBigUInt64LE(BigInt(found.size), 4);
    yield Buffer.concat([head, bytes]);
    yield* createReadStream(path, { end: Math.max(0, found.size - 1) }) as AsyncIterable<Uint8Array>;
  }
}

/** Writes the files, flushed. Throws Fault `document-refused` where the stream is none of `archive`. */
export async function unarchive(
  stream: AsyncIterable<Uint8Array>,
  folder: string,
): Promise<readonly string[]> {
  const names: string[] = [];
  let held: Buffer = Buffer.alloc(0);
  let file: FileHandle | null = null;
  let rest = 0;
  try {
    for await (const piece of stream) {
      held = held.length === 0 ? Buffer.from(piece) : Buffer.concat([held, piece]);
      for (;;) {
        if (file !== null) {
          const part = held.subarray(0, rest);
          // Not `write`: on a disk that fills up it may take less than it was given, and says so by a number alone.
          await file.appendFile(part);
          rest -= part.length;
          held = held.subarray(part.length);
          if (rest > 0) break;
          await file.sync();
          await file.close();
          file = null;
        }
        const head = headIn(held);
        if (head === null) break;
        held = held.subarray(headBytes + head.name.length);
        names.push(head.name);
        const path = join(folder, head.name);
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        file = await open(path, "wx", 0o600);
        rest = head.bytes;
      }
    }
  } finally {
    await file?.close();
  }
  if (held.length > 0 || rest > 0 || !names.includes(store)) throw noArchive();
  return names;
}

function headIn(held: Buffer): { readonly name: string; readonly bytes: number } | null {
  if (held.length < headBytes) return null;
  const length = held.readUInt32LE(0);
  if (length > 100) throw noArchive();
  if (held.length < headBytes + length) return null;
  const name = held.toString("utf8", headBytes, headBytes + length);
  if (!backedUpFiles.some((known) => known === name)) throw noArchive();
  return { name, bytes: Number(held.readBigUInt64LE(4)) };
}

const noArchive = (): Fault =>
  new Fault(
    "document-refused",
    "The backup holds what this release does not know.",
    "Use the release that made it, or a later one.",
  );
