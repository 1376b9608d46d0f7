// What render gives to publish: documents that know what they are made of before they are made.

/** One body to be. `key` names every input: two documents of one path with the same key have the same bytes. */
export interface Document {
  readonly path: string;
  readonly contentType: string;
  readonly cache: "page" | "feed" | "immutable";
  /** True where the body holds the empty banner slot (HTML). */
  readonly slot: boolean;
  readonly key: string;
  /** UTF-8 body. Pure: the same view and `asOf` give the same bytes. */
  body(): string;
}
