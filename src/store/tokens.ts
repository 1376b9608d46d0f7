// API tokens. In: a name and the page it may change. Out: the token, once. The store keeps its sha256 and never the token itself.
// Looked up by hash: how long a look-up takes says nothing of a token that is held, so no constant-time comparison is needed.
import { hash } from "node:crypto";
import { type Random, systemRandom } from "../base/random.ts";
import type { Store } from "./open.ts";
import { packValue, unpackValue } from "./values.ts";

/** What a token may do: `page` is one page's id, or `"*"` for all. */
export interface TokenGrant {
  readonly name: string;
  readonly page: string;
}

export interface Tokens {
  /** Makes a token; it is on the device before it is told. */
  add(grant: TokenGrant): Promise<{ readonly token: string }>;
  check(token: string): TokenGrant | null;
  list(): readonly (TokenGrant & { readonly createdMs: number })[];
  /** Forgets all tokens of this name; says how many there were. */
  revoke(name: string): Promise<number>;
}

/** 256 bits: no one guesses it, so a fast hash is enough to keep it by. */
const tokenBytes = 32;
const prefix = "pharos_";
const tokenShape = /^pharos_[A-Za-z0-9_-]{43}$/;

interface Row extends TokenGrant {
  readonly createdMs: number;
}

export function createTokens(store: Store, random: Random = systemRandom): Tokens {
  const { tables, commit, clock, refresh } = store;
  return {
    async add({ name, page }) {
      const token = prefix + Buffer.from(random.bytes(tokenBytes)).toString("base64url");
      const row: Row = { name, page, createdMs: clock.wallMs() };
      await commit([{ table: tables.tokens, key: keyOf(token), value: packValue(row) }]);
      return { token };
    },
    check(token) {
      if (!tokenShape.test(token)) return null;
      refresh();
      const held = tables.tokens.getBinary(keyOf(token));
      if (held === undefined) return null;
      const { name, page } = unpackValue<Row>(held);
      return { name, page };
    },
    list() {
      refresh();
      return Array.from(tables.tokens.getRange(), ({ value }) => unpackValue<Row>(value)).sort(
        (a, b) => a.createdMs - b.createdMs,
      );
    },
    async revoke(name) {
      refresh();
      const keys = [...tables.tokens.getRange()]
        .filter(({ value }) => unpackValue<Row>(value).name === name)
        .map(({ key }) => key);
      await commit(keys.map((key) => ({ table: tables.tokens, key, value: null })));
      return keys.length;
    },
  };
}

function keyOf(token: string): string {
  return hash("sha256", token, "hex");
}
