// /_inbox: what a page takes from visitors. In: a scene. Out: one document for POPs: the key that words are sealed for, and what is answered at which path.
// It changes with the languages of the page and with nothing else of it.
import { keyOf } from "./key.ts";
import { voicesOf } from "./languages.ts";
import type { Document, Offer, Scene } from "./types.ts";

export const inboxPath = "/_inbox";

/** By path in the first language: where a visitor is led. */
const leads = {
  "/subscribe": "/subscribe/asked",
  "/subscribe/confirm": "/subscribe/confirmed",
  "/subscribe/manage": "/subscribe/managed",
  "/unsubscribe": "/unsubscribed",
} as const;

/** For programs, which are told in English. */
const programs = {
  "/api/v2/subscribers.json": {
    as: "/api/v2/subscribers.json",
    language: null,
    status: 201,
    json: { message: "Where this can be reached and is not subscribed yet, it is asked to confirm." },
  },
  // RFC 8058, 3.1: who takes the one click for a reader follows no redirect.
  "/unsubscribe/one-click": {
    as: "/unsubscribe",
    language: null,
    status: 200,
    json: { message: "Unsubscribed." },
  },
} as const;

/** What else than the page an offer adds, for keys. */
export const offerPrint = (offer: Offer | null): string =>
  offer === null ? "" : [offer.inboxKey, ...offer.channels].join();

export function* inboxFile({ view: { page }, offer, since }: Scene): Iterable<Document> {
  if (since !== null || offer === null) return;
  const spoken = voicesOf(page).flatMap(({ code, path }) =>
    Object.entries(leads).map(([as, see]) => [path(as), { as, language: code, see: path(see) }] as const),
  );
  const paths = { ...Object.fromEntries(spoken), ...programs };
  const body = JSON.stringify({ format: "pharos-inbox/1", key: offer.inboxKey, paths });
  yield {
    path: inboxPath,
    contentType: "application/json; charset=utf-8",
    slot: false,
    cache: "page",
    key: keyOf("inbox", [body]),
    body: () => body,
  };
}
