// Bounces of a control plane, wired. In: its store and subscribers. Out: the desk of the management API.
import type { Clock } from "../base/clock.ts";
import type { BounceDesk } from "../control/own-bounces.ts";
import { primaryOf } from "../model/subscriber.ts";
import { bouncesInReport, createBounces } from "../notify/bounce.ts";
import { returnPathsBy } from "../notify/return-path.ts";
import { createBounceCounts } from "../store/bounces.ts";
import type { Store } from "../store/open.ts";
import { readReaderLinks } from "../store/reader-links.ts";
import type { Subscribers } from "../store/subscribers.ts";

interface Parts {
  readonly store: Store;
  readonly subscribers: Pick<Subscribers, "get" | "list" | "change" | "suppress">;
  readonly clock: Clock;
  /** Null where no return path is given out. */
  readonly domain: string | null;
}

const reached = ["active", "quarantined"] as const;

export function bouncesOf({ store, subscribers, clock, domain }: Parts): BounceDesk {
  const bounces = createBounces({
    clock,
    counts: createBounceCounts(store),
    returnPaths() {
      if (domain === null) return null;
      const links = readReaderLinks(store.folder);
      return links && returnPathsBy(links.deliveryKey, domain);
    },
    addressees: {
      async find(page, address) {
        const asked = { kind: "email", states: reached, text: address, incident: null } as const;
        const found = await subscribers.list(page, {
          ...asked,
          ...{ sort: "primary", descending: false, offset: 0, limit: 100 },
        });
        const isIt = (email: string): boolean => email.toLowerCase() === address.toLowerCase();
        return found.filter((one) => isIt(primaryOf(one.kind, one.contact))).map(({ id }) => id);
      },
      async isReachable(page, id) {
        const state = (await subscribers.get(page, id))?.state;
        return state === "active" || state === "quarantined";
      },
      async quarantine(page, id, why, by) {
        await subscribers.change(page, [id], { state: "quarantined", why }, by);
      },
      async suppress(page, id, by) {
        const one = await subscribers.get(page, id);
        if (one !== null) await subscribers.suppress(page, [one], "complaint", by);
      },
    },
  });
  return {
    take: (page, told, by) => bounces.take(page, told, by),
    takeReport: (page, message, by) => bounces.take(page, bouncesInReport(message), by),
  };
}
