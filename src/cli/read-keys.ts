// Keys from their files. In: paths, as `pharos keygen` wrote them. Out: keys, or a sentence that names the file.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import { openDelegation } from "../snapshot/documents.ts";
import { type PublicKey, parsePublicKey, parseSecretKey, type SecretKey } from "../snapshot/keys.ts";
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
}

/** Reads `publisher.key`, `delegation.signed` and `root.pub`. Throws Fault `key-unreadable` or `document-refused`. */
export function readPublisherKeys(folder: string): PublisherKeys {
  const path = join(folder, keyFiles.publisher.secret);
  const secretKey = parseSecretKey(readKeyFile(path).toString("utf8"), "publisher", path);
  const rootKey = readRootKey(join(folder, keyFiles.root.public));
  const delegationPath = join(folder, keyFiles.delegation);
  const delegation = readKeyFile(delegationPath);
  const opened = openDelegation(delegation);
  if (!opened.ok) throw refusedDelegation(delegationPath, refusalSentence(opened.reason));
  if (opened.value.value.publisherKey !== secretKey.publicKey) {
    throw refusedDelegation(delegationPath, `It names another key than ${path}.`);
  }
  return { secretKey, rootKey, delegation, delegationPath };
}

/** The public root key in a file. Throws Fault `key-unreadable`. */
export function readRootKey(path: string): PublicKey {
  return parsePublicKey(readKeyFile(path).toString("utf8"), "root", path);
}

/** The secret root key in a file. Throws Fault `key-unreadable`. */
export function readRootSecret(path: string): SecretKey {
  return parseSecretKey(readKeyFile(path).toString("utf8"), "root", path);
}

/** Stores the delegation of the key folder, so that POPs are sent it. Throws Fault `document-refused` where the root did not sign it. */
export async function admitDelegation(
  keys: PublisherKeys,
  trust: Trust,
  store: SnapshotStore,
): Promise<void> {
  const acceptance = trust.accept(keys.delegation);
  if (acceptance.outcome === "refused") {
    throw refusedDelegation(keys.delegationPath, refusalSentence(acceptance.reason));
  }
  if (acceptance.outcome === "accepted") await keepDocument(store, acceptance.document, keys.delegation);
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

function refusedDelegation(path: string, why: string): Fault {
  return new Fault(
    "document-refused",
    `The delegation ${path} does not hold. ${why}`,
    "Sign a new one with the root key: `pharos keygen`.",
  );
}
