import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { HttpTarget } from "../../src/model/check.ts";
import type { PageView } from "../../src/model/view.ts";
import type { MetaWord, Tables } from "../../src/store/tables.ts";
import { type ControlWorld, openControlWorld, type Reply } from "./control-world.ts";

const own = "/api/pharos/v1";
let [here, there]: readonly [ControlWorld, ControlWorld] = [] as never;
beforeAll(async () => {
  here = await openControlWorld();
  there = await openControlWorld();
  await fill(here);
});
afterAll(async () => {
  await here.close();
  await there.close();
});

async function as(of: ControlWorld, method: string, path: string, body?: unknown): Promise<Reply> {
  const headers = { authorization: `OAuth ${of.adminToken}` };
  const text = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const response = await of.api(new Request(`http://api.example${path}`, { method, headers, ...text }));
  return { status: response.status, json: JSON.parse((await response.text()) || "null") };
}

/** One of everything that a page can have, in a state that only its history explains. */
async function fill(world: ControlWorld): Promise<void> {
  const { page, plain, grouped, clock } = world;
  const run = async (command: Parameters<ControlWorld["run"]>[1]): Promise<string> => {
    await clock.advance(60_000);
    return world.run(page, command);
  };
  const ask = async (method: string, path: string, body: object): Promise<Reply["json"]> => {
    const { status, json } = await as(world, method, `/v1/pages/${page}${path}`, body);
    if (status >= 300) throw new Error(JSON.stringify(json));
    return json;
  };
  const logo = {
    type: "image/svg+xml",
    base64: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString("base64"),
  } as const;
  await run({
    kind: "page.update",
    fields: {
      timeZone: "Europe/Berlin",
      headline: "How we are",
      brand: "#008340",
      languages: ["de", "en"],
      uptimeBadges: true,
      partialWeight: 0.5,
      slaTarget: 99.95,
      description: "All",
      indicatorRule: "incidents",
      supportUrl: "https://help.example",
      footerText: "Bye",
      headerLinks: [{ name: "Docs", url: "https://docs.example" }],
      logo,
    },
  });
  const old = await run({
    kind: "component.create",
    fields: {
      name: "Old",
      startDate: "2025-01-01",
      showcase: true,
      onlyShowIfDegraded: true,
      description: "Was",
    },
  });
  const down = await run({
    kind: "incident.create",
    fields: {
      name: "Down",
      body: "We look.",
      componentIds: [plain, old],
      components: { [plain]: "major_outage", [old]: "partial_outage" },
      impactOverride: "critical",
      metadata: { jira: { key: "X-1" } },
      reminderIntervals: [1, 2],
    },
  });
  await run({
    kind: "incident.update",
    id: down,
    fields: { status: "resolved", body: "Up.", components: { [plain]: "operational" } },
  });
  await run({ kind: "postmortem.draft", id: down, body: "Why" });
  await run({ kind: "postmortem.publish", id: down });
  await run({ kind: "postmortem.draft", id: down, body: "Why, better" });
  await run({ kind: "component.delete", id: old });
  const wrong = await run({ kind: "incident.create", fields: { name: "Wrong page" } });
  await run({ kind: "incident.delete", id: wrong });
  const open = await run({
    kind: "incident.create",
    fields: {
      name: "Slow",
      status: "identified",
      components: { [grouped]: "degraded_performance" },
      automation: { setsOperational: true },
    },
  });
  await run({
    kind: "transition.add",
    componentId: plain,
    at: clock.wallMs() - 86_400_000,
    status: "degraded_performance",
  });
  const metric = await run({
    kind: "metric.create",
    fields: { name: "Latency", suffix: "ms", transform: "max", yAxisMin: 0, display: false },
  });
  const provider = await ask("POST", "/metrics_providers", { metrics_provider: { type: "Self" } });
  await run({
    kind: "metric.update",
    id: metric,
    fields: { providerId: provider.id, tooltipDescription: "p99" },
  });
  await run({
    kind: "template.create",
    fields: {
      name: "Slow",
      title: "It is slow",
      body: "We look.",
      groupId: "usual",
      updateStatus: "identified",
      shouldTweet: true,
      componentIds: [plain],
    },
  });
  await run({
    kind: "check.create",
    fields: {
      name: "API answers",
      target: {
        kind: "http",
        ...{ url: "https://api.example/health", method: "GET", headers: [], body: null },
        ...{ statuses: "200", keyword: "ok", keywordAbsent: false, json: { path: "a", equals: "1" } },
        ...{ redirectsMax: 2, certificateDays: null },
      },
      componentId: plain,
      act: "component",
      pops: ["fra1"],
      slowMs: 500,
    },
  });
  await run({
    kind: "upstream.create",
    fields: {
      vendor: "github",
      name: "GitHub Actions",
      source: {
        format: "statuspage",
        address: "https://www.githubstatus.com/",
        options: { component: "Actions" },
      },
      url: "https://www.githubstatus.com/",
      componentId: plain,
    },
  });
  const backups = await run({
    kind: "recurrence.create",
    id: "backups",
    fields: {
      name: "Backups",
      rule: "FREQ=WEEKLY",
      start: "2026-01-11T02:30",
      durationMs: 3_600_000,
      componentIds: [plain],
      ahead: 3,
    },
  });
  await run({ kind: "recurrence.update", id: backups, fields: { body: "We copy." } });
  const next = world.ledger.view(page)?.maintenances.find(({ recurrence }) => recurrence?.id === backups);
  await run({ kind: "incident.delete", id: next?.id ?? "" });
  await run({
    kind: "recurrence.create",
    id: "past",
    fields: {
      name: "Past",
      rule: "FREQ=DAILY;COUNT=1",
      start: new Date(clock.wallMs() + 7_200_000).toISOString().slice(0, 16),
      durationMs: 60_000,
    },
  });
  await run({
    kind: "draft.create",
    publishAt: clock.wallMs() + 30 * 86_400_000,
    command: { kind: "incident.update", id: open, fields: { status: "monitoring", body: "Soon." } },
  });
  await run({
    kind: "draft.create",
    publishAt: null,
    command: {
      kind: "incident.create",
      fields: {
        name: "Maybe",
        window: { from: clock.wallMs() + 86_400_000, until: clock.wallMs() + 90_000_000 },
      },
    },
  });
  const group = await ask("POST", "/page_access_groups", {
    page_access_group: { name: "Staff", component_ids: [plain], metric_ids: [metric] },
  });
  await ask("POST", "/page_access_users", {
    page_access_user: { email: "ann@example.com", page_access_group_ids: [group.id] },
  });
  await ask("PATCH", "/status_embed_config", { status_embed_config: { position: "bottom-right" } });
  await ask("PATCH", "", { page: { css_reds: "#ff0000", allow_sms_subscribers: true } });
  await clock.advance(86_400_000);
}

