// Sessions of people. In: who signed in, and how. Out: a random secret, once; later the session that it opens. The store keeps its sha256.
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { auditOf } from "./audit.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { aboutUser, keyOf, rowsOf, type User, type UserRow, userOf } from "./people-rows.ts";
import type { By } from "./tokens.ts";
import type { Turns } from "./turns.ts";

export type SignInWay = "password" | "sign-on" | "link";

export interface SessionRow {
  /** Stays the same when the secret changes; says nothing of it. */
  readonly id: string;
  readonly user: string;
  readonly way: SignInWay;
  readonly createdMs: number;
  readonly seenMs: number;
  readonly address: string | null;
  /** What the browser called itself. */
  readonly agent: string | null;
  /** What each form of the session brings back. It stays when the secret changes, so that no open form is lost. */
  readonly csrf: string;
  /** The secret is to change at the next request: what the user may do has changed. */
  readonly rotate?: true;
  /** The secret has changed; this one opens the session until then. */
  readonly untilMs?: number;
}

export type Session = Omit<SessionRow, "rotate" | "untilMs" | "csrf">;

export interface OpenSession {
  readonly session: Session;
  readonly user: User;
  readonly csrf: string;
  /** The secret that takes the place of the one that was shown, where it has changed. */
  readonly fresh: string | null;
}

export interface Sessions {
  /** The session that a secret opens, or null. Notes the use. */
  find(secret: string): Promise<OpenSession | null>;
  /** The user's, the last used first. */
  list(user: string): readonly Session[];
  /** Ends one session of a user; false where there is none. */
  revoke(user: string, id: string, what: "sign-out" | "session.revoke", by: By): Promise<boolean>;
  /** For transactions of people.ts: the rows of a new session, and those of ending or renewing what a user has. */
  opening(
    user: UserRow,
    way: SignInWay,
    from: Origin,
  ): { readonly secret: string; readonly changes: readonly Change[] };
  ending(user: string, except?: string): readonly Change[];
  renewing(user: string): readonly Change[];
}

/** Where a request comes from. */
export interface Origin {
  readonly address: string | null;
  readonly agent: string | null;
}

/** 256 bits: no one guesses it, so a fast hash is enough to keep it by. */
const secretBytes = 32;
const secretShape = /^[A-Za-z0-9_-]{43}$/;
const idChars = 12;
const agentCharsMax = 200;

export function createSessions(store: Store, random: Random, turns: Turns, log: Log): Sessions {
  const { commit, clock, refresh } = store;
  const audit = auditOf(store);
  const rows = rowsOf<SessionRow>(store, "session");
  const users = rowsOf<UserRow>(store, "user");
  const newSecret = (): string => Buffer.from(random.bytes(secretBytes)).toString("base64url");
  const isOver = (row: SessionRow): boolean => {
    const nowMs = clock.wallMs();
    const { createdMs, seenMs, untilMs = Number.POSITIVE_INFINITY } = row;
    return (
      nowMs >= untilMs || nowMs - seenMs >= limits.sessionIdleMs || nowMs - createdMs >= limits.sessionMsMax
    );
  };
  const of = (user: string): (readonly [string, SessionRow])[] =>
    rows.all().filter(([, row]) => row.user === user && !isOver(row));
  const forget = (found: readonly (readonly [string, SessionRow])[]): Change[] =>
    found.map(([key]) => rows.remove(key));

  /** Gives the session a new secret; the old one opens it for a moment longer. Null where another request did so meanwhile. */
  const renew = (key: string): Promise<string | null> =>
    turns(async () => {
      refresh();
      const { rotate, ...row } = rows.get(key) ?? {};
      if (rotate === undefined) return null;
      const secret = newSecret();
      const old = { ...(row as SessionRow), untilMs: clock.wallMs() + limits.sessionRotateMs };
      await commit([rows.put(keyOf(secret), row as SessionRow), rows.put(key, old)]);
      return secret;
    });

  const note = (key: string): void => {
    turns(async () => {
      refresh();
      const row = rows.get(key);
      if (row !== null) await commit([rows.put(key, { ...row, seenMs: clock.wallMs() })]);
    }).catch((thrown) =>
      log.warn(`When a session was last used could not be written: ${messageOf(thrown)}.`),
    );
  };

  return {
    async find(secret) {
      if (!secretShape.test(secret)) return null;
      refresh();
      const key = keyOf(secret);
      const row = rows.get(key);
      const user = row && users.get(row.user);
      if (row === null || user === null || user.disabled || isOver(row)) return null;
      const fresh = row.rotate === true ? await renew(key) : null;
      if (clock.wallMs() - row.seenMs >= limits.sessionUseMs && row.untilMs === undefined) note(key);
      return { session: sessionOf(row), user: userOf(user), csrf: row.csrf, fresh };
    },
    list(user) {
      refresh();
      const byId = new Map(of(user).map(([, row]) => [row.id, sessionOf(row)]));
      return [...byId.values()].sort((a, b) => b.seenMs - a.seenMs);
    },
    revoke: (user, id, what, by) =>
      turns(async () => {
        refresh();
        const found = of(user).filter(([, row]) => row.id === id);
        const [one] = found;
        const owner = users.get(user);
        if (one === undefined || owner === null) return false;
        const before = { way: one[1].way, address: one[1].address, agent: one[1].agent };
        const entry = audit.entry({ ...by, what, ...aboutUser(owner), before, after: null });
        await commit([...forget(found), ...entry]);
        return true;
      }),
    opening(user, way, { address, agent }) {
      const secret = newSecret();
      const key = keyOf(secret);
      const nowMs = clock.wallMs();
      const row: SessionRow = {
        ...{ id: key.slice(0, idChars), user: user.id, way, createdMs: nowMs, seenMs: nowMs },
        ...{ address, agent: agent?.slice(0, agentCharsMax) ?? null, csrf: newSecret() },
      };
      const over = rows.all().filter(([, held]) => isOver(held));
      const surplus = of(user.id)
        .sort(([, a], [, b]) => b.seenMs - a.seenMs)
        .slice(limits.sessionsPerUserMax - 1);
      return { secret, changes: [...forget(over), ...forget(surplus), rows.put(key, row)] };
    },
    ending: (user, except) => forget(of(user).filter(([, { id }]) => id !== except)),
    renewing: (user) =>
      of(user)
        .filter(([, { untilMs }]) => untilMs === undefined)
        .map(([key, row]) => rows.put(key, { ...row, rotate: true })),
  };
}

function sessionOf({ id, user, way, createdMs, seenMs, address, agent }: SessionRow): Session {
  return { id, user, way, createdMs, seenMs, address, agent };
}
