// What vendors say, as readers see it: one light JSON body, a page in each language, a block on the front page; states with their ages.
import { expect, test } from "bun:test";
import { sourceKey, sourceOf, type UpstreamResult } from "../../src/model/upstream.ts";
import type { UpstreamResults } from "../../src/model/upstream-shown.ts";
import type { PageView } from "../../src/model/view.ts";
import { documentsOf, documentsSince } from "../../src/render/documents.ts";
import { world } from "../model/world.ts";

const minuteMs = 60_000;

function watched() {
  const made = world();
  made.run({ kind: "page.update", fields: { languages: ["en", "de", "ar"] } });
  for (const vendor of ["github", "cloudflare", "openai", "slack"])
    made.run({ kind: "upstream.create", id: vendor, fields: { vendor } });
  const view = made.view();
  const at = made.now;
  const read = (status: "operational" | "major_outage", said: string | null): UpstreamResult => ({
    last: { status, said, updatedAt: at - 9 * minuteMs, confirmedAt: at },
    ...{ failed: null, triedAt: at, ms: 120 },
  });
  const blocked: UpstreamResult = {
    last: { status: "operational", said: null, updatedAt: null, confirmedAt: at - 20 * minuteMs },
    ...{ failed: { why: "status", sentence: "It answered 403." }, triedAt: at, ms: 30 },
  };
  const results = resultsOf(view, {
    github: read("operational", null),
    cloudflare: read("major_outage", "<b>Everything</b> is down"),
    openai: blocked,
  });
  return { view, at, results };
}

function resultsOf(view: PageView, by: Readonly<Record<string, UpstreamResult>>): UpstreamResults {
  return new Map(
    view.upstreams.flatMap((upstream) => {
      const source = sourceOf(upstream);
      const result = by[upstream.id];
      return source === null || result === undefined ? [] : [[sourceKey(source), result] as const];
    }),
  );
}

const bodies = (view: PageView, at: number, results: UpstreamResults): ReadonlyMap<string, string> =>
  new Map(Array.from(documentsOf(view, at, undefined, null, results), ({ path, body }) => [path, body()]));

test("vendors/one light body with each vendor's state, its reason and its ages", () => {
  const { view, at, results } = watched();
  const text = bodies(view, at, results).get("/api/aggregate.json") ?? "";
  const iso = (ms: number) => new Date(ms).toISOString();
  expect(JSON.parse(text)).toMatchObject({
    generated_at: iso(at),
    unknown_after_seconds: 360,
    counts: { operational: 1, outage: 1, unknown: 2, degraded: 0, maintenance: 0 },
    vendors: [
      {
        id: "github",
        status: "operational",
        reason: null,
        response_ms: 120,
        updated_at: iso(at - 9 * minuteMs),
      },
      { id: "cloudflare", status: "outage", description: "<b>Everything</b> is down", last_known: null },
      {
        id: "openai",
        status: "unknown",
        reason: "status",
        last_known: "operational",
        confirmed_at: iso(at - 20 * minuteMs),
      },
      { id: "slack", status: "unknown", reason: "unasked", checked_at: null },
    ],
  });
  expect(text.length).toBeLessThan(400 * view.upstreams.length);
});

test("vendors/a page in each language, the worst first, what vendors wrote escaped", () => {
  const { view, at, results } = watched();
  const made = bodies(view, at, results);
  for (const [path, outage] of [
    ["/vendors", "Outage"],
    ["/de/vendors", "Ausfall"],
    ["/ar/vendors", "انقطاع"],
  ] as const) {
    const html = made.get(path) ?? "";
    expect(html).toContain(outage);
    expect(html).not.toContain("<b>Everything</b>");
    expect(html.indexOf("Cloudflare")).toBeLessThan(html.indexOf("GitHub"));
  }
  expect(made.get("/")).toContain('href="/vendors"');
  expect(made.get("/sitemaps/pages.xml")).toContain("/vendors");
});

test("vendors/what no round confirmed for too long is not told any more", () => {
  const { view, at, results } = watched();
  const later = JSON.parse(bodies(view, at + 7 * minuteMs, results).get("/api/aggregate.json") ?? "{}");
  expect(later.counts).toMatchObject({ operational: 0, outage: 0, unknown: 4 });
  expect(later.vendors[1]).toMatchObject({ status: "unknown", reason: "late", last_known: "outage" });
});

test("vendors/a round that changed no state moves /vendors and the aggregate, and not the front page", () => {
  const { view, at, results } = watched();
  const first = documentsSince(null, view, at, undefined, null, results);
  const keys = new Map(Array.from(first.documents, ({ path, key }) => [path, key]));
  const next = new Map(
    [...results].map(([key, { last, ...rest }]) => {
      const confirmed =
        last === null || rest.failed !== null ? last : { ...last, confirmedAt: at + minuteMs };
      return [key, { ...rest, last: confirmed, triedAt: at + minuteMs }] as const;
    }),
  );
  const since = documentsSince(first.shown, view, at + minuteMs, undefined, null, next);
  expect(since.whole).toBe(false);
  const moved = Array.from(since.documents).filter(({ path, key }) => keys.get(path) !== key);
  expect(moved.map(({ path }) => path).sort()).toEqual([
    "/api/aggregate.json",
    "/ar/vendors",
    "/de/vendors",
    "/vendors",
  ]);
});

test("vendors/a page without upstreams has none of it", () => {
  const made = world();
  const paths = [...bodies(made.view(), made.now, new Map()).keys()];
  expect(paths.filter((path) => path.includes("vendors") || path.includes("aggregate"))).toEqual([]);
});
