// Notes of visitors on their way to the source. In: sealed notes, or a body of anyone. Out: a body, or the notes; names, and back.
import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import { decode, Writer } from "../snapshot/bytes.ts";
import { digestBytes, digestBytesLength, digestFrom } from "../snapshot/digest.ts";
import type { Digest } from "../snapshot/types.ts";
import { isSealedNote } from "../snapshot/visitor-note.ts";

export const notesPath = "/sync/notes";

/** Of one request. */
export const notesBodyBytesMax =
  limits.notesBatchBytesMax + limits.notesPerBatchMax * 2 + limits.noteBytesMax;

/** What a POP brings: under which key it follows (empty: it never joined), and notes. */
export interface NotesRequest {
  readonly key: string;
  readonly notes: readonly Uint8Array[];
}

const keyCharsMax = 43;
const isKeyText = (text: string): boolean => /^[A-Za-z0-9_-]*$/.test(text);

/** The key (name8), then notes one after the other, each behind its length (2 bytes). */
export function encodeNotes({ key, notes }: NotesRequest): Uint8Array {
  const writer = new Writer().name(key, keyCharsMax, isKeyText);
  for (const bytes of notes) writer.u16(bytes.length).bytes(bytes);
  return Buffer.from(writer.done());
}

/** Null where it is no such request, one of its notes is none, or they are more than one request has. */
export function decodeNotes(body: Uint8Array): NotesRequest | null {
  const read = decode(body, (reader) => {
    const key = reader.name(keyCharsMax, isKeyText);
    const notes: Uint8Array[] = [];
    for (let left = body.length - 1 - key.length; left > 0; ) {
      const size = reader.count(limits.noteBytesMax);
      if (notes.length >= limits.notesPerBatchMax) reader.stop("over-limit");
      const note = new Uint8Array(reader.bytes(size));
      if (!isSealedNote(note)) reader.stop("bad-magic");
      notes.push(note);
      left -= size + 2;
    }
    return { key, notes };
  });
  return read.ok ? read.value : null;
}

/** Names, 32 bytes each. */
export function encodeNames(names: readonly Digest[]): Uint8Array {
  return Buffer.concat(names.map(digestBytes));
}

export function decodeNames(bytes: Uint8Array): readonly Digest[] {
  const count = Math.floor(bytes.length / digestBytesLength);
  return Array.from({ length: count }, (_none, at) =>
    digestFrom(bytes.subarray(at * digestBytesLength, (at + 1) * digestBytesLength)),
  );
}
