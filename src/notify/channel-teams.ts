// Microsoft Teams, by the address of a workflow or of an incoming webhook. In: deliveries. Out: adaptive cards.
import { greetings, teamsBody } from "../render/message-chat.ts";
import { type Chat, chatChannel } from "./chat-channel.ts";
import type { Posting } from "./posting.ts";
import type { Channel } from "./types.ts";

const chat: Chat = {
  kind: "teams",
  body: teamsBody,
  greeting: greetings.teams,
  statuses: { 400: "refused", 401: "gone", 403: "gone", 404: "gone" },
  // Older webhooks answer 200 with a sentence where they are asked too often (learn.microsoft.com, "Rate limiting for connectors").
  judge: ({ status, text }) =>
    status === 200 && /HTTP error 429/.test(text)
      ? { kind: "later", why: "It answered that it is asked too often.", afterMs: null }
      : null,
};

export const createTeamsChannel = (posting: Posting): Channel => chatChannel(chat, posting);
