// "The heads are these, now." In: a heartbeat and a publisher's key, or heads. Out: signed bytes, the head list's bytes and digest.
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import { type DecodeReason, decode, Writer } from "./bytes.ts";
import { digestOf } from "./digest.ts";
import type { SecretKey } from "./keys.ts";
import { isPageId, pageCharsMax } from "./names.ts";
import { type Opened, type OpenReason, openAs, type SignedFormat, signAs } from "./signed.ts";
import type { Digest, Head, Heartbeat } from "./types.ts";

const magic = "PHHL";
const version = 1;

export const heartbeatFormat: SignedFormat<Heartbeat> = {
  context: "pharos/heartbeat/1",
  signer: "publisher",
  bytesMax: 1024,
  write(writer, heartbeat) {
    writer.u64(heartbeat.sequence).digest(heartbeat.headsDigest).u64(heartbeat.timeMs);
  },
  read: (reader) => ({ sequence: reader.u64(), headsDigest: reader.digest(), timeMs: reader.u64() }),
};

/** Signed bytes of a heartbeat. */
export function signHeartbeat(heartbeat: Heartbeat, secretKey: SecretKey): Uint8Array {
  return signAs(heartbeatFormat, heartbeat, secretKey);
}

/** A heartbeat whose signature holds, and the key that signed it. Whether it rises is for `trust.ts`. */
export function openHeartbeat(bytes: Uint8Array): Result<Opened<Heartbeat>, OpenReason> {
  return openAs(heartbeatFormat, bytes);
}

/** The one form of a head list: sorted by page. Heads may come in any order; two of one page are a defect of the caller. */
export function encodeHeads(heads: readonly Head[]): Uint8Array {
  const sorted = heads.toSorted((a, b) => (a.page < b.page ? -1 : 1));
  const writer = new Writer().head(magic, version).u32(sorted.length);
  for (const head of sorted)
    writer.name(head.page, pageCharsMax, isPageId).u64(head.epoch).u64(head.generation).digest(head.manifest);
  return writer.done();
}

/** A head list from bytes of anyone. */
export function decodeHeads(bytes: Uint8Array): Result<readonly Head[], DecodeReason> {
  return decode(bytes, (reader) => {
    reader.head(magic, version);
    const count = reader.u32();
    if (count > limits.headsMax) reader.stop("over-limit");
    const heads: Head[] = [];
    let before = "";
    for (let at = 0; at < count; at++) {
      const page = reader.name(pageCharsMax, isPageId);
      if (page <= before) reader.stop("not-canonical");
      before = page;
      heads.push({
        page,
        epoch: reader.u64(),
        generation: reader.u64(),
        manifest: reader.digest(),
      });
    }
    return heads;
  });
}

/** What a heartbeat signs of the heads: the digest of their one form. */
export function headsDigest(heads: readonly Head[]): Digest {
  return digestOf(encodeHeads(heads));
}
