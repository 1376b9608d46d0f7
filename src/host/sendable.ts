// Bodies that are sent again and again. In: bytes. Out: what `new Response` takes them as.
import { limits } from "../base/limits.ts";
import { runtime } from "./runtime.ts";

export type Sendable = Blob | Uint8Array<ArrayBuffer>;

/** By the bytes' own object, so that a body has one Blob as long as it is held. */
const blobs = new WeakMap<Uint8Array, Blob>();

/**
 * Bun copies bytes for each response, and holds that copy until the client has read it: 100 HTTP/2 connections that read nothing took 3 GB.
 * A Blob is shared by all of them. Under Deno a Blob would be a stream, and lose its length.
 */
export function sendable(bytes: Uint8Array): Sendable {
  if (runtime !== "bun" || bytes.length < limits.blobBytesMin) return bytes as Uint8Array<ArrayBuffer>;
  const known = blobs.get(bytes);
  if (known !== undefined) return known;
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  blobs.set(bytes, blob);
  return blob;
}
