// What chats are told: Slack's Block Kit, an adaptive card for Teams, an embed for Discord. In: a message, the subscriber's link. Out: a JSON body.
// What people wrote is text there: it mentions nobody, and is no markup but its own.
import { chatText, markdownMarkup, slackMarkup } from "./chat-text.ts";
import type { Message, OwnMessage } from "./message.ts";
import { secondIso } from "./moment.ts";
import { light } from "./palette.ts";
import type { Mark } from "./severity.ts";

/** Longer texts are read on the page: a channel is no place for them. */
const textCharsMax = 1_500;
/** Slack's header, the shortest title of the three. */
const titleCharsMax = 150;
const partsMax = 10;

/** Of a message or of what is said of a subscription, as every chat shows it. */
interface Card {
  readonly title: string;
  readonly line: string;
  readonly body: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly mark: Mark;
  /** What the card's button leads to. */
  readonly address: string;
  readonly act: string;
  readonly manage: string;
  readonly manageAct: string;
  readonly atMs: number;
}

export function slackBody(message: Message, manage: string): string {
  return JSON.stringify(slackOf(cardOf(message, manage)));
}

export function teamsBody(message: Message, manage: string): string {
  return JSON.stringify(teamsOf(cardOf(message, manage)));
}

export function discordBody(message: Message, manage: string): string {
  return JSON.stringify(discordOf(cardOf(message, manage)));
}

/** The first message of a channel, by which it is seen that it takes them. */
export const greetings = {
  slack: (own: OwnMessage, manage: string, atMs: number) =>
    JSON.stringify(slackOf(greetingOf(own, manage, atMs))),
  teams: (own: OwnMessage, manage: string, atMs: number) =>
    JSON.stringify(teamsOf(greetingOf(own, manage, atMs))),
  discord: (own: OwnMessage, manage: string, atMs: number) =>
    JSON.stringify(discordOf(greetingOf(own, manage, atMs))),
} as const;

function cardOf(message: Message, manage: string): Card {
  const { voice, state, name, when, window, parts } = message;
  const { component, message: words } = voice.words;
  const facts = parts
    .slice(0, partsMax)
    .map(({ name: part, status }) => [part, status === null ? "" : component[status]] as const);
  return {
    title: cut(`${state}: ${message.title}`, titleCharsMax),
    line: [name, window ?? when].join(" · "),
    body: message.told.body,
    facts: parts.length > partsMax ? [...facts, ["…", `+${parts.length - partsMax}`]] : facts,
    mark: message.mark,
    address: message.address,
    act: words.details,
    manage,
    manageAct: words.manage,
    atMs: message.toldMs,
  };
}

function greetingOf({ voice, name, home, parts, title }: OwnMessage, manage: string, atMs: number): Card {
  const { message: words } = voice.words;
  const chosen = [...parts, ...(title === null ? [] : [title])];
  return {
    title: cut(name, titleCharsMax),
    line: words.changed.lead(name),
    body: "",
    facts: (chosen.length === 0 ? [words.everything] : chosen.slice(0, partsMax)).map((part) => [part, ""]),
    mark: "inf",
    address: home,
    act: words.details,
    manage,
    manageAct: words.manage,
    atMs,
  };
}

/** https://docs.slack.dev/reference/block-kit/blocks */
function slackOf(card: Card) {
  const { plain, strong, link } = slackMarkup;
  const text = chatText(card.body, slackMarkup, textCharsMax);
  const facts = card.facts.map(([name, value]) =>
    value === "" ? plain(name) : `${strong(plain(name))}: ${plain(value)}`,
  );
  const section = (said: string) => ({
    type: "section",
    text: { type: "mrkdwn", text: cut(said, 3_000), verbatim: true },
  });
  return {
    // What a notification shows, and readers of screens say.
    text: plain(card.title),
    unfurl_links: false,
    blocks: [
      { type: "header", text: { type: "plain_text", text: card.title, emoji: false } },
      ...[text, facts.join("\n")].filter((said) => said !== "").map(section),
      {
        type: "context",
        elements: [
          {
            type: "mrkdwn",
            text: [
              plain(card.line),
              link(plain(card.act), card.address),
              link(plain(card.manageAct), card.manage),
            ].join(" · "),
            verbatim: true,
          },
        ],
      },
    ],
  };
}

/** https://adaptivecards.io/explorer, version 1.4, in the envelope of Teams' workflows and incoming webhooks. */
function teamsOf(card: Card) {
  const { plain } = markdownMarkup;
  const text = chatText(card.body, markdownMarkup, textCharsMax);
  const block = (said: string, more: object = {}) => ({ type: "TextBlock", text: said, wrap: true, ...more });
  const tone = {
    ok: "good",
    deg: "warning",
    par: "warning",
    maj: "attention",
    mnt: "accent",
    inf: "accent",
  } as const;
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          body: [
            block(plain(card.title), { size: "large", weight: "bolder", color: tone[card.mark] }),
            block(plain(card.line), { isSubtle: true, spacing: "none" }),
            ...(text === "" ? [] : [block(text)]),
            {
              type: "FactSet",
              facts: card.facts.map(([title, value]) => ({
                title: plain(title),
                value: value === "" ? " " : plain(value),
              })),
            },
          ],
          actions: [
            { type: "Action.OpenUrl", title: card.act, url: card.address },
            { type: "Action.OpenUrl", title: card.manageAct, url: card.manage },
          ],
        },
      },
    ],
  };
}

/** https://discord.com/developers/docs/resources/webhook: an embed, which mentions nobody. */
function discordOf(card: Card) {
  const { plain, link } = markdownMarkup;
  const text = chatText(card.body, markdownMarkup, textCharsMax);
  return {
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: cut(plain(card.title), 256),
        url: card.address,
        description: cut(
          [text, link(plain(card.manageAct), card.manage)].filter((said) => said !== "").join("\n\n"),
          4_096,
        ),
        color: Number.parseInt(light[card.mark].slice(1), 16),
        fields: card.facts.map(([name, value]) => ({
          name: cut(plain(name), 256),
          value: value === "" ? "\u200b" : value,
          inline: true,
        })),
        footer: { text: cut(card.line, 2_048) },
        timestamp: secondIso(card.atMs),
      },
    ],
  };
}

function cut(text: string, charsMax: number): string {
  const points = [...text];
  return points.length <= charsMax ? text : `${points.slice(0, charsMax - 1).join("")}…`;
}
