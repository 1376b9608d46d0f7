// The whole of a store, checked as a young POP would. In: an open store, root keys. Out: counts, and a sentence for each thing that does not hold.
// Reads every body: generations share most of theirs, so what was looked at once is not looked at again.
import { gunzipSync } from "node:zlib";
import { messageOf } from "../base/fault.ts";
import { digestOf } from "../snapshot/digest.ts";
import { openDelegation } from "../snapshot/documents.ts";
import { openEmergency } from "../snapshot/emergency.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import { openManifest } from "../snapshot/manifest.ts";
import { refusalSentence } from "../snapshot/refusals.ts";
import { openRegistry } from "../snapshot/registry.ts";
import { checkBody, checkPart, type SnapshotReason } from "../snapshot/tree.ts";
import { createTrust, type Refusal, type Trust } from "../snapshot/trust.ts";
import type { Digest, Head, Manifest, Route, Variant } from "../snapshot/types.ts";
import { loadGenerations } from "../store/generations.ts";
import type { Store } from "../store/open.ts";
import { trustOf } from "../store/trusted.ts";
import { pageMeant } from "./page-choice.ts";

export interface Found {
  readonly documents: number;
  readonly generations: number;
  readonly parts: number;
  readonly bodies: number;
  /** Bodies of lazy routes that are not here: a POP fetches them later, a publisher has all. */
  readonly later: number;
  /** Whole sentences, each naming what it is about. */
  readonly wrong: readonly string[];
}

export interface VerifyOptions {
  /** None: whoever signed the delegations in the store is taken for root. */
  readonly rootKeys: readonly PublicKey[];
  /** One page alone. */
  readonly page: string | undefined;
  onPage(at: number, of: number): void;
}

interface Looking {
  readonly store: Store;
  readonly trust: Trust;
  readonly parts: Set<Digest>;
  readonly bodies: Set<Digest>;
  readonly later: Set<Digest>;
  readonly wrong: string[];
}

type Say = (why: string) => void;

/** Holds up its process until it is through. */
export function verifyStore(store: Store, { rootKeys: given, page: named, onPage }: VerifyOptions): Found {
  const rootKeys = given.length > 0 ? given : rootKeysIn(store);
  const looking: Looking = {
    store,
    trust: trustOf(store.snapshots, rootKeys),
    parts: new Set(),
    bodies: new Set(),
    later: new Set(),
    wrong: [],
  };
  const documents = verifyDocuments(looking, rootKeys);
  const pages =
    named === undefined
      ? store.snapshots.heads().map(({ page }) => page)
      : [pageMeant(store.snapshots, named)];
  let generations = 0;
  for (const [at, page] of pages.entries()) {
    onPage(at, pages.length);
    // A page is read from one transaction, so that no sweep takes anything from under it; a longer one would hold up the writer's sweeping.
    store.refresh();
    generations += attempt(looking, `Page ${page}`, () => verifyPage(looking, page));
  }
  const { parts, bodies, later, wrong } = looking;
  return {
    documents,
    generations,
    parts: parts.size,
    bodies: bodies.size,
    later: later.difference(bodies).size,
    wrong,
  };
}

/** What LMDB itself cannot read is one more sentence. */
function attempt(looking: Looking, what: string, look: () => number): number {
  try {
    return look();
  } catch (thrown) {
    looking.wrong.push(`${what} cannot be read: ${messageOf(thrown)}.`);
    return 0;
  }
}

function rootKeysIn(store: Store): readonly PublicKey[] {
  return store.snapshots.documents("delegation").flatMap(({ bytes }) => {
    const opened = openDelegation(bytes);
    return opened.ok ? [opened.value.key] : [];
  });
}

function verifyDocuments({ store, wrong }: Looking, rootKeys: readonly PublicKey[]): number {
  const trust = createTrust({ rootKeys });
  let count = 0;
  for (const { key, value } of store.tables.documents.getRange()) {
    const [kind, subject] = key as [string, string];
    const reason = documentReason(trust, kind, new Uint8Array(value));
    if (reason !== null) wrong.push(`The ${kind} of ${subject} does not hold. ${refusalSentence(reason)}`);
    count++;
  }
  return count;
}

