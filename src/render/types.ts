// What render gives to publish: documents that know what they are made of before they are made.
import type { Spans } from "../model/series.ts";
import type { SubscriberKind } from "../model/subscriber.ts";
import type { UpstreamResults } from "../model/upstream-shown.ts";
import type { Incident, PageView } from "../model/view.ts";
import type { Voice } from "./languages.ts";

/** One body to be. `key` names every input: two documents of one path with the same key have the same bytes. */
export interface Document {
  readonly path: string;
  readonly contentType: string;
  readonly cache: "page" | "feed" | "immutable";
  /** True where the body holds the empty banner slot (HTML). */
  readonly slot: boolean;
  /** Present where pages of any site may frame this one. */
  readonly framed?: true;
  /** Since when (ms since the epoch) what it tells stands as it is, where all of it is over; absent where visitors may come for it. */
  readonly settledAt?: number;
  readonly key: string;
  /** Present where the body is no text (pictures): `body()` writes its bytes in base64. */
  readonly encoding?: "base64";
  /** UTF-8 body. Pure: the same view and `asOf` give the same bytes. */
  body(): string;
}

/** A document's body as it is served. */
export function bytesOf({ encoding, body }: Pick<Document, "body" | "encoding">): Uint8Array {
  return encoding === undefined ? new TextEncoder().encode(body()) : Buffer.from(body(), encoding);
}

/** The banner slot as it stands in an HTML body: one of each, the banner goes between. */
export const slotOpen = "<!--pharos:slot-->";
export const slotClose = "<!--/pharos:slot-->";

/** What was measured, by metric; a metric without a point is not in it. Spans are the same object while nothing new was measured. */
export type Charts = ReadonlyMap<string, Spans>;

/** What visitors may say to the page, and how they can be told. */
export interface Offer {
  /** What their words are sealed for: X25519, 32 bytes as base64url. */
  readonly inboxKey: string;
  /** By what subscribers are reached, the one to offer first first. */
  readonly channels: readonly SubscriberKind[];
}

/** What was rendered: the page, the moment (ms), and the page's calendar day of that moment. */
export interface Shown {
  readonly view: PageView;
  readonly charts: Charts;
  /** What vendors say, of this page and others. */
  readonly upstreams: UpstreamResults;
  /** Null: nobody takes what visitors say, and the page has no form. */
  readonly offer: Offer | null;
  readonly asOf: number;
  readonly day: string;
}

/** What changed between two moments of one day, while no path went and no page changed its words. */
export interface Since {
  /** The earlier of the two. */
  readonly before: Shown;
  /** Incidents that are new or changed, and those that name a component which did. */
  readonly incidents: readonly Incident[];
  /** Ids of components that are new or changed, or whose status history did. */
  readonly components: ReadonlySet<string>;
  /** Months (YYYY-MM) in which those of them that are new or changed began. */
  readonly months: ReadonlySet<string>;
}

/** What a kind of document is made from; what is the same in every language is made in the first one's scene. */
export interface Scene extends Shown, Voice {
  /** Null: everything may have changed. */
  readonly since: Since | null;
}

/**
 * A kind of document: gives all documents of that kind, each with its key; bodies are made later, or never. Where `since` says what
 * changed it may leave out those that are as they were; one of few documents gives them all.
 */
export type Kind = (scene: Scene) => Iterable<Document>;
