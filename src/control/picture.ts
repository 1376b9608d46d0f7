// What one document says of a page, before the documents of a page are put together.
import type { ImportBundle, ImportedIncident } from "../model/command.ts";

export type PicturedPage = ImportBundle["page"];
export type PicturedComponent = ImportBundle["components"][number];

/** One document's share. */
export interface Picture {
  readonly file: string;
  /** null where the document names no page (an incident of its own, a feed). */
  readonly page: PicturedPage | null;
  /** Page id that the document's entries name, where it has no page of its own. */
  readonly pageId: string | null;
  /** The document's own list, in its order. */
  readonly components: readonly PicturedComponent[];
  /** Copies that stand inside incidents. */
  readonly copies: readonly PicturedComponent[];
  readonly incidents: readonly ImportedIncident[];
  /** Set for a feed: the page's host, and what a page that is not known yet would be called. */
  readonly feed: {
    readonly host: string;
    readonly name: string;
    readonly url: string;
    readonly updatedAt: number;
  } | null;
}