/** Whose word an emergency or a registry is worth changes with time, so of these the signature alone is asked for. */
function documentReason(trust: Trust, kind: string, bytes: Uint8Array): Refusal | null {
  if (kind === "emergency" || kind === "registry") {
    const opened = kind === "emergency" ? openEmergency(bytes) : openRegistry(bytes);
    return opened.ok ? null : opened.reason;
  }
  const acceptance = trust.accept(bytes);
  return acceptance.outcome === "refused" ? acceptance.reason : null;
}

function verifyPage(looking: Looking, page: string): number {
  const { store, wrong } = looking;
  const kept = loadGenerations(store.tables).get(page) ?? [];
  const current = store.snapshots.head(page);
  if (kept.at(-1)?.head.manifest !== current?.manifest)
    wrong.push(`Page ${page} leads to a generation that is not the last one kept.`);
  for (const { head } of kept) {
    const say: Say = (why) => void wrong.push(`Page ${page}, generation ${head.generation}: ${why}`);
    const manifest = manifestOf(looking, head, head.manifest === current?.manifest, say);
    for (const index of manifest?.parts.keys() ?? [])
      if (manifest !== null) verifyPart(looking, manifest, index, say);
  }
  return kept.length;
}

/** Of the current generation all must hold that a POP asks for; of an earlier one, whose key may be revoked since, the signature. */
function manifestOf({ store, trust }: Looking, head: Head, isCurrent: boolean, say: Say): Manifest | null {
  const bytes = store.snapshots.tree(head.manifest);
  const sayOf = (reason: Refusal | SnapshotReason): null => {
    say(`its manifest does not hold. ${refusalSentence(reason)}`);
    return null;
  };
  if (bytes === null) return sayOf("missing");
  if (digestOf(bytes) !== head.manifest) return sayOf("digest-mismatch");
  const opened = openManifest(bytes);
  if (!opened.ok) return sayOf(opened.reason);
  const check = isCurrent ? trust.checkManifest(bytes, null) : null;
  if (check?.ok === false) sayOf(check.reason);
  const { page, epoch, generation } = opened.value.value;
  if (page !== head.page || epoch !== head.epoch || generation !== head.generation)
    say(`its manifest is that of page ${page}, epoch ${epoch}, generation ${generation}.`);
  return opened.value.value;
}

function verifyPart(looking: Looking, manifest: Manifest, index: number, say: Say): void {
  const { store, parts } = looking;
  const name = manifest.parts[index] ?? "";
  if (parts.has(name)) return;
  parts.add(name);
  const bytes = store.snapshots.tree(name);
  const part = bytes === null ? null : checkPart(bytes, manifest, index);
  if (part?.ok !== true) say(`its part ${name} does not hold. ${refusalSentence(part?.reason ?? "missing")}`);
  else for (const route of part.value.routes) verifyRoute(looking, route, say);
}

function verifyRoute({ store, bodies, later }: Looking, { path, lazy, variants }: Route, say: Say): void {
  for (const encoding of ["identity", "gzip", "br", "zstd"] as const) {
    const variant = variants[encoding];
    if (variant === undefined || bodies.has(variant.digest)) continue;
    if (lazy && !store.snapshots.hasObject(variant.digest)) {
      later.add(variant.digest);
      continue;
    }
    bodies.add(variant.digest);
    const bytes = store.snapshots.object(variant.digest);
    const reason =
      bodyReason(bytes, variant) ?? (encoding === "gzip" ? gzipReason(bytes, variants.identity) : null);
    if (reason !== null) say(`${path} in ${encoding} does not hold. ${refusalSentence(reason)}`);
  }
}

function bodyReason(bytes: Uint8Array | null, variant: Variant): SnapshotReason | null {
  const body = bytes === null ? null : checkBody(bytes, variant);
  if (body === null) return "missing";
  return body.ok ? null : body.reason;
}

/** POPs make the identity body out of the gzip form: it must be in there. */
function gzipReason(bytes: Uint8Array | null, identity: Variant): SnapshotReason | null {
  try {
    const inflated = gunzipSync(bytes ?? new Uint8Array(), { maxOutputLength: Math.max(1, identity.length) });
    return bodyReason(inflated, identity);
  } catch {
    return "not-gzip";
  }
}
