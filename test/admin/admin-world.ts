// A control plane with its admin pages, its publisher and a POP's serving, without a process. In: nothing. Out: what a browser would be given, and
// what visitors would be. One clock for all of it, moved by the test.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Admin, createAdmin } from "../../src/admin/admin.ts";
import { createHeld } from "../../src/admin/held.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { checkDeskOf } from "../../src/cli/control-checking.ts";
import { deliveriesOf } from "../../src/cli/control-deliveries.ts";
import { monitorOf } from "../../src/cli/control-monitor.ts";
import type { SaidVerdict } from "../../src/control/check-desk.ts";
import type { PopSeen } from "../../src/control/install.ts";
import { createServing } from "../../src/edge/serve.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import type { Command } from "../../src/model/command.ts";
import type { Role } from "../../src/model/roles.ts";
import type { DeadName } from "../../src/notify/wire.ts";
import { type Accounts, createAccounts } from "../../src/people/accounts.ts";
import { createPasswords } from "../../src/people/password.ts";
import { createByHand } from "../../src/publish/by-hand.ts";
import { createPublisher } from "../../src/publish/publisher.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { createTrust } from "../../src/snapshot/trust.ts";
import { auditOf } from "../../src/store/audit.ts";
import { type CheckResults, openCheckResults } from "../../src/store/check-results.ts";
import { type Ledger, openLedger } from "../../src/store/ledger.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { createPageRows } from "../../src/store/page-rows.ts";
import { createPeople, type People } from "../../src/store/people.ts";
import { createSeries } from "../../src/store/series.ts";
import { createSubscribers, type Subscribers } from "../../src/store/subscribers.ts";
import { commandLine, createTokens } from "../../src/store/tokens.ts";
import { publisher as publisherKey, servingOptions } from "../edge/fixture.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

export const origin = "http://admin.example";

/** A page that was answered, as a browser reads it. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where it leads, without the origin. */
  readonly to: string | null;
  /** Fields of the form that has a button of this deed, or of the last form. */
  fields(does?: string): URLSearchParams;
}

