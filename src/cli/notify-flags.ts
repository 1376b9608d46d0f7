// How subscribers are told: the flags of the control plane and of its notifier. In: their texts. Out: settings, or a Fault that says what is allowed.
// A secret stands in a file and nowhere else: a flag is in every process list, a variable in /proc and in crash reports. Files are read at the start,
// so that a wrong one is refused before a message waits for it.
import { Fault } from "../base/fault.ts";
import { type Allowed, allowedOf } from "../host/reach.ts";
import { type ChannelKind, channelKinds } from "../model/subscriber.ts";
import type { MailSettings } from "../notify/mail-settings.ts";
import { mailOf } from "./mail-flags.ts";
import { secretIn } from "./secret-file.ts";
import { type SocialSetting, socialFlags, socialForms, socialSettings } from "./social-flags.ts";

export const notifyFlags = {
  mail: {
    kind: "string",
    help: "server that takes our mail, such as smtp://pharos@mail.example.org:587; smtps:// speaks TLS from the start, smtp-plain:// never does",
  },
  "mail-from": {
    kind: "string",
    help: "sender of our mail, such as status@example.org or Example <status@example.org>; without a name, that of the page",
  },
  "mail-password-file": { kind: "path", help: "file with the password of the user that --mail names" },
  "mail-dkim": {
    kind: "string",
    help: "domain:selector:file of the RSA key that signs our mail, such as example.org:status:/etc/pharos/dkim.pem",
  },
  "mail-bounce-domain": {
    kind: "string",
    help: "domain to which bounces come back, each subscriber having an address of its own there",
  },
  "sms-url": {
    kind: "string",
    help: "address of a Twilio-compatible API that sends SMS, such as https://api.twilio.com",
  },
  "sms-account": { kind: "string", help: "our account there, its SID" },
  "sms-from": {
    kind: "string",
    help: "number or messaging service that SMS come from, such as +15005550006",
  },
  "sms-token-file": { kind: "path", help: "file with our secret there" },
  post: {
    kind: "list",
    help: `own account on which what happens is posted, of all pages or of one, as <page>=…: ${socialForms.join(", ")}`,
  },
  "post-token-file": socialFlags["post-token-file"],
  "notify-allow": {
    kind: "list",
    help: "networks that webhooks and chats may be in although they are private, such as 10.20.0.0/16",
  },
  "notify-rate": {
    kind: "list",
    help: "most messages a second of a kind, such as email=500; without it, as fast as they are taken",
  },
} as const;

export interface NotifyFlags {
  readonly mail?: string | undefined;
  readonly mailFrom?: string | undefined;
  readonly mailPasswordFile?: string | undefined;
  readonly mailDkim?: string | undefined;
  readonly mailBounceDomain?: string | undefined;
  readonly smsUrl?: string | undefined;
  readonly smsAccount?: string | undefined;
  readonly smsFrom?: string | undefined;
  readonly smsTokenFile?: string | undefined;
  readonly post?: readonly string[] | undefined;
  readonly postTokenFile?: readonly string[] | undefined;
  readonly notifyAllow?: readonly string[] | undefined;
  readonly notifyRate?: readonly string[] | undefined;
}

export interface SmsSettings {
  readonly url: URL;
  readonly account: string;
  readonly from: string;
  readonly token: string;
}

export interface NotifySettings {
  /** Null: no mail is sent. */
  readonly mail: MailSettings | null;
  /** Null: no SMS is sent. */
  readonly sms: SmsSettings | null;
  /** The operator's own accounts. */
  readonly social: readonly SocialSetting[];
  /** Networks that receivers may be in although they are not public. */
  readonly allowed: Allowed;
  /** Messages a second; a kind that is not in it is as fast as its receivers. */
  readonly perSecond: ReadonlyMap<ChannelKind, number>;
}

/** Throws Fault `usage` for a wrong value, `key-unreadable` for a file that does not hold what it should. */
export function notifySettings(flags: NotifyFlags): NotifySettings {
  return {
    mail: mailOf(flags),
    sms: smsOf(flags),
    social: socialSettings(flags.post ?? [], flags.postTokenFile ?? []),
    allowed: networksOf(flags.notifyAllow ?? []),
    perSecond: new Map((flags.notifyRate ?? []).map(rateOf)),
  };
}

