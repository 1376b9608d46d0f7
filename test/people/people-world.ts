// People of a control plane, without a process. In: nothing. Out: its accounts, store and clock, in a folder of its own; visits of browsers.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Grants } from "../../src/model/roles.ts";
import {
  type Accounts,
  type AccountsOptions,
  createAccounts,
  type SignedIn,
} from "../../src/people/accounts.ts";
import { createPasswords } from "../../src/people/password.ts";
import type { SignInOutcome } from "../../src/people/sign-in.ts";
import type { Visit, VisitOptions } from "../../src/people/visit.ts";
import { type AuditEntry, auditOf } from "../../src/store/audit.ts";
import { openStore } from "../../src/store/open.ts";
import { createPeople, type People } from "../../src/store/people.ts";
import type { User } from "../../src/store/people-rows.ts";
import { commandLine, createTokens, type Tokens } from "../../src/store/tokens.ts";
import { cheapPasswords as cheap } from "../control/open-install.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

/** What one browser keeps, and where it stands. */
export interface Browser {
  readonly address: string;
  readonly cookies: Map<string, string>;
}

export const password = "four words of mine";

export interface PeopleWorld {
  readonly accounts: Accounts;
  readonly people: People;
  readonly tokens: Tokens;
  readonly clock: ManualClock;
  readonly folder: string;
  /** Someone with the password of this file. */
  user(email: string, grants?: Grants): Promise<User>;
  browser(address?: string): Browser;
  visit(browser: Browser): Visit;
  /** Signs in by password, and keeps the cookies. */
  signIn(browser: Browser, email: string, typed?: string): Promise<SignInOutcome>;
  keep(browser: Browser, cookies: readonly string[]): void;
  signedIn(browser: Browser): Promise<SignedIn>;
  audit(): readonly AuditEntry[];
  close(): Promise<void>;
}

export function openPeopleWorld(
  options: Partial<VisitOptions> & {
    readonly pages?: readonly string[];
    readonly signOn?: AccountsOptions["signOn"];
    /** For what only the machine's clock shows: that time passes between two looks at it. */
    readonly clock?: Clock;
  } = {},
): PeopleWorld {
  const folder = mkdtempSync(join(tmpdir(), "pharos-people-"));
  const manual = manualClock();
  const clock = options.clock ?? manual;
  const random = seededRandom(7);
  const store = openStore({ folder, clock, log: silentLog });
  const people = createPeople({ store, random, log: silentLog });
  const tokens = createTokens(store, random);
  const accounts = createAccounts({
    ...{ url: null, behindProxy: false, ...options },
    ...{ people, tokens, clock, random, costs: cheap, pages: () => options.pages ?? ["a", "b"] },
    signOn: options.signOn ?? null,
  });
  const { hash } = createPasswords(random, cheap);
  const visit = ({ address, cookies }: Browser): Visit => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, "user-agent": "Mozilla/5.0" };
    return accounts.visits.visitOf(new Request("http://127.0.0.1:8400/admin/", { headers }), { address });
  };
  const keep = ({ cookies }: Browser, said: readonly string[]): void => {
    for (const line of said) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") cookies.delete(name);
      else cookies.set(name, value);
    }
  };
  return {
    ...{ accounts, people, tokens, clock: manual, folder, visit, keep },
    async user(email, grants = [["*", "owner"]]) {
      const hashed = await hash(password, true);
      if (!hashed.ok) throw new Error("busy");
      const asked = { name: email.split("@")[0] ?? "", email, grants, password: hashed.value, signOn: null };
      const made = await people.create(asked, commandLine);
      if (!made.ok) throw new Error(made.reason);
      return made.value;
    },
    browser: (address = "192.0.2.1") => ({ address, cookies: new Map() }),
    async signIn(browser, email, typed = password) {
      const outcome = await accounts.signIn.byPassword(visit(browser), { email, password: typed });
      if (outcome.kind === "in") keep(browser, outcome.cookies);
      return outcome;
    },
    async signedIn(browser) {
      const signedIn = await accounts.sessionOf(visit(browser));
      if (signedIn === null) throw new Error("Nobody is signed in.");
      keep(browser, signedIn.cookies);
      return signedIn;
    },
    audit: () => [...auditOf(store).newestFirst()],
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
