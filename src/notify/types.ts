// What engine and channels say to each other. In: nothing. Out: types. A channel is one file, `channel-*.ts`, one line in `channels.ts` and one test.
import type { LanguageCode } from "../model/language.ts";
import type { Occasion } from "../model/occasion.ts";
import type { ChannelKind, Subscriber } from "../model/subscriber.ts";
import type { PageView } from "../model/view.ts";
import type { SubscriberLanes } from "../store/subscriber-lanes.ts";
import type { OpenRow } from "../store/subscriber-rows.ts";

/** Addresses that are this subscriber's own: whoever has one may do what it says, without an account. */
export interface Links {
  readonly confirm: string;
  readonly manage: string;
  /** A page with a button. */
  readonly unsubscribe: string;
  /** Takes a POST and nothing else (RFC 8058). */
  readonly oneClick: string;
}

/** Who is told: a subscriber, or an account of the operator's, whose id is its name. */
export type Recipient = Omit<Subscriber, "kind"> & { readonly kind: ChannelKind };

/** A row of one, without its contact. */
type RecipientRow = Pick<OpenRow, "id" | "state" | "components" | "incident"> & {
  readonly kind: ChannelKind;
};

/** Where those that a channel tells are read: rows of subscribers, or what is configured. */
export interface Recipients {
  /** As `SubscriberLanes`. */
  next(
    page: string,
    after: string,
    rows: number,
    meant: Parameters<SubscriberLanes["next"]>[3],
  ): string | null;
  row(page: string, id: string): RecipientRow | null;
  open(page: string, row: RecipientRow): Recipient | null;
  pageRowOf(page: string, recipient: Recipient): RecipientRow | null;
}

/** One message to one subscriber. */
export interface Delivery {
  /** The same at each attempt (a keyed name of occasion and subscriber, 22 letters): receivers know by it what they have already. */
  readonly key: string;
  /** From 1. */
  readonly attempt: number;
  readonly occasion: Occasion;
  /** When it happened (ms since the epoch), by the data's own time. */
  readonly occurredMs: number;
  /** The page as it is told of: of one occasion and `revision` the same object, by which channels keep what they made of it. */
  readonly view: PageView;
  /** Rises with each correction of the text. */
  readonly revision: number;
  readonly subscriber: Recipient;
  /** One of the page's. */
  readonly language: LanguageCode;
  readonly links: Links;
}

/**
 * What became of it. `confirmed`: sent, and by its answer the receiver wants what it is subscribed to (a challenge was repeated). `later`: worth another try, after `afterMs` where the receiver said so. `gone`: nobody is reached there any more, the subscriber is
 * quarantined. `refused`: this message will never be taken, it becomes a dead letter.
 */
export type Outcome = (
  | { readonly kind: "sent"; readonly receipt: string | null }
  | { readonly kind: "confirmed" }
  | { readonly kind: "later"; readonly why: string; readonly afterMs: number | null }
  | { readonly kind: "gone"; readonly why: string }
  | { readonly kind: "refused"; readonly why: string }
) & {
  /** What it was answered over HTTP. */
  readonly status?: number;
};

export interface Channel {
  readonly kind: ChannelKind;
  /** Messages on their way at once. After a kill, at most so many are sent twice. */
  readonly inFlightMax: number;
  /** Messages of one receiver on their way at once: one that hangs holds no more than these. */
  readonly inFlightPerReceiverMax: number;
  /** Null: as fast as receivers take them. */
  readonly perSecondMax: number | null;
  /** Whether each try is kept for who runs the receiver (`store/outbox-tries.ts`). */
  readonly keepsTries?: true;
  /** Whether it tells of such a thing at all. */
  tells(occasion: Occasion["kind"]): boolean;
  /** Who takes it: a host, where many subscribers share one. */
  receiverOf(subscriber: Recipient): string;
  /** Of a channel that tells others than subscribers: who they are of a page. */
  readonly recipients?: Recipients & { of(page: string): readonly string[] };
  /** Never rejects; ends by itself within its time (`limits.delivery…MsMax`), sooner where `signal` is aborted. */
  deliver(delivery: Delivery, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}
