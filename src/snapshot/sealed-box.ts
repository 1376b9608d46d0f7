// What one key alone can open. In: bytes and a public X25519 key, or bytes from anyone and the secret key. Out: sealed bytes, or what they hold. The sender's
// key is made for each: who seals cannot open, and nobody can tell who sealed.
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Random } from "../base/random.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import { type DecodeReason, decode, type Reader, Writer } from "./bytes.ts";
import { keyBetween, publicOf, secretHandle, x25519Bytes } from "./x25519.ts";

export interface BoxKind {
  /** Four letters. */
  readonly magic: string;
  readonly version: number;
  /** Of the key's derivation, `pharos/<kind>/<version>`. */
  readonly info: string;
  /** Of all of it, sealed. */
  readonly bytesMax: number;
}

export type BoxReason = DecodeReason | "not-for-this-key"; // sealed for another key, or altered

const nonceBytes = 12;
const tagBytes = 16;

const headBytes = ({ magic }: BoxKind): number => magic.length + 1 + x25519Bytes + nonceBytes;

/** The public key that belongs to 32 secret bytes: what others seal for. */
export function boxPublicKey(privateKey: Uint8Array): Uint8Array {
  return publicOf(secretHandle(privateKey));
}

/** Throws where `publicKey` is no key that anything can be sealed for. */
export function sealBox(kind: BoxKind, publicKey: Uint8Array, plain: Uint8Array, random: Random): Uint8Array {
  const own = secretHandle(random.bytes(x25519Bytes));
  const sender = publicOf(own);
  const key = keyBetween({ own, other: publicKey, sender, receiver: publicKey, info: kind.info });
  const nonce = random.bytes(nonceBytes);
  const head = new Writer().head(kind.magic, kind.version).bytes(sender).bytes(nonce).done();
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(head);
  const sealed = cipher.update(plain);
  return new Uint8Array(Buffer.concat([head, sealed, cipher.final(), cipher.getAuthTag()]));
}

/** What was sealed for this key. Never throws, whatever the bytes are. */
export function openBox(
  kind: BoxKind,
  privateKey: Uint8Array,
  bytes: Uint8Array,
): Result<Uint8Array, BoxReason> {
  if (bytes.length > kind.bytesMax) return refuse("over-limit");
  const sealed = decode(bytes, (reader) => readSealed(kind, reader, bytes.length));
  if (!sealed.ok) return sealed;
  const plain = opened(kind, privateKey, bytes.subarray(0, headBytes(kind)), sealed.value);
  return plain === null ? refuse("not-for-this-key") : ok(plain);
}

/** True where the bytes begin as one of this release and may be as long: all that can be said of one without the key. */
export function isBox(kind: BoxKind, bytes: Uint8Array): boolean {
  return (
    bytes.length <= kind.bytesMax && decode(bytes, (reader) => readSealed(kind, reader, bytes.length)).ok
  );
}

interface Sealed {
  readonly sender: Uint8Array;
  readonly nonce: Uint8Array;
  readonly said: Uint8Array;
  readonly tag: Uint8Array;
}

function readSealed(kind: BoxKind, reader: Reader, length: number): Sealed {
  reader.head(kind.magic, kind.version);
  const sender = reader.bytes(x25519Bytes);
  const nonce = reader.bytes(nonceBytes);
  const said = reader.bytes(Math.max(0, length - headBytes(kind) - tagBytes));
  return { sender, nonce, said, tag: reader.bytes(tagBytes) };
}

function opened(
  { info }: BoxKind,
  privateKey: Uint8Array,
  head: Uint8Array,
  { sender, nonce, said, tag }: Sealed,
): Buffer | null {
  const own = secretHandle(privateKey);
  try {
    const key = keyBetween({ own, other: sender, sender, receiver: publicOf(own), info });
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(head).setAuthTag(tag);
    return Buffer.concat([decipher.update(said), decipher.final()]);
  } catch {
    return null; // The tag does not fit, or the sender's key agrees with everybody: the caller says what that means.
  }
}
