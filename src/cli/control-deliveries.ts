// How far subscribers are told, wired. In: a store, whose folder has the outbox; the process that sends. Out: the desk of the management API and the admin pages.
import { limits } from "../base/limits.ts";
import type { DeliveryDesk } from "../control/own-deliveries.ts";
import type { NotifierApart } from "../notify/notifier-apart.ts";
import { auditOf } from "../store/audit.ts";
import type { Store } from "../store/open.ts";
import { type ProgressReader, progressIn } from "../store/outbox-progress.ts";

interface Parts {
  readonly store: Store;
  readonly notifier: Pick<NotifierApart, "replay">;
  /** Of the store's folder where it is not given. */
  readonly progress?: ProgressReader;
}

export function deliveriesOf({
  store,
  notifier,
  progress = progressIn(store.folder),
}: Parts): DeliveryDesk & Pick<ProgressReader, "close"> {
  return {
    list: progress.list,
    dead: progress.dead,
    tries: progress.tries,
    close: progress.close,
    async replay({ id, name }, { job, one }, by) {
      const most = limits.deadLettersPerReplay;
      const found = progress.dead(id, { job, one, offset: 0, limit: most + 1 });
      const dead = found.slice(0, most).map(({ kind, subscriber }) => ({ job, kind, subscriber }));
      if (dead.length === 0) return { again: 0, more: false };
      if (!notifier.replay(dead)) return null;
      await auditOf(store).record({
        ...by,
        what: "deliveries.replay",
        subject: { kind: "page", id, name },
        pages: [id],
        before: null,
        after: { delivery: job, messages: dead.length },
      });
      return { again: dead.length, more: found.length > most };
    },
  };
}
