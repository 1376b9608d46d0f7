// A control plane's store with a page, subscribers, and a notifier beside it, in one process. In: a clock, a channel. Out: what the channel was given.
import { onTestFinished } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics, type Metrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Command } from "../../src/model/command.ts";
import {
  type NewSubscriber,
  noContact,
  type Subscriber,
  type SubscriberKind,
} from "../../src/model/subscriber.ts";
import { createNotifier, type Notifier } from "../../src/notify/notifier.ts";
import type { Channel, Delivery, Outcome } from "../../src/notify/types.ts";
import type { FromNotifier } from "../../src/notify/wire.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { type Outbox, openOutbox } from "../../src/store/outbox.ts";
import { holdAs } from "../../src/store/outbox-holders.ts";
import { createSubscribers } from "../../src/store/subscribers.ts";
import { memoryPlace } from "../store/stores.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

export const page = "acme";

/** Waits for what happens by itself, in turns of the event loop and never by a time of ours. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`It did not come to this: ${what}.`);
    await new Promise((resume) => setImmediate(resume));
  }
}

export interface TestChannel extends Channel {
  readonly given: Delivery[];
  /** What becomes of the next ones; the promise of one may stay open. */
  answer: (delivery: Delivery, signal: AbortSignal) => Outcome | Promise<Outcome>;
}

export const sent: Outcome = { kind: "sent", receipt: null };

export function testChannel(kind: SubscriberKind, more: Partial<Channel> = {}): TestChannel {
  const given: Delivery[] = [];
  const channel: TestChannel = {
    kind,
    inFlightMax: 20,
    inFlightPerReceiverMax: 4,
    perSecondMax: null,
    tells: () => true,
    receiverOf: ({ contact }) => (contact.endpoint === null ? "mail" : new URL(contact.endpoint).host),
    given,
    answer: () => sent,
    async deliver(delivery, signal) {
      given.push(delivery);
      return channel.answer(delivery, signal);
    },
    close: async () => undefined,
    ...more,
  };
  return channel;
}

export const subscriber = (
  kind: SubscriberKind,
  address: string,
  more: Partial<NewSubscriber> = {},
): NewSubscriber => ({
  kind,
  state: "active",
  contact: kind === "email" ? { ...noContact, email: address } : { ...noContact, endpoint: address },
  components: null,
  incident: null,
  accessUser: null,
  skipConfirmation: false,
  ...more,
});

export async function world(clock: Clock = manualClock(), seed = 7) {
  const folder = mkdtempSync(join(memoryPlace(), "pharos-notify-"));
  const store = openStore({ folder, clock, log: silentLog });
  const random = seededRandom(seed);
  const ledger = openLedger({ store, clock, random, region: "eu", log: silentLog });
  const subscribers = createSubscribers({ store, log: silentLog, random });
  const readers: { close(): Promise<void> }[] = [];
  const notifiers: Notifier[] = [];
  let outbox: Outbox | null = null;
  onTestFinished(async () => {
    // What hangs is called off when its while is over, on the clock of the test.
    for (const notifier of notifiers)
      await Promise.all([notifier.stop(), "advance" in clock && (clock as ManualClock).advance(60_000)]);
    for (const reader of readers) await reader.close();
    await outbox?.close();
    await subscribers.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const submit = async (command: Command): Promise<string> => {
    const done = await ledger.submit(command.kind === "page.create" ? null : page, command, "ann");
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    return done.id;
  };
  await submit({
    kind: "page.create",
    id: page,
    fields: { name: "Acme", url: "https://status.acme.example" },
  });
  for (const id of ["api", "web"]) await submit({ kind: "component.create", id, fields: { name: id } });
  const from = ledger.position();
  let names = 0;
  return {
    ...{ clock, folder, store, ledger, subscribers, submit, from },
    async add(...wanted: NewSubscriber[]): Promise<readonly Subscriber[]> {
      const added = await subscribers.add(page, wanted);
      return added.map((done) => {
        if (!done.ok) throw new Error("It is there already.");
        return done.value;
      });
    },
    /** One more notifier over the same folder. */
    async notifier(channels: readonly Channel[], metrics: Metrics = createMetrics()) {
      const reports: FromNotifier[] = [];
      const reader = openStore({ folder, clock, log: silentLog, role: "reader" });
      // LMDB is opened once in a process; between processes it is another test's.
      outbox ??= await openOutbox(folder);
      const holder = holdAs(folder, `n${++names}`);
      readers.push(reader);
      const notifier = createNotifier({
        ...{ store: reader, outbox, holder, channels, clock, random, metrics, log: silentLog },
        linksOf: () => ({ confirm: "", manage: "", unsubscribe: "", oneClick: "" }),
        report: (message) => reports.push(message),
      });
      notifiers.push(notifier);
      const wake = (): void => notifier.take({ does: "wake", from });
      return { notifier, outbox, holder, reports, wake };
    },
  };
}
