// Which accounts of the operator are posted to. In: the texts of --post and --post-token-file. Out: accounts, or a Fault that says what is allowed.
// A control plane posts what happens on its pages, `emergency` one text: there an account is of all pages, or of one that stands before it (`<page>=<service>:<place>`).
import { Fault } from "../base/fault.ts";
import type { PageAccount } from "../notify/channel-social.ts";
import type { Posting } from "../notify/posting.ts";
import { socialServices } from "../notify/social.ts";
import type { Account } from "../notify/social-types.ts";
import { isPageId } from "../snapshot/names.ts";
import { secretIn } from "./secret-file.ts";

/** What `--post` may say. */
export const socialForms: readonly string[] = socialServices.map(({ name, place }) => `${name}:${place}`);

export const socialFlags = {
  post: { kind: "list", help: `own account that the text is posted to as well: ${socialForms.join(", ")}` },
  "post-token-file": {
    kind: "list",
    help: "file of an account's token or app password, such as mastodon:/etc/pharos/mastodon.token",
  },
} as const;

/** Which account, whose secret is known. */
export interface SocialSetting extends Pick<PageAccount, "page"> {
  open(posting: Posting): Account;
}

/** Throws Fault `usage` for what names no account or has no token, `key-unreadable` for a file that holds none. */
export function accountsOf(
  places: readonly string[],
  tokenFiles: readonly string[],
  posting: Posting,
): readonly Account[] {
  return settingsOf(places, tokenFiles, (text) => ({ page: null, text })).map(({ open }) => open(posting));
}

/** The same of accounts that may each be one page's. */
export function socialSettings(
  places: readonly string[],
  tokenFiles: readonly string[],
): readonly SocialSetting[] {
  return settingsOf(places, tokenFiles, (text) => {
    const at = text.indexOf("=");
    const page = text.slice(0, at);
    // A file may have the sign in its name, and a page's id has none of `:` and `/`.
    return at > 0 && isPageId(page) ? { page, text: text.slice(at + 1) } : { page: null, text };
  });
}

interface Said {
  readonly page: string | null;
  readonly text: string;
}

function settingsOf(
  places: readonly string[],
  tokenFiles: readonly string[],
  read: (text: string) => Said,
): readonly SocialSetting[] {
  const nameOf = (page: string | null, service: string): string =>
    page === null ? service : `${page}=${service}`;
  const files = new Map(
    tokenFiles.map((said) => {
      const { page, text } = read(said);
      const [service, file] = split("--post-token-file", text, "<service>:<file>");
      return [nameOf(page, service), file] as const;
    }),
  );
  const isUsed = (name: string): boolean =>
    places.some((said) => {
      const { page, text } = read(said);
      return [nameOf(page, ""), ""].some((of) => `${of}${text}`.startsWith(`${name}:`));
    });
  for (const name of files.keys())
    if (!isUsed(name))
      throw usage("--post-token-file", name, "a file of a service that --post names as well");
  return places.map((said) => {
    const { page, text } = read(said);
    return settingOf(page, text, (service) => files.get(nameOf(page, service)) ?? files.get(service));
  });
}

function settingOf(
  page: string | null,
  text: string,
  fileOf: (service: string) => string | undefined,
): SocialSetting {
  const [name, place] = split("--post", text, socialForms.join(" or "));
  const service = socialServices.find((one) => one.name === name);
  if (service === undefined) throw usage("--post", text, socialForms.join(" or "));
  const file = fileOf(name);
  if (file === undefined)
    throw new Fault(
      "usage",
      `--post ${name} needs a token.`,
      `Write it into a file that only this user may read, and give --post-token-file ${name}:<file>.`,
    );
  const token = secretIn(file, "the token of an account");
  const open = (posting: Posting): Account => {
    const account = service.open(place, token, posting);
    if (account === null) throw usage("--post", text, `${service.name}:${service.place}`);
    return account;
  };
  open(unused);
  return { page, open };
}

/** For an account that is only looked at. */
const unused: Posting = {
  post: async () => ({ kind: "shut", why: "Nothing is posted by it." }),
  close: () => undefined,
};

function split(flag: string, text: string, allowed: string): readonly [string, string] {
  const at = text.indexOf(":");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw usage(flag, text, allowed);
}

function usage(flag: string, text: string, allowed: string): Fault {
  return new Fault("usage", `${flag}: ${JSON.stringify(text)} is not allowed.`, `Give ${allowed}.`);
}
