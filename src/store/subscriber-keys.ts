// The keys of subscribers, one each, in a file of their own beside the store. In: places in the file. Out: keys; erasing one overwrites it.
// The store has only what is sealed by them: without its key a subscriber can be read nowhere, also not in a copy of the store.
import { closeSync, existsSync, fdatasync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import { freeBytes, syncFolder } from "../host/files.ts";

const flushData = promisify(fdatasync);
const magic = Buffer.from("PHSK");
const version = 1;
const headBytes = 64;
const keyBytes = 32;

export interface SubscriberKeys {
  /** The key by which contacts are looked up: hashes of the store say nothing without it. */
  readonly lookUp: Uint8Array;
  /** Slots that the file has. */
  slots(): number;
  /** null where the slot is empty or not there. */
  read(slot: number): Uint8Array | null;
  /** All keys as they are now, from one reading of the file: for who reads every subscriber. */
  all(): Pick<SubscriberKeys, "read">;
  /** New keys in free slots, on the device. Throws Fault `disk-full`. */
  take(count: number): Promise<readonly { readonly slot: number; readonly key: Uint8Array }[]>;
  /** Overwrites keys; on the device when it resolves. */
  erase(slots: readonly number[]): Promise<void>;
  /** After a start: slots that nobody names are erased, and are free. */
  keepOnly(isUsed: (slot: number) => boolean): Promise<void>;
  close(): void;
}

export const subscriberKeysFile = (folder: string): string => join(folder, "subscribers.keys");

/** Opens the file of a data folder, or makes it. Throws Fault `store-corrupt`, `disk-full`, `folder-unusable`. */
export async function openSubscriberKeys(folder: string, random: Random): Promise<SubscriberKeys> {
  const path = subscriberKeysFile(folder);
  const made = !existsSync(path);
  const file = opened(path);
  try {
    if (made || fstatSync(file).size === 0) await begin(file, folder, random);
    return keysIn(file, path, headOf(file, path), random);
  } catch (thrown) {
    closeSync(file);
    throw thrown;
  }
}

/** The look-up key of a file that is there, for who only reads. Throws Fault `store-corrupt`, `folder-unusable`. */
export function lookUpKeyIn(path: string): Uint8Array {
  const file = opened(path, "r");
  try {
    return headOf(file, path);
  } finally {
    closeSync(file);
  }
}

function opened(path: string, flags = existsSync(path) ? "r+" : "wx+"): number {
  try {
    return openSync(path, flags, 0o600);
  } catch (thrown) {
    throw new Fault(
      "folder-unusable",
      `The keys of subscribers in ${path} cannot be opened: ${messageOf(thrown)}.`,
      "Let this user read and write the data folder.",
      { cause: thrown },
    );
  }
}

async function begin(file: number, folder: string, random: Random): Promise<void> {
  const head = Buffer.alloc(headBytes);
  magic.copy(head);
  head.writeUInt32LE(version, 4);
  head.set(random.bytes(keyBytes), 32);
  writeAll(file, head, 0, folder);
  await flushData(file);
  await syncFolder(folder);
}

/** The look-up key. */
function headOf(file: number, path: string): Uint8Array {
  const head = Buffer.alloc(headBytes);
  const length = readSync(file, head, 0, headBytes, 0);
  if (length === headBytes && head.subarray(0, 4).equals(magic) && head.readUInt32LE(4) === version)
    return head.subarray(32);
  throw new Fault(
    "store-corrupt",
    `${path} is no file of subscribers' keys that this release reads.`,
    "Put the file back from a backup: without it the subscribers of this store cannot be read.",
  );
}

function keysIn(file: number, path: string, lookUp: Uint8Array, random: Random): SubscriberKeys {
  let end = Math.ceil((fstatSync(file).size - headBytes) / keyBytes);
  const free: number[] = [];
  const place = (slot: number): number => headBytes + slot * keyBytes;
  const read = (slot: number): Uint8Array | null => {
    const key = Buffer.alloc(keyBytes);
    const whole = slot < end && readSync(file, key, 0, keyBytes, place(slot)) === keyBytes;
    return whole && key.some((byte) => byte !== 0) ? key : null;
  };
  const erase = async (slots: readonly number[]): Promise<void> => {
    if (slots.length === 0) return;
    for (const slot of slots) writeAll(file, Buffer.alloc(keyBytes), place(slot), path);
    await flushData(file);
    for (const slot of slots) free.push(slot);
  };
  return {
    lookUp,
    slots: () => end,
    read,
    all() {
      const keys = Buffer.alloc(end * keyBytes);
      const length = readSync(file, keys, 0, keys.length, headBytes);
      return {
        read(slot) {
          const key = keys.subarray(slot * keyBytes, (slot + 1) * keyBytes);
          return (slot + 1) * keyBytes <= length && key.some((byte) => byte !== 0) ? key : null;
        },
      };
    },
    async take(count) {
      if (freeBytes(path) - count * keyBytes < limits.storeFreeBytesMin)
        throw diskFull(path, "too little room is left on its disk");
      const taken = Array.from({ length: count }, () => ({
        slot: free.pop() ?? end++,
        key: random.bytes(keyBytes),
      }));
      for (const { slot, key } of taken) writeAll(file, key, place(slot), path);
      await flushData(file);
      return taken;
    },
    erase,
    async keepOnly(isUsed) {
      const unused = Array.from({ length: end }, (_, slot) => slot).filter((slot) => !isUsed(slot));
      const { left = [], empty = [] } = Object.groupBy(unused, (slot) =>
        read(slot) === null ? "empty" : "left",
      );
      for (const slot of empty) free.push(slot);
      await erase(left);
    },
    close: () => closeSync(file),
  };
}

function writeAll(file: number, bytes: Uint8Array, at: number, path: string): void {
  try {
    for (let done = 0; done < bytes.length; )
      done += writeSync(file, bytes, done, bytes.length - done, at + done);
  } catch (thrown) {
    throw diskFull(path, messageOf(thrown), thrown);
  }
}

function diskFull(path: string, why: string, cause?: unknown): Fault {
  return new Fault(
    "disk-full",
    `Nothing was written to ${path}: ${why}.`,
    "Make room on the disk and try again.",
    { cause },
  );
}
