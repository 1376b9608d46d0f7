// All channels there are, by what is configured. In: settings, ways out. Out: channels. One more is a file (`channel-*.ts`) and a line here.
import type { Clock } from "../base/clock.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Allowed, DialPolicy } from "../host/dial.ts";
import { type ChannelKind, chatAlone } from "../model/subscriber.ts";
import { createDiscordChannel } from "./channel-discord.ts";
import { createEmailChannel, type EmailParts } from "./channel-email.ts";
import { createSlackChannel } from "./channel-slack.ts";
import { createSmsChannel, type SmsOptions } from "./channel-sms.ts";
import { createSocialChannel } from "./channel-social.ts";
import { createTeamsChannel } from "./channel-teams.ts";
import { createWebhookChannel, type WebhookOptions } from "./channel-webhook.ts";
import type { MailSettings } from "./mail-settings.ts";
import { createPosting, type Posting } from "./posting.ts";
import type { Account } from "./social-types.ts";
import type { Channel } from "./types.ts";

export interface ChannelParts
  extends Pick<WebhookOptions, "secretsOf" | "challengeOf">,
    Pick<EmailParts, "returnPath"> {
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Null: none is sent. */
  readonly mail: MailSettings | null;
  /** The operator's own accounts; none: nothing is posted. */
  readonly social: readonly {
    readonly page: string | null;
    open(posting: Posting): Account;
  }[];
  readonly sms: Pick<SmsOptions, "url" | "account" | "from" | "token"> | null;
  /** Networks in which webhooks and chats may be although they are private. */
  readonly allowed: Allowed;
  readonly perSecond: ReadonlyMap<ChannelKind, number>;
}

/** Connections that are kept to one receiver: as many messages of it are under way at most. */
const perHostMax = 64;

export function channelsOf(parts: ChannelParts): readonly Channel[] {
  const { clock, mail, sms, social, allowed, perSecond } = parts;
  const way = (policy: DialPolicy): Posting => createPosting({ clock, policy, allowed, perHostMax });
  const chats = [createSlackChannel, createTeamsChannel, createDiscordChannel].map((make) =>
    make(way("foreign")),
  );
  const channels = [
    ...(mail === null ? [] : [createEmailChannel({ ...parts, settings: mail })]),
    ...(sms === null ? [] : [createSmsChannel({ ...parts, ...sms, posting: way("configured") })]),
    withChats(createWebhookChannel({ ...parts, posting: way("foreign") }), chats),
    ...chats,
    ...(social.length === 0 ? [] : [socialChannelOf(social, way("configured"))]),
  ];
  return channels.map((channel) => ({ ...channel, perSecondMax: perSecond.get(channel.kind) ?? null }));
}

function socialChannelOf(social: ChannelParts["social"], posting: Posting): Channel {
  return createSocialChannel(
    social.map(({ page, open }) => ({ page, account: open(posting) })),
    posting,
  );
}

/**
 * A webhook that was stored before its host was known for a chat, or by who did not know, is spoken to in the chat's words: its host answers 400 to all
 * others. A place that may be a program's all the same, such as a Logic App, is left as it is.
 */
export function withChats(webhook: Channel, chats: readonly Channel[]): Channel {
  return {
    ...webhook,
    async deliver(delivery, signal) {
      const kind = chatAlone(delivery.subscriber.contact.endpoint ?? "");
      const chat = chats.find((one) => one.kind === kind);
      if (chat === undefined) return webhook.deliver(delivery, signal);
      return chat.tells(delivery.occasion.kind)
        ? chat.deliver(delivery, signal)
        : { kind: "refused", why: "Chats are not told of a component alone." };
    },
  };
}