export interface Browser {
  get(path: string): Promise<Got>;
  /** Sends a form as a browser does: the fields given, and the proof of the session where they have none. */
  post(
    path: string,
    fields: Readonly<Record<string, string | readonly string[]>> | URLSearchParams,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Got>;
}

export interface AdminWorld {
  readonly admin: Admin;
  readonly ledger: Ledger;
  readonly store: Store;
  readonly clock: ManualClock;
  readonly page: string;
  readonly otherPage: string;
  readonly group: string;
  readonly grouped: string;
  readonly plain: string;
  readonly pops: PopSeen[];
  readonly accounts: Accounts;
  readonly people: People;
  readonly subscribers: Subscribers;
  /** Dead letters that the process which sends would be told of. */
  readonly sentAgain: readonly DeadName[];
  /** What POPs found, and what is said to be so of a check, by its id. */
  readonly results: CheckResults;
  readonly verdicts: Map<string, SaidVerdict>;
  /** A browser in which somebody of this role is signed in: one person for each role and page. */
  as(role: Role, page?: string): Browser;
  /** A browser in which nobody is. */
  stranger(): Browser;
  /** `name=value` of the session of somebody of this role. */
  sessionOf(role: Role, page?: string): Promise<string>;
  run(page: string | null, command: Command): Promise<string>;
  /** What visitors get. */
  visit(path: string): Promise<Response>;
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function openAdminWorld(): Promise<AdminWorld> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-admin-"));
  const clock = manualClock();
  const random = seededRandom(11);
  const store = openStore({ folder, clock, log: silentLog });
  const ledger = openLedger({ store, clock, random, region: "test", log: silentLog });
  const series = createSeries(store);
  const metrics = createMetrics();
  const root = generateKeyPair("root", seededRandom(1));
  const trust = createTrust({ rootKeys: [root.publicKey] });
  const delegated = { publisherKey: publisherKey.publicKey, pages: ["*"], hosts: ["*"], serial: 1 };
  trust.accept(signDelegation(delegated, root.secretKey));
  const common = { store: store.snapshots, trust, clock, random, log: silentLog, metrics, ledger };
  const announce = (): void => undefined;
  const publisher = createPublisher({ ...common, series, secretKey: publisherKey, announce });
  publisher.start();
  const { alone, settled } = publisher;
  const byHand = createByHand({ ...common, secretKey: publisherKey, alone, settled, announce });
  const serving = fetchOf(createServing(servingOptions({ store: store.snapshots, clock })));
  await store.snapshots.putFreshness({
    sequence: 1,
    confirmedMs: clock.wallMs(),
    acceptedMs: clock.wallMs(),
    level: 0,
    behind: {},
  });
  const pops: PopSeen[] = [];
  const subscribers = createSubscribers({ store, log: silentLog, random });
  const people = createPeople({ store, random, log: silentLog });
  const tokens = createTokens(store, random);
  const pages = () => ledger.pages();
  const accounts = createAccounts({
    people,
    tokens,
    pages,
    clock,
    random,
    url: null,
    behindProxy: false,
    costs: cheap,
  });
  const sentAgain: DeadName[] = [];
  const replay = (dead: readonly DeadName[]): boolean => sentAgain.push(...dead) > 0;
  const deliveries = deliveriesOf({ store, notifier: { replay } });
  const rows = createPageRows(store, random);
  const monitored = monitorOf({ store, ledger, rows, clock, random, log: silentLog, metrics });
  monitored.start();
  const results = openCheckResults({ folder, clock, log: silentLog });
  const verdicts = new Map<string, SaidVerdict>();
  const checks = checkDeskOf({ results, verdict: (_, check) => verdicts.get(check) ?? null });
  const admin = createAdmin({
    ...{ rows, alerts: monitored.alerts },
    ...{ ledger, series, clock, random, byHand, accounts, log: silentLog },
    audit: auditOf(store),
    snapshots: store.snapshots,
    previews: createHeld(random, 64),
    imports: createHeld(random, 4),
    ...{ subscribers, deliveries, checks },
    subscriberCount: async () => 1_234,
    pops: {
      list: async () => pops,
      addToken: async () => ({ token: "pharos_pop_x", expiresMs: clock.wallMs() + 3_600_000 }),
      mark: async () => undefined,
    },
  });
  const { hash } = createPasswords(random, cheap);
  /** Somebody of this role, signed in: the cookies of their browser. */
  const signedIn = async (role: Role, on: string): Promise<Map<string, string>> => {
    const email = `${role}@${on === "*" ? "all" : on}.example`;
    if (people.byEmail(email) === null) {
      const hashed = await hash(password, true);
      if (!hashed.ok) throw new Error("busy");
      await people.create(
        { name: `Ada ${role}`, email, grants: [[on, role]], password: hashed.value, signOn: null },
        commandLine,
      );
    }
    const caller = accounts.visits.visitOf(new Request(origin), peer);
    const outcome = await accounts.signIn.byPassword(caller, { email, password });
    if (outcome.kind !== "in") throw new Error(outcome.kind);
    return cookiesIn(outcome.cookies);
  };
  const browsers = new Map<string, Browser>();
  const run = async (page: string | null, command: Command): Promise<string> => {
    const done = await ledger.submit(page, command, "test");
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    return done.id;
  };
  const made = (name: string, url: string) => run(null, { kind: "page.create", fields: { name, url } });
  const page = await made("Acme", "https://status.acme.example");
  const otherPage = await made("Other", "https://status.other.example");
  const group = await run(page, { kind: "component.create", fields: { name: "Core", group: true } });
  const grouped = await run(page, { kind: "component.create", fields: { name: "API", groupId: group } });
  const plain = await run(page, { kind: "component.create", fields: { name: "Website" } });
  await settled();
  return {
    ...{ admin, ledger, store, clock, page, otherPage, group, grouped, plain, pops, run, settled },
    ...{ accounts, people, subscribers, sentAgain, results, verdicts },
    as(role, on = page) {
      const known = browsers.get(role + on) ?? browserOf(admin, signedIn(role, on));
      browsers.set(role + on, known);
      return known;
    },
    sessionOf: async (role, on = page) =>
      [...(await signedIn(role, on))]
        .map(([name, value]) => `${name}=${value}`)
        .find((it) => it.includes("session")) ?? "",
    stranger: () => browserOf(admin, Promise.resolve(new Map())),
    visit: async (path) =>
      serving(
        new Request(`https://status.acme.example${path}`, { headers: { host: "status.acme.example" } }),
      ),
    async close() {
      publisher.stop();
      await monitored.stop();
      await subscribers.close();
      await deliveries.close();
      await results.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const peer = { address: "192.0.2.1" };
export const password = "four words of mine";
/** A thousandth of what a password is worth: hashes are real, and cost nothing. */
const cheap = { n: 16, r: 8, p: 1 };

function cookiesIn(lines: readonly string[], known = new Map<string, string>()): Map<string, string> {
  for (const line of lines) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === "") known.delete(name);
    else known.set(name, value);
  }
  return known;
}

function browserOf(admin: Admin, held: Promise<Map<string, string>>): Browser {
  const ask = async (
    path: string,
    init: RequestInit & { headers?: Record<string, string> } = {},
  ): Promise<Got> => {
    const cookies = await held;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...init.headers, cookie, host: "admin.example" };
    const response = await admin(new Request(origin + path, { ...init, headers }), peer);
    cookiesIn(response.headers.getSetCookie(), cookies);
    return gotOf(response);
  };
  /** That of the session: every page of ours has it, in the form that signs out. */
  let csrf: Promise<string> | null = null;
  return {
    get: (path) => ask(path),
    async post(path, fields, own = {}) {
      csrf ??= ask("/admin/me").then(({ text }) => /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "");
      const body = new URLSearchParams();
      const entries = fields instanceof URLSearchParams ? [...fields] : Object.entries(fields);
      for (const [name, value] of entries)
        for (const one of typeof value === "string" ? [value] : value) body.append(name, one);
      if (!body.has("csrf")) body.set("csrf", await csrf);
      const usual = { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" };
      const headers = Object.fromEntries(
        Object.entries({ ...usual, ...own }).filter(([, value]) => value !== ""),
      );
      return ask(path, { method: "POST", body: body.toString(), headers });
    },
  };
}

async function gotOf(response: Response): Promise<Got> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    to: response.headers.get("location"),
    fields: (does) => fieldsOf(text, does),
  };
}

