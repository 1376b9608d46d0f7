// What a page takes from visitors, as its publisher signed it. In: the body of `/_inbox`. Out: the key to seal for, and what is answered at which path;
// null for what is none of this release. A POP knows no subscribers: it takes bytes and gives the answer that stands here.
import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import { publicKeyBytes } from "../snapshot/keys.ts";
import { isLanguage, isRoutePath } from "../snapshot/names.ts";

export const inboxFormat = "pharos-inbox/1";

/** What is answered, once the note is kept: another page of the snapshot, or JSON. */
export type InboxAnswer = { readonly see: string } | { readonly status: number; readonly json: Uint8Array };

export interface InboxRule {
  /** The path that the note is under: the same for all languages. */
  readonly as: string;
  readonly language: string | null;
  readonly answer: InboxAnswer;
}

export interface Inbox {
  /** X25519, 32 bytes. */
  readonly key: Uint8Array;
  readonly paths: ReadonlyMap<string, InboxRule>;
}

/** It is signed, so what does not fit is another release's. */
export function inboxOf(body: Uint8Array): Inbox | null {
  const said = body.length > limits.inboxBytesMax ? null : fieldsOf(body);
  const key = typeof said?.key === "string" ? publicKeyBytes(said.key) : null;
  if (key === null || said?.format !== inboxFormat || !isObject(said.paths)) return null;
  const paths = new Map<string, InboxRule>();
  for (const [path, given] of Object.entries(said.paths)) {
    const rule = isObject(given) ? ruleOf(given) : null;
    // A path whose rule is a later release's is not taken from visitors; the others are.
    if (rule !== null) paths.set(path, rule);
  }
  return { key, paths };
}

function ruleOf({ as, language, see, status, json }: Fields): InboxRule | null {
  if (typeof as !== "string" || !isRoutePath(as) || as.length > limits.pathBytesMax) return null;
  if (language !== null && !(typeof language === "string" && isLanguage(language))) return null;
  if (typeof see === "string") return isRoutePath(see) ? { as, language, answer: { see } } : null;
  if (typeof status !== "number" || status < 200 || status > 299 || json === undefined) return null;
  return { as, language, answer: { status, json: Buffer.from(`${JSON.stringify(json)}\n`) } };
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;

function fieldsOf(body: Uint8Array): Fields | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return isObject(value) ? value : null;
  } catch {
    return null; // No JSON: the caller takes nothing.
  }
}
