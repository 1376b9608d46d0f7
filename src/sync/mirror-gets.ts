// Files of a mirror over HTTP. In: a way out, an address, paths. Out: bytes, some at a time and in order; what waits in memory is bounded, for
// a web server may send anything.
import { Buffer } from "node:buffer";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { dial } from "../host/dial.ts";
import type { Digest } from "../snapshot/types.ts";
import { blobFile, headFile } from "./mirror.ts";

export interface MirrorGets {
  readonly base: string;
  /** A file that a mirror has. Throws Fault `unreachable` where this one does not answer with it. */
  must(path: string, bytesMax: number): Promise<Uint8Array>;
  /** Blobs in the order of their names, null for what is not to be had. */
  blobs(
    digests: readonly Digest[],
    bytesMax: number,
  ): AsyncGenerator<readonly [digest: Digest, bytes: Uint8Array | null]>;
  /** True where the server did not answer for a blob, or with an error of its own: it may well be there. */
  hasFailed(): boolean;
}

/** What web servers say of a file that they do not have; a store of objects says 403 to who may not list it. */
const absentStatus: ReadonlySet<number> = new Set([403, 404, 410]);

/** Requests for one answer: what it holds in memory measures at most `limits.applyBytesMax`; beyond that nothing more is to be had. */
export function createMirrorGets(reach: typeof dial, base: string, signal: AbortSignal): MirrorGets {
  let left = limits.applyBytesMax;
  let failed = false;

  async function get(path: string, bytesMax: number): Promise<Uint8Array> {
    const url = `${base}/${path}`;
    if (left < 0) throw noFile(`${base} sent more than what was asked for`);
    const dialled = await reach(url, {
      policy: "configured",
      // Only the head ever changes: what is named by its digest may come from any cache on the way.
      headers: path === headFile ? { "cache-control": "no-cache" } : {},
      timeoutMs: limits.sourceSilentMs,
      signal,
    }).catch((thrown) => {
      failed = true;
      throw thrown;
    });
    try {
      if (dialled.status !== 200 && !absentStatus.has(dialled.status)) failed = true;
      if (dialled.status !== 200) throw noFile(`${url} answered ${dialled.status}`);
      return await read(url, dialled.body, bytesMax);
    } finally {
      dialled.close();
    }
  }

  async function read(url: string, body: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const chunk of body) {
        length += chunk.length;
        left -= chunk.length;
        // No honest answer comes near it: whatever else was asked for is not waited for either.
        if (left < 0) left = Number.NEGATIVE_INFINITY;
        if (length > bytesMax || left < 0) throw noFile(`${url} is longer than what it should hold`);
        chunks.push(chunk);
      }
    } catch (thrown) {
      left += length;
      throw thrown;
    }
    return Buffer.concat(chunks, length);
  }

  return {
    base,
    hasFailed: () => failed,
    async must(path, bytesMax) {
      const bytes = await get(path, bytesMax);
      left += bytes.length;
      return bytes;
    },
    async *blobs(digests, bytesMax) {
      // What is not there, cut or too long is the same to who asked: it is not to be had here.
      const ask = (digest: Digest): Promise<Uint8Array | null> =>
        get(blobFile(digest), bytesMax).catch(() => null);
      const ahead: Promise<Uint8Array | null>[] = [];
      for (const [at, digest] of digests.entries()) {
        while (ahead.length < limits.mirrorGetsMax && at + ahead.length < digests.length)
          ahead.push(ask(digests[at + ahead.length] ?? digest));
        const bytes = (await ahead.shift()) ?? null;
        yield [digest, bytes];
        left += bytes?.length ?? 0;
      }
    },
  };
}

function noFile(says: string): Fault {
  return new Fault("unreachable", `${says}.`, "Check the address, and that the whole folder is there.");
}