/** Stamps and ranks are of a log: another one has its own. */
const ofTheLog = new Set(["version", "rank", "born", "componentTags"]);

function timeless(value: unknown): unknown {
  if (value instanceof Map) return timeless(Object.fromEntries(value));
  if (value instanceof Set) return [...value].sort();
  if (Array.isArray(value)) return value.map(timeless);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (ofTheLog.has(name) ? [] : [[name, timeless(one)]])),
  );
}

const viewOf = (world: ControlWorld, page: string): PageView => {
  const view = world.ledger.view(page);
  if (view === null) throw new Error(`There is no page ${page}.`);
  return view;
};

type Fate =
  | "page file"
  | "subscriber list"
  | "point list"
  | "of the installation"
  | "of the log"
  | "made anew";

/** What becomes of everything that the store keeps. The compiler asks for a fate of each word and table that comes. */
const metaFates: Record<MetaWord, Fate> = {
  "page-row": "page file",
  subscriber: "subscriber list",
  "subscriber-by": "made anew",
  series: "point list",
  ...{ format: "of the installation", node: "of the installation", freshness: "of the installation" },
  ...{ pop: "of the installation", "pop-token": "of the installation" },
  ...{ audit: "of the installation", "audit-failed": "of the installation" },
  ...{
    user: "of the installation",
    "user-email": "of the installation",
    "user-sign-on": "of the installation",
  },
  ...{
    session: "of the installation",
    link: "of the installation",
    replay: "of the installation",
    ask: "of the installation",
    "webhook-secret": "of the installation",
    asked: "of the installation",
    suppressed: "of the installation",
    "visitor-note": "of the installation",
    bounce: "of the installation",
    monitor: "of the installation",
    upstream: "of the installation",
    "ping-key": "of the installation",
  },
  ...{ position: "of the log", stamp: "of the log", cursor: "of the log" },
};
const tableFates: Record<Exclude<keyof Tables, "meta">, Fate> = {
  records: "page file",
  ops: "of the log",
  ...{ refs: "made anew", history: "made anew", tree: "made anew", objects: "made anew", uses: "made anew" },
  ...{ doomed: "made anew", orphans: "made anew", notes: "made anew", hosts: "made anew" },
  ...{ gone: "of the installation", documents: "of the installation", tokens: "of the installation" },
};

