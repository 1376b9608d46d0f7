// The POPs of a control plane, and the one-time tokens by which they join. In: names, keys, marks. Out: rows, or why a POP may not join.
// The rows are the truth, the signed registry is made from them: so a folder without its keys can be changed, too.
import { hash } from "node:crypto";
import { limits } from "../base/limits.ts";
import { type Random, systemRandom } from "../base/random.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import { registryFits } from "../snapshot/registry.ts";
import type { PopEntry } from "../snapshot/types.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { createTurns } from "./turns.ts";
import { packValue, unpackValue } from "./values.ts";

/** What a token gives to the POP that brings it. `name` null leaves the name to the POP. */
export interface PopGrant {
  readonly name: string | null;
  /** `"*"` alone stands for all. */
  readonly pages: readonly string[];
}

/** Why a POP was not listed. */
export type JoinRefusal =
  | "token-unknown"
  | "token-expired"
  | "token-used" // by another key
  | "key-revoked"
  | "name-taken" // by a POP that is not revoked
  | "registry-full";

export interface Pops {
  /** Makes a token that lists one POP within `limits.popTokenMs`; the store keeps its sha256 alone. */
  addToken(grant: PopGrant): Promise<{ readonly token: string; readonly expiresMs: number }>;
  /**
   * Lists the POP of this key, in one transaction with the end of the token. The key that used a token may bring it again: its answer may have
   * been lost. A key that is listed already gets the token's name and pages.
   */
  join(
    token: string,
    asked: { readonly key: string; readonly name: string },
  ): Promise<Result<PopEntry, JoinRefusal>>;
  /** By the time of joining. */
  list(): readonly PopEntry[];
  /** Sets marks of the POP of this key; null where there is none. A revoked one stays revoked. */
  mark(key: string, marks: { readonly drained?: boolean; readonly revoked?: true }): Promise<PopEntry | null>;
}

interface TokenRow extends PopGrant {
  readonly expiresMs: number;
  readonly usedBy: string | null;
}

/** 256 bits, as an API token has: a fast hash is enough to keep it by. */
const tokenBytes = 32;
const prefix = "pharos_pop_";
const shape = /^pharos_pop_[A-Za-z0-9_-]{43}$/;

/** Rows lie in `meta`: a table more would be a write at the start, and a store must open on a full disk. */
export function createPops(store: Store, random: Random = systemRandom): Pops {
  const { tables, commit, clock, refresh } = store;
  const turns = createTurns();
  const popRow = (pop: PopEntry): Change => ({
    table: tables.meta,
    key: ["pop", pop.key],
    value: packValue(pop),
  });
  const tokenRow = (key: string, row: TokenRow): Change => ({
    table: tables.meta,
    key: ["pop-token", key],
    value: packValue(row),
  });
  const popOf = (key: string): PopEntry | null => {
    const held = tables.meta.getBinary(["pop", key]);
    return held === undefined ? null : unpackValue<PopEntry>(held);
  };
  const list = (): PopEntry[] =>
    Array.from(tables.meta.getRange(under("pop")), ({ value }) => unpackValue<PopEntry>(value)).sort(
      (a, b) => a.joinedMs - b.joinedMs,
    );

  /** Tokens that are over are forgotten when the next one is made. */
  function expired(nowMs: number): Change[] {
    return [...tables.meta.getRange(under("pop-token"))]
      .filter(({ value }) => unpackValue<TokenRow>(value).expiresMs + limits.popTokenMs <= nowMs)
      .map(({ key }) => ({ table: tables.meta, key, value: null }));
  }

  function tokenRefusal(row: TokenRow | null, key: string): JoinRefusal | null {
    if (row === null) return "token-unknown";
    if (row.usedBy !== null && row.usedBy !== key) return "token-used";
    return row.expiresMs <= clock.wallMs() ? "token-expired" : null;
  }

  function popRefusal(name: string, key: string): JoinRefusal | null {
    const pops = list();
    const known = pops.find((pop) => pop.key === key);
    if (known?.revoked === true) return "key-revoked";
    return pops.some((pop) => pop.key !== key && !pop.revoked && pop.name === name) ? "name-taken" : null;
  }

  return {
    addToken: (grant) =>
      turns(async () => {
        refresh();
        const token = prefix + Buffer.from(random.bytes(tokenBytes)).toString("base64url");
        const nowMs = clock.wallMs();
        const expiresMs = nowMs + limits.popTokenMs;
        await commit([...expired(nowMs), tokenRow(keyOf(token), { ...grant, expiresMs, usedBy: null })]);
        return { token, expiresMs };
      }),
    join: (token, { key, name: asked }) =>
      turns(async () => {
        refresh();
        const hashed = keyOf(token);
        const held = shape.test(token) ? tables.meta.getBinary(["pop-token", hashed]) : undefined;
        const row = held === undefined ? null : unpackValue<TokenRow>(held);
        const name = row?.name ?? asked;
        const refusal = tokenRefusal(row, key) ?? popRefusal(name, key);
        if (row === null || refusal !== null) return refuse(refusal ?? "token-unknown");
        const before = popOf(key) ?? { drained: false, revoked: false, joinedMs: clock.wallMs() };
        const pop: PopEntry = { ...before, key, name, pages: row.pages };
        if (!registryFits([...list().filter((one) => one.key !== key), pop])) return refuse("registry-full");
        await commit([tokenRow(hashed, { ...row, usedBy: key }), popRow(pop)]);
        return ok(pop);
      }),
    list() {
      refresh();
      return list();
    },
    mark: (key, marks) =>
      turns(async () => {
        refresh();
        const before = popOf(key);
        if (before === null) return null;
        const pop = { ...before, ...marks };
        await commit([popRow(pop)]);
        return pop;
      }),
  };
}

/** The range of keys that begin with a word. */
function under(word: string): { start: [string]; end: [string, string] } {
  return { start: [word], end: [word, "\uffff"] };
}

function keyOf(token: string): string {
  return hash("sha256", token, "hex");
}
