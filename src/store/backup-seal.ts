// Sealing a backup for a key that is not here (X25519, RFC 7748; HKDF, RFC 5869; AES-256-GCM in chunks). In: bytes as they come. Out: a sealed
// stream, byte table in README.md, and back. A chunk that is altered, left out, moved or missing at the end opens nothing from there on.
import { createCipheriv, createDecipheriv } from "node:crypto";
import { Fault } from "../base/fault.ts";
import type { Random } from "../base/random.ts";
import { keyBetween, publicOf, secretHandle, x25519Bytes } from "../snapshot/x25519.ts";

const magic = Buffer.from("PHBK");
const version = 1;
const headBytes = 8 + x25519Bytes;
const lengthBytes = 4;
const tagBytes = 16;
export const backupChunkBytes = 1024 * 1024;
const info = "pharos/backup/1";

/** The public key of a secret one. */
export function backupPublicKey(secret: Uint8Array): Uint8Array {
  return publicOf(secretHandle(secret));
}

/** Seals for the public key `to`: who seals cannot open. */
export async function* sealBackup(
  plain: AsyncIterable<Uint8Array>,
  to: Uint8Array,
  random: Random,
): AsyncGenerator<Uint8Array> {
  const own = secretHandle(random.bytes(x25519Bytes));
  const head = Buffer.concat([magic, Buffer.from([version, 0, 0, 0]), publicOf(own)]);
  const key = keyBetween({ own, other: to, sender: publicOf(own), receiver: to, info });
  yield head;
  let held: Uint8Array | null = null;
  let number = 0;
  for await (const chunk of chunksOf(plain)) {
    if (held !== null) yield sealed(held, key, head, number++, false);
    held = chunk;
  }
  yield sealed(held ?? new Uint8Array(), key, head, number, true);
}

/** Throws Fault `document-refused` where it is not whole, not for this key, or no backup. `where` names it. */
export async function* openBackup(
  stream: AsyncIterable<Uint8Array>,
  secret: Uint8Array,
  where: string,
): AsyncGenerator<Uint8Array> {
  const reader = readerOf(stream);
  const head = await reader(headBytes);
  if (head === null || !head.subarray(0, 4).equals(magic))
    throw refused(`${where} is no backup that pharos sealed.`);
  if (head[4] !== version)
    throw refused(`${where} is a backup of format ${head[4]}; this release reads format ${version}.`);
  const own = secretHandle(secret);
  const sender = head.subarray(8);
  const key = keyBetween({ own, other: sender, sender, receiver: publicOf(own), info });
  for (let number = 0, isLast = false; !isLast; number++) {
    const length = (await reader(lengthBytes))?.readUInt32LE(0);
    if (length === undefined) throw refused(`${where} ends too early: part of it is missing.`);
    isLast = length >= 0x80000000;
    const bytes = isLast ? length - 0x80000000 : length;
    if (bytes < tagBytes || bytes > backupChunkBytes + tagBytes) throw altered(where, number);
    const chunk = await reader(bytes);
    if (chunk === null) throw refused(`${where} ends too early: part of it is missing.`);
    const plain = opened(chunk, key, head, number, isLast);
    if (plain === null)
      throw number === 0
        ? refused(`${where} was sealed for another key, or is altered.`)
        : altered(where, number);
    yield plain;
  }
  if ((await reader(1)) !== null) throw refused(`${where} goes on behind its end: it is altered.`);
}

const refused = (sentence: string): Fault =>
  new Fault("document-refused", sentence, "Name another copy of the backup, and its own secret key.");
const altered = (where: string, chunk: number): Fault =>
  refused(
    `${where} is altered: what begins at byte ${headBytes + chunk * (lengthBytes + backupChunkBytes + tagBytes)} is not as it was sealed.`,
  );

function sealed(chunk: Uint8Array, key: Buffer, head: Buffer, number: number, isLast: boolean): Uint8Array {
  const cipher = createCipheriv("aes-256-gcm", key, nonceOf(number, isLast)).setAAD(head);
  const body = Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(body.length + (isLast ? 0x80000000 : 0));
  return Buffer.concat([length, body]);
}

function opened(chunk: Buffer, key: Buffer, head: Buffer, number: number, isLast: boolean): Buffer | null {
  const end = chunk.length - tagBytes;
  const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(number, isLast), { authTagLength: tagBytes });
  decipher.setAAD(head).setAuthTag(chunk.subarray(end));
  try {
    return Buffer.concat([decipher.update(chunk.subarray(0, end)), decipher.final()]);
  } catch {
    return null; // The tag does not fit: the caller says what that means.
  }
}

/** Each chunk's number, and whether it is the last: none can be moved, repeated or cut off. */
function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 0);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** The same bytes in chunks of one size, but for the last. */
async function* chunksOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const read = readerOf(stream, true);
  for (let chunk = await read(backupChunkBytes); chunk !== null; chunk = await read(backupChunkBytes))
    yield chunk;
}

/** Reads just so many bytes; null where there are fewer, or none where `isLoose`. */
function readerOf(
  stream: AsyncIterable<Uint8Array>,
  isLoose = false,
): (length: number) => Promise<Buffer | null> {
  const pieces = stream[Symbol.asyncIterator]();
  let held: Buffer[] = [];
  let bytes = 0;
  return async (length) => {
    while (bytes < length) {
      const next = await pieces.next();
      if (next.done === true) break;
      held.push(Buffer.from(next.value));
      bytes += next.value.length;
    }
    if (bytes < length && !(isLoose && bytes > 0)) return null;
    const all = Buffer.concat(held);
    const taken = Math.min(length, bytes);
    held = [all.subarray(taken)];
    bytes -= taken;
    return all.subarray(0, taken);
  };
}
