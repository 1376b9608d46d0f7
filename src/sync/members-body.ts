// The body of a request of anyone, no further than it may go. In: a request, a bound in bytes. Out: the bytes, or null beyond it.
import { Buffer } from "node:buffer";

/** Reads chunk by chunk: what a request says of its own length is not asked. */
export async function readBounded(request: Request, bytesMax: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
