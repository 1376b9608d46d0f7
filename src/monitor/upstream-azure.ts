// Azure's status feed (RSS). In: the feed, which holds what is going on and nothing else. Out: how all of it, or what one word names, is.
// No item is operational: the feed is empty on most days. An item is degraded, an outage where its title says so.

import { asNamed, type FormatReader, unread } from "./upstream-types.ts";
import { isAbout, readFeed } from "./upstream-xml.ts";

export const azure: FormatReader = {
  asks: asNamed,
  read(text, { component }) {
    const feed = readFeed(text);
    if (!feed.ok) return unread(feed.why);
    const open = feed.entries.filter(
      (entry) =>
        !/\b(resolved|mitigated)\b/i.test(entry.title) &&
        (component === undefined || isAbout(component, entry)),
    );
    const isOutage = open.some(({ title }) => /outage|unavailab/i.test(title));
    return {
      ok: true,
      status: open.length === 0 ? "operational" : isOutage ? "partial_outage" : "degraded_performance",
      said: open[0]?.title ?? null,
      updatedAt: feed.updatedAt,
    };
  },
};
