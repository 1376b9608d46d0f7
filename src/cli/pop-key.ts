// A POP's own key. In: the POP's data folder. Out: the key in it. It is made there and never leaves it.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import type { Random } from "../base/random.ts";
import { generateKeyPair, parseSecretKey, type SecretKey } from "../snapshot/keys.ts";
import { popKeyFile, secretMode, writeNewFile } from "./key-files.ts";

/** The key in a POP's folder, made where there is none. Throws Fault `key-unreadable`, `folder-unusable` or `disk-full`. */
export function makePopKey(folder: string, random: Random): SecretKey {
  const path = join(folder, popKeyFile);
  const held = readPopKey(folder);
  if (held !== null) return held;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new Fault(
      "folder-unusable",
      `The folder ${folder} cannot be made: ${messageOf(thrown)}.`,
      "Name a folder with --data that this user may write.",
      { cause: thrown },
    );
  }
  const made = generateKeyPair("pop", random);
  writeNewFile(path, made.secretText, secretMode);
  return made.secretKey;
}

/** The key in a POP's folder, or null where it never joined anything. Throws Fault `key-unreadable`. */
export function readPopKey(folder: string): SecretKey | null {
  const path = join(folder, popKeyFile);
  if (!existsSync(path)) return null;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (thrown) {
    throw new Fault(
      "key-unreadable",
      `The key file ${path} cannot be read: ${messageOf(thrown)}.`,
      "Let this user read it, or move it away and join again with a new token.",
      { cause: thrown },
    );
  }
  return parseSecretKey(text, "pop", path);
}
