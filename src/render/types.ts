// What render gives to publish: documents that know what they are made of before they are made.
import type { PageView } from "../model/view.ts";

/** One body to be. `key` names every input: two documents of one path with the same key have the same bytes. */
export interface Document {
  readonly path: string;
  readonly contentType: string;
  readonly cache: "page" | "feed" | "immutable";
  /** True where the body holds the empty banner slot (HTML). */
  readonly slot: boolean;
  /** Present where pages of any site may frame this one. */
  readonly framed?: true;
  readonly key: string;
  /** UTF-8 body. Pure: the same view and `asOf` give the same bytes. */
  body(): string;
}

/** The banner slot as it stands in an HTML body: one of each, the banner goes between. */
export const slotOpen = "<!--pharos:slot-->";
export const slotClose = "<!--/pharos:slot-->";

/** What a kind of document is made from: the page, the moment (ms), and the page's calendar day of that moment. */
export interface Scene {
  readonly view: PageView;
  readonly asOf: number;
  readonly day: string;
}

/** A kind of document: gives all documents of that kind, each with its key; bodies are made later, or never. */
export type Kind = (scene: Scene) => Iterable<Document>;
