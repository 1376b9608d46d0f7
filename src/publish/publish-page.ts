// One page, one generation. In: a maker, what is signed now. Out: a signed snapshot in the store, or nothing where nothing changed.

import type { Offer } from "../render/types.ts";
import type { Maker } from "./maker.ts";
import { loadSigned, type Published } from "./published.ts";
import { keep, type Refused, type SigningContext, signAgain, signedNow } from "./sign-page.ts";

export type Outcome =
  | { readonly kind: "unchanged"; readonly signed: Published; readonly renderedCount: number }
  | { readonly kind: "published"; readonly signed: Published; readonly renderedCount: number }
  | Refused;

/**
 * Publishes a page as of `asOf` (ms) if anything that a reader sees has changed. Throws Fault `disk-full`: then the last generation stays, and the
 * maker is to be told to forget.
 */
export async function publishPage(
  context: SigningContext & { readonly maker: Maker; readonly offer?: (page: string) => Offer | null },
  page: string,
  asOf: number,
  before: Published,
): Promise<Outcome> {
  const { maker, trust, secretKey, store } = context;
  const signer = secretKey.publicKey;
  const order = { page, asOf, epoch: trust.epochOf(page), signer, offer: context.offer?.(page) ?? null };
  const made = await maker.make(order, (objects) => store.stage(objects));
  const { renderedCount } = made;
  if (made.kind === "unchanged") return { kind: "unchanged", signed: before, renderedCount };
  const kept = await keep(context, made, before.head);
  if (kept.kind === "refused") {
    maker.forget(page);
    return kept;
  }
  maker.kept(kept.head);
  const signed = { ...before, head: kept.head, last: { manifest: made.manifest }, signer, pin: null };
  return { kind: "published", signed, renderedCount };
}

/**
 * A page whose content is not the op-log's to change, because it is pinned or was made from a folder: it is signed again where root has
 * raised its epoch or another key signs now, and left alone otherwise.
 */
export async function carryOver(context: SigningContext, asOf: number, before: Published): Promise<Outcome> {
  const { last } = before;
  if (last === null || signedNow(before, context))
    return { kind: "unchanged", signed: before, renderedCount: 0 };
  const { manifest } = last;
  const signed = await signAgain(context, manifest, { hosts: manifest.hosts, asOf }, before);
  if (signed.kind === "refused") return signed;
  return { kind: "published", signed: loadSigned(context.store, manifest.page), renderedCount: 0 };
}
