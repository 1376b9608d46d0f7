// A control plane with its admin pages, its publisher and a POP's serving, without a process. In: nothing. Out: what a browser would be given, and
// what visitors would be. One clock for all of it, moved by the test.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Admin, createAdmin } from "../../src/admin/admin.ts";
import type { PopSeen } from "../../src/admin/places.ts";
import { createPreviews } from "../../src/admin/previews.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { createServing } from "../../src/edge/serve.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import type { Command } from "../../src/model/command.ts";
import type { Role } from "../../src/model/roles.ts";
import { createByHand } from "../../src/publish/by-hand.ts";
import { createPublisher } from "../../src/publish/publisher.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { createTrust } from "../../src/snapshot/trust.ts";
import { auditOf } from "../../src/store/audit.ts";
import { type Ledger, openLedger } from "../../src/store/ledger.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { createSeries } from "../../src/store/series.ts";
import { createTokens } from "../../src/store/tokens.ts";
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
  /** Sends a form as a browser does: the fields given, and the proof of the session. */
  post(
    path: string,
    fields: Readonly<Record<string, string | readonly string[]>> | URLSearchParams,
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
  /** A browser in which somebody of this role is signed in. */
  as(role: Role, page?: string): Browser;
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
  const admin = createAdmin({
    places: {
      ...{ ledger, series, clock, random, byHand, log: silentLog },
      tokens: createTokens(store, random),
      snapshots: store.snapshots,
      previews: createPreviews(random),
      audit: auditOf(store),
      personName: (id) => (id.startsWith("u-") ? `Ada ${id.slice(2)}` : null),
      subscriberCount: () => 1_234,
      pops: {
        list: async () => pops,
        addToken: async () => ({ token: "pharos_pop_x", expiresMs: clock.wallMs() + 1_000 }),
        mark: async () => undefined,
      },
    },
    whoOf: (request) => sessionIn(request),
    doors: [],
  });
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
    as: (role, of = page) => browserOf(admin, `${role}@${of}`),
    visit: async (path) =>
      serving(
        new Request(`https://status.acme.example${path}`, { headers: { host: "status.acme.example" } }),
      ),
    async close() {
      publisher.stop();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Stands in for sessions. */
function sessionIn(request: Request) {
  const [role, page] = (/session=([^;]+)/.exec(request.headers.get("cookie") ?? "")?.[1] ?? "").split("@");
  if (role === undefined || page === undefined) return null;
  const grants = [[page, role as Role] as const];
  return {
    principal: { kind: "user" as const, id: `u-${role}`, name: `Ada ${role}`, grants },
    csrf: `proof-${role}`,
    address: null,
  };
}

function browserOf(admin: Admin, session: string): Browser {
  const cookie = `session=${session}`;
  return {
    get: async (path) => gotOf(await admin(new Request(origin + path, { headers: { cookie } }))),
    async post(path, fields) {
      const body = new URLSearchParams({ csrf: `proof-${session.split("@")[0]}` });
      const entries = fields instanceof URLSearchParams ? [...fields] : Object.entries(fields);
      for (const [name, value] of entries)
        for (const one of typeof value === "string" ? [value] : value) {
          if (name === "csrf") body.set(name, one);
          else body.append(name, one);
        }
      const headers = {
        cookie,
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
      };
      return gotOf(
        await admin(new Request(origin + path, { method: "POST", body: body.toString(), headers })),
      );
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
      .replaceAll("&#39;", "'")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
  for (const [tag] of form.matchAll(
    /<input[^>]*>|<textarea[\s\S]*?<\/textarea>|<select[\s\S]*?<\/select>/g,
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
