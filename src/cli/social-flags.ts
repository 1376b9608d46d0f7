// Which accounts of the operator are posted to. In: the texts of --post and --post-token-file. Out: accounts, or a Fault that says what is allowed.
import { Fault } from "../base/fault.ts";
import type { Posting } from "../notify/posting.ts";
import { socialServices } from "../notify/social.ts";
import type { Account } from "../notify/social-types.ts";
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

/** Throws Fault `usage` for what names no account or has no token, `key-unreadable` for a file that holds none. */
export function accountsOf(
  places: readonly string[],
  tokenFiles: readonly string[],
  posting: Posting,
): readonly Account[] {
  const files = new Map(tokenFiles.map((text) => split("--post-token-file", text, "<service>:<file>")));
  for (const name of files.keys())
    if (!places.some((text) => text.startsWith(`${name}:`)))
      throw usage("--post-token-file", name, "a file of a service that --post names as well");
  return places.map((text) => {
    const [name, place] = split("--post", text, socialForms.join(" or "));
    const service = socialServices.find((one) => one.name === name);
    if (service === undefined) throw usage("--post", text, socialForms.join(" or "));
    const file = files.get(name);
    if (file === undefined)
      throw new Fault(
        "usage",
        `--post ${name} needs a token.`,
        `Write it into a file that only this user may read, and give --post-token-file ${name}:<file>.`,
      );
    const account = service.open(place, secretIn(file, "the token of an account"), posting);
    if (account === null) throw usage("--post", text, `${service.name}:${service.place}`);
    return account;
  });
}

function split(flag: string, text: string, allowed: string): readonly [string, string] {
  const at = text.indexOf(":");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw usage(flag, text, allowed);
}

function usage(flag: string, text: string, allowed: string): Fault {
  return new Fault("usage", `${flag}: ${JSON.stringify(text)} is not allowed.`, `Give ${allowed}.`);
}
