// Discord, by the address of a channel's webhook (discord.com/developers/docs/resources/webhook). In: deliveries. Out: embeds.
import { discordBody, greetings } from "../render/message-chat.ts";
import { type Chat, chatChannel } from "./chat-channel.ts";
import type { Posted, Posting } from "./posting.ts";
import type { Channel, Outcome } from "./types.ts";

const chat: Chat = {
  kind: "discord",
  body: discordBody,
  greeting: greetings.discord,
  statuses: { 400: "refused", 401: "gone", 403: "gone", 404: "gone" },
  judge: tooOften,
};

export const createDiscordChannel = (posting: Posting): Channel => chatChannel(chat, posting);

/** Its body says when to come back more exactly than its header, in seconds with a fraction. */
function tooOften({ status, text, retryAfterMs }: Extract<Posted, { kind: "answered" }>): Outcome | null {
  if (status !== 429) return null;
  const said = /"retry_after"\s*:\s*(\d{1,6}(?:\.\d{1,6})?)/.exec(text)?.[1];
  const afterMs = said === undefined ? retryAfterMs : Math.ceil(Number(said) * 1_000);
  return { kind: "later", why: "It answered 429.", afterMs };
}
