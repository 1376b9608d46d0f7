// The public API against captures of real pages: imported into an empty store, published, asked with the page's own Host.
import { afterAll, test as bunTest, describe, expect } from "bun:test";
import { type CapturedPage, captureText, openCaptured, testWithCaptures as test } from "./captured-page.ts";
import { type Difference, differences } from "./differences.ts";

interface CaptureSet {
  readonly name: string;
  /** What is imported. */
  readonly files: readonly string[];
  /** Which file each path must answer with. */
  readonly answers: Readonly<Record<string, string>>;
  readonly indicatorRule: "components" | "incidents";
  readonly host: string;
  /** The closed list of differences that belong to another implementation's ways. */
  readonly except?: (difference: Difference) => boolean;
}

const summary = "/api/v2/summary.json";

const sets: readonly CaptureSet[] = [
  {
    name: "github-2026",
    files: ["github/summary-2026.json", "github/incidents.json", "github/incident-single.json"],
    answers: {
      [summary]: "github/summary-2026.json",
      "/api/v2/incidents.json": "github/incidents.json",
      "/api/v2/incidents/8vfyvq16hzh9.json": "github/incident-single.json",
    },
    indicatorRule: "components",
    host: "www.githubstatus.com",
  },
  {
    name: "github-2020",
    files: ["github/summary-incident.json"],
    answers: { [summary]: "github/summary-incident.json" },
    indicatorRule: "incidents",
    host: "www.githubstatus.com",
  },
  {
    name: "twilio",
    files: ["twilio/summary-incidents.json"],
    answers: { [summary]: "twilio/summary-incidents.json" },
    indicatorRule: "components",
    host: "status.twilio.com",
  },
  {
    name: "cloudamqp",
    files: ["cloudamqp/summary-maintenance.json"],
    answers: { [summary]: "cloudamqp/summary-maintenance.json" },
    indicatorRule: "components",
    host: "status.cloudamqp.com",
  },
  {
    name: "duo",
    files: ["duo/components.json"],
    answers: { "/api/v2/components.json": "duo/components.json" },
    indicatorRule: "components",
    host: "status.duo.com",
  },
  {
    name: "anthropic",
    files: ["anthropic/summary.json"],
    answers: { [summary]: "anthropic/summary.json" },
    indicatorRule: "components",
    host: "status.claude.com",
  },
  {
    name: "openai",
    files: ["openai/summary-incidentio.json"],
    answers: { [summary]: "openai/summary-incidentio.json" },
    indicatorRule: "components",
    host: "status.openai.com",
    // incident.io writes times to the second, and has words of its own for the indicator.
    except: ({ path, wanted, got }) =>
      (/_at$/.test(path) && String(wanted).replace(/Z$/, ".000Z") === got) ||
      (path === "status.description" && wanted === "Partial System Degradation"),
  },
];

type Table = Readonly<Record<string, unknown>>;
const tableOf = (value: unknown): Table => value as Table;
const listOf = (value: unknown): readonly Table[] => value as readonly Table[];
const captureOf = (file: string): Table => JSON.parse(captureText(file)) as Table;

/** Lists that the summary shows too, and the path that has each alone. */
const alone: Readonly<Record<string, readonly [path: string, field: string]>> = {
  components: ["/api/v2/components.json", "components"],
  incidents: ["/api/v2/incidents/unresolved.json", "incidents"],
  status: ["/api/v2/status.json", "status"],
};

/** Every JSON path of the public API. */
const paths = [
  summary,
  "/api/v2/status.json",
  "/api/v2/components.json",
  "/api/v2/incidents.json",
  "/api/v2/incidents/unresolved.json",
  "/api/v2/scheduled-maintenances.json",
  "/api/v2/scheduled-maintenances/upcoming.json",
  "/api/v2/scheduled-maintenances/active.json",
];

async function jsonAt(captured: CapturedPage, host: string, path: string): Promise<Table> {
  const { status, text } = await captured.ask(host, path);
  expect({ path, status }).toEqual({ path, status: 200 });
  return JSON.parse(text) as Table;
}

