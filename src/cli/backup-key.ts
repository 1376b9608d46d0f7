// The key of backups: its public half lies with the control plane, its secret half with you. In: files. Out: 32 bytes (X25519), or new files.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import type { Random } from "../base/random.ts";
import { keyBytes, keyLine, parseKeyFile, publicKeyFrom } from "../snapshot/keys.ts";
import { backupPublicKey } from "../store/backup-seal.ts";
import { publicMode, secretMode } from "./key-files.ts";

const files = { secret: "backup.key", public: "backup.pub" } as const;

/** When the last backup was made. */
export const lastBackupFile = (data: string): string => join(data, "last-backup");

/** Throws Fault `key-unreadable`. */
export function backupKeyIn(path: string, half: "secret" | "public"): Uint8Array {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (thrown) {
    throw new Fault(
      "key-unreadable",
      `${path} cannot be read: ${messageOf(thrown)}.`,
      `Name the file ${files[half]} that pharos keygen backup wrote.`,
    );
  }
  return parseKeyFile(text, { role: "backup", half }, path);
}

/** Writes a new pair into `folder` and gives the public key. Throws Fault `folder-unusable` where one is there. */
export function makeBackupKey(folder: string, random: Random): string {
  const secret = random.bytes(keyBytes);
  const open = publicKeyFrom(backupPublicKey(secret));
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, files.secret), keyLine("backup", "secret", publicKeyFrom(secret)), {
      flag: "wx",
      mode: secretMode,
      flush: true,
    });
    writeFileSync(join(folder, files.public), keyLine("backup", "public", open), {
      flag: "wx",
      mode: publicMode,
    });
  } catch (thrown) {
    throw new Fault(
      "folder-unusable",
      `The keys cannot be written to ${folder}: ${messageOf(thrown)}.`,
      "Name a folder that has none yet: a key that was overwritten is lost.",
    );
  }
  return open;
}
