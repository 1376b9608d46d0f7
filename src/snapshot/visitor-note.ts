// What a visitor said to a page, sealed at the POP for the control plane alone. In: a note and a public key, or bytes from anyone and the secret
// key. Out: sealed bytes, or the note. A POP that is stolen or dishonest can lose notes; those that it took before it cannot read any more.
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv } from "node:crypto";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import { type Result, refuse } from "../base/result.ts";
import { type DecodeReason, decode, type Reader, Writer } from "./bytes.ts";
import { digestOf } from "./digest.ts";
import {
  contentTypeCharsMax,
  isContentType,
  isLanguage,
  isPageId,
  isRoutePath,
  languageCharsMax,
  pageCharsMax,
} from "./names.ts";
import type { Digest } from "./types.ts";
import { keyBetween, publicOf, secretHandle, x25519Bytes } from "./x25519.ts";

export interface VisitorNote {
  readonly page: string;
  /** As the page's inbox names it, without the language: `/subscribe`, `/api/v2/subscribers.json`. */
  readonly path: string;
  /** Without the question mark; empty without one. As it was sent. */
  readonly query: string;
  readonly contentType: string;
  readonly body: Uint8Array;
  /** When the POP took it (ms since the epoch), by the POP's clock. */
  readonly atMs: number;
  /** In which the visitor read the form; null where none was said. */
  readonly language: string | null;
}

export type NoteReason = DecodeReason | "not-for-this-key"; // sealed for another key, or altered

const magic = "PHVN";
const version = 1;
const info = "pharos/note/1";
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = magic.length + 1 + x25519Bytes + nonceBytes;

/** The public key that belongs to 32 secret bytes: what POPs seal for. */
export function notePublicKey(privateKey: Uint8Array): Uint8Array {
  return publicOf(secretHandle(privateKey));
}

/** Seals for the 32 bytes of a public key: who seals cannot open. Throws where it is no key that anything can be sealed for. */
export function sealNote(publicKey: Uint8Array, note: VisitorNote, random: Random): Uint8Array {
  const own = secretHandle(random.bytes(x25519Bytes));
  const sender = publicOf(own);
  const key = keyBetween({ own, other: publicKey, sender, receiver: publicKey, info });
  const nonce = random.bytes(nonceBytes);
  const head = new Writer().head(magic, version).bytes(sender).bytes(nonce).done();
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(head);
  const said = cipher.update(noteFields.write(new Writer(), note).done());
  return new Uint8Array(Buffer.concat([head, said, cipher.final(), cipher.getAuthTag()]));
}

/** The note that was sealed for this key. Never throws, whatever the bytes are. */
export function openNote(privateKey: Uint8Array, bytes: Uint8Array): Result<VisitorNote, NoteReason> {
  if (bytes.length > limits.noteBytesMax) return refuse("over-limit");
  const sealed = decode(bytes, (reader) => readSealed(reader, bytes.length));
  if (!sealed.ok) return sealed;
  const plain = opened(privateKey, bytes.subarray(0, headBytes), sealed.value);
  return plain === null ? refuse("not-for-this-key") : decode(plain, noteFields.read);
}

/** Its name, by which it is taken in once, however often it arrives. */
export function noteName(bytes: Uint8Array): Digest {
  return digestOf(bytes);
}

/** True where the bytes begin as a note of this release and may be as long: all that can be said of one without the key. */
export function isSealedNote(bytes: Uint8Array): boolean {
  return (
    bytes.length <= limits.noteBytesMax && decode(bytes, (reader) => readSealed(reader, bytes.length)).ok
  );
}

interface Sealed {
  readonly sender: Uint8Array;
  readonly nonce: Uint8Array;
  readonly said: Uint8Array;
  readonly tag: Uint8Array;
}

function readSealed(reader: Reader, length: number): Sealed {
  reader.head(magic, version);
  const sender = reader.bytes(x25519Bytes);
  const nonce = reader.bytes(nonceBytes);
  const said = reader.bytes(Math.max(0, length - headBytes - tagBytes));
  return { sender, nonce, said, tag: reader.bytes(tagBytes) };
}

function opened(
  privateKey: Uint8Array,
  head: Uint8Array,
  { sender, nonce, said, tag }: Sealed,
): Buffer | null {
  const own = secretHandle(privateKey);
  try {
    const key = keyBetween({ own, other: sender, sender, receiver: publicOf(own), info });
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(head).setAuthTag(tag);
    return Buffer.concat([decipher.update(said), decipher.final()]);
  } catch {
    return null; // The tag does not fit, or the sender's key agrees with everybody: the caller says what that means.
  }
}

/** What is sealed. */
export const noteFields = {
  write(writer: Writer, note: VisitorNote): Writer {
    return writer
      .name(note.page, pageCharsMax, isPageId)
      .name(note.path, limits.pathBytesMax, isRoutePath)
      .text(note.query, limits.noteQueryBytesMax)
      .name(note.contentType, contentTypeCharsMax, isContentType)
      .name(note.language ?? "", languageCharsMax, isLanguageOrNone)
      .u64(note.atMs)
      .count(note.body.length, limits.noteBodyBytesMax)
      .bytes(note.body);
  },
  read(reader: Reader): VisitorNote {
    const page = reader.name(pageCharsMax, isPageId);
    const path = reader.name(limits.pathBytesMax, isRoutePath);
    const query = reader.text(limits.noteQueryBytesMax);
    const contentType = reader.name(contentTypeCharsMax, isContentType);
    const language = reader.name(languageCharsMax, isLanguageOrNone);
    const atMs = reader.u64();
    const body = new Uint8Array(reader.bytes(reader.count(limits.noteBodyBytesMax)));
    return { page, path, query, contentType, body, atMs, language: language === "" ? null : language };
  },
};

const isLanguageOrNone = (text: string): boolean => text === "" || isLanguage(text);
