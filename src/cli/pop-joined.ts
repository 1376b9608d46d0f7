// What a POP has joined. In: the documents that a control plane answered with, the POP's key, root keys where they are known. Out: its own entry,
// who signed the registry, and which roots vouch for the signer.
import { Fault } from "../base/fault.ts";
import { openDelegation } from "../snapshot/documents.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import { openRegistry } from "../snapshot/registry.ts";
import { createTrust } from "../snapshot/trust.ts";

export interface JoinedWhat {
  readonly name: string;
  readonly key: PublicKey;
  readonly pages: readonly string[];
  readonly serial: number;
  /** POPs of the registry, revoked ones not counted. */
  readonly pops: number;
  readonly publisher: PublicKey;
  /** Roots that delegate to the publisher. */
  readonly roots: readonly PublicKey[];
}

/** Throws Fault `document-refused` where no registry lists the key, or none that one of `rootKeys` vouches for. */
export function joinedWhat(
  documents: readonly Uint8Array[],
  key: PublicKey,
  rootKeys: readonly PublicKey[],
  url: string,
): JoinedWhat {
  const delegations = documents.flatMap((bytes) => {
    const opened = openDelegation(bytes);
    return opened.ok ? [{ bytes, root: opened.value.key, publisher: opened.value.value.publisherKey }] : [];
  });
  const accepted = rootKeys.length > 0 ? rootKeys : delegations.map(({ root }) => root);
  const trust = createTrust({ rootKeys: accepted, documents: delegations.map(({ bytes }) => bytes) });
  for (const bytes of documents) {
    const opened = openRegistry(bytes);
    if (!opened.ok || !trust.isPublisher(opened.value.key)) continue;
    const { key: publisher, value } = opened.value;
    const own = value.pops.find((pop) => pop.key === key && !pop.revoked);
    if (own === undefined) continue;
    const roots = delegations
      .filter((one) => one.publisher === publisher && accepted.includes(one.root))
      .map(({ root }) => root);
    const pops = value.pops.filter(({ revoked }) => !revoked).length;
    return {
      name: own.name,
      key,
      pages: own.pages,
      serial: value.serial,
      pops,
      publisher,
      roots: [...new Set(roots)],
    };
  }
  throw new Fault(
    "document-refused",
    rootKeys.length > 0
      ? `${url} answered with no registry that lists this POP and that the given root keys vouch for.`
      : `${url} answered with no registry that lists this POP.`,
    "Check the address, and --root-key: it must name the root.pub of that installation.",
  );
}