/** What a browser would send of a form that nobody touched. */
function fieldsOf(html: string, does?: string): URLSearchParams {
  const forms = html.match(/<form[\s>].*?<\/form>/gs) ?? [];
  const form = (does === undefined ? forms.at(-1) : forms.find((it) => it.includes(`value="${does}"`))) ?? "";
  const fields = new URLSearchParams();
  const plain = (text: string): string =>
    text
      .replaceAll("&#34;", '"')
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
  for (const [tag] of form.matchAll(
    /<input(?:[^>"]|"[^"]*")*>|<textarea[\s\S]*?<\/textarea>|<select[\s\S]*?<\/select>/g,
  )) {
    const name = /\sname="([^"]*)"/.exec(tag)?.[1];
    if (name === undefined) continue;
    if (tag.startsWith("<textarea")) {
      fields.append(plain(name), plain(/>\n?([\s\S]*)<\/textarea>/.exec(tag)?.[1] ?? ""));
      continue;
    }
    if (tag.startsWith("<select")) {
      const chosen =
        /<option value="([^"]*)" selected/.exec(tag)?.[1] ?? /<option value="([^"]*)"/.exec(tag)?.[1];
      fields.append(plain(name), plain(chosen ?? ""));
      continue;
    }
    const ticks = /type="(checkbox|radio)"/.test(tag);
    if (!ticks || /\schecked/.test(tag))
      fields.append(plain(name), plain(/\svalue="([^"]*)"/.exec(tag)?.[1] ?? ""));
  }
  return fields;
}
