// The people of a control plane, wired. In: its store and keys, how browsers reach it. Out: accounts for the admin pages, what commands ask of
// it, and the link by which the first owner signs up.

import { readFileSync } from "node:fs";
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { LocalOperations } from "../control/local.ts";
import { dial } from "../host/dial.ts";
import { type Accounts, createAccounts } from "../people/accounts.ts";
import { linkPaths } from "../people/entrances.ts";
import type { SignOnSettings } from "../people/sign-on.ts";
import type { Ledger } from "../store/ledger.ts";
import type { Store } from "../store/open.ts";
import { createPeople } from "../store/people.ts";
import type { Tokens } from "../store/tokens.ts";
import type { PeopleFlags } from "./control-flags.ts";
import { userOperations, userPlaneOf } from "./user-plane.ts";

export interface Persons {
  readonly accounts: Accounts;
  readonly operations: LocalOperations;
  /** Where the first owner signs up, `listening` being the address of the listener; null where there is one. */
  firstLink(listening: string): string | null;
}

interface Parts {
  readonly store: Store;
  readonly ledger: Pick<Ledger, "pages">;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Throws Faults `usage` for addresses that are none, and `key-unreadable` for a secret that cannot be read. */
export function createPersons(parts: Parts, flags: PeopleFlags): Persons {
  const people = createPeople(parts);
  const url = adminUrlOf(flags.adminUrl);
  let base = url;
  const pages = (): readonly string[] => parts.ledger.pages();
  const accounts = createAccounts({
    ...parts,
    ...{ people, pages, url, behindProxy: flags.behindProxy === true },
    signOn:
      flags.oidcIssuer === undefined
        ? null
        : { settings: signOnOf(flags.oidcIssuer, flags), dial, log: parts.log },
  });
  return {
    accounts,
    operations: userOperations(userPlaneOf({ people, pages, url: () => base })),
    firstLink(listening) {
      base ??= listening;
      const secret = accounts.entrances.firstSecret();
      return secret === null ? null : `${base}${linkPaths.first(secret)}`;
    },
  };
}

export function firstOwnerLine(link: string): string {
  return `Nobody may sign in yet. The first owner signs up at ${link} (once, within 24 hours, until this process ends).`;
}

/** The service to sign on by. Without TLS only on this machine: who is between could let anybody in. */
function signOnOf(issuer: string, flags: PeopleFlags): SignOnSettings {
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url?.hostname ?? "");
  if (url?.protocol !== "https:" && !(url?.protocol === "http:" && local))
    throw new Fault(
      "usage",
      `--oidc-issuer: ${JSON.stringify(issuer)} is not allowed.`,
      "Give its address with https, such as https://accounts.example.org.",
    );
  if (flags.adminUrl === undefined)
    throw new Fault(
      "usage",
      "--admin-url is missing: the service has to send browsers back to it.",
      "Give the address by which browsers reach the admin pages, such as https://pharos.example.org.",
    );
  if (flags.oidcSecretFile === undefined)
    throw new Fault("usage", "--oidc-secret-file is missing.", "Name the file with our client secret.");
  return {
    issuer,
    client: flags.oidcClient ?? "pharos",
    secret: secretIn(flags.oidcSecretFile),
    name: flags.oidcName ?? "Single sign-on",
  };
}

function secretIn(path: string): string {
  try {
    const secret = readFileSync(path, "utf8").trim();
    if (secret !== "") return secret;
  } catch (thrown) {
    throw new Fault(
      "key-unreadable",
      `The secret file ${path} cannot be read: ${messageOf(thrown)}.`,
      "Check --oidc-secret-file.",
    );
  }
  throw new Fault("key-unreadable", `The secret file ${path} is empty.`, "Check --oidc-secret-file.");
}

/** Scheme, host and port; null where none is given. */
function adminUrlOf(given: string | undefined): string | null {
  if (given === undefined) return null;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === "/" &&
    url.search === "" &&
    url.username === ""
  )
    return url.origin;
  throw new Fault(
    "usage",
    `--admin-url: ${JSON.stringify(given)} is not allowed.`,
    "Give scheme and host, such as https://pharos.example.org.",
  );
}
