// Is this file a store, before it is mapped? In: a path. Out: its size in pages, or Fault `store-corrupt`.
// LMDB maps what the meta pages promise: a file that is shorter than that ends the process by SIGBUS, which nothing can catch.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { Fault, messageOf } from "../base/fault.ts";

/** Layout of lmdb-js 3.5 (mdb.c: MDB_page_header, MDB_meta, MDB_db), little-endian; the byte table is in this folder's README. */
const at = {
  pageNumber: 0x00,
  pageFlags: 0x12,
  magic: 0x18,
  version: 0x1c,
  pageSize: 0x30,
  freeRoot: 0x58,
  mainRoot: 0x88,
  lastPage: 0x90,
  transaction: 0x98,
  end: 0xa8,
} as const;
const headerBytes = 0x18;
const magic = 0xbeefc0de;
const dataVersion = 2;
const metaFlag = 0x08;
const treeFlags = 0x01 | 0x02;
const noRoot = 2n ** 64n - 1n;
/** What LMDB says of a file that it cannot make sense of. */
const damage = /MDB_(INVALID|CORRUPTED|VERSION_MISMATCH|PAGE_NOTFOUND|BAD_TXN|PANIC)/;
/** A reader may look while a writer writes the meta page: what is still wrong at the third look is wrong. */
const looks = 3;

export interface FilePages {
  readonly pageSize: number;
  readonly lastPage: number;
  readonly fileBytes: number;
}

interface Meta extends FilePages {
  readonly transaction: bigint;
  readonly roots: readonly bigint[];
}

/**
 * Reads the meta pages of the store file at `path`. Throws Fault `store-corrupt` where mapping the file could end the process, and
 * `folder-unusable` where the system does not let it be read.
 */
export function checkFile(path: string): FilePages {
  try {
    return lookUntilSure(path);
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw new Fault(
      "folder-unusable",
      `The store ${path} cannot be read: ${messageOf(thrown)}.`,
      "Name a folder with --data that this user may read and write.",
      { cause: thrown },
    );
  }
}

function lookUntilSure(path: string): FilePages {
  const file = openSync(path, "r");
  try {
    for (let look = 1; ; look++) {
      const seen = lookAt(file);
      if (typeof seen !== "string") return seen;
      if (look === looks) throw corrupt(path, seen);
    }
  } finally {
    closeSync(file);
  }
}

/** The sentence and the remedy of a damaged store. */
export function corrupt(path: string, why: string, cause?: unknown): Fault {
  return new Fault(
    "store-corrupt",
    `The store ${path} is damaged: ${why}.`,
    "Restore a backup with `pharos restore`; at a POP, move the file aside and it fetches everything again.",
    { cause },
  );
}

/** What was thrown or, where LMDB says by it that it cannot make sense of the file at `path`, Fault `store-corrupt`. */
export function asDamage(path: string, thrown: unknown): unknown {
  const why = messageOf(thrown);
  return thrown instanceof Fault || !damage.test(why) ? thrown : corrupt(path, why, thrown);
}

function lookAt(file: number): FilePages | string {
  const fileBytes = fstatSync(file).size;
  if (fileBytes === 0) return "it is empty";
  const first = readMeta(file, 0, fileBytes);
  if (typeof first === "string") return first;
  const second = readMeta(file, first.pageSize, fileBytes);
  if (typeof second === "string") return second;
  if (second.pageSize !== first.pageSize) return "its two roots name different page sizes";
  const newest = first.transaction >= second.transaction ? first : second;
  if ((newest.lastPage + 1) * newest.pageSize > fileBytes)
    return `it should hold ${(newest.lastPage + 1) * newest.pageSize} bytes and holds ${fileBytes}`;
  const badRoot = newest.roots.find((root) => root !== noRoot && !isTreePage(file, root, newest));
  return badRoot === undefined ? newest : `page ${badRoot} is not the root that it should be`;
}

function readMeta(file: number, from: number, fileBytes: number): Meta | string {
  const bytes = Buffer.alloc(at.end);
  if (readSync(file, bytes, 0, bytes.length, from) < bytes.length)
    return "it ends within its first two pages";
  if (bytes.readUInt16LE(at.pageFlags) !== metaFlag || bytes.readUInt32LE(at.magic) !== magic)
    return `there is no root at byte ${from}`;
  if (bytes.readUInt32LE(at.version) !== dataVersion) return "it is of another version of LMDB";
  const pageSize = bytes.readUInt32LE(at.pageSize);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
    return `${pageSize} is no page size`;
  const lastPage = bytes.readBigUInt64LE(at.lastPage);
  if (lastPage < 1n || lastPage > BigInt(Number.MAX_SAFE_INTEGER) / BigInt(pageSize))
    return `${lastPage} is no page number`;
  return {
    pageSize,
    fileBytes,
    lastPage: Number(lastPage),
    transaction: bytes.readBigUInt64LE(at.transaction),
    roots: [bytes.readBigUInt64LE(at.freeRoot), bytes.readBigUInt64LE(at.mainRoot)],
  };
}

function isTreePage(file: number, page: bigint, meta: Meta): boolean {
  if (page < 2n || page > BigInt(meta.lastPage)) return false;
  const header = Buffer.alloc(headerBytes);
  const read = readSync(file, header, 0, headerBytes, Number(page) * meta.pageSize);
  return (
    read === headerBytes &&
    header.readBigUInt64LE(at.pageNumber) === page &&
    (header.readUInt16LE(at.pageFlags) & treeFlags) !== 0
  );
}
