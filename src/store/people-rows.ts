// What the store keeps of people: rows, their keys in `meta`, what others may see of them. In: rows. Out: users, and what the audit tells.
// Rows lie in `meta`, for a table more would be a write at the start, and a store must open on a full disk.
import { hash } from "node:crypto";
import type { Grants } from "../model/roles.ts";
import { type AuditAsked, type AuditFields, pagesOf } from "./audit.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { packValue, unpackValue } from "./values.ts";

/** scrypt (RFC 7914), with the costs that it was made by: they may rise later. */
export interface PasswordHash {
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** An account of another service by which someone signs on: its issuer, and the account's name there, which never changes. */
export interface SignOn {
  readonly issuer: string;
  readonly subject: string;
}

export interface UserRow {
  readonly id: string;
  readonly name: string;
  /** How much of the name is the first name, where somebody said it (in characters). */
  readonly firstNameChars?: number;
  /** As it was given. */
  readonly email: string;
  readonly grants: Grants;
  readonly disabled: boolean;
  readonly createdMs: number;
  readonly createdBy: string;
  /** When something that the audit tells was changed last; missing where nothing was. */
  readonly changedMs?: number;
  readonly password: PasswordHash | null;
  readonly passwordMs: number | null;
  /** The secret, sealed, and the last step (30 s since the epoch) whose code was taken: no code is taken twice. */
  readonly totp: { readonly sealed: Uint8Array; readonly lastStep: number } | null;
  /** sha256 of recovery codes that were not used. */
  readonly recovery: readonly string[];
  readonly signOn: SignOn | null;
  /** sha256 of what browsers keep by which the user has signed in. */
  readonly devices: readonly { readonly hash: string; readonly madeMs: number }[];
  readonly signedInMs: number | null;
}

/** A user without what is secret. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly grants: Grants;
  readonly disabled: boolean;
  readonly createdMs: number;
  readonly changedMs: number;
  readonly signedInMs: number | null;
  readonly hasPassword: boolean;
  readonly hasSecondFactor: boolean;
  readonly recoveryCodesLeft: number;
  /** The issuer of the account by which the user signs on. */
  readonly signOn: string | null;
}

export function userOf(row: UserRow): User {
  const { id, name, email, grants, disabled, createdMs, signedInMs } = row;
  const space = name.indexOf(" ");
  const first = row.firstNameChars ?? (space < 0 ? name.length : space);
  return {
    ...{ id, name, email, grants, disabled, createdMs, signedInMs },
    firstName: name.slice(0, first).trim(),
    lastName: name.slice(first).trim(),
    changedMs: row.changedMs ?? createdMs,
    hasPassword: row.password !== null,
    hasSecondFactor: row.totp !== null,
    recoveryCodesLeft: row.recovery.length,
    signOn: row.signOn?.issuer ?? null,
  };
}

/** What the audit tells of a user. */
export function toldOf(row: UserRow): AuditFields {
  const { name, email, grants, disabled, passwordMs } = row;
  return {
    ...{ name, email, grants, disabled, passwordMs },
    secondFactor: row.totp !== null,
    recoveryCodes: row.recovery.length,
    signOn: row.signOn?.issuer ?? null,
  };
}

/** Of an entry: whom it befell, and where that counts. */
export function aboutUser(row: UserRow, before?: UserRow): Pick<AuditAsked, "subject" | "pages"> {
  return {
    subject: { kind: "user", id: row.id, name: row.name },
    pages: pagesOf(row.grants, before?.grants ?? []),
  };
}

/** The one form of an address: two that people take for the same have the same (NFKC, lower case, no blanks around it). */
export function emailKey(email: string): string {
  return email.normalize("NFKC").trim().toLowerCase();
}

export function keyOf(secret: string): string {
  return hash("sha256", secret, "hex");
}

type Kind = "user" | "user-email" | "user-sign-on" | "session" | "link";

/** The rows of one kind, by a text each. */
export interface Rows<Row> {
  get(key: string): Row | null;
  all(): readonly (readonly [key: string, row: Row])[];
  put(key: string, row: Row): Change;
  remove(key: string): Change;
}

export function rowsOf<Row>({ tables }: Store, kind: Kind): Rows<Row> {
  return {
    get(key) {
      const held = tables.meta.getBinary([kind, key]);
      return held === undefined ? null : unpackValue<Row>(held);
    },
    all: () =>
      Array.from(tables.meta.getRange({ start: [kind], end: [kind, "\uffff"] }), ({ key, value }) => [
        (key as [string, string])[1],
        unpackValue<Row>(value),
      ]),
    put: (key, row) => ({ table: tables.meta, key: [kind, key], value: packValue(row) }),
    remove: (key) => ({ table: tables.meta, key: [kind, key], value: null }),
  };
}