for (const set of sets) {
  describe(set.name, () => {
    let captured: CapturedPage;
    afterAll(() => captured?.close());
    const json = (path: string) => jsonAt(captured, set.host, path);
    const unexpected = (wanted: unknown, got: unknown) =>
      differences(wanted, got).filter((it) => set.except?.(it) !== true);

    test("is imported, and a second import changes nothing", async () => {
      const { updated_at } = tableOf(captureOf(set.files[0] ?? "").page);
      captured = await openCaptured(set.files, set.indicatorRule, Date.parse(String(updated_at)) + 1_000);
      expect(await captured.importAgain()).toBe(0);
    });

    for (const [path, file] of Object.entries(set.answers)) {
      test(`${path} is ${file}`, async () => {
        expect(unexpected(captureOf(file), await json(path))).toEqual([]);
      });
    }

    test("each list stands alone as it stands in the capture", async () => {
      const capture = captureOf(set.files[0] ?? "");
      for (const [name, [path, field]] of Object.entries(alone)) {
        if (capture[name] !== undefined)
          expect(unexpected({ [name]: capture[name] }, { [name]: (await json(path))[field] })).toEqual([]);
      }
      for (const [path, statuses] of [
        ["/api/v2/scheduled-maintenances/upcoming.json", ["scheduled"]],
        ["/api/v2/scheduled-maintenances/active.json", ["in_progress", "verifying"]],
      ] as const) {
        const wanted = listOf(capture.scheduled_maintenances ?? []).filter(({ status }) =>
          statuses.some((word) => word === status),
        );
        expect(unexpected(wanted, (await json(path)).scheduled_maintenances)).toEqual([]);
      }
      for (const incident of [
        ...listOf(capture.incidents ?? []),
        ...listOf(capture.scheduled_maintenances ?? []),
      ])
        expect(unexpected(incident, await json(`/api/v2/incidents/${incident.id}.json`))).toEqual([]);
    });

    test("one component changed by the API: exactly what follows from it differs", async () => {
      const before = new Map<string, Table>();
      for (const path of paths) before.set(path, await json(path));
      const components = listOf(tableOf(before.get("/api/v2/components.json")).components);
      const target = chosen(components, listOf(tableOf(before.get("/api/v2/incidents.json")).incidents));
      await captured.pass(60_000);
      const answer = await captured.api(
        new Request(`http://localhost/v1/pages/${captured.page}/components/${target.id}.json`, {
          method: "PATCH",
          headers: { authorization: `OAuth ${captured.token}` },
          body: JSON.stringify({ component: { status: "major_outage" } }),
        }),
      );
      expect(answer.status).toBe(200);
      await captured.pass(1_000);
      for (const [path, was] of before) {
        const changed = changedFields(was, await json(path));
        expect({ path, changed: changed.filter((field) => !follows(field, was, target)) }).toEqual({
          path,
          changed: [],
        });
        expect(changed).toContain("page.updated_at");
      }
      const after = listOf((await json("/api/v2/components.json")).components).find(
        ({ id }) => id === target.id,
      );
      const wanted: Table = { ...target, status: "major_outage", updated_at: after?.updated_at };
      expect(after).toEqual(wanted);
      expect(Date.parse(String(after?.updated_at))).toBeGreaterThan(Date.parse(String(target.updated_at)));
      expect((await json("/api/v2/status.json")).status).toEqual({
        indicator: "critical",
        description: "Major Service Outage",
      });
    });
  });
}

/** A component that says most: in a group, or named by an incident. */
function chosen(components: readonly Table[], incidents: readonly Table[]): Table {
  const named = new Set(incidents.flatMap((it) => listOf(it.components)).map(({ id }) => id));
  const leaves = components.filter(({ group }) => group !== true);
  const found =
    leaves.find(({ id, group_id }) => named.has(id) && group_id !== null) ??
    leaves.find(({ id }) => named.has(id)) ??
    leaves.find(({ group_id }) => group_id !== null) ??
    leaves[0];
  if (found === undefined) throw new Error("The page has no component.");
  return found;
}

/** Paths of all fields that differ, in either direction. */
function changedFields(was: Table, is: Table): readonly string[] {
  return [...new Set([...differences(was, is), ...differences(is, was)].map(({ path }) => path))];
}

/** Whether a changed field follows from the change of `target`. */
function follows(field: string, was: Table, target: Table): boolean {
  if (field === "page.updated_at" || field.startsWith("status.")) return true;
  const [, owner = "", name = ""] = /^(.*)\.([a-z_]+)$/.exec(field) ?? [];
  const entity = tableOf(valueAt(was, owner));
  if (entity.id === target.id) return name === "status" || name === "updated_at";
  return entity.id === target.group_id && name === "status";
}

function valueAt(root: Table, path: string): unknown {
  const names = path.split(/[.[\]]+/).filter(Boolean);
  return names.reduce<unknown>((value, name) => tableOf(value)[name], root);
}

describe("the comparison", () => {
  for (const [what, got] of [
    ["a field of another value", { a: 2, list: [1, 2] }],
    ["a field that is missing", { list: [1, 2] }],
    ["a list in another order", { a: 1, list: [2, 1] }],
    ["a list that is longer", { a: 1, list: [1, 2, 3] }],
    ["null for a list", { a: 1, list: null }],
  ] as const) {
    bunTest(`sees ${what}`, () => {
      expect(differences({ a: 1, list: [1, 2] }, got)).not.toEqual([]);
    });
  }
});

describe("github-feed", () => {
  let captured: CapturedPage;
  afterAll(() => captured?.close());

  test("ids, titles and times of each entry come back in their order", async () => {
    const file = "github/history.atom";
    captured = await openCaptured([file], "components", Date.parse("2026-08-22T03:45:00Z"));
    expect(await captured.importAgain()).toBe(0);
    const { status, text } = await captured.ask("www.githubstatus.com", "/history.atom");
    expect(status).toBe(200);
    expect(entriesOf(captureText(file)).length).toBe(25);
    expect(entriesOf(text)).toEqual(entriesOf(captureText(file)));
    expect(feedHead(text)).toEqual(feedHead(captureText(file)));
  });
});

/** Read without our own parser, so that one mistake in it does not show twice. */
function entriesOf(feed: string): readonly Table[] {
  return [...feed.matchAll(/<entry>[\s\S]*?<\/entry>/g)].map(([entry]) => ({
    id: /<id>(.*?)<\/id>/.exec(entry)?.[1],
    title: /<title>(.*?)<\/title>/.exec(entry)?.[1],
    published: /<published>(.*?)<\/published>/.exec(entry)?.[1],
    updated: /<updated>(.*?)<\/updated>/.exec(entry)?.[1],
    link: /<link [^>]*href="([^"]*)"/.exec(entry)?.[1],
  }));
}

function feedHead(feed: string): Table {
  const head = feed.slice(0, feed.indexOf("<entry>"));
  return Object.fromEntries(
    ["id", "title", "updated", "name"].map((name) => [
      name,
      new RegExp(`<${name}>(.*?)</${name}>`).exec(head)?.[1],
    ]),
  );
}
