// What a visitor said, sealed at the POP. In: notes and keys by seed. Out: who opens them, and who does not.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import {
  isSealedNote,
  noteName,
  notePublicKey,
  openNote,
  sealNote,
  type VisitorNote,
} from "../../src/snapshot/visitor-note.ts";
import { bytesOf, noteSecret } from "./samples.ts";

const to = notePublicKey(noteSecret);
const note: VisitorNote = {
  page: "acme",
  path: "/api/v2/subscribers.json",
  query: "",
  contentType: "application/json",
  body: bytesOf('{"subscriber":{"email":"reader@acme.example"}}'),
  atMs: 1_790_000_000_000,
  language: null,
};

test("note/only the key that it was sealed for opens it", () => {
  const sealed = sealNote(to, note, seededRandom(1));
  expect(openNote(noteSecret, sealed)).toEqual({ ok: true, value: note });
  expect(openNote(seededRandom(2).bytes(32), sealed)).toEqual({ ok: false, reason: "not-for-this-key" });
  expect(Buffer.from(sealed).includes("acme")).toBe(false);
});

test("note/no bit of it can be changed", () => {
  const sealed = sealNote(to, note, seededRandom(1));
  for (let at = 0; at < sealed.length; at++) {
    const altered = new Uint8Array(sealed);
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(openNote(noteSecret, altered).ok).toBe(false);
  }
});

test("note/the same said twice is two notes with two names", () => {
  const random = seededRandom(1);
  const names = [sealNote(to, note, random), sealNote(to, note, random)].map(noteName);
  expect(new Set(names).size).toBe(2);
});

test("note/the longest that may be said fits, and one byte more is a defect of the caller", () => {
  const longest = {
    ...note,
    path: `/${"p".repeat(limits.pathBytesMax - 1)}`,
    query: "q".repeat(limits.noteQueryBytesMax),
    body: new Uint8Array(limits.noteBodyBytesMax),
  };
  const sealed = sealNote(to, longest, seededRandom(1));
  expect(isSealedNote(sealed)).toBe(true);
  expect(openNote(noteSecret, sealed)).toEqual({ ok: true, value: longest });
  const longer = { ...longest, body: new Uint8Array(limits.noteBodyBytesMax + 1) };
  expect(() => sealNote(to, longer, seededRandom(1))).toThrow();
});

test("note/what is too long or begins otherwise is none", () => {
  expect(isSealedNote(new Uint8Array(limits.noteBytesMax + 1))).toBe(false);
  expect(openNote(noteSecret, new Uint8Array(limits.noteBytesMax + 1))).toEqual({
    ok: false,
    reason: "over-limit",
  });
  expect(isSealedNote(bytesOf("PHVN"))).toBe(false);
});

test("note/a public key that agrees with everybody seals nothing", () => {
  expect(() => sealNote(new Uint8Array(32), note, seededRandom(1))).toThrow();
});
