// Who may sign in. In: people, what changes of them, each with who asks for it. Out: users without secrets, and the secrets apart.
// Each change is decided in its turn and is one transaction with its entry in the audit, the sessions that it ends or renews, and the link that it uses up.
import { newId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import { type Grants, roleIn, strongerRole } from "../model/roles.ts";
import { type AuditWhat, auditOf } from "./audit.ts";
import type { Change } from "./commit.ts";
import { createLinks, type Links } from "./links.ts";
import type { Store } from "./open.ts";
import {
  aboutUser,
  emailKey,
  keyOf,
  type PasswordHash,
  rowsOf,
  type SignOn,
  toldOf,
  type User,
  type UserRow,
  userOf,
} from "./people-rows.ts";
import { type Seal, sealIn } from "./seal.ts";
import { createSessions, type Origin, type Sessions, type SignInWay } from "./sessions.ts";
import type { By } from "./tokens.ts";
import { createTurns } from "./turns.ts";

export type PeopleRefusal =
  | "unknown" // no such user
  | "email-taken"
  | "last-owner" // nobody would be left who may everything
  | "link-gone" // used, over, withdrawn
  | "too-many";

export interface NewUser {
  readonly name: string;
  readonly firstNameChars?: number;
  readonly email: string;
  readonly grants: Grants;
  readonly password: PasswordHash | null;
  readonly signOn: SignOn | null;
}

/** What only the sign-in may know of a user. */
export interface Secrets {
  readonly password: PasswordHash | null;
  /** Null without a second factor; `secret` is null where its key is gone: then recovery codes alone open the account. */
  readonly totp: { readonly secret: Uint8Array | null } | null;
}

export interface People {
  readonly sessions: Sessions;
  readonly links: Links;
  get(id: string): User | null;
  byEmail(email: string): User | null;
  bySignOn(signOn: SignOn): User | null;
  /** By name. */
  list(): readonly User[];
  /** Whether someone may everything. */
  hasOwner(): boolean;
  secrets(id: string): Secrets | null;
  /** Whether this browser has signed in as this user before. */
  knowsDevice(id: string, device: string): boolean;

  create(asked: NewUser, by: By): Promise<Result<User, PeopleRefusal>>;
  /** As `create`, by an invitation, which is used up and gives the roles. */
  accept(
    secret: string,
    asked: Omit<NewUser, "grants" | "email">,
    from: Origin,
  ): Promise<Result<User, PeopleRefusal>>;
  /** Gives a user the roles of an invitation in addition, which is used up. */
  acceptAs(secret: string, user: string, from: Origin): Promise<Result<User, PeopleRefusal>>;
  /** By a link of kind `reset`, which is used up: a new password, no second factor, no sessions. */
  reset(secret: string, password: PasswordHash, from: Origin): Promise<Result<User, PeopleRefusal>>;

  /** `change` says what becomes of the grants as they are then. */
  update(
    id: string,
    change: { readonly name?: string; readonly email?: string; grants?(grants: Grants): Grants },
    by: By,
  ): Promise<Result<User, PeopleRefusal>>;
  setDisabled(id: string, disabled: boolean, by: By): Promise<Result<User, PeopleRefusal>>;
  /** Forgets a user, his sessions and his links. What he did stays in the trail. */
  remove(id: string, by: By): Promise<Result<User, PeopleRefusal>>;
  /** Ends all sessions but `keep`. */
  setEmail(id: string, email: string, keep: string, by: By): Promise<Result<User, PeopleRefusal>>;
  /** Ends all sessions but `keep`. */
  setPassword(
    id: string,
    password: PasswordHash,
    keep: string | null,
    by: By,
  ): Promise<Result<User, PeopleRefusal>>;
  /** The secret of a second factor and its first step that was taken, with recovery codes; null takes both off. */
  setSecondFactor(
    id: string,
    factor: { readonly secret: Uint8Array; readonly step: number; readonly codes: readonly string[] } | null,
    by: By,
  ): Promise<Result<User, PeopleRefusal>>;
  setRecoveryCodes(id: string, codes: readonly string[], by: By): Promise<Result<User, PeopleRefusal>>;
  setSignOn(id: string, signOn: SignOn | null, by: By): Promise<Result<User, PeopleRefusal>>;

  /** Takes a step of the second factor; false where it, or a later one, was taken before. */
  takeStep(id: string, step: number): Promise<boolean>;
  /** Takes a recovery code; false where it is none, or was taken. */
  takeRecoveryCode(id: string, code: string, from: Origin): Promise<boolean>;
  /** Opens a session, and knows the browser from now on. Null where the user may not sign in. */
  signIn(
    id: string,
    how: { readonly way: SignInWay; readonly device: string },
    from: Origin,
  ): Promise<{ readonly secret: string; readonly user: User } | null>;
  /** Writes that someone failed to. `user` is null for an address that nobody has. */
  failed(
    email: string,
    user: User | null,
    what: "sign-in.failed" | "sign-in.delayed",
    from: Origin,
  ): Promise<void>;
}

export interface PeopleOptions {
  readonly store: Store;
  readonly random: Random;
  readonly log: Log;
  /** Default: by the key beside the store. */
  readonly seal?: Seal;
}

export function createPeople({
  store,
  random,
  log,
  seal = sealIn(store.folder, random),
}: PeopleOptions): People {
  const { commit, clock, refresh } = store;
  const audit = auditOf(store);
  const turns = createTurns();
  const rows = rowsOf<UserRow>(store, "user");
  const emails = rowsOf<string>(store, "user-email");
  const signOns = rowsOf<string>(store, "user-sign-on");
  const sessions = createSessions(store, random, turns, log);
  const links = createLinks(store, random, turns);
  const now = <Value>(value: () => Value): Value => {
    refresh();
    return value();
  };
  const rowBy = (id: string | null): UserRow | null => (id === null ? null : rows.get(id));
  const owners = (): readonly UserRow[] =>
    rows.all().flatMap(([, row]) => (!row.disabled && roleIn(row.grants, "*") === "owner" ? [row] : []));

  /** The rows of a user as he is to be, and their refusals. `before` is null for a new one. */
  function putting(row: UserRow, before: UserRow | null): Result<readonly Change[], PeopleRefusal> {
    const email = emailKey(row.email);
    const moved = before !== null && emailKey(before.email) !== email;
    if ((before === null || moved) && emails.get(email) !== null) return refuse("email-taken");
    const staysOwner = !row.disabled && roleIn(row.grants, "*") === "owner";
    const held = before === null ? [] : owners();
    if (!staysOwner && held.length === 1 && held[0]?.id === row.id) return refuse("last-owner");
    return ok([
      rows.put(row.id, row),
      ...(moved ? [emails.remove(emailKey(before.email))] : []),
      ...(before === null || moved ? [emails.put(email, row.id)] : []),
      ...(before?.signOn ? [signOns.remove(signOnKey(before.signOn))] : []),
      ...(row.signOn ? [signOns.put(signOnKey(row.signOn), row.id)] : []),
    ]);
  }

  /** One change of one user in its turn, with its entry. `also` adds to the transaction, or refuses. */
  function edit(
    id: string,
    { what, by, also = () => [] }: Edit,
    change: (row: UserRow) => UserRow,
  ): Promise<Result<User, PeopleRefusal>> {
    return turns(async () => {
      refresh();
      const before = rows.get(id);
      if (before === null) return refuse("unknown");
      const changed = change(before);
      // The first name was that of the old name.
      const { firstNameChars: _, ...renamed } = changed;
      const row = { ...(changed.name === before.name ? changed : renamed), changedMs: clock.wallMs() };
      const put = putting(row, before);
      if (!put.ok) return put;
      const more = also(row);
      if (more === null) return refuse("link-gone");
      const told = { before: toldOf(before), after: toldOf(row) };
      await commit([
        ...put.value,
        ...more,
        ...audit.entry({ ...by, what, ...aboutUser(row, before), ...told }),
      ]);
      return ok(userOf(row));
    });
  }

  /** A new user; `link` is the secret of the invitation that it uses up. */
  function add(
    asked: NewUser,
    by: (id: string) => By,
    link: string | null,
  ): Promise<Result<User, PeopleRefusal>> {
    return turns(async () => {
      refresh();
      const used = link === null ? null : links.using(link);
      if (link !== null && used?.link.kind !== "invite") return refuse("link-gone");
      if (rows.all().length >= limits.usersMax) return refuse("too-many");
      const row = newRow(newId(random), asked, clock.wallMs(), by);
      const put = putting(row, null);
      if (!put.ok) return put;
      const entry = {
        ...by(row.id),
        what: "user.create",
        ...aboutUser(row),
        before: null,
        after: toldOf(row),
      } as const;
      await commit([...put.value, ...(used ? [used.change] : []), ...audit.entry(entry)]);
      return ok(userOf(row));
    });
  }

  const byItself = (id: string, { address }: Origin): By => ({ actor: `user:${id}`, address });

  return {
    sessions,
    links,
    get: (id) => now(() => mapped(rows.get(id), userOf)),
    byEmail: (email) => now(() => mapped(rowBy(emails.get(emailKey(email))), userOf)),
    bySignOn: (signOn) => now(() => mapped(rowBy(signOns.get(signOnKey(signOn))), userOf)),
    list: () =>
      now(() =>
        rows
          .all()
          .map(([, row]) => userOf(row))
          .sort((a, b) => a.name.localeCompare(b.name) || a.createdMs - b.createdMs),
      ),
    hasOwner: () => now(() => owners().length > 0),
    secrets: (id) =>
      now(() =>
        mapped(rows.get(id), ({ password, totp }) => ({
          password,
          totp: totp && { secret: seal.open(totp.sealed, `totp/${id}`) },
        })),
      ),
    knowsDevice: (id, device) =>
      now(() => {
        const known = rows.get(id)?.devices.find((one) => one.hash === keyOf(device));
        return known !== undefined && clock.wallMs() - known.madeMs < limits.deviceMs;
      }),

    create: (asked, by) => add(asked, () => by, null),
    async accept(secret, asked, from) {
      const link = links.find(secret);
      if (link === null) return refuse("link-gone");
      return add({ ...asked, email: link.email, grants: link.grants }, (id) => byItself(id, from), secret);
    },
    async acceptAs(secret, user, from) {
      const link = links.find(secret);
      if (link?.kind !== "invite") return refuse("link-gone");
      const also = (): readonly Change[] | null => usedUp(links, secret, sessions.renewing(user));
      return edit(user, { what: "user.update", by: byItself(user, from), also }, (row) => ({
        ...row,
        grants: joined(row.grants, link.grants),
      }));
    },
    async reset(secret, password, from) {
      const link = links.find(secret);
      if (link?.kind !== "reset" || link.user === null) return refuse("link-gone");
      const { user } = link;
      const also = (): readonly Change[] | null => usedUp(links, secret, sessions.ending(user));
      const bare = { password, passwordMs: clock.wallMs(), totp: null, recovery: [], devices: [] };
      return edit(user, { what: "user.password", by: byItself(user, from), also }, (row) => ({
        ...row,
        ...bare,
      }));
    },

    update: (id, { grants, ...said }, by) =>
      edit(
        id,
        { what: "user.update", by, also: (row) => (grants ? sessions.renewing(row.id) : []) },
        (row) => ({
          ...row,
          ...said,
          grants: grants?.(row.grants) ?? row.grants,
        }),
      ),
    setDisabled: (id, disabled, by) =>
      edit(
        id,
        {
          what: disabled ? "user.disable" : "user.enable",
          by,
          also: () => (disabled ? sessions.ending(id) : []),
        },
        (row) => ({ ...row, disabled }),
      ),
    remove: (id, by) =>
      turns(async () => {
        refresh();
        const row = rows.get(id);
        if (row === null) return refuse("unknown");
        const gone = putting({ ...row, disabled: true }, row);
        if (!gone.ok) return gone;
        const told = { before: toldOf(row), after: null };
        await commit([
          ...[rows.remove(id), emails.remove(emailKey(row.email))],
          ...(row.signOn ? [signOns.remove(signOnKey(row.signOn))] : []),
          ...sessions.ending(id),
          ...links.ending(id),
          ...audit.entry({ ...by, what: "user.delete", ...aboutUser(row), ...told }),
        ]);
        return ok(userOf(row));
      }),
    setEmail: (id, email, keep, by) =>
      edit(id, { what: "user.update", by, also: () => sessions.ending(id, keep) }, (row) => ({
        ...row,
        email,
      })),
    setPassword: (id, password, keep, by) =>
      edit(id, { what: "user.password", by, also: () => sessions.ending(id, keep ?? undefined) }, (row) => ({
        ...row,
        ...{ password, passwordMs: clock.wallMs() },
      })),
    setSecondFactor: (id, factor, by) =>
      edit(id, { what: "user.second-factor", by }, (row) => ({
        ...row,
        totp: factor && { sealed: seal.seal(factor.secret, `totp/${id}`), lastStep: factor.step },
        recovery: factor?.codes.map(keyOf) ?? [],
      })),
    setRecoveryCodes: (id, codes, by) =>
      edit(id, { what: "user.recovery-codes", by }, (row) => ({ ...row, recovery: codes.map(keyOf) })),
    setSignOn: (id, signOn, by) => edit(id, { what: "user.sign-on", by }, (row) => ({ ...row, signOn })),

    takeStep: (id, step) =>
      turns(async () => {
        refresh();
        const row = rows.get(id);
        if (!row?.totp || step <= row.totp.lastStep) return false;
        await commit([rows.put(id, { ...row, totp: { ...row.totp, lastStep: step } })]);
        return true;
      }),
    takeRecoveryCode: (id, code, from) =>
      turns(async () => {
        refresh();
        const before = rows.get(id);
        const recovery = before?.recovery.filter((held) => held !== keyOf(code)) ?? [];
        if (!before || recovery.length === before.recovery.length) return false;
        const row = { ...before, recovery };
        const told = { before: toldOf(before), after: toldOf(row) };
        const entry = {
          ...byItself(id, from),
          what: "user.recovery-code",
          ...aboutUser(row),
          ...told,
        } as const;
        await commit([rows.put(id, row), ...audit.entry(entry)]);
        return true;
      }),
    signIn: (id, { way, device }, from) =>
      turns(async () => {
        refresh();
        const before = rows.get(id);
        if (before === null || before.disabled) return null;
        const nowMs = clock.wallMs();
        const devices = [{ hash: keyOf(device), madeMs: nowMs }, ...before.devices];
        const firsts = devices.filter(({ hash }, at) => devices.findIndex((one) => one.hash === hash) === at);
        const row = { ...before, signedInMs: nowMs, devices: firsts.slice(0, limits.devicesPerUserMax) };
        const { secret, changes } = sessions.opening(row, way, from);
        const entry = {
          ...byItself(id, from),
          what: "sign-in.ok",
          ...aboutUser(row),
          before: null,
          after: { way },
        } as const;
        await commit([rows.put(id, row), ...changes, ...audit.entry(entry)]);
        return { secret, user: userOf(row) };
      }),
    failed: (email, user, what, { address }) =>
      audit.record({
        ...{ actor: "nobody", what, address, before: null, after: null },
        subject: { kind: "user", id: user?.id ?? "", name: user?.name ?? likeAnAddress(email) },
        pages: user?.grants.map(([page]) => page) ?? ["*"],
      }),
  };
}

interface Edit {
  readonly what: AuditWhat;
  readonly by: By;
  /** More of the transaction; null where the link is gone. */
  also?(row: UserRow): readonly Change[] | null;
}

function newRow(
  id: string,
  { name, firstNameChars, email, grants, password, signOn }: NewUser,
  nowMs: number,
  by: (id: string) => By,
): UserRow {
  return {
    ...{ id, name, email, grants, password, signOn, disabled: false },
    ...(firstNameChars === undefined ? {} : { firstNameChars }),
    ...{ createdMs: nowMs, createdBy: by(id).actor, passwordMs: password && nowMs },
    ...{ totp: null, recovery: [], devices: [], signedInMs: null },
  };
}

function usedUp(links: Links, secret: string, changes: readonly Change[]): readonly Change[] | null {
  const used = links.using(secret);
  return used && [used.change, ...changes];
}

/** Both: where both have a role on a page, the stronger one. */
function joined(grants: Grants, more: Grants): Grants {
  const roles = new Map(grants);
  for (const [page, role] of more) roles.set(page, strongerRole(role, roles.get(page) ?? role));
  return [...roles];
}

/** Some type their password where the address belongs: what is no address is not written down. */
function likeAnAddress(text: string): string {
  return /^[^\s@]+@[^\s@]+$/.test(text) ? text.slice(0, limits.emailCharsMax) : "";
}

/** Hashed, since an issuer may be longer than a key of the store. */
function signOnKey({ issuer, subject }: SignOn): string {
  return keyOf(`${issuer}\n${subject}`);
}

function mapped<Value, Other>(value: Value | null, to: (value: Value) => Other): Other | null {
  return value === null ? null : to(value);
}
