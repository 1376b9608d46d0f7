// Ed25519 keys and their files. In: a line of text, or randomness. Out: keys that sign or verify. Secret bytes never enter a sentence.
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { assert, Fault } from "../base/fault.ts";
import type { Random } from "../base/random.ts";

/** Root delegates, publisher signs snapshots, emergency the emergency document and nothing else, a POP its joining, requests and reports. */
export type KeyRole = "root" | "publisher" | "emergency" | "pop";

/** 32 bytes as 43 characters of base64url: what a key file, a delegation and a log line show. */
export type PublicKey = string;

/** A key that signs. */
export interface SecretKey {
  readonly role: KeyRole;
  readonly publicKey: PublicKey;
  readonly handle: KeyObject;
}

/** A new pair: the texts of its two files, and the keys. */
export interface KeyPair {
  readonly secretText: string;
  readonly publicText: string;
  readonly secretKey: SecretKey;
  readonly publicKey: PublicKey;
}

export const keyBytes = 32;
export const signatureBytes = 64;

/** Also the key that opens backups, which signs nothing. */
export type FileRole = KeyRole | "backup";

const word = "pharos-key/1";
const roles: readonly FileRole[] = ["root", "publisher", "emergency", "pop", "backup"];
type Half = "secret" | "public";

/** What stands before the 32 bytes of an Ed25519 key in PKCS#8 and SPKI (RFC 8410, 10.3 and 10.1). */
const secretPrefix = Buffer.from("302e020100300506032b657004220420", "hex");
const publicPrefix = Buffer.from("302a300506032b6570032100", "hex");

/** A new key pair of `role`. `random` must be the operating system's, except in tests. */
export function generateKeyPair(role: KeyRole, random: Random): KeyPair {
  const seed = random.bytes(keyBytes);
  const secretKey = secretKeyFrom(role, seed);
  return {
    secretText: keyLine(role, "secret", publicKeyFrom(seed)),
    publicText: keyLine(role, "public", secretKey.publicKey),
    secretKey,
    publicKey: secretKey.publicKey,
  };
}

/** The text of the public key file that belongs to a secret key. */
export function publicTextOf({ role, publicKey }: SecretKey): string {
  return keyLine(role, "public", publicKey);
}

/** The secret key of a key file's text. `where` names the file. Throws Fault `key-unreadable`. */
export function parseSecretKey(text: string, role: KeyRole, where: string): SecretKey {
  return secretKeyFrom(role, parseKeyFile(text, { role, half: "secret" }, where));
}

/** The public key of a key file's text. `where` names the file. Throws Fault `key-unreadable`. */
export function parsePublicKey(text: string, role: KeyRole, where: string): PublicKey {
  return publicKeyFrom(parseKeyFile(text, { role, half: "public" }, where));
}

/** The 32 bytes of a key file: one line `pharos-key/1 <role> <secret|public> <base64url>`. Throws Fault `key-unreadable`. */
export function parseKeyFile(
  text: string,
  wanted: { readonly role: FileRole; readonly half: Half },
  where: string,
): Uint8Array {
  const unreadable = (why: string): Fault =>
    new Fault(
      "key-unreadable",
      `${where} ${why}.`,
      `Name the file of the ${wanted.half} ${wanted.role} key, as "pharos keygen" wrote it.`,
    );
  const [head, role, half, encoded, ...more] = text.trim().split(/[ \t]+/);
  if (head !== word) {
    throw head?.startsWith("pharos-key/") === true
      ? unreadable(`is a key file of another release (this one reads ${word})`)
      : unreadable("is not a key file");
  }
  if (role !== wanted.role || half !== wanted.half) {
    const known = roles.some((name) => name === role) && (half === "secret" || half === "public");
    throw unreadable(known ? `holds a ${half} ${role} key` : "names no kind of key that this release knows");
  }
  const bytes = encoded === undefined || more.length > 0 ? null : publicKeyBytes(encoded);
  if (bytes === null) throw unreadable("is damaged: its key is not 43 characters of base64url");
  return bytes;
}

/** The 32 bytes of a public key's text, or null where it is not the one text of 32 bytes. */
export function publicKeyBytes(text: PublicKey): Uint8Array | null {
  const bytes = Buffer.from(text, "base64url");
  return bytes.length === keyBytes && bytes.toString("base64url") === text ? bytes : null;
}

/** The 32 bytes of a key that must be one: anything else is a defect of the caller, Fault `internal`. */
export function requireKeyBytes(text: PublicKey): Uint8Array {
  const bytes = publicKeyBytes(text);
  assert(bytes !== null, `"${text}" is not a public key.`);
  return bytes;
}

/** The text of 32 bytes. */
export function publicKeyFrom(bytes: Uint8Array): PublicKey {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}

/** An Ed25519 signature (RFC 8032) of 64 bytes. */
export function signBytes(message: Uint8Array, key: SecretKey): Uint8Array {
  return sign(null, message, key.handle);
}

/** True where `signature` is `key`'s over `message`. */
export function verifyBytes(message: Uint8Array, signature: Uint8Array, key: PublicKey): boolean {
  const handle = handleOf(key);
  return handle !== null && verify(null, message, handle, signature);
}

/** Handles of public keys: making one costs a third of a verification. Bounded, for keys may come from anyone. */
const handles = new Map<PublicKey, KeyObject>();
const handlesMax = 256;

function handleOf(key: PublicKey): KeyObject | null {
  const known = handles.get(key);
  if (known !== undefined) return known;
  const bytes = publicKeyBytes(key);
  if (bytes === null) return null;
  const handle = createPublicKey({
    key: Buffer.concat([publicPrefix, bytes]),
    format: "der",
    type: "spki",
  });
  if (handles.size >= handlesMax) handles.clear();
  handles.set(key, handle);
  return handle;
}

function secretKeyFrom(role: KeyRole, seed: Uint8Array): SecretKey {
  const handle = createPrivateKey({ key: Buffer.concat([secretPrefix, seed]), format: "der", type: "pkcs8" });
  const spki = createPublicKey(handle).export({ format: "der", type: "spki" });
  return { role, publicKey: publicKeyFrom(spki.subarray(publicPrefix.length)), handle };
}

/** The one line of a key file. */
export function keyLine(role: FileRole, half: Half, encoded: string): string {
  return `${word} ${role} ${half} ${encoded}\n`;
}
