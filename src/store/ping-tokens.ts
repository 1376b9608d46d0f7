// Tokens of heartbeats: what stands behind `/ping/`. In: a page, a check. Out: its token, always the same. They follow from one key in `meta`, so that a store and its backup have them,
// and a check's address is there before anybody pinged.
import { createHmac } from "node:crypto";
import { messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Store } from "./open.ts";

export interface PingTokens {
  /** 22 characters of base64url, which nobody guesses: 128 bits. */
  of(page: string, id: string): string;
}

const keyBytes = 32;
const tokenBytes = 16;

/** The key is made with the first token, and is on the device a moment later. */
export function createPingTokens(store: Store, random: Random, log: Log): PingTokens {
  const { tables, commit, refresh } = store;
  const known = new Map<string, string>();
  let key: Uint8Array | null = null;

  function keyOf(): Uint8Array {
    refresh();
    const held = tables.meta.getBinary("ping-key");
    if (held !== undefined) return new Uint8Array(held);
    const made = random.bytes(keyBytes);
    commit([{ table: tables.meta, key: "ping-key", value: made }]).catch((thrown: unknown) =>
      log.error(`Addresses of heartbeats will be others after a restart: ${messageOf(thrown)}`),
    );
    return made;
  }

  return {
    of(page, id) {
      const name = `${page}/${id}`;
      const before = known.get(name);
      if (before !== undefined) return before;
      key ??= keyOf();
      const token = createHmac("sha256", key).update(name).digest().subarray(0, tokenBytes);
      known.set(name, token.toString("base64url"));
      return token.toString("base64url");
    },
  };
}
