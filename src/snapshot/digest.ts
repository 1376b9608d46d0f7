// Names for bytes. In: bytes. Out: sha256 as 64 lower-case hex characters, or as the 32 bytes that formats carry.
import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import type { Digest } from "./types.ts";

export const digestBytesLength = 32;

/** The digest that names nothing: `previous` of a first manifest. */
export const digestOfNothing: Digest = "0".repeat(64);

const shape = /^[0-9a-f]{64}$/;

/** sha256 (FIPS 180-4) of `bytes` in hex. */
export function digestOf(bytes: Uint8Array): Digest {
  return hash("sha256", bytes, "hex");
}

/** True for 64 lower-case hex characters. */
export function isDigest(text: string): text is Digest {
  return shape.test(text);
}

/** The 32 bytes of a digest. */
export function digestBytes(digest: Digest): Uint8Array {
  return Buffer.from(digest, "hex");
}

/** The digest whose 32 bytes these are. */
export function digestFrom(bytes: Uint8Array): Digest {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
