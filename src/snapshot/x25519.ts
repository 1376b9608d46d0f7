// Keys that agree (X25519, RFC 7748) and what is drawn from it (HKDF-SHA-256, RFC 5869). In: 32 bytes. Out: handles, 32 bytes.
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from "node:crypto";

export const x25519Bytes = 32;

/** What stands before the 32 bytes of an X25519 key in PKCS#8 and SPKI (RFC 8410). */
const secretPrefix = Buffer.from("302e020100300506032b656e04220420", "hex");
const publicPrefix = Buffer.from("302a300506032b656e032100", "hex");

/** The handle of a secret key: any 32 bytes are one. */
export function secretHandle(bytes: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([secretPrefix, bytes]), format: "der", type: "pkcs8" });
}

/** The 32 bytes of the public key. */
export function publicOf(handle: KeyObject): Uint8Array {
  return createPublicKey(handle).export({ format: "der", type: "spki" }).subarray(publicPrefix.length);
}

/** A key for one message, by a sender's key that is made for it. */
export interface Agreement {
  readonly own: KeyObject;
  /** The other's public key. */
  readonly other: Uint8Array;
  readonly sender: Uint8Array;
  readonly receiver: Uint8Array;
  /** What it is for, `pharos/<kind>/<version>`. */
  readonly info: string;
}

/** 32 bytes that both sides come to. Throws where `other` is one of the few points that agree with everybody (RFC 7748, 6.1). */
export function keyBetween({ own, other, sender, receiver, info }: Agreement): Buffer {
  const key = Buffer.concat([publicPrefix, other]);
  const publicKey = createPublicKey({ key, format: "der", type: "spki" });
  const shared = diffieHellman({ privateKey: own, publicKey });
  return Buffer.from(hkdfSync("sha256", shared, Buffer.concat([sender, receiver]), info, x25519Bytes));
}
