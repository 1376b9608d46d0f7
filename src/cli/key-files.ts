// The files of new keys. In: a folder, what the publisher may publish. Out: three key pairs and what root says of two of them, on the disk.
import { lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import type { Random } from "../base/random.ts";
import { signAppointment, signDelegation } from "../snapshot/documents.ts";
import {
  generateKeyPair,
  type KeyPair,
  type PublicKey,
  publicTextOf,
  type SecretKey,
} from "../snapshot/keys.ts";

/** Names of the files that `pharos keygen --out` writes. */
export const keyFiles = {
  root: { secret: "root.key", public: "root.pub" },
  publisher: { secret: "publisher.key", public: "publisher.pub" },
  emergency: { secret: "emergency.key", public: "emergency.pub" },
  delegation: "delegation.signed",
  appointment: "appointment.signed",
} as const;

/** Keys of an installation: a POP makes its own at its own place. */
export type InstallationRole = "root" | "publisher" | "emergency";

/** File of a POP's own key, in its data folder. */
export const popKeyFile = "pop.key";

export const secretMode = 0o600;
export const publicMode = 0o644;

export interface NewKeys {
  readonly folder: string;
  readonly pages: readonly string[];
  readonly hosts: readonly string[];
  readonly serial: number;
}

/**
 * Makes root, publisher and emergency keys, the delegation of the one and the appointment of the other, and writes them into `folder`.
 * Throws Fault `folder-unusable` where a file is there already: a key that was overwritten is lost.
 */
export function makeKeys(wanted: NewKeys, random: Random): Readonly<Record<InstallationRole, string>> {
  const root = generateKeyPair("root", random);
  const publisher = generateKeyPair("publisher", random);
  const emergency = generateKeyPair("emergency", random);
  writeNew(wanted.folder, [
    ...filesOf(root, "root"),
    ...publisherFiles(publisher, wanted, root.secretKey),
    ...emergencyFiles(emergency, wanted, root.secretKey),
  ]);
  return { root: root.publicKey, publisher: publisher.publicKey, emergency: emergency.publicKey };
}

/**
 * Makes another publisher key of an installation, its delegation, and the public root key beside them: a folder for `pharos control --keys`.
 * Throws as `makeKeys` does.
 */
export function makePublisherKey(wanted: NewKeys, rootKey: SecretKey, random: Random): PublicKey {
  const publisher = generateKeyPair("publisher", random);
  writeNew(wanted.folder, [
    { name: keyFiles.root.public, content: publicTextOf(rootKey), mode: publicMode },
    ...publisherFiles(publisher, wanted, rootKey),
  ]);
  return publisher.publicKey;
}

/** Makes another emergency key of an installation and its appointment. Throws as `makeKeys` does. */
export function makeEmergencyKey(
  wanted: Omit<NewKeys, "hosts">,
  rootKey: SecretKey,
  random: Random,
): PublicKey {
  const emergency = generateKeyPair("emergency", random);
  writeNew(wanted.folder, emergencyFiles(emergency, wanted, rootKey));
  return emergency.publicKey;
}

function filesOf(pair: KeyPair, role: InstallationRole): readonly NewFile[] {
  const names = keyFiles[role];
  return [
    { name: names.secret, content: pair.secretText, mode: secretMode },
    { name: names.public, content: pair.publicText, mode: publicMode },
  ];
}

function publisherFiles(pair: KeyPair, wanted: NewKeys, rootKey: SecretKey): readonly NewFile[] {
  const { pages, hosts, serial } = wanted;
  const content = signDelegation({ publisherKey: pair.publicKey, pages, hosts, serial }, rootKey);
  return [...filesOf(pair, "publisher"), { name: keyFiles.delegation, content, mode: publicMode }];
}

function emergencyFiles(
  pair: KeyPair,
  { pages, serial }: Omit<NewKeys, "hosts">,
  rootKey: SecretKey,
): readonly NewFile[] {
  const content = signAppointment({ emergencyKey: pair.publicKey, pages, serial }, rootKey);
  return [...filesOf(pair, "emergency"), { name: keyFiles.appointment, content, mode: publicMode }];
}

interface NewFile {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly mode: number;
}

function writeNew(folder: string, files: readonly NewFile[]): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw unwritable(folder, thrown);
  }
  // All are looked for before any is written, so that a refusal leaves no half set behind.
  for (const { name } of files) {
    if (lstatSync(join(folder, name), { throwIfNoEntry: false }) === undefined) continue;
    throw new Fault(
      "folder-unusable",
      `${join(folder, name)} exists, and keys are never overwritten.`,
      "Name a new folder with --out, or move the old keys away.",
    );
  }
  for (const { name, content, mode } of files) writeNewFile(join(folder, name), content, mode);
}

/** Writes a file that must not exist yet, flushed. Throws Fault `folder-unusable` or `disk-full`. */
export function writeNewFile(path: string, content: string | Uint8Array, mode: number): void {
  try {
    writeFileSync(path, content, { flag: "wx", mode, flush: true });
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
}

function unwritable(path: string, thrown: unknown): Fault {
  const full = (thrown as NodeJS.ErrnoException).code === "ENOSPC";
  return new Fault(
    full ? "disk-full" : "folder-unusable",
    `${path} cannot be written: ${messageOf(thrown)}.`,
    "Name a place with --out that this user may write and that is not taken.",
    { cause: thrown },
  );
}
