// Who makes generations. In: orders, one a page at a time. Out: what the next generation is made of, for someone else to sign and keep.
// It remembers of each page what was rendered last; it writes nothing and holds no key, so it may be another process (maker-apart.ts).
import { Fault } from "../base/fault.ts";
import type { GiveWay } from "../base/slices.ts";
import type { PageView } from "../model/view.ts";
import type { Head } from "../snapshot/types.ts";
import { chartsOf } from "../store/charts.ts";
import type { Apply, SnapshotStore } from "../store/types.ts";
import type { SeriesSource } from "./charts.ts";
import { type Made, type MadePage, makePage, type Terms } from "./make-page.ts";
import { loadPublished, type Published } from "./published.ts";
import type { UpstreamSource } from "./upstreams.ts";

export interface Order extends Terms {
  readonly page: string;
}

export interface Maker {
  /** What differs from the generation before. Bodies beyond `limits.madeBytesMax` go to `stage` ahead. */
  make(order: Order, stage: (objects: Apply["objects"]) => Promise<void>): Promise<Made>;
  /** What was made last of the page is in the store, under this head. */
  kept(head: Head): void;
  /** What the store holds of the page is not what was made last. */
  forget(page: string): void;
  /** Ends what it started. */
  stop(): Promise<void>;
}

export interface MakerOptions {
  readonly store: SnapshotStore;
  /** The page as it is now. */
  view(page: string): PageView | null;
  /** Points of metrics; without it pages have no charts. */
  readonly series?: Pick<SeriesSource, "spans"> | undefined;
  /** What vendors say; without it nothing is known of them. */
  readonly upstreams?: Pick<UpstreamSource, "results"> | undefined;
  readonly giveWay?: GiveWay;
}

interface Known {
  readonly published: Published;
  /** Made, and not known to be in the store. */
  readonly after: MadePage["after"] | null;
}

/** Makes generations in this process. */
export function createMaker({ store, view, series, upstreams, giveWay }: MakerOptions): Maker {
  const pages = new Map<string, Known>();
  return {
    async make({ page, ...terms }, stage) {
      const now = view(page);
      if (now === null)
        throw new Fault("not-found", `There is no page ${page} to publish.`, "It is looked at again.");
      const before = pages.get(page)?.published ?? loadPublished(store, page);
      pages.delete(page);
      const charts = chartsOf(now, series ?? null);
      const vendors = now.upstreams.length === 0 ? undefined : upstreams?.results();
      const { made, after } = await makePage({ store, stage, giveWay }, now, terms, before, charts, vendors);
      const same = made.kind === "unchanged";
      pages.set(page, same ? { published: after(null), after: null } : { published: before, after });
      return made;
    },
    kept(head) {
      const known = pages.get(head.page);
      if (known?.after) pages.set(head.page, { published: known.after(head), after: null });
    },
    forget: (page) => void pages.delete(page),
    stop: async () => undefined,
  };
}
