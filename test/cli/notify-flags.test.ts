// What --mail, --sms-url, --notify-allow and their fellows take, and the sentences for what they do not.
import { afterAll, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../../src/base/fault.ts";
import { type NotifyFlags, notifyArgv, notifyFlags, notifySettings } from "../../src/cli/notify-flags.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-notify-flags-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const password = file("password", "correct horse\n");
const rsa = file(
  "dkim.pem",
  generateKeyPairSync("rsa", { modulusLength: 1024 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString(),
);
const ed25519 = file(
  "ed.pem",
  generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
);
const from = "status@example.org";

test("cli/mail: where it goes, in whose name, and how it is secured on the way", () => {
  const { mail, sms, perSecond } = notifySettings({
    mail: "smtp://pharos%40example.org@mail.example.org",
    mailFrom: '"Example Status" <status@example.org>',
    mailPasswordFile: password,
    mailDkim: `example.org:status:${rsa}`,
    mailBounceDomain: "Bounces.example.org",
  });
  expect(mail).toMatchObject({
    host: "mail.example.org",
    port: 587,
    security: "starttls",
    login: { user: "pharos@example.org", password: "correct horse" },
    from: { name: "Example Status", address: from },
    dkim: { domain: "example.org", selector: "status" },
    bounceDomain: "bounces.example.org",
  });
  expect([sms, perSecond.size]).toEqual([null, 0]);
  expect(notifySettings({}).mail).toBe(null);
  const security = (mail: string): unknown => {
    const settings = notifySettings({ mail, mailFrom: from }).mail;
    return [settings?.host, settings?.port, settings?.security];
  };
  expect(security("smtps://[2001:db8::25]")).toEqual(["2001:db8::25", 465, "tls"]);
  expect(security("smtp://127.0.0.11:2525")).toEqual(["127.0.0.11", 2525, "offered"]);
  expect(security("smtp-plain://relay")).toEqual(["relay", 25, "none"]);
});

test("cli/own accounts: of all pages or of one, each with its token", () => {
  const token = file("token", "tok\n");
  const { social } = notifySettings({
    post: [
      "mastodon:https://mastodon.example",
      "k7x2m9q4w1zz=bluesky:https://bsky.social/status.example.org",
    ],
    postTokenFile: [`mastodon:${token}`, `k7x2m9q4w1zz=bluesky:${token}`],
  });
  expect(social.map(({ page }) => page)).toEqual([null, "k7x2m9q4w1zz"]);
  const two = ["a1b2c3d4e5f6=mastodon:https://a.example", "k7x2m9q4w1zz=mastodon:https://b.example"];
  expect(notifySettings({ post: two, postTokenFile: [`mastodon:${token}`] }).social).toHaveLength(2);
  for (const wrong of [
    { post: ["mastodon:https://mastodon.example"] },
    { post: ["mastodon:https://mastodon.example/@me"], postTokenFile: [`mastodon:${token}`] },
    { post: ["twitter:x"], postTokenFile: [`twitter:${token}`] },
    { post: [two[0] ?? ""], postTokenFile: [`k7x2m9q4w1zz=mastodon:${token}`, `mastodon:${token}`] },
    { postTokenFile: [`mastodon:${token}`] },
  ])
    expect(() => notifySettings(wrong)).toThrow(Fault);
});

test("cli/SMS, networks and rates; a child process gets the same flags", () => {
  const flags: NotifyFlags = {
    smsUrl: "https://api.example.org/sms",
    smsAccount: "AC0123",
    smsFrom: "+15005550006",
    smsTokenFile: password,
    notifyAllow: ["10.20.0.0/16", "fd00::/8", "127.0.0.1"],
    notifyRate: ["email=500", "sms=10"],
  };
  const { sms, allowed, perSecond } = notifySettings(flags);
  expect(sms).toMatchObject({ account: "AC0123", from: "+15005550006", token: "correct horse" });
  expect(["10.20.3.4", "10.21.0.1", "127.0.0.1"].map((one) => allowed.ipv4.check(one))).toEqual([
    true,
    false,
    true,
  ]);
  expect([...perSecond]).toEqual([
    ["email", 500],
    ["sms", 10],
  ]);
  const argv = notifyArgv(flags);
  expect(argv).toContain("--notify-allow=10.20.0.0/16");
  expect(argv.length).toBe(9);
  for (const said of argv)
    expect(Object.keys(notifyFlags)).toContain(/^--([a-z-]+)=/.exec(said)?.[1] ?? said);
});

const refusals: readonly (readonly [NotifyFlags, string])[] = [
  [{ mailFrom: from }, "--mail-from says how mail is sent, and --mail is missing. Give --mail smtp://"],
  [{ mail: "smtp://mail.example.org" }, "--mail needs a sender. Give --mail-from"],
  [{ mail: "mail.example.org", mailFrom: from }, "--mail: this is no address of a mail server. Give"],
  [{ mail: "http://mail.example.org", mailFrom: from }, "--mail: this is no address of a mail server. Give"],
  [
    { mail: "smtp://u:hunter2@mail", mailFrom: from },
    "--mail holds a password, which every process list shows.",
  ],
  [{ mail: "smtp://mail/path", mailFrom: from }, "--mail: behind the port there is nothing to say."],
  [{ mail: "smtp://ma%0d%0ail", mailFrom: from }, "--mail: "],
  [
    { mail: "smtp://u%0d@mail", mailFrom: from, mailPasswordFile: password },
    "--mail: its user is not written",
  ],
  [
    { mail: "smtp://u@mail", mailFrom: from },
    "--mail names a user without a password. Give --mail-password-file.",
  ],
  [{ mail: "smtp://mail", mailFrom: from, mailPasswordFile: password }, "and --mail names no user."],
  [
    { mail: "smtp-plain://u@mail", mailFrom: from, mailPasswordFile: password },
    "--mail smtp-plain:// would say a password",
  ],
  [{ mail: "smtp://mail", mailFrom: "status" }, '--mail-from: "status" is not allowed. Give an address'],
  [{ mail: "smtp://mail", mailFrom: "A\r\nBcc: x <a@b.example>" }, "--mail-from: "],
  [{ mail: "smtp://mail", mailFrom: from, mailDkim: "example.org:status" }, "--mail-dkim: "],
  [{ mail: "smtp://mail", mailFrom: from, mailDkim: `example.org:status:${folder}/none` }, "cannot be read"],
  [
    { mail: "smtp://mail", mailFrom: from, mailDkim: `example.org:status:${password}` },
    "holds no private key",
  ],
  [{ mail: "smtp://mail", mailFrom: from, mailDkim: `example.org:status:${ed25519}` }, "holds no RSA key"],
  [
    { mail: "smtp://mail", mailFrom: from, mailBounceDomain: "b@c" },
    '--mail-bounce-domain: "b@c" is not allowed.',
  ],
  [{ smsUrl: "https://sms.example" }, "To send SMS, --sms-account is missing."],
  [
    { smsUrl: "ftp://sms.example", smsAccount: "a", smsFrom: "+1234", smsTokenFile: password },
    "--sms-url: this is no address of an SMS service.",
  ],
  [
    { smsUrl: "https://sms.example", smsAccount: "../a", smsFrom: "+1234", smsTokenFile: password },
    '--sms-account: "../a" is not allowed.',
  ],
  [
    { smsUrl: "https://sms.example", smsAccount: "a", smsFrom: "Übergang", smsTokenFile: password },
    '--sms-from: "Übergang" is not allowed.',
  ],
  [
    { smsUrl: "https://sms.example", smsAccount: "a", smsFrom: "+1234", smsTokenFile: file("two", "a\nb\n") },
    "does not hold the SMS service's secret on one line.",
  ],
  [{ notifyAllow: ["10.0.0.0/33"] }, '--notify-allow: "10.0.0.0/33" is not allowed. Give a network'],
  [{ notifyAllow: ["10.0.0.0/"] }, '--notify-allow: "10.0.0.0/" is not allowed. Give a network'],
  [{ notifyAllow: ["intranet"] }, '--notify-allow: "intranet" is not allowed. Give a network'],
  [{ notifyRate: ["email=0"] }, '--notify-rate: "email=0" is not allowed. Give <kind>=<messages a second>'],
  [{ notifyRate: ["pigeon=5"] }, '--notify-rate: "pigeon=5" is not allowed. Give <kind>=<messages a second>'],
];

test.each(refusals)("cli/%j is refused by a sentence", (flags, sentence) => {
  const refusal = (): string => {
    try {
      notifySettings(flags);
    } catch (thrown) {
      if (thrown instanceof Fault) return `${thrown.message} ${thrown.remedy}`;
      throw thrown;
    }
    return "nothing";
  };
  expect(refusal()).toContain(sentence);
  expect(refusal()).not.toContain("hunter2");
});
