// API keys. In: a name, a role for each page or for all, when it ends. Out: the key, once. The store keeps its sha256 and never the key itself.
// Looked up by hash: how long a look-up takes says nothing of a key that is held, so no constant-time comparison is needed.
import { hash } from "node:crypto";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { type Log, silentLog } from "../base/log.ts";
import { type Random, systemRandom } from "../base/random.ts";
import type { Grants } from "../model/roles.ts";
import { type AuditFields, auditOf, pagesOf } from "./audit.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { createTurns } from "./turns.ts";
import { packValue, unpackValue } from "./values.ts";

/** What a key is to be. */
export interface TokenAsked {
  /** What it is for; the op-log names it. */
  readonly name: string;
  readonly grants: Grants;
  /** ms since the epoch, or null for a key that does not end. */
  readonly expiresMs: number | null;
}

export interface HeldToken extends TokenAsked {
  /** Says which key it is, and nothing of the key. */
  readonly id: string;
  readonly createdMs: number;
  /** Who made it; null for keys of older releases. */
  readonly createdBy: string | null;
  /** When it was last used, to the minute; null where it never was. */
  readonly usedMs: number | null;
}

/** Who changes something, as the audit names him, and where the request came from. */
export interface By {
  readonly actor: string;
  readonly address: string | null;
}

export const commandLine: By = { actor: "command line", address: null };

export interface Tokens {
  /** Makes a key; it is on the device before it is told. */
  add(asked: TokenAsked, by: By): Promise<{ readonly token: string; readonly held: HeldToken }>;
  /** The key's row, or null where there is none or it has ended. Notes the use. */
  check(token: string): HeldToken | null;
  /** By the time of making. */
  list(): readonly HeldToken[];
  /** Forgets the keys that `is` chooses, or, where it gives grants, leaves them only these; says how many it changed. */
  revoke(is: (token: HeldToken) => boolean | Grants, by: By): Promise<number>;
}

/** 256 bits: no one guesses it, so a fast hash is enough to keep it by. */
const tokenBytes = 32;
const prefix = "pharos_";
const tokenShape = /^pharos_[A-Za-z0-9_-]{43}$/;
const idChars = 12;

/** Keys of older releases have `page` in place of `grants`, and none of the rest. */
interface Row {
  readonly name: string;
  readonly page?: string;
  readonly grants?: Grants;
  readonly createdMs: number;
  readonly createdBy?: string;
  readonly expiresMs?: number | null;
  readonly usedMs?: number;
}

export function createTokens(store: Store, random: Random = systemRandom, log: Log = silentLog): Tokens {
  const { tables, commit, clock, refresh } = store;
  const audit = auditOf(store);
  const turns = createTurns();
  const rowOf = (key: string): Row | null => {
    const bytes = tables.tokens.getBinary(key);
    return bytes === undefined ? null : unpackValue<Row>(bytes);
  };
  const put = (key: string, row: Row): Change => ({ table: tables.tokens, key, value: packValue(row) });
  const all = (): (readonly [string, Row])[] =>
    Array.from(tables.tokens.getRange(), ({ key, value }) => [key as string, unpackValue<Row>(value)]);
  const uses = createUses(clock.wallMs, (key, usedMs) =>
    turns(async () => {
      refresh();
      // In its turn: a key that was revoked meanwhile must not come back with its last use.
      const row = rowOf(key);
      if (row !== null) await commit([put(key, { ...row, usedMs })]);
    }).catch((thrown) => log.warn(`When a key was last used could not be written: ${messageOf(thrown)}.`)),
  );
  const heldOf = (key: string, row: Row): HeldToken => ({
    ...tokenOf(key, row),
    usedMs: uses.last(key, row),
  });

  return {
    add: ({ name, grants, expiresMs }, by) =>
      turns(async () => {
        const token = prefix + Buffer.from(random.bytes(tokenBytes)).toString("base64url");
        const key = keyOf(token);
        const row: Row = { name, grants, createdMs: clock.wallMs(), createdBy: by.actor, expiresMs };
        const held = heldOf(key, row);
        const entry = {
          ...by,
          what: "key.make",
          ...subjectOf(held),
          before: null,
          after: told(held),
        } as const;
        await commit([put(key, row), ...audit.entry(entry)]);
        return { token, held };
      }),
    check(token) {
      if (!tokenShape.test(token)) return null;
      refresh();
      const key = keyOf(token);
      const row = rowOf(key);
      if (row === null || (row.expiresMs ?? Number.POSITIVE_INFINITY) <= clock.wallMs()) return null;
      uses.note(key, row);
      return heldOf(key, row);
    },
    list() {
      refresh();
      return all()
        .map(([key, row]) => heldOf(key, row))
        .sort((a, b) => a.createdMs - b.createdMs);
    },
    revoke: (is, by) =>
      turns(async () => {
        refresh();
        const changes = all().map(([key, row]): readonly Change[] => {
          const held = heldOf(key, row);
          const chosen = is(held);
          if (chosen === false) return [];
          const rest = chosen === true ? null : { ...held, grants: chosen };
          const entry = {
            ...{ ...by, what: "key.revoke" as const, ...subjectOf(held) },
            ...{ before: told(held), after: rest && told(rest) },
          };
          const change =
            rest === null
              ? { table: tables.tokens, key, value: null }
              : put(key, { ...row, grants: rest.grants });
          return [change, ...audit.entry(entry)];
        });
        await commit(changes.flat());
        return changes.filter((own) => own.length > 0).length;
      }),
  };
}

/** Notes uses in memory, and writes each key's at most once in `limits.keyUseMs`. */
function createUses(nowMs: () => number, write: (key: string, usedMs: number) => void) {
  const uses = new Map<string, { usedMs: number; writtenMs: number }>();
  return {
    note(key: string, row: Row): void {
      const usedMs = nowMs();
      const writtenMs = uses.get(key)?.writtenMs ?? row.usedMs ?? Number.NEGATIVE_INFINITY;
      const due = usedMs - writtenMs >= limits.keyUseMs;
      uses.set(key, { usedMs, writtenMs: due ? usedMs : writtenMs });
      if (due) write(key, usedMs);
    },
    last: (key: string, row: Row): number | null => uses.get(key)?.usedMs ?? row.usedMs ?? null,
  };
}

function tokenOf(
  key: string,
  { name, page = "*", grants = [[page, "admin"]], ...row }: Row,
): Omit<HeldToken, "usedMs"> {
  return {
    ...{ id: key.slice(0, idChars), name, grants },
    ...{ createdMs: row.createdMs, createdBy: row.createdBy ?? null, expiresMs: row.expiresMs ?? null },
  };
}

function subjectOf({ id, name, grants }: HeldToken) {
  return { subject: { kind: "key", id, name }, pages: pagesOf(grants) } as const;
}

function told({ name, grants, expiresMs }: TokenAsked): AuditFields {
  return { name, grants, expires: expiresMs };
}

function keyOf(token: string): string {
  return hash("sha256", token, "hex");
}
