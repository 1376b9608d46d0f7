// Formats of status pages. In: captures of ../shared/data, and documents of our own making. Out: what each was normalised to, as a table.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  stateOf,
  type UpstreamFormat,
  type UpstreamOptions,
  upstreamFormats,
} from "../../src/model/upstream.ts";
import { vendors } from "../../src/model/vendors.ts";
import { documentOf, readUpstream } from "../../src/monitor/upstreams.ts";
import { skipUnless } from "../support/skip.ts";

const folder = join(import.meta.dir, "../../../shared/data");
const testWithCaptures = skipUnless(existsSync(folder), "../shared/data is absent");

const read = (
  format: UpstreamFormat,
  text: string,
  options: UpstreamOptions = {},
  now = "2026-11-22T00:00:00Z",
) => readUpstream({ format, address: "https://status.example/", options }, text, Date.parse(now));

/** format, capture, options -> state, what it says, the vendor's own time */
const captured: readonly (readonly [
  UpstreamFormat,
  string,
  UpstreamOptions & { readonly now?: string },
  ...(readonly [string, string | null, string | null]),
])[] = [
  ["statuspage", "github/summary-2026.json", {}, "operational", null, "2026-07-31T03:29:01.470Z"],
  [
    "statuspage",
    "github/summary-incident.json",
    {},
    "degraded",
    "Incident on 2020-05-22 16:41 UTC",
    "2020-05-22T20:50:20.457Z",
  ],
  [
    "statuspage",
    "twilio/summary-incidents.json",
    {},
    "degraded",
    "SMS Delivery Delays to Mozambique Movitel",
    "2020-06-16T21:00:29.031Z",
  ],
  [
    "statuspage",
    "cloudamqp/summary-maintenance.json",
    {},
    "maintenance",
    "Upgrade of shared servers “jellyfish”, “wildboar”, and “reindeer”",
    "2020-07-16T21:10:37.516Z",
  ],
  [
    "statuspage",
    "anthropic/summary.json",
    {},
    "degraded",
    "Elevated errors on platform.claude.com",
    "2026-10-07T23:44:53.565Z",
  ],
  ["statuspage", "duo/components.json", {}, "operational", null, "2021-12-04T00:08:50.524Z"],
  [
    "statuspage",
    "duo/components.json",
    { component: "Core Authentication Service" },
    "operational",
    null,
    "2021-04-01T22:47:06.983Z",
  ],
  [
    "statuspage",
    "openai/summary-incidentio.json",
    { component: "compliance api" },
    "degraded",
    null,
    "2026-09-29T18:29:41.000Z",
  ],
  [
    "incident-io",
    "openai/summary-incidentio.json",
    {},
    "degraded",
    "Elevated errors across ChatGPT, Codex, and the API including the Agents API",
    "2026-09-29T18:29:41.000Z",
  ],
  ["instatus", "instatus/recraft-summary.json", {}, "operational", null, null],
  [
    "instatus",
    "instatus/manychat-summary.json",
    {},
    "degraded",
    "Delays in Instagram automation",
    "2026-05-06T15:19:52.073Z",
  ],
  ["status-io", "docker/statusio-status.json", {}, "operational", null, "2022-04-23T23:01:26.115Z"],
  ["status-io", "docker/statusio-incident.json", {}, "outage", "Registry Issues", "2021-04-03T15:25:55.730Z"],
  [
    "status-io",
    "docker/statusio-incident.json",
    { component: "Docker Hub Web" },
    "operational",
    null,
    "2021-04-03T15:25:55.731Z",
  ],
  [
    "status-io",
    "docker/statusio-partial.json",
    {},
    "outage",
    "Docker Hub automated builds issue",
    "2020-07-16T17:22:25.333Z",
  ],
  ["better-stack", "betterstack/index.json", {}, "operational", null, "2026-09-04T19:53:00.000Z"],
  ["better-stack", "betterstack/index.json", { component: "Better Stack" }, "operational", null, null],
  ["slack", "slack/current-ok.json", {}, "operational", null, "2026-09-12T20:00:00.000Z"],
  ["heroku", "heroku/current-status-v4.json", {}, "operational", null, "2026-07-15T21:23:52.796Z"],
  [
    "heroku",
    "heroku/current-status-v4.json",
    { component: "Data" },
    "operational",
    null,
    "2026-07-15T21:23:52.796Z",
  ],
  [
    "salesforce",
    "salesforce/pod114-status.json",
    {},
    "degraded",
    "The Salesforce Technology team has declared that the intermittent performance degradation was resolved as of 04:06 UTC. This was following the successful completion of the restarts performed. Enginee…",
    "2023-04-02T04:19:33.821Z",
  ],
  ["google-cloud", "google-cloud/incidents-2026.json", {}, "operational", null, "2026-07-25T13:16:55.000Z"],
  [
    "aws",
    "aws/history.rss",
    { now: "2026-08-06T22:00:00Z" },
    "operational",
    null,
    "2026-08-07T04:03:34.000Z",
  ],
  [
    "aws",
    "aws/history.rss",
    { now: "2026-05-01T00:00:00Z" },
    "outage",
    "Service disruption: Increased Error Rates",
    "2026-08-07T04:03:34.000Z",
  ],
  [
    "aws",
    "aws/history.rss",
    { now: "2026-05-01T00:00:00Z", component: "eu-west-1" },
    "operational",
    null,
    "2026-08-07T04:03:34.000Z",
  ],
  ["azure", "azure/feed-empty.xml", {}, "operational", null, "2026-08-07T04:04:00.000Z"],
  [
    "feed",
    "github/history.atom",
    { now: "2026-08-22T03:43:56Z" },
    "operational",
    null,
    "2026-08-21T22:46:26.000Z",
  ],
  [
    "json",
    "yandex-cloud/incidents.json",
    { path: "items[0].status", words: { degraded: ["open"], operational: ["resolved"] } },
    "degraded",
    null,
    null,
  ],
  ["json", "github/summary-2026.json", { path: "$.status.indicator" }, "operational", null, null],
];

