// A POP that feeds others. In: its own store, and word of what its follower took. Out: a feed that hands on what root and publishers signed.
// It signs nothing: where its own source falls silent, so do its heartbeats, and those behind it look for another source within 5 s.
import { openHeartbeat } from "../snapshot/heartbeat.ts";
import { createFeed, type Feed, type FeedOptions } from "./feed.ts";
import type { Follower } from "./follow.ts";

/** What a relay hears of its follower. */
export type Followed = Pick<Follower, "onApplied" | "onDocument" | "onHeartbeat">;

/**
 * A feed over the store that `follower` writes; null where nothing is followed, and only what is held is handed on. A heartbeat is handed
 * on once, for its sequence has to rise to be accepted: relays that follow each other send nothing in circles.
 */
export function createRelay(options: FeedOptions, follower: Followed | null): Feed {
  const feed = createFeed(options);
  /** Root's word for a key is believed at once and handed on once it is kept; a heartbeat that overtook it would be refused behind us. */
  const isIntroduced = (heartbeat: Uint8Array): boolean => {
    const opened = openHeartbeat(heartbeat);
    options.store.refresh();
    return opened.ok && options.store.document("delegation", opened.value.key) !== null;
  };
  const ends = [
    follower?.onApplied(() => feed.announce()),
    follower?.onDocument(() => feed.announce()),
    follower?.onHeartbeat((heartbeat, heads) => {
      if (isIntroduced(heartbeat)) feed.beat(heartbeat, heads);
    }),
  ];
  return {
    ...feed,
    close() {
      for (const end of ends) end?.();
      feed.close();
    },
  };
}
