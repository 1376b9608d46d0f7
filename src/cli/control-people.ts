// The people of a control plane, wired. In: its store and keys, how browsers reach it. Out: accounts for the admin pages, what commands ask of
// it, and the link by which the first owner signs up.
import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { type Accounts, createAccounts } from "../control/accounts.ts";
import { linkPaths } from "../control/entrances.ts";
import type { LocalOperations } from "../control/local.ts";
import type { Ledger } from "../store/ledger.ts";
import type { Store } from "../store/open.ts";
import { createPeople } from "../store/people.ts";
import type { Tokens } from "../store/tokens.ts";
import { userOperations, userPlaneOf } from "./user-plane.ts";

export const peopleFlags = {
  "admin-url": {
    kind: "string",
    help: "address by which browsers reach the admin pages, such as https://pharos.example.org; without it, that of --listen",
  },
  "behind-proxy": {
    kind: "boolean",
    help: "a proxy stands in front and names the client last in X-Forwarded-For",
  },
} as const;

export interface PeopleFlags {
  readonly adminUrl?: string | undefined;
  readonly behindProxy?: boolean | undefined;
}

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

/** Throws Fault `usage` for an address that is none. */
export function createPersons(parts: Parts, flags: PeopleFlags): Persons {
  const people = createPeople(parts);
  const url = adminUrlOf(flags.adminUrl);
  let base = url;
  const pages = (): readonly string[] => parts.ledger.pages();
  const accounts = createAccounts({
    ...parts,
    ...{ people, pages, url, behindProxy: flags.behindProxy === true },
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
