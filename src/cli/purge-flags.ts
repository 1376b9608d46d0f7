// Which CDNs are told what. In: the texts of --purge and --purge-token-file. Out: adapters, or a Fault that says what is allowed.
// A secret stands in a file and nowhere else: a flag is in every process list, a variable in /proc and in crash reports. The file is read
// at each purge, so that a token is exchanged without a restart.
import { readFileSync } from "node:fs";
import { Fault, messageOf } from "../base/fault.ts";
import { purgeVendors } from "../publish/purge.ts";
import type { PurgeAdapter, PurgeToken, PurgeVendor } from "../publish/purge-types.ts";

/** What `--purge` may say. */
export const purgeForms: readonly string[] = purgeVendors.map(({ name, place }) => `${name}:${place}`);

/** Throws Fault `usage` for what names no CDN or has no token, `key-unreadable` for a token file that holds none. */
export function purgeAdapters(
  places: readonly string[],
  tokenFiles: readonly string[],
): readonly PurgeAdapter[] {
  const files = new Map(tokenFiles.map((text) => split("--purge-token-file", text)));
  const adapters = places.map((text) => adapterOf(text, files));
  for (const name of files.keys())
    if (!places.some((text) => text.startsWith(`${name}:`)))
      throw usage("--purge-token-file", name, `a file of a vendor that --purge names as well`);
  return adapters;
}

function adapterOf(text: string, files: ReadonlyMap<string, string>): PurgeAdapter {
  const [name, place] = split("--purge", text);
  const vendor = purgeVendors.find((one) => one.name === name);
  if (vendor === undefined) throw usage("--purge", text, purgeForms.join(" or "));
  const token = tokenOf(vendor, files.get(name));
  const adapter = vendor.open(place, token);
  if (adapter === null) throw usage("--purge", text, `${vendor.name}:${vendor.place}`);
  return adapter;
}

function tokenOf({ name, token }: PurgeVendor, file: string | undefined): PurgeToken | null {
  if (file !== undefined) {
    const read = (): string => readToken(file);
    read();
    return read;
  }
  if (token === "optional") return null;
  throw new Fault(
    "usage",
    `--purge ${name} needs a token.`,
    `Write it into a file that only this user may read, and give --purge-token-file ${name}:<file>.`,
  );
}

function readToken(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, "utf8").trim();
  } catch (thrown) {
    throw unreadable(`The token file ${file} cannot be read: ${messageOf(thrown)}.`);
  }
  // What goes into a header must not be able to end it.
  if (/^[\x21-\x7e]{1,4096}$/.test(token)) return token;
  throw unreadable(`The token file ${file} does not hold one token of printable characters.`);
}

function unreadable(sentence: string): Fault {
  return new Fault("key-unreadable", sentence, "Write the CDN's token into it, and let this user read it.");
}

function split(flag: string, text: string): readonly [string, string] {
  const at = text.indexOf(":");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw usage(flag, text, flag === "--purge" ? purgeForms.join(" or ") : "<vendor>:<file>");
}

function usage(flag: string, text: string, allowed: string): Fault {
  return new Fault("usage", `${flag}: ${JSON.stringify(text)} is not allowed.`, `Give ${allowed}.`);
}
