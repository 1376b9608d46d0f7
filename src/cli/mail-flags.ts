// How mail leaves us: what --mail and its fellows may say. In: their texts. Out: settings, or a Fault that says what is allowed.
import { createPrivateKey, type KeyObject } from "node:crypto";
import { isIP } from "node:net";
import { Fault, messageOf } from "../base/fault.ts";
import type { MailSettings } from "../notify/mail-settings.ts";
import type { NotifyFlags } from "./notify-flags.ts";
import { secretIn, textIn, unreadable } from "./secret-file.ts";

/** Null where no mail is to be sent. */
export function mailOf(flags: NotifyFlags): MailSettings | null {
  if (flags.mail === undefined) {
    const alone = (["mailFrom", "mailPasswordFile", "mailDkim", "mailBounceDomain"] as const).find(
      (name) => flags[name] !== undefined,
    );
    if (alone === undefined) return null;
    const name = alone.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new Fault("usage", `--${name} says how mail is sent, and --mail is missing.`, mailForms);
  }
  const { server, user } = serverOf(flags.mail);
  if (flags.mailFrom === undefined)
    throw new Fault("usage", "--mail needs a sender.", "Give --mail-from, such as status@example.org.");
  return {
    ...server,
    login: loginOf(user, flags.mailPasswordFile, server.security),
    from: senderOf(flags.mailFrom),
    dkim: flags.mailDkim === undefined ? null : dkimOf(flags.mailDkim),
    bounceDomain: flags.mailBounceDomain === undefined ? null : bounceDomainOf(flags.mailBounceDomain),
  };
}

const mailForms = "Give --mail smtp://[user@]host[:port], smtps://… or smtp-plain://….";
const ports = { "smtp:": 587, "smtps:": 465, "smtp-plain:": 25 } as const;

function serverOf(text: string): {
  readonly server: Pick<MailSettings, "host" | "port" | "security">;
  readonly user: string | null;
} {
  const url = URL.parse(text);
  const bad = (why: string): Fault => new Fault("usage", `--mail: ${why}.`, mailForms);
  // What it says may hold a password: it is not repeated.
  if (url === null || !Object.hasOwn(ports, url.protocol) || url.hostname === "")
    throw bad("this is no address of a mail server");
  if (url.password !== "")
    throw new Fault(
      "usage",
      "--mail holds a password, which every process list shows.",
      "Write it into a file that only this user may read, and give --mail-password-file.",
    );
  if (!/^\/?$/.test(url.pathname) || url.search !== "" || url.hash !== "")
    throw bad("behind the port there is nothing to say");
  const protocol = url.protocol as keyof typeof ports;
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (!isHost(host)) throw bad(`${JSON.stringify(host)} is no host`);
  const user = userOf(url.username);
  if (user === null && url.username !== "") throw bad("its user is not written as it should be");
  const security =
    protocol === "smtps:"
      ? "tls"
      : protocol === "smtp-plain:"
        ? "none"
        : isHere(host)
          ? "offered"
          : "starttls";
  return { server: { host, port: url.port === "" ? ports[protocol] : Number(url.port), security }, user };
}

function userOf(written: string): string | null {
  try {
    const user = decodeURIComponent(written);
    return /^[^\p{Cc}]{1,254}$/u.test(user) ? user : null;
  } catch {
    return null;
  }
}

/** Nobody listens on the way to this machine itself. */
const isHere = (host: string): boolean => host === "localhost" || host === "::1" || /^127\./.test(host);

function loginOf(
  user: string | null,
  file: string | undefined,
  security: MailSettings["security"],
): MailSettings["login"] {
  if (user === null && file === undefined) return null;
  if (user === null)
    throw new Fault(
      "usage",
      "--mail-password-file is given, and --mail names no user.",
      "Write the user into the address: smtp://user@host (a @ in it as %40).",
    );
  if (file === undefined)
    throw new Fault("usage", "--mail names a user without a password.", "Give --mail-password-file.");
  if (security === "none")
    throw new Fault(
      "usage",
      "--mail smtp-plain:// would say a password that everybody on the way can read.",
      "Use smtp:// or smtps://.",
    );
  return { user, password: secretIn(file, "the mail server's password") };
}

/** `status@example.org`, `Example <status@example.org>` */
function senderOf(text: string): MailSettings["from"] {
  const parts = /^(?:(?<name>[^<>\p{Cc}]{0,200}?)\s*<(?<inner>[^<>]+)>|(?<alone>[^<>]+))$/u.exec(text.trim());
  const address = parts?.groups?.inner ?? parts?.groups?.alone ?? "";
  const name = (parts?.groups?.name ?? "").replace(/^"(.*)"$/, "$1").trim();
  if (!/^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[^@\s]+$/.test(address) || !isName(address.split("@")[1] ?? ""))
    throw new Fault(
      "usage",
      `--mail-from: ${JSON.stringify(text)} is not allowed.`,
      "Give an address such as status@example.org, or a name with it: Example <status@example.org>.",
    );
  return { name: name === "" ? null : name, address };
}

function dkimOf(text: string): NonNullable<MailSettings["dkim"]> {
  const [, domain = "", selector = "", file = ""] = /^([^:]+):([^:]+):(.+)$/.exec(text) ?? [];
  if (!isName(domain) || !/^[a-z0-9_]([a-z0-9_.-]{0,61}[a-z0-9_])?$/i.test(selector) || file === "")
    throw new Fault(
      "usage",
      `--mail-dkim: ${JSON.stringify(text)} is not allowed.`,
      "Give domain:selector:file, such as example.org:status:/etc/pharos/dkim.pem.",
    );
  const written = textIn(file, "the key that signs mail");
  let key: KeyObject;
  try {
    key = createPrivateKey(written);
  } catch (thrown) {
    throw unreadable(`${file} holds no private key: ${messageOf(thrown)}.`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== "rsa" || bits < 1024)
    throw unreadable(
      `${file} holds no RSA key of at least 1,024 bits, which is what receivers of mail verify.`,
    );
  return { domain, selector, privateKey: written };
}

function bounceDomainOf(text: string): string {
  if (isName(text)) return text.toLowerCase();
  throw new Fault(
    "usage",
    `--mail-bounce-domain: ${JSON.stringify(text)} is not allowed.`,
    "Give a domain whose mail you receive, such as bounces.example.org.",
  );
}

const isHost = (host: string): boolean => isIP(host) !== 0 || isName(host) || host === "localhost";

const label = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
const isName = (text: string): boolean =>
  text.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`, "i").test(text);
