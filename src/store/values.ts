// Small values of the tables as bytes (MessagePack), and keys of digests. In: plain JSON-like values. Out: bytes, and back.
import { Packr } from "msgpackr";
import type { Digest } from "../snapshot/types.ts";

/** Plain maps, no shared structures: a value can be read without any other value. */
const packr = new Packr({ useRecords: false, mapsAsObjects: true });

/** Bytes of their own: the packer's buffer is reused, and LMDB reads a value after the call. */
export function packValue(value: unknown): Uint8Array {
  return Uint8Array.prototype.slice.call(packr.pack(value));
}

export function unpackValue<Value>(bytes: Uint8Array): Value {
  return packr.unpack(bytes) as Value;
}

/** The 32 bytes of a digest. */
export function digestKey(digest: Digest): Uint8Array {
  return Buffer.from(digest, "hex");
}

export function digestOfKey(key: Uint8Array): Digest {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("hex");
}

/** Digests one after the other, 32 bytes each. */
export function joinDigests(digests: readonly Digest[]): Uint8Array {
  return Buffer.from(digests.join(""), "hex");
}

export function splitDigests(bytes: Uint8Array): Digest[] {
  const digests: Digest[] = [];
  for (let from = 0; from < bytes.length; from += 32)
    digests.push(digestOfKey(bytes.subarray(from, from + 32)));
  return digests;
}