/** The tables of a transaction, and what its words of `meta` are. */
const wordsOf = (changes: ControlWorld["commits"][number]): readonly string[] => {
  const names = new Map<unknown, string>(
    Object.entries(there.store.tables).map(([name, table]) => [table, name]),
  );
  return Array.from(
    new Set(
      changes.map(({ table, key }) =>
        table === there.store.tables.meta ? String([key].flat()[0]) : (names.get(table) ?? ""),
      ),
    ),
  ).sort();
};

describe("a page out and in", () => {
  test("of each word and table of the store it is decided what an export does with it; what a page has is exported", async () => {
    here.store.refresh();
    for (const { key } of here.store.tables.meta.getRange())
      expect([key, Object.hasOwn(metaFates, Array.isArray(key) ? String(key[0]) : String(key))]).toEqual([
        key,
        true,
      ]);
    expect(Object.keys(here.store.tables).sort()).toEqual(["meta", ...Object.keys(tableFates)].sort());
    const unknown = [
      { table: here.store.tables.meta, key: ["surprise", here.page], value: new Uint8Array(1) },
    ];
    expect(here.store.commit(unknown)).rejects.toThrow("No word of metaWords begins the key surprise");
  });

  test("everything of it is there: the view of the one installation is the view of the other, and both export the same", async () => {
    const { json: file } = await as(here, "GET", `${own}/pages/${here.page}/export`);
    const free = {
      ...file,
      page: { ...file.page, id: "moved", url: "https://moved.example", hosts: ["moved.example"] },
    };
    const commits = there.commits.length;
    const answer = await as(there, "POST", `${own}/import`, free);
    expect(answer).toMatchObject({ status: 200, json: { page_id: "moved" } });
    // Killed at any moment the page is there with its rows, or not at all: beside the note of when the key was used there is one transaction.
    const written = there.commits.slice(commits).map(wordsOf);
    expect(written.filter((words) => words.join() !== "tokens")).toEqual([
      ["audit", "node", "ops", "page-row", "position", "records", "stamp"],
    ]);
    const [one, other] = [viewOf(here, here.page), viewOf(there, "moved")];
    const moved = { id: "moved", url: "https://moved.example", hosts: ["moved.example"] };
    expect(timeless(other)).toEqual(timeless({ ...one, page: { ...one.page, ...moved } }));
    const back = await as(there, "GET", `${own}/pages/moved/export`);
    expect(back.json).toEqual(free);
    const position = there.ledger.position();
    expect((await as(there, "POST", `${own}/import`, free)).status).toBe(200);
    expect(there.ledger.position()).toBe(position);
  });

  test("what may be a secret of a check is in no file; a file that comes back leaves it as it is here", async () => {
    const target = {
      kind: "http",
      ...{ url: "https://api.example", method: "POST", body: "hush" },
      headers: [["Authorization", "Bearer hush"]],
      ...{ statuses: "200", keyword: null, keywordAbsent: false, json: null },
      ...{ redirectsMax: 0, certificateDays: null },
    } satisfies HttpTarget;
    const id = await here.run(here.page, { kind: "check.create", fields: { name: "Secret", target } });
    const { json: file } = await as(here, "GET", `${own}/pages/${here.page}/export`);
    expect(JSON.stringify(file)).not.toContain("hush");
    expect((await as(here, "POST", `${own}/import`, file)).status).toBe(200);
    const kept = viewOf(here, here.page).checks.find((check) => check.id === id);
    expect(kept?.target).toEqual(target);
    await here.run(here.page, { kind: "check.delete", id });
  });

  test("checks that stand above each other in a circle are refused", async () => {
    const target = { kind: "tcp", host: "a.example", port: 1, send: null, expect: null };
    const checks = [
      { id: "a", name: "A", target, parentId: "b" },
      { id: "b", name: "B", target, parentId: "a" },
    ];
    const page = { id: "circle", name: "C", url: "https://circle.example" };
    const file = { format: "pharos/page/1", page, components: [], incidents: [], checks };
    const { status, json } = await as(there, "POST", `${own}/import`, file);
    expect([status, JSON.stringify(json)]).toEqual([422, expect.stringContaining("is above itself")]);
  });

  test("what the page has of each kind is in this test: a kind that comes must be filled in here", () => {
    const empty = Object.entries(viewOf(here, here.page)).filter(([, value]) =>
      Array.isArray(value) ? value.length === 0 : (value as Map<string, unknown>).size === 0,
    );
    expect(empty).toEqual([]);
  });

  test("what stands behind the last place that a request may say is exported, and taken back", async () => {
    const { page, plain } = here;
    const last = { component: { position: 1_000_000 } };
    expect((await as(here, "PATCH", `/v1/pages/${page}/components/${plain}`, last)).status).toBe(200);
    const made = await as(here, "POST", `/v1/pages/${page}/components`, { component: { name: "Behind" } });
    const { json: file } = await as(here, "GET", `${own}/pages/${page}/export`);
    expect(file.components.map(({ position }: { position: number }) => position)).toContain(1_000_001);
    await here.run(page, { kind: "component.delete", id: made.json.id });
    const url = "https://behind.example";
    const moved = { ...file, page: { ...file.page, id: "behind", url, hosts: ["behind.example"] } };
    expect((await as(there, "POST", `${own}/import`, moved)).status).toBe(200);
  });

  test("a file of an older release, which knows less, is read; a draft whose moment has passed waits for a person", async () => {
    const older = {
      format: "pharos/page/1",
      page: { id: "older", name: "Older", url: "https://older.example" },
      components: [{ id: "api", name: "API" }],
      incidents: [
        {
          ...{ id: "one", name: "One", status: "resolved", createdAt: 1_000, updatedAt: 2_000, updates: [] },
          ...{ postmortemDraft: "Why", componentIds: ["api"] },
        },
      ],
      recurrences: [
        { id: "weekly", name: "Weekly", rule: "FREQ=WEEKLY", start: "2027-01-11T02:30", durationMs: 60_000 },
      ],
    };
    expect((await as(there, "POST", `${own}/import`, older)).status).toBe(200);
    const view = viewOf(there, "older");
    expect(view.incidentById.get("one")?.postmortemDraft?.body).toBe("Why");
    expect(view.recurrences[0]?.made).toHaveLength(view.recurrences[0]?.ahead ?? 0);
    const draft = {
      ...{
        id: "late",
        publishAt: there.clock.wallMs() - 1,
        refusal: null,
        createdAt: 1_000,
        updatedAt: 1_000,
      },
      command: { kind: "incident.create", fields: { name: "Late" } },
    };
    for (let time = 0; time < 2; time++)
      expect((await as(there, "POST", `${own}/import`, { ...older, drafts: [draft] })).status).toBe(200);
    expect(viewOf(there, "older").drafts).toMatchObject([
      { id: "late", publishAt: null, refusal: ["Its moment had passed when it was imported."] },
    ]);
  });

  test("what cannot be of a page is refused with a sentence, and nothing of the file is kept", async () => {
    const base = {
      format: "pharos/page/1",
      page: { id: "bad", name: "Bad", url: "https://bad.example" },
      components: [],
      incidents: [],
    };
    const state = { revision: 1, made: [], nextAt: null, skips: [], createdAt: 0, updatedAt: 0 };
    const recurrence = {
      id: "r",
      name: "R",
      rule: "FREQ=HOURLY",
      start: "2027-01-11T02:30",
      durationMs: 60_000,
      state,
    };
    const template = { id: "t", name: "T", title: "T", body: "{{nothing}}" };
    const draft = {
      id: "d",
      publishAt: 1e15,
      refusal: null,
      createdAt: 0,
      updatedAt: 0,
      command: { kind: "incident.create", fields: { name: "N" } },
    };
    for (const [more, sentence] of [
      [{ recurrences: [recurrence] }, "at most once a day"],
      [
        { recurrences: [{ ...recurrence, rule: "FREQ=DAILY", start: "soon" }] },
        'The start "soon" is not a time',
      ],
      [{ templates: [template] }, "nothing"],
      [{ templates: [{ ...template, body: "B", componentIds: ["no"] }] }, 'names "no"'],
      [{ drafts: [draft] }, "outside of the years"],
      [
        {
          drafts: [
            { ...draft, publishAt: null },
            { ...draft, publishAt: null },
          ],
        },
        "listed twice",
      ],
      [{ gone: ["nothing"] }, "is not a kind and an id"],
      [
        { rows: { "page-settings": { settings: { hidden_from_search: true } } } },
        "hidden_from_search cannot be true",
      ],
    ] as const) {
      const { status, json } = await as(there, "POST", `${own}/import`, { ...base, ...more });
      expect([status, json.error.join(" ")]).toEqual([422, expect.stringContaining(sentence)]);
      expect(there.ledger.view("bad")).toBeNull();
    }
  });
});
