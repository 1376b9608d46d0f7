// Secrets and keys in files. In: a path, what it should hold. Out: its text, or a Fault that says what is wrong with it.
import { readFileSync } from "node:fs";
import { Fault, messageOf } from "../base/fault.ts";

/** One line, as it goes into a protocol. Throws Fault `key-unreadable`. */
export function secretIn(file: string, what: string): string {
  const secret = textIn(file, what).replace(/\r?\n$/, "");
  // What goes into a line of a protocol must not be able to end it.
  if (/^[^\p{Cc}]{1,4096}$/u.test(secret)) return secret;
  throw unreadable(`${file} does not hold ${what} on one line.`);
}

/** The whole text. Throws Fault `key-unreadable`. */
export function textIn(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (thrown) {
    throw unreadable(`${file}, with ${what}, cannot be read: ${messageOf(thrown)}.`);
  }
}

export function unreadable(sentence: string): Fault {
  return new Fault("key-unreadable", sentence, "Name a file that holds it and that this user may read.");
}