for (const [format, file, { now = "2026-11-22T00:00:00Z", ...options }, state, said, updated] of captured)
  testWithCaptures(
    `upstream formats/captured ${format} ${file} ${JSON.stringify(options)} at ${now} is ${state}`,
    () => {
      const found = read(format, readFileSync(join(folder, file), "utf8"), options, now);
      expect(found).toMatchObject({ ok: true });
      if (!found.ok) return;
      expect([
        stateOf(found.status),
        found.said,
        found.updatedAt === null ? null : new Date(found.updatedAt).toISOString(),
      ]).toEqual([state, said, updated]);
    },
  );

const statuspageWith = (indicator: string, more = {}): string =>
  JSON.stringify({ status: { indicator }, ...more });
const item = (title: string, when: string, more = ""): string =>
  `<item><title>${title}</title><guid>https://x/#ec2-us-east-1_${Date.parse(when)}</guid><pubDate>${when}</pubDate>${more}</item>`;
const rss = (...items: readonly string[]): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>${items.join("")}</channel></rss>`;

/** What no capture shows: format, document, options -> status */
const made: readonly (readonly [string, UpstreamFormat, string, UpstreamOptions, string])[] = [
  ["a major indicator is a partial outage", "statuspage", statuspageWith("major"), {}, "partial_outage"],
  ["a critical indicator is a major outage", "statuspage", statuspageWith("critical"), {}, "major_outage"],
  [
    "maintenance that goes on while the indicator says none",
    "statuspage",
    statuspageWith("none", { scheduled_maintenances: [{ name: "m", status: "in_progress" }] }),
    {},
    "under_maintenance",
  ],
  [
    "maintenance that is only announced",
    "statuspage",
    statuspageWith("none", { scheduled_maintenances: [{ name: "m", status: "scheduled" }] }),
    {},
    "operational",
  ],
  [
    "the widget of incident.io with nothing going on",
    "incident-io",
    '{"ongoing_incidents":[],"in_progress_maintenances":[]}',
    {},
    "operational",
  ],
  [
    "the widget's worst impact",
    "incident-io",
    '{"ongoing_incidents":[{"name":"a","current_worst_impact":"degraded_performance"},{"name":"b","current_worst_impact":"full_outage"}]}',
    {},
    "major_outage",
  ],
  [
    "Instatus at work",
    "instatus",
    '{"page":{"status":"UP"},"activeMaintenances":[{"name":"m","status":"INPROGRESS"}]}',
    {},
    "under_maintenance",
  ],
  [
    "an Instatus component",
    "instatus",
    '{"components":[{"id":"1","name":"API","status":"MAJOROUTAGE"}]}',
    { component: "api" },
    "major_outage",
  ],
  [
    "status.io at work",
    "status-io",
    '{"result":{"status_overall":{"status_code":200}}}',
    {},
    "under_maintenance",
  ],
  [
    "Better Stack down",
    "better-stack",
    '{"data":{"attributes":{"aggregate_state":"downtime"}}}',
    {},
    "major_outage",
  ],
  [
    "a Slack incident",
    "slack",
    '{"status":"active","active_incidents":[{"type":"incident","title":"t","services":["Huddles"]}]}',
    {},
    "degraded_performance",
  ],
  [
    "a Slack incident of another service",
    "slack",
    '{"status":"active","active_incidents":[{"type":"outage","title":"t","services":["Huddles"]}]}',
    { component: "Search" },
    "operational",
  ],
  [
    "Heroku red",
    "heroku",
    '{"status":[{"system":"Apps","status":"red"},{"system":"Data","status":"green"}]}',
    {},
    "major_outage",
  ],
  [
    "all instances of Salesforce, one at work",
    "salesforce",
    '[{"key":"A","status":"OK"},{"key":"B","status":"MAINTENANCE_CORE"}]',
    {},
    "operational",
  ],
  [
    "the instance of Salesforce at work",
    "salesforce",
    '[{"key":"A","status":"OK"},{"key":"B","status":"MAINTENANCE_CORE"}]',
    { component: "B" },
    "under_maintenance",
  ],
  [
    "Google Cloud with an open disruption",
    "google-cloud",
    '[{"status_impact":"SERVICE_DISRUPTION","external_desc":"d","affected_products":[{"title":"Cloud Run"}]}]',
    {},
    "degraded_performance",
  ],
  [
    "the product of Google Cloud that it is about",
    "google-cloud",
    '[{"status_impact":"SERVICE_DISRUPTION","external_desc":"d","affected_products":[{"title":"Cloud Run"}]}]',
    { component: "cloud run" },
    "partial_outage",
  ],
  [
    "AWS's current events",
    "aws",
    '[{"status":"2","service":"ec2-us-east-1","summary":"Increased errors"},{"status":"3","service":"s3","summary":"[RESOLVED] gone"}]',
    {},
    "degraded_performance",
  ],
  [
    "AWS told that it is over",
    "aws",
    rss(
      item("Service is operating normally: [RESOLVED]", "Sat, 21 Nov 2026 23:00:00 GMT"),
      item("Service disruption", "Sat, 21 Nov 2026 22:00:00 GMT"),
    ),
    {},
    "operational",
  ],
  [
    "an Azure outage",
    "azure",
    rss(item("Storage outage in West Europe", "Sat, 21 Nov 2026 23:00:00 GMT")),
    {},
    "partial_outage",
  ],
  [
    "a feed with an open entry",
    "feed",
    rss(
      item(
        "Slow logins",
        "Sat, 21 Nov 2026 23:00:00 GMT",
        "<description>&lt;strong&gt;Investigating&lt;/strong&gt; - we look</description>",
      ),
    ),
    {},
    "degraded_performance",
  ],
  [
    "a feed whose entry nobody added to for two days",
    "feed",
    rss(item("Slow logins", "Thu, 19 Nov 2026 23:00:00 GMT")),
    {},
    "operational",
  ],
  [
    "a feed with announced work",
    "feed",
    rss(
      item(
        "Database upgrade",
        "Sat, 21 Nov 2026 23:00:00 GMT",
        "<description>&lt;strong&gt;Scheduled&lt;/strong&gt; - soon</description>",
      ),
    ),
    {},
    "operational",
  ],
  [
    "words on a page",
    "html",
    '<!doctype html><p class="state">All Systems\n Operational</p><p class="state">Down</p>',
    { selector: "p.state" },
    "operational",
  ],
  [
    "a vendor's own words",
    "html",
    "<h1>Something is broken today</h1>",
    { selector: "h1", words: { outage: ["is broken"], operational: ["is fine"] } },
    "major_outage",
  ],
];

for (const [name, format, text, options, status] of made)
  test(`upstream formats/${name}: ${status}`, () => {
    expect(read(format, text, options)).toMatchObject({ ok: true, status });
  });

/** What is not what its format says: nothing is guessed. */
const broken: readonly (readonly [string, UpstreamFormat, string, UpstreamOptions, string])[] = [
  ["a wall's HTML", "statuspage", "<html><title>Just a moment</title></html>", {}, "HTML"],
  ["a torn document", "statuspage", '{"status":{"indi', {}, "all of"],
  ["a new indicator", "statuspage", statuspageWith("meltdown"), {}, "meltdown"],
  ["another shape", "statuspage", '{"ok":true}', {}, "neither"],
  ["a component that went", "statuspage", statuspageWith("none"), { component: "API" }, "API"],
  ["a new page status", "instatus", '{"page":{"status":"SORTOF"}}', {}, "SORTOF"],
  ["another code", "status-io", '{"result":{"status_overall":{"status_code":700}}}', {}, "700"],
  ["another state", "better-stack", '{"data":{"attributes":{"aggregate_state":"odd"}}}', {}, "odd"],
  ["an old Slack version", "slack", '{"status":"ok"}', {}, "status"],
  ["no systems", "heroku", "{}", {}, "no system"],
  ["another word", "salesforce", '{"key":"A","status":"ODD"}', {}, "ODD"],
  ["no list", "google-cloud", "{}", {}, "no list"],
  ["HTML for a feed", "azure", "<!DOCTYPE html><html></html>", {}, "HTML"],
  ["entities of its own", "feed", '<!DOCTYPE x [<!ENTITY a "b">]><rss></rss>', {}, "DOCTYPE"],
  ["XML that is no feed", "feed", "<opml></opml>", {}, "neither RSS nor Atom"],
  ["no such path", "json", '{"a":1}', { path: "b.c" }, "b.c"],
  ["a path into the prototype", "json", "{}", { path: "constructor.name" }, "no word"],
  ["a word of no meaning", "json", '{"a":"purple"}', { path: "a" }, "purple"],
  ["an element that went", "html", "<p>x</p>", { selector: "h1" }, "nothing matches"],
  ["a selector that is none", "html", "<p>x</p>", { selector: ">>>" }, "cannot be used"],
];

for (const [name, format, text, options, why] of broken)
  test(`upstream formats/${name} is not read by ${format}`, () => {
    const found = read(format, text, options);
    expect(found).toMatchObject({ ok: false });
    expect(found.ok ? "" : found.why).toContain(why);
  });

test("upstream formats/each format reads, and refuses what is no document", () => {
  for (const format of upstreamFormats)
    for (const text of ["", "null", "[]", "7", "\u0000", "<"]) expect(() => read(format, text)).not.toThrow();
  for (const format of upstreamFormats) expect(read(format, "").ok).toBe(false);
});

test("upstream formats/vendors have ids and addresses of their own, and a document each", () => {
  expect(vendors.length).toBeGreaterThan(100);
  expect(new Set(vendors.map(({ id }) => id)).size).toBe(vendors.length);
  for (const { id, format, address, page, options = {} } of vendors) {
    expect(id).toMatch(/^[a-z0-9-]{1,64}$/);
    expect(page).toStartWith("https://");
    expect(documentOf({ format, address, options })).toStartWith("https://");
  }
  const names = vendors.map(({ name }) => name.toLowerCase());
  expect(names).toEqual(names.toSorted());
});