/** The flags again, for a child process that is to have the same settings. */
export function notifyArgv(flags: NotifyFlags): readonly string[] {
  const values: Readonly<Record<string, string | readonly string[] | undefined>> = {
    mail: flags.mail,
    "mail-from": flags.mailFrom,
    "mail-password-file": flags.mailPasswordFile,
    "mail-dkim": flags.mailDkim,
    "mail-bounce-domain": flags.mailBounceDomain,
    "sms-url": flags.smsUrl,
    "sms-account": flags.smsAccount,
    "sms-from": flags.smsFrom,
    "sms-token-file": flags.smsTokenFile,
    post: flags.post,
    "post-token-file": flags.postTokenFile,
    "notify-allow": flags.notifyAllow,
    "notify-rate": flags.notifyRate,
  };
  return Object.entries(values).flatMap(([name, said]) =>
    (said === undefined ? [] : [said].flat()).map((text) => `--${name}=${text}`),
  );
}

function smsOf(flags: NotifyFlags): SmsSettings | null {
  const { smsUrl, smsAccount, smsFrom, smsTokenFile } = flags;
  if ([smsUrl, smsAccount, smsFrom, smsTokenFile].every((said) => said === undefined)) return null;
  const missing = Object.entries({
    "sms-url": smsUrl,
    "sms-account": smsAccount,
    "sms-from": smsFrom,
    "sms-token-file": smsTokenFile,
  }).find(([, said]) => said === undefined)?.[0];
  if (smsUrl === undefined || smsAccount === undefined || smsFrom === undefined || smsTokenFile === undefined)
    throw new Fault(
      "usage",
      `To send SMS, --${missing} is missing.`,
      "Give --sms-url, --sms-account, --sms-from and --sms-token-file.",
    );
  return {
    url: smsUrlOf(smsUrl),
    account: word("--sms-account", smsAccount, "the account's SID, letters and digits"),
    from: senderNumberOf(smsFrom),
    token: secretIn(smsTokenFile, "the SMS service's secret"),
  };
}

function smsUrlOf(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "")
    return url;
  throw new Fault(
    "usage",
    "--sms-url: this is no address of an SMS service.",
    "Give http:// or https:// with a host and perhaps a path; the secret stands in --sms-token-file.",
  );
}

function senderNumberOf(text: string): string {
  if (/^\+?[0-9]{3,15}$/.test(text) || /^[A-Za-z0-9 ]{1,11}$/.test(text) || /^MG[0-9a-f]{32}$/.test(text))
    return text;
  throw new Fault(
    "usage",
    `--sms-from: ${JSON.stringify(text)} is not allowed.`,
    "Give a number with its country, such as +15005550006, a name of at most 11 letters, or the SID of a messaging service.",
  );
}

function word(flag: string, text: string, allowed: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text;
  throw new Fault("usage", `${flag}: ${JSON.stringify(text)} is not allowed.`, `Give ${allowed}.`);
}

function networksOf(networks: readonly string[]): Allowed {
  const allowed = allowedOf(networks);
  if (allowed.ok) return allowed.value;
  throw new Fault(
    "usage",
    `--notify-allow: ${JSON.stringify(allowed.wrong)} is not allowed.`,
    "Give a network such as 10.20.0.0/16 or fd00::/8, or one address.",
  );
}

function rateOf(text: string): readonly [ChannelKind, number] {
  const [, name, rate] = /^([a-z_]+)=(\d{1,6})$/.exec(text) ?? [];
  const kind = channelKinds.find((one) => one === name);
  if (kind !== undefined && Number(rate) > 0) return [kind, Number(rate)];
  throw new Fault(
    "usage",
    `--notify-rate: ${JSON.stringify(text)} is not allowed.`,
    `Give <kind>=<messages a second>, the kind one of ${channelKinds.join(", ")}.`,
  );
}
