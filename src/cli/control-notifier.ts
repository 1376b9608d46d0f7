// The process that tells subscribers. In: a data folder that a control plane writes, words on standard input, how subscribers are told. Out: messages, and
// reports to the control plane. It opens the store to read, alone writes the outbox, and ends with the control plane.
import { createMetrics } from "../base/metrics.ts";
import { goBehindOthers } from "../host/core-turns.ts";
import { linkFramed, selfCommand, spawnFramed } from "../host/process.ts";
import type { PageView } from "../model/view.ts";
import { linkAddress, type VisitorPath, visitorPaths } from "../model/visitor-words.ts";
import { channelsOf } from "../notify/channels.ts";
import { createNotifier } from "../notify/notifier.ts";
import { type NotifierApart, startNotifierApart } from "../notify/notifier-apart.ts";
import { returnPathsBy } from "../notify/return-path.ts";
import type { Links, Recipient } from "../notify/types.ts";
import { type FromNotifier, fromFrame, type ToNotifier, toFrame } from "../notify/wire.ts";
import { baseOf } from "../render/feed-entry.ts";
import { asksOf } from "../store/asks.ts";
import type { Ledger } from "../store/ledger.ts";
import { openStore, type Store } from "../store/open.ts";
import { openOutbox } from "../store/outbox.ts";
import { holdAs } from "../store/outbox-holders.ts";
import { type LinkDeed, type ReaderLinks, readReaderLinks } from "../store/reader-links.ts";
import type { Subscribers } from "../store/subscribers.ts";
import { createWebhookSecrets } from "../store/webhook-secrets.ts";
import type { Refusing } from "./control-bounces.ts";
import type { Context } from "./flags.ts";
import { type NotifyFlags, notifyArgv, notifySettings } from "./notify-flags.ts";

/** Runs until the control plane lets go of it, or is gone. */
export async function runNotifier(
  { data, ...flags }: NotifyFlags & { readonly data: string },
  { clock, random, log }: Context,
): Promise<void> {
  // Editors go first: on a core of their own both have all of it.
  await goBehindOthers();
  const settings = notifySettings(flags);
  const store = openStore({ folder: data, clock, log, role: "reader" });
  const outbox = await openOutbox(data);
  const holder = holdAs(data, Buffer.from(random.bytes(6)).toString("hex"));
  const links = linksIn(data);
  const gone = Promise.withResolvers<void>();
  const link = linkFramed({
    onFrame: (frame) => notifier.take(fromFrame<ToNotifier>(frame)),
    onGone: gone.resolve,
  });
  const domain = settings.mail?.bounceDomain ?? null;
  const metrics = createMetrics();
  const channels = channelsOf({
    ...settings,
    clock,
    metrics,
    returnPath: (page, subscriber) =>
      domain === null ? null : returnPathsBy(links().deliveryKey, domain).addressOf(page, subscriber),
    secretsOf: (page, subscriber) => createWebhookSecrets(store, links()).of(page, subscriber),
    challengeOf: ({ key }) => links().challenge(key),
  });
  const report = (message: FromNotifier): void => link.send(toFrame(message));
  const notifier = createNotifier({
    ...{ store, outbox, holder, channels, linksOf, clock, random, log, metrics, report },
  });
  await gone.promise;
  await notifier.stop();
  await outbox.close();
  holder.release();
  await store.close();
}

/** Nobody is sent anything before there are keys of subscribers. */
function linksIn(folder: string): () => ReaderLinks {
  let held: ReaderLinks | null = null;
  return () => {
    held ??= readReaderLinks(folder);
    if (held === null) throw new TypeError("Notify: a subscriber without keys.");
    return held;
  };
}

/** Addresses of the page as its readers write it. Behind the one to choose stands what was chosen, where no server sees it. */
export function linksOf(
  { page }: PageView,
  { id, kind, components }: Pick<Recipient, "id" | "kind" | "components">,
  links: ReaderLinks,
  askedMs: number,
): Links {
  const base = baseOf(page);
  const to = (path: VisitorPath, deed: LinkDeed): string =>
    linkAddress(base, path, links.linkOf(deed, page.id, id, askedMs));
  // Each letter of a text message is paid for, and a very long address is cut by who shows it.
  const isSaid = kind !== "sms" && components !== null && components.length <= chosenSaidMax;
  const chosen = isSaid ? `#c=${components.map(encodeURIComponent).join(",")}` : "";
  return {
    confirm: to(visitorPaths.confirm, "confirm"),
    manage: `${to(visitorPaths.manage, "manage")}${chosen}`,
    unsubscribe: to(visitorPaths.unsubscribe, "unsubscribe"),
    oneClick: to(visitorPaths.oneClick, "unsubscribe"),
  };
}

/** Components that a link names; ids have some twelve letters. */
const chosenSaidMax = 50;

interface ApartParts extends Pick<Context, "clock" | "random" | "log"> {
  readonly metrics: Parameters<typeof startNotifierApart>[0]["metrics"];
  readonly store: Store;
  readonly ledger: Pick<Ledger, "position" | "onAppend">;
  readonly subscribers: Subscribers;
  readonly bounces: Refusing;
  readonly flags: NotifyFlags;
  /** Only named: the flag is required, the file is not read. */
  readonly keys: string;
}

/** A notifier whose process is this program again. */
export function notifierApart({
  store,
  ledger,
  subscribers,
  bounces,
  flags,
  keys,
  ...parts
}: ApartParts): NotifierApart {
  const { folder, tables, refresh } = store;
  const command = [
    ...selfCommand(),
    ...["control", "--role", "notifier", "--data", folder, "--keys", keys],
    ...notifyArgv(flags),
  ];
  const notifier = startNotifierApart({
    ...parts,
    start: (onFrame) => spawnFramed({ command, onFrame }),
    isNeeded() {
      if ((flags.post ?? []).length > 0) return true;
      refresh();
      const range = { start: ["subscriber"], end: ["subscriber", "\uffff"], limit: 1 };
      return Array.from(tables.meta.getKeys(range)).length > 0;
    },
    position: () => ledger.position(),
    async onGone(page, ids, why) {
      await bounces.refused(page, ids, why);
    },
    async onConfirmed(page, id, askedMs, atMs) {
      const word = { kind: "confirm", askedMs, atMs, by: "its endpoint" } as const;
      await subscribers.hear(page, [{ note: null, of: { id }, word }]);
    },
    async onAsked(until) {
      const asks = asksOf(store);
      while (!(await asks.forget(until)));
    },
  });
  ledger.onAppend(() => notifier.wake());
  return notifier;
}
