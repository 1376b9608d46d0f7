// What a visitor said to a page, sealed at the POP for the control plane alone. In: a note and a public key, or bytes from anyone and the secret
// key. Out: sealed bytes, or the note. A POP that is stolen or dishonest can lose notes; those that it took before it cannot read any more.
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import type { Result } from "../base/result.ts";
import { decode, type Reader, Writer } from "./bytes.ts";
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
import { type BoxKind, type BoxReason, boxPublicKey, isBox, openBox, sealBox } from "./sealed-box.ts";
import type { Digest } from "./types.ts";

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

export type NoteReason = BoxReason;

const kind: BoxKind = {
  magic: "PHVN",
  version: 1,
  info: "pharos/note/1",
  bytesMax: limits.noteBytesMax,
};

/** The public key that belongs to 32 secret bytes: what POPs seal for. */
export const notePublicKey = boxPublicKey;

/** Seals for the 32 bytes of a public key: who seals cannot open. Throws where it is no key that anything can be sealed for. */
export function sealNote(publicKey: Uint8Array, note: VisitorNote, random: Random): Uint8Array {
  return sealBox(kind, publicKey, noteFields.write(new Writer(), note).done(), random);
}

/** The note that was sealed for this key. Never throws, whatever the bytes are. */
export function openNote(privateKey: Uint8Array, bytes: Uint8Array): Result<VisitorNote, NoteReason> {
  const plain = openBox(kind, privateKey, bytes);
  return plain.ok ? decode(plain.value, noteFields.read) : plain;
}

/** Its name, by which it is taken in once, however often it arrives. */
export function noteName(bytes: Uint8Array): Digest {
  return digestOf(bytes);
}

/** True where the bytes begin as a note of this release and may be as long: all that can be said of one without the key. */
export function isSealedNote(bytes: Uint8Array): boolean {
  return isBox(kind, bytes);
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
