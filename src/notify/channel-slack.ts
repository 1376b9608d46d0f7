// Slack, by the address of an incoming webhook (docs.slack.dev, "Sending messages using incoming webhooks"). In: deliveries. Out: Block Kit.
import { greetings, slackBody } from "../render/message-chat.ts";
import { type Chat, chatChannel } from "./chat-channel.ts";
import type { Posting } from "./posting.ts";
import type { Channel } from "./types.ts";

const chat: Chat = {
  kind: "slack",
  body: slackBody,
  greeting: greetings.slack,
  // 400: the body is none; 403 (action_prohibited), 404 (no_service, channel_not_found): the address was taken back.
  statuses: { 400: "refused", 403: "gone", 404: "gone" },
};

export const createSlackChannel = (posting: Posting): Channel => chatChannel(chat, posting);
