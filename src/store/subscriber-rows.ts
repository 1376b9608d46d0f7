// One subscriber as a row of the store. In: a subscriber, its slot, its key. Out: bytes, and back. What names a person is sealed.
// AES-256-GCM, a key each; page and id are authenticated with it, so that no row can pass for another.
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import type { Random } from "../base/random.ts";
import { type LanguageCode, languageCodes } from "../model/language.ts";
import {
  type Consent,
  type Contact,
  identityOf,
  type NewSubscriber,
  noContact,
  type Subscriber,
  subscriberKinds,
  subscriberStates,
} from "../model/subscriber.ts";
import type { Course } from "../model/subscription.ts";
import { packValue, unpackValue } from "./values.ts";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
const lookUpBytes = 16;

/** What a row says without its key. */
export interface OpenRow extends Omit<Subscriber, "contact"> {
  readonly slot: number;
  readonly sealed: Uint8Array;
}

/** Rows are lists, so that names do not double their length. What comes later is added at the end. */
type Packed = readonly [
  slot: number,
  kind: number,
  state: number,
  createdMs: number,
  quarantinedMs: number | null,
  skipConfirmation: boolean,
  components: readonly string[] | null,
  incident: string | null,
  accessUser: string | null,
  sealed: Uint8Array,
  consent?:
    | readonly [way: number, atMs: number, by: string, askedMs?: number | null, source?: string | null]
    | null,
  language?: string | null,
  course?:
    | readonly [
        wish: readonly [atMs: number, components: readonly string[] | null, language: string | null] | null,
        unsubscribedMs: number | null,
        chosenMs: number | null,
        askedMs: number | null,
        unreachableMs: number | null,
        why: string | null,
      ]
    | null,
];

const consentWays = ["operator", "reader"] as const;

export function packRow(row: OpenRow): Uint8Array {
  const packed: unknown[] = [
    row.slot,
    subscriberKinds.indexOf(row.kind),
    subscriberStates.indexOf(row.state),
    row.createdMs,
    row.quarantinedMs,
    row.skipConfirmation,
    row.components,
    row.incident,
    row.accessUser,
    row.sealed,
    row.consent && consentIn(row.consent),
    row.language,
    row.course ? courseIn(row.course) : null,
  ] satisfies Packed;
  return packValue(shortened(packed));
}

export function unpackRow(id: string, bytes: Uint8Array): OpenRow {
  const packed = unpackValue<Packed>(bytes);
  const [slot, kind, state, createdMs, quarantinedMs, skip, components, incident, accessUser, sealed] =
    packed;
  return {
    ...{ id, slot, createdMs, quarantinedMs, components, incident, accessUser, sealed },
    kind: subscriberKinds[kind] ?? "email",
    state: subscriberStates[state] ?? "unsubscribed",
    skipConfirmation: skip,
    consent: consentOf(packed[10]),
    language: languageOf(packed[11]),
    course: courseOf(packed[12]),
  };
}

/** What is not known takes no room at the end. */
function shortened(packed: readonly unknown[]): unknown[] {
  return packed.slice(0, packed.findLastIndex((it) => it !== null) + 1);
}

const consentIn = ({ way, atMs, by, askedMs, source }: Consent) =>
  shortened([consentWays.indexOf(way), atMs, by, askedMs ?? null, source ?? null]) as unknown as NonNullable<
    Packed[10]
  >;

/** Rows of releases that did not note it have none. */
function consentOf(packed: Packed[10]): Consent | null {
  if (packed === undefined || packed === null) return null;
  const [way, atMs, by, askedMs = null, source = null] = packed;
  return {
    ...{ way: consentWays[way] ?? "operator", atMs, by },
    ...(askedMs === null ? {} : { askedMs }),
    ...(source === null ? {} : { source }),
  };
}

const languageOf = (said: string | null | undefined): LanguageCode | null =>
  languageCodes.find((code) => code === said) ?? null;

const courseIn = ({ wish, ...course }: Course): NonNullable<Packed[12]> => [
  wish && [wish.atMs, wish.components, wish.language],
  ...([course.unsubscribedMs, course.chosenMs, course.askedMs, course.unreachableMs] as const),
  course.why,
];

function courseOf(packed: Packed[12]): Course | null {
  if (packed === undefined || packed === null) return null;
  const [wish, unsubscribedMs, chosenMs, askedMs, unreachableMs, why] = packed;
  return {
    wish: wish && { atMs: wish[0], components: wish[1], language: languageOf(wish[2]) },
    ...{ unsubscribedMs, chosenMs, askedMs, unreachableMs, why },
  };
}

export interface Name {
  readonly page: string;
  readonly id: string;
}

const boundTo = ({ page, id }: Name): Uint8Array => Buffer.from(`pharos/subscriber/1 ${page} ${id}`);

/** nonce, sealed contact, tag. */
export function seal(name: Name, contact: Contact, key: Uint8Array, random: Random): Uint8Array {
  const said = Object.fromEntries(Object.entries(contact).filter(([, value]) => value !== null));
  const nonce = random.bytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(boundTo(name));
  return Buffer.concat([nonce, cipher.update(packValue(said)), cipher.final(), cipher.getAuthTag()]);
}

/** null where the key is not this row's, or the row was altered. */
export function unseal(name: Name, sealed: Uint8Array, key: Uint8Array): Contact | null {
  if (sealed.length < nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(boundTo(name)).setAuthTag(sealed.subarray(-tagBytes));
  try {
    const said = decipher.update(sealed.subarray(nonceBytes, -tagBytes));
    decipher.final();
    return { ...noContact, ...unpackValue<Partial<Contact>>(said) };
  } catch {
    // The cipher's one way to say that the tag does not fit.
    return null;
  }
}

/** By what a contact is found without being readable: a keyed hash of kind, subject and identity. */
export function lookUpOf(
  page: string,
  { kind, contact, incident }: Pick<NewSubscriber, "kind" | "contact" | "incident">,
  key: Uint8Array,
): string {
  return createHmac("sha256", key)
    .update([page, incident ?? "", kind, identityOf(kind, contact)].join("\0"))
    .digest()
    .subarray(0, lookUpBytes)
    .toString("base64url");
}
