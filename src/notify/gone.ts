// Who is reached no more. In: what channels say. Out: rows in the outbox until the control plane has taken them, which alone changes subscribers, and counts
// for mailboxes and telephones what comes back at once together with what comes back later (`bounce.ts`).
import type { Clock } from "../base/clock.ts";
import type { SubscriberKind } from "../model/subscriber.ts";
import type { Outbox } from "../store/outbox.ts";
import { packGone, unpackGone } from "../store/outbox-rows.ts";
import type { GoneReport } from "./wire.ts";

export interface Gone {
  /** One more message came back. */
  bounced(page: string, subscriber: string, kind: SubscriberKind, why: string): void;
  /** The control plane has changed them. */
  taken(page: string, subscribers: readonly string[]): void;
  /** Tells of all whose time has come. */
  tell(): void;
  settled(): Promise<void>;
}

export interface GoneOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  report(gone: readonly GoneReport[]): void;
  onFailure(thrown: unknown): void;
}

export function createGone({ outbox, clock, report, onFailure }: GoneOptions): Gone {
  const { tables, transact } = outbox;
  let last: Promise<unknown> = Promise.resolve();
  const write = (decide: Parameters<typeof transact>[0]): void => {
    last = last.then(() => transact(decide)).then(tell, onFailure);
  };
  /** Of a page of a million some thousands at most; each until the control plane has taken it. */
  const tell = (): void => {
    outbox.refresh();
    const pages = new Map<string, GoneReport>();
    for (const { key, value } of tables.gone.getRange()) {
      const [page, subscriber] = key as [string, string];
      const { why } = unpackGone(value);
      const of = pages.get(page);
      pages.set(page, { page, why, ids: [...(of?.ids ?? []), subscriber] });
    }
    if (pages.size > 0) report([...pages.values()]);
  };
  return {
    bounced(page, subscriber, kind, why) {
      write(() => {
        const key = [page, subscriber];
        const held = tables.gone.getBinary(key);
        const count = 1 + (held === undefined ? 0 : unpackGone(held).count);
        const value = packGone({ kind, atMs: clock.wallMs(), why, count });
        return { value: null, changes: [{ table: tables.gone, key, value }] };
      });
    },
    taken(page, subscribers) {
      const changes = subscribers.map((id) => ({ table: tables.gone, key: [page, id], value: null }));
      last = last.then(() => transact(() => ({ value: null, changes }))).catch(onFailure);
    },
    tell,
    async settled() {
      await last;
    },
  };
}
