// What a status format and the round say to each other. In: nothing. Out: shapes.
import type { UpstreamOptions } from "../model/upstream.ts";
import type { ComponentStatus } from "../model/view.ts";

/** What a document says. Finer than what pages show, so that a component can take it over as it is. */
export type Read =
  | {
      readonly ok: true;
      readonly status: ComponentStatus;
      readonly said: string | null;
      readonly updatedAt: number | null;
    }
  /** The document is not what the format says: nothing is guessed from it. `why` is the end of a sentence. */
  | { readonly ok: false; readonly why: string };

/** One status format. Pure: the same document, options and moment give the same answer. */
export interface FormatReader {
  /** The document that is asked for, where somebody named a status page. */
  asks(address: URL, options: UpstreamOptions): string;
  read(text: string, options: UpstreamOptions, nowMs: number): Read;
}

export const unread = (why: string): Read => ({ ok: false, why });

/** The page's own document where only its host was named; else just what was named. */
export const under =
  (document: string) =>
  (address: URL): string =>
    address.pathname === "/" && address.search === "" ? new URL(document, address).href : address.href;

export const asNamed = (address: URL): string => address.href;
