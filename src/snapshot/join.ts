// "I am a POP: list me." In: a name, a token's digest and the POP's own key, or bytes from anyone. Out: signed bytes, or what they ask.
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import type { SecretKey } from "./keys.ts";
import { isPopName, popNameCharsMax } from "./registry.ts";
import { type Opened, type OpenReason, openAs, type SignedFormat, signAs } from "./signed.ts";
import type { Join } from "./types.ts";

export const joinFormat: SignedFormat<Join> = {
  context: "pharos/join/1",
  signer: "pop",
  bytesMax: limits.joinBytesMax,
  write(writer, join) {
    writer.name(join.name, popNameCharsMax, isPopName).u64(join.timeMs).digest(join.token);
  },
  read: (reader) => ({
    name: reader.name(popNameCharsMax, isPopName),
    timeMs: reader.u64(),
    token: reader.digest(),
  }),
};

/** Signed bytes of a request to join. */
export function signJoin(join: Join, popKey: SecretKey): Uint8Array {
  return signAs(joinFormat, join, popKey);
}

/** A request to join whose signature holds: who sent it holds the key. Whether the token holds is for the store. */
export function openJoin(bytes: Uint8Array): Result<Opened<Join>, OpenReason> {
  return openAs(joinFormat, bytes);
}
