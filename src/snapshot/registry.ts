// Who is a POP: the registry. In: POPs and a publisher's key, or bytes from anyone. Out: signed bytes, or the POPs and who vouches for them.
// Each publisher speaks for itself: one registry a publisher key holds, the one with the highest serial, for as long as root delegates to the key.
import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import { type Reader, Writer } from "./bytes.ts";
import { keyBytes, type PublicKey, publicKeyFrom, requireKeyBytes, type SecretKey } from "./keys.ts";
import { everything, isPageId, isPageOrEverything, pageCharsMax } from "./names.ts";
import { type Opened, type OpenReason, openAs, type SignedFormat, signAs } from "./signed.ts";
import type { Trust } from "./trust.ts";
import type { PopEntry, Registry } from "./types.ts";

/** A list of pages is bounded by the document's own length; its count has two bytes. */
const listMax = 0xffff;
const drainedFlag = 1;
const revokedFlag = 2;

/** A POP's name: of the same characters as a page's id, so that it may stand in a label, a file name and a DNS name's text. */
export const isPopName = isPageId;
export const popNameCharsMax = pageCharsMax;

export const registryFormat: SignedFormat<Registry> = {
  context: "pharos/registry/1",
  signer: "publisher",
  bytesMax: limits.documentBytesMax,
  write(writer, registry) {
    writer.u64(registry.serial).count(registry.pops.length, limits.popsMax);
    for (const pop of registry.pops.toSorted(byKey)) writePop(writer, pop);
  },
  read(reader) {
    const serial = reader.u64();
    const count = reader.count(limits.popsMax);
    const pops: PopEntry[] = [];
    for (let at = 0; at < count; at++) {
      const pop = readPop(reader);
      const before = pops.at(-1);
      if (before !== undefined && byKey(before, pop) >= 0) reader.stop("not-canonical");
      pops.push(pop);
    }
    return { serial, pops };
  },
};

/** Signed bytes: these are the POPs. In the order of their keys, whatever order they are given in. */
export function signRegistry(registry: Registry, secretKey: SecretKey): Uint8Array {
  return signAs(registryFormat, registry, secretKey);
}

/** A registry whose signature holds, and its signer. What the signer's word is worth is for `acceptRegistry`. */
export function openRegistry(bytes: Uint8Array): Result<Opened<Registry>, OpenReason> {
  return openAs(registryFormat, bytes);
}

/** What became of a registry: `accepted` is to be stored under its signer's key, `known` and `superseded` change nothing. */
export type RegistryAcceptance =
  | { readonly outcome: "accepted" | "known" | "superseded"; readonly key: PublicKey }
  | { readonly outcome: "refused"; readonly reason: OpenReason };

/** Judges a registry against the one that is held of its signer. Of two with one serial the one that came first holds. */
export function acceptRegistry(
  trust: Pick<Trust, "isPublisher">,
  heldOf: (key: PublicKey) => Uint8Array | null,
  bytes: Uint8Array,
): RegistryAcceptance {
  const opened = openAs(registryFormat, bytes, trust.isPublisher);
  if (!opened.ok) return { outcome: "refused", reason: opened.reason };
  const { key, value } = opened.value;
  const held = heldOf(key);
  if (held === null) return { outcome: "accepted", key };
  if (Buffer.compare(held, bytes) === 0) return { outcome: "known", key };
  const before = openRegistry(held);
  const isNewer = !before.ok || value.serial > before.value.value.serial;
  return { outcome: isNewer ? "accepted" : "superseded", key };
}

/** Do these POPs fit into one signed document? Its envelope and serial take less than 256 bytes. */
export function registryFits(pops: readonly PopEntry[]): boolean {
  const writer = new Writer();
  for (const pop of pops) writePop(writer, pop);
  return pops.length <= limits.popsMax && writer.done().length <= limits.documentBytesMax - 256;
}

/** True where a list of pages names this one. */
export function namesPage(pages: readonly string[], page: string): boolean {
  return pages[0] === everything || pages.includes(page);
}

function writePop(writer: Writer, pop: PopEntry): void {
  const flags = (pop.drained ? drainedFlag : 0) | (pop.revoked ? revokedFlag : 0);
  writer.bytes(requireKeyBytes(pop.key)).name(pop.name, popNameCharsMax, isPopName);
  writer.u8(flags).u64(pop.joinedMs).count(pop.pages.length, listMax);
  for (const page of pop.pages.toSorted()) writer.name(page, pageCharsMax, isPageOrEverything);
}

function readPop(reader: Reader): PopEntry {
  const key = publicKeyFrom(reader.bytes(keyBytes));
  const name = reader.name(popNameCharsMax, isPopName);
  const flags = reader.u8();
  if (flags > (drainedFlag | revokedFlag)) reader.stop("not-canonical");
  const joinedMs = reader.u64();
  const pages = readPages(reader);
  return {
    key,
    name,
    pages,
    drained: (flags & drainedFlag) > 0,
    revoked: (flags & revokedFlag) > 0,
    joinedMs,
  };
}

/** Sorted, no doubles, and "all" alone: it would make the others meaningless. */
function readPages(reader: Reader): readonly string[] {
  const count = reader.count(listMax);
  const pages: string[] = [];
  for (let at = 0; at < count; at++) {
    const page = reader.name(pageCharsMax, isPageOrEverything);
    if (page <= (pages.at(-1) ?? "")) reader.stop("not-canonical");
    pages.push(page);
  }
  return pages[0] === everything && count > 1 ? reader.stop("not-canonical") : pages;
}

function byKey(a: PopEntry, b: PopEntry): number {
  return Buffer.compare(requireKeyBytes(a.key), requireKeyBytes(b.key));
}
