// Bounces of a control plane, wired. In: its store and subscribers. Out: the desk of the management API.
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { BounceDesk } from "../control/own-bounces.ts";
import { dial } from "../host/dial.ts";
import { isPerson, primaryOf } from "../model/subscriber.ts";
import { bouncesInReport, createBounces } from "../notify/bounce.ts";
import { bounceVendors } from "../notify/bounce-vendors.ts";
import { returnPathsBy } from "../notify/return-path.ts";
import { createBounceCounts } from "../store/bounces.ts";
import type { Store } from "../store/open.ts";
import { readReaderLinks } from "../store/reader-links.ts";
import type { Subscribers } from "../store/subscribers.ts";

/** What a message's receiver said at once. */
export interface Refusing {
  /** An endpoint is quarantined; a mailbox or telephone once it was so often enough. On the device when it resolves. */
  refused(page: string, ids: readonly string[], why: string): Promise<void>;
}

interface Parts {
  readonly store: Store;
  readonly subscribers: Pick<Subscribers, "get" | "list" | "change" | "suppress">;
  readonly clock: Clock;
  readonly log: Log;
  /** Null where no return path is given out. */
  readonly domain: string | null;
}

const reached = ["active", "quarantined"] as const;

export function bouncesOf({ store, subscribers, clock, domain, log }: Parts): BounceDesk & Refusing {
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
    async refused(page, ids, why) {
      for (const id of ids) {
        const kind = (await subscribers.get(page, id))?.kind;
        if (kind !== undefined && isPerson(kind)) await bounces.refused(page, id, why);
        else await subscribers.change(page, [id], { state: "quarantined", why });
      }
    },
    async takeVendor(page, vendor, body, by) {
      const said = bounceVendors[vendor](body);
      if (said === null) return null;
      if (said.kind === "bounces") return { became: await bounces.take(page, said.bounces, by) };
      await visit(said.address, log);
      return { became: [] };
    },
    take: (page, told, by) => bounces.take(page, told, by),
    takeReport: (page, message, by) => bounces.take(page, bouncesInReport(message), by),
  };
}

/** Once, by which a service knows that we want to hear of it. */
async function visit(address: string, log: Log): Promise<void> {
  try {
    const answer = await dial(address, { policy: "foreign", timeoutMs: limits.deliveryAnswerMsMax });
    answer.close();
    if (answer.status >= 300) throw new Fault("unreachable", `It answered ${answer.status}.`, "");
    log.info(`Bounces come from now on: ${new URL(address).host} was told that we take them.`);
  } catch (thrown) {
    log.error(
      `The service of ${new URL(address).host} could not be told that we take bounces: ${messageOf(thrown)}`,
    );
  }
}
