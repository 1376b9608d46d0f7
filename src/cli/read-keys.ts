// Keys from their files. In: paths, as `pharos keygen` wrote them. Out: keys, or a sentence that names the file.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import { openDelegation } from "../snapshot/documents.ts";
import {
  type KeyRole,
  type PublicKey,
  parsePublicKey,
  parseSecretKey,
  type SecretKey,
} from "../snapshot/keys.ts";
import { refusalSentence } from "../snapshot/refusals.ts";
import type { Trust } from "../snapshot/trust.ts";
import { keepDocument } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";
import { keyFiles } from "./key-files.ts";

export interface PublisherKeys {
  readonly secretKey: SecretKey;
  readonly rootKey: PublicKey;
  readonly delegation: Uint8Array;
  readonly delegationPath: string;
  /** What appoints the emergency key; null in a folder that is older than appointments. */
  readonly appointment: Uint8Array | null;
  readonly appointmentPath: string;
}

/** Reads `publisher.key`, `delegation.signed`, `root.pub` and, if it is there, `appointment.signed`. Throws Fault `key-unreadable` or `document-refused`. */
export function readPublisherKeys(folder: string): PublisherKeys {
  const path = join(folder, keyFiles.publisher.secret);
  const secretKey = parseSecretKey(readKeyFile(path).toString("utf8"), "publisher", path);
  const rootKey = readRootKey(join(folder, keyFiles.root.public));
  const delegationPath = join(folder, keyFiles.delegation);
  const delegation = readKeyFile(delegationPath);
  const opened = openDelegation(delegation);
  if (!opened.ok) throw refusedDocument(delegationPath, refusalSentence(opened.reason));
  if (opened.value.value.publisherKey !== secretKey.publicKey) {
    throw refusedDocument(delegationPath, `It names another key than ${path}.`);
  }
  const appointmentPath = join(folder, keyFiles.appointment);
  const appointment = existsSync(appointmentPath) ? readKeyFile(appointmentPath) : null;
  return { secretKey, rootKey, delegation, delegationPath, appointment, appointmentPath };
}

/** The public root key in a file. Throws Fault `key-unreadable`. */
export function readRootKey(path: string): PublicKey {
  return readPublicKey(path, "root");
}

/** The public key of a role in a file. Throws Fault `key-unreadable`. */
export function readPublicKey(path: string, role: KeyRole): PublicKey {
  return parsePublicKey(readKeyFile(path).toString("utf8"), role, path);
}

/** The secret root key in a file. Throws Fault `key-unreadable`. */
export function readRootSecret(path: string): SecretKey {
  return readSecretKey(path, "root");
}

/** The secret key of a role in a file. Throws Fault `key-unreadable`. */
export function readSecretKey(path: string, role: KeyRole): SecretKey {
  return parseSecretKey(readKeyFile(path).toString("utf8"), role, path);
}

/**
 * Stores delegation and appointment of the key folder, so that POPs are sent them: an emergency key must be known before the emergency.
 * Throws Fault `document-refused` where the root did not sign one.
 */
export async function admitDocuments(keys: PublisherKeys, trust: Trust, store: SnapshotStore): Promise<void> {
  await admit(keys.delegationPath, keys.delegation, trust, store);
  if (keys.appointment !== null) await admit(keys.appointmentPath, keys.appointment, trust, store);
}

async function admit(path: string, bytes: Uint8Array, trust: Trust, store: SnapshotStore): Promise<void> {
  const acceptance = trust.accept(bytes);
  if (acceptance.outcome === "refused") throw refusedDocument(path, refusalSentence(acceptance.reason));
  if (acceptance.outcome === "accepted") await keepDocument(store, acceptance.document, bytes);
}

function readKeyFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new Fault(
      "key-unreadable",
      `The key file ${path} cannot be read: ${messageOf(thrown)}.`,
      "Name a file that `pharos keygen --out DIR` made and that this user may read.",
      { cause: thrown },
    );
  }
}

function refusedDocument(path: string, why: string): Fault {
  return new Fault(
    "document-refused",
    `The document ${path} does not hold. ${why}`,
    "Sign a new one with the root key: `pharos keygen`.",
  );
}
