// One-time links: an invitation, or a way to set a new password. In: for whom. Out: a secret, once; what it is for, until it is used or over.
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import type { Grants } from "../model/roles.ts";
import { type AuditAsked, auditOf, pagesOf } from "./audit.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { keyOf, rowsOf } from "./people-rows.ts";
import type { By } from "./tokens.ts";
import type { Turns } from "./turns.ts";

export interface LinkAsked {
  /** `invite` makes an account, or gives one that exists further roles; `reset` sets a new password and takes the second factor off. */
  readonly kind: "invite" | "reset";
  readonly email: string;
  /** Roles of an invitation; none for `reset`. */
  readonly grants: Grants;
  /** The account of `reset`; null for `invite`. */
  readonly user: string | null;
}

export interface Link extends LinkAsked {
  /** Says which link it is, and nothing of its secret. */
  readonly id: string;
  readonly createdMs: number;
  readonly createdBy: string;
  readonly expiresMs: number;
}

export interface Links {
  make(
    asked: LinkAsked,
    by: By,
  ): Promise<Result<{ readonly secret: string; readonly link: Link }, "too-many">>;
  /** What a secret is for; null where it was used, is over, or never was. */
  find(secret: string): Link | null;
  /** Those that still open something, by the time of making. */
  list(): readonly Link[];
  revoke(id: string, by: By): Promise<boolean>;
  /** For transactions of people.ts: the row of using it up; null where it opens nothing any more. */
  using(secret: string): { readonly link: Link; readonly change: Change } | null;
  /** The rows of forgetting the links by which a user would set a new password. */
  ending(user: string): readonly Change[];
}

const secretBytes = 32;
const secretShape = /^[A-Za-z0-9_-]{43}$/;
const idChars = 12;

export function createLinks(store: Store, random: Random, turns: Turns): Links {
  const { commit, clock, refresh } = store;
  const audit = auditOf(store);
  const rows = rowsOf<Link>(store, "link");
  const isOver = ({ expiresMs }: Link): boolean => expiresMs <= clock.wallMs();
  const find = (secret: string): Link | null => {
    if (!secretShape.test(secret)) return null;
    refresh();
    const link = rows.get(keyOf(secret));
    return link === null || isOver(link) ? null : link;
  };
  return {
    make: (asked, by) =>
      turns(async () => {
        refresh();
        const [over, live] = split(rows.all(), ([, link]) => isOver(link));
        if (live.length >= limits.linksMax) return refuse("too-many");
        const secret = Buffer.from(random.bytes(secretBytes)).toString("base64url");
        const key = keyOf(secret);
        const createdMs = clock.wallMs();
        const times = { createdMs, createdBy: by.actor, expiresMs: createdMs + limits.linkMs };
        const link: Link = { ...asked, id: key.slice(0, idChars), ...times };
        const entry = audit.entry({
          ...by,
          what: "link.make",
          ...about(link),
          before: null,
          after: told(link),
        });
        await commit([...over.map(([old]) => rows.remove(old)), rows.put(key, link), ...entry]);
        return ok({ secret, link });
      }),
    find,
    list() {
      refresh();
      return rows
        .all()
        .map(([, link]) => link)
        .filter((link) => !isOver(link))
        .sort((a, b) => a.createdMs - b.createdMs);
    },
    revoke: (id, by) =>
      turns(async () => {
        refresh();
        const found = rows.all().find(([, link]) => link.id === id);
        if (found === undefined) return false;
        const [key, link] = found;
        const entry = audit.entry({
          ...by,
          what: "link.revoke",
          ...about(link),
          before: told(link),
          after: null,
        });
        await commit([rows.remove(key), ...entry]);
        return true;
      }),
    using(secret) {
      const link = find(secret);
      return link && { link, change: rows.remove(keyOf(secret)) };
    },
    ending: (user) => rows.all().flatMap(([key, link]) => (link.user === user ? [rows.remove(key)] : [])),
  };
}

function about({ id, email, grants }: Link): Pick<AuditAsked, "subject" | "pages"> {
  return { subject: { kind: "link", id, name: email }, pages: pagesOf(grants) };
}

function told({ kind, email, grants, expiresMs }: Link) {
  return { kind, email, grants, expires: expiresMs };
}

function split<Value>(values: readonly Value[], is: (value: Value) => boolean): [Value[], Value[]] {
  return [values.filter(is), values.filter((value) => !is(value))];
}
