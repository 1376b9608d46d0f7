// What Slack, Teams and Discord have in common: an address that a channel's members made, and a JSON body. In: how one of them is spoken to. Out: a channel.
import type { LanguageCode } from "../model/language.ts";
import type { SubscriberKind } from "../model/subscriber.ts";
import { type Message, messageOf, type OwnMessage, ownMessageOf } from "../render/message.ts";
import { outcomeOf, type Posted, type Posting } from "./posting.ts";
import { rememberedPerText } from "./remembered.ts";
import type { Channel, Delivery, Outcome } from "./types.ts";

export interface Chat {
  readonly kind: Extract<SubscriberKind, "slack" | "teams" | "discord">;
  body(message: Message, manage: string): string;
  /** What is said first: whoever made the address sees it, and by taking it the address shows that it is one. */
  greeting(own: OwnMessage, manage: string, atMs: number): string;
  /** What its statuses mean beside the usual. */
  readonly statuses: Readonly<Record<number, "gone" | "refused">>;
  /** What its answer says beyond its status. */
  judge?(posted: Extract<Posted, { kind: "answered" }>): Outcome | null;
}

export function chatChannel(chat: Chat, posting: Posting): Channel {
  const messages = rememberedPerText(({ occasion, view, language }) => told(occasion, view, language));

  function bodyOf(delivery: Delivery): string | null {
    const { occasion, view, subscriber, language, links, occurredMs } = delivery;
    if (occasion.kind === "challenge")
      return chat.greeting(ownMessageOf("changed", view, language, subscriber), links.manage, occurredMs);
    const message = messages(delivery);
    return message === null ? null : chat.body(message, links.manage);
  }

  return {
    kind: chat.kind,
    inFlightMax: 32,
    // They allow about one message a second to an address, and some tens to all of their own.
    inFlightPerReceiverMax: 8,
    perSecondMax: null,
    keepsTries: true,
    tells: (kind) =>
      kind === "update" || kind === "reminder" || kind === "postmortem" || kind === "challenge",
    receiverOf: ({ contact }) => URL.parse(contact.endpoint ?? "")?.host ?? "",
    async deliver(delivery, signal) {
      const body = bodyOf(delivery);
      if (body === null) return { kind: "refused", why: "There is nothing to tell any more." };
      const url = delivery.subscriber.contact.endpoint ?? "";
      const posted = await posting.post(
        { url, body, headers: { "content-type": "application/json" } },
        signal,
      );
      const judged = posted.kind === "answered" ? chat.judge?.(posted) : null;
      const outcome = judged ?? outcomeOf(posted, chat.statuses);
      if (posted.kind !== "answered") return outcome;
      const { status } = posted;
      return outcome.kind === "sent" && delivery.occasion.kind === "challenge"
        ? { kind: "confirmed", status }
        : { ...outcome, status };
    },
    close: async () => posting.close(),
  };
}

function told(
  occasion: Delivery["occasion"],
  view: Delivery["view"],
  language: LanguageCode,
): Message | null {
  const { kind } = occasion;
  return kind === "update" || kind === "reminder" || kind === "postmortem"
    ? messageOf(occasion, view, language)
    : null;
}
