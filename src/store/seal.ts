// Sealing of what must be read again (secrets of second factors). In: bytes and what they are for. Out: sealed bytes, and back.
// The key lies in a file of its own beside the store, so that a copy of the store alone, a backup for one, opens nothing.
import { createCipheriv, createDecipheriv } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import type { Random } from "../base/random.ts";

export interface Seal {
  /** AES-256-GCM: nonce (12 bytes), bytes, tag (16 bytes). `context` is what the bytes belong to; they open with the same one alone. */
  seal(bytes: Uint8Array, context: string): Uint8Array;
  /** Null where they were sealed by another key or for another context, or were altered. */
  open(sealed: Uint8Array, context: string): Uint8Array | null;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** By a key in memory. */
export function sealBy(key: Uint8Array, random: Random): Seal {
  return {
    seal(bytes, context) {
      const nonce = random.bytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
      return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, context) {
      if (sealed.length < nonceBytes + tagBytes) return null;
      const end = sealed.length - tagBytes;
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      }).setAAD(Buffer.from(context));
      decipher.setAuthTag(sealed.subarray(end));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, end)), decipher.final()]);
      } catch {
        // The tag does not fit: another key, another context, altered bytes.
        return null;
      }
    },
  };
}

/** By the key in `<folder>/people.key`, which is made where there is none at the first sealing. Throws Fault `key-unreadable`. */
export function sealIn(folder: string, random: Random): Seal {
  const path = join(folder, "people.key");
  let held: Seal | null = null;
  const read = (): Seal | null => {
    if (held === null && existsSync(path)) held = sealBy(keyIn(path), random);
    return held;
  };
  const make = (): Seal => {
    const key = random.bytes(keyBytes);
    writeFileSync(path, key, { flag: "wx", mode: 0o600, flush: true });
    held = sealBy(key, random);
    return held;
  };
  return {
    seal: (bytes, context) => (read() ?? make()).seal(bytes, context),
    open: (sealed, context) => read()?.open(sealed, context) ?? null,
  };
}

function keyIn(path: string): Uint8Array {
  const remedy = "Give the control plane's user the right to read it, or put back the file from before.";
  let key: Uint8Array;
  try {
    key = readFileSync(path);
  } catch (thrown) {
    throw new Fault("key-unreadable", `${path} cannot be read: ${messageOf(thrown)}.`, remedy);
  }
  if (key.length === keyBytes) return key;
  throw new Fault(
    "key-unreadable",
    `${path} is no key: it has ${key.length} bytes, not ${keyBytes}.`,
    remedy,
  );
}
