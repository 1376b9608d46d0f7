// Links by which a reader says something without an account, and what else follows from the key beside the store. In: the look-up key of subscribers.keys.
// Out: tokens of links and what they say, names of deliveries, the key pair of the inbox that visitors' words are sealed for. Nothing of it is kept: a
// backup that has that file has all of it.
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { existsSync } from "node:fs";
import type { Random } from "../base/random.ts";
import { backupPublicKey } from "./backup-seal.ts";
import type { Store } from "./open.ts";
import { lookUpKeyIn, openSubscriberKeys, subscriberKeysFile } from "./subscriber-keys.ts";
import { refuseMissingKeys } from "./subscriber-reading.ts";

/** What whoever has the link may do with the one subscription. Places in a token: what comes later stands at the end. */
export const linkDeeds = ["confirm", "manage", "unsubscribe"] as const;
export type LinkDeed = (typeof linkDeeds)[number];

export interface ReaderLink {
  readonly deed: LinkDeed;
  readonly page: string;
  /** Id of the subscriber. */
  readonly id: string;
  /** When it was given out (ms): of `confirm` the time of the asking, before which no unsubscribing may lie. */
  readonly atMs: number;
}

export interface ReaderLinks {
  /** A token for the address of a link: base64url of deed, time, page and id, a dot, and its keyed tag. */
  linkOf(deed: LinkDeed, page: string, id: string, atMs: number): string;
  /** What a token says; null where these keys did not make it. Whether it is too old is for its reader to say. */
  read(token: string): ReaderLink | null;
  /** What a delivery is called at each attempt (22 letters): the same for the same occasion and subscriber, and nothing to anyone else. */
  deliveryKey(occasion: string, subscriber: string): string;
  /** By which a webhook's messages are signed, as its owner keeps it: `whsec_` and base64 of 32 bytes. `version` rises with each replacement. */
  webhookSecret(page: string, id: string, version: number): string;
  /** What a receiver repeats to show that it wants to be told. */
  challenge(delivery: string): string;
  /** X25519 (RFC 7748), 32 bytes each. */
  readonly inbox: { readonly secret: Uint8Array; readonly publicKey: Uint8Array };
}

const tagBytes = 16;
/** Deed (1), ms (6, big-endian), length of the page (1). */
const headBytes = 8;
const shape = /^([A-Za-z0-9_-]{12,300})\.([A-Za-z0-9_-]{22})$/;

export function readerLinksBy(lookUp: Uint8Array): ReaderLinks {
  const derived = (what: string): Buffer => Buffer.from(hkdfSync("sha256", lookUp, "", what, 32));
  const [linkKey, deliveryKey] = [derived("pharos/reader-link/1"), derived("pharos/delivery/1")];
  const [secret, webhookKey] = [derived("pharos/inbox/1"), derived("pharos/webhook/1")];
  const tagOf = (key: Buffer, said: Uint8Array | string): Buffer =>
    createHmac("sha256", key).update(said).digest().subarray(0, tagBytes);
  return {
    inbox: { secret, publicKey: backupPublicKey(secret) },
    linkOf(deed, page, id, atMs) {
      const pageBytes = Buffer.from(page);
      const head = Buffer.alloc(headBytes);
      head[0] = linkDeeds.indexOf(deed);
      head.writeUIntBE(atMs, 1, 6);
      head[7] = pageBytes.length;
      const said = Buffer.concat([head, pageBytes, Buffer.from(id)]);
      return `${said.toString("base64url")}.${tagOf(linkKey, said).toString("base64url")}`;
    },
    read(token) {
      const [, words = "", tag = ""] = shape.exec(token) ?? [];
      const said = Buffer.from(words, "base64url");
      if (said.length <= headBytes || !timingSafeEqual(tagOf(linkKey, said), Buffer.from(tag, "base64url")))
        return null;
      const deed = linkDeeds[said[0] ?? linkDeeds.length];
      const idAt = headBytes + (said[7] ?? 0);
      if (deed === undefined) return null;
      return {
        deed,
        atMs: said.readUIntBE(1, 6),
        page: said.toString("utf8", headBytes, idAt),
        id: said.toString("utf8", idAt),
      };
    },
    webhookSecret: (page, id, version) =>
      `whsec_${createHmac("sha256", webhookKey).update([page, id, version].join("\0")).digest("base64")}`,
    challenge: (delivery) => tagOf(webhookKey, `challenge\0${delivery}`).toString("base64url"),
    deliveryKey: (occasion, subscriber) =>
      tagOf(deliveryKey, `${occasion}\0${subscriber}`).toString("base64url"),
  };
}

/** For the writer of a store: makes the file of keys where there is no subscriber yet. Throws Fault `store-corrupt`, `disk-full`, `folder-unusable`. */
export async function openReaderLinks(store: Store, random: Random): Promise<ReaderLinks> {
  refuseMissingKeys(store);
  const keys = await openSubscriberKeys(store.folder, random);
  try {
    return readerLinksBy(Uint8Array.from(keys.lookUp));
  } finally {
    keys.close();
  }
}

/** For who only reads the folder; null where there is no file of keys yet. Throws Fault `store-corrupt`, `folder-unusable`. */
export function readReaderLinks(folder: string): ReaderLinks | null {
  const path = subscriberKeysFile(folder);
  return existsSync(path) ? readerLinksBy(lookUpKeyIn(path)) : null;
}
