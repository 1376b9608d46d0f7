import { describe, expect, test } from "bun:test";
import type { AlertSource, JsonPlaces, SourceFormat } from "../../src/model/alert-source.ts";
import { ingestFormats } from "../../src/monitor/ingest.ts";
import { subjectOf } from "../../src/monitor/ingest-mail.ts";

const places: JsonPlaces = {
  list: "checks",
  key: "id",
  name: "title",
  state: "now.state",
  standing: ["bad", "awful"],
  component: "part",
  severity: "how",
};
const source = (format: SourceFormat, own: Partial<AlertSource> = {}): AlertSource => ({
  ...{ id: "s1", name: "Ours", format, componentId: null, componentLabel: "component", act: "component" },
  ...{ outageStatus: "major_outage", templateId: null, places, createdAt: 0, updatedAt: 0 },
  ...own,
});

/** An alert of Alertmanager as its documents have it. */
const prometheus = (status: string, more: object = {}) => ({
  version: "4",
  groupKey: "{}:{}",
  truncatedAlerts: 0,
  status,
  alerts: [
    {
      status,
      labels: { alertname: "Latency", severity: "critical", component: "API", ...more },
      annotations: { summary: "It is slow.", description: "p99 over 1 s" },
      startsAt: "2026-01-05T12:00:00Z",
      endsAt: "0001-01-01T00:00:00Z",
      generatorURL: "http://prometheus.example/graph",
      fingerprint: "1a30ba71cca2921f",
    },
  ],
});

interface Row {
  readonly situation: string;
  readonly format: SourceFormat;
  readonly body: unknown;
  /** Alerts, or the sentence of a refusal. */
  readonly read: readonly object[] | RegExp;
}

const table: readonly Row[] = [
  {
    situation: "Alertmanager, firing",
    format: "alertmanager",
    body: prometheus("firing"),
    read: [
      {
        key: "1a30ba71cca2921f",
        name: "Latency",
        stands: true,
        severity: "fault",
        component: "API",
        said: "It is slow.",
      },
    ],
  },
  {
    situation: "Alertmanager, resolved",
    format: "alertmanager",
    body: prometheus("resolved", { severity: "warning" }),
    read: [{ stands: false, severity: "warning" }],
  },
  {
    situation: "Alertmanager before fingerprints: by its labels, in any order",
    format: "alertmanager",
    body: {
      alerts: [
        { status: "firing", labels: { b: "2", a: "1" } },
        { status: "resolved", labels: { a: "1", b: "2" } },
      ],
    },
    read: [
      { key: "5f13efef7cdd95e7a0171a4cc6ef6439", name: "An alert", stands: true },
      { key: "5f13efef7cdd95e7a0171a4cc6ef6439", stands: false },
    ],
  },
  {
    situation: "no list of alerts",
    format: "alertmanager",
    body: { status: "firing" },
    read: /no list "alerts"/,
  },
  { situation: "a list in place of a group", format: "alertmanager", body: [1], read: /no list "alerts"/ },
  {
    situation: "a status that is none",
    format: "alertmanager",
    body: { alerts: [{ status: "burning" }] },
    read: /neither "firing" nor "resolved"/,
  },
  {
    situation: "Grafana speaks as Alertmanager does",
    format: "grafana",
    body: { ...prometheus("firing"), orgId: 1, title: "[FIRING:1]", state: "alerting", message: "…" },
    read: [{ key: "1a30ba71cca2921f", stands: true }],
  },
  {
    situation: "Grafana before version 9",
    format: "grafana",
    body: { ruleId: 7, ruleName: "CPU", state: "alerting", message: "Hot.", tags: { component: "web" } },
    read: [{ key: "rule-7", name: "CPU", stands: true, component: "web", said: "Hot." }],
  },
  {
    situation: "and its end",
    format: "grafana",
    body: { ruleId: 7, state: "ok" },
    read: [{ key: "rule-7", stands: false }],
  },
  { situation: "no data says nothing", format: "grafana", body: { ruleId: 7, state: "no_data" }, read: [] },
  {
    situation: "PagerDuty's events v2: trigger",
    format: "pagerduty",
    body: {
      routing_key: "R",
      event_action: "trigger",
      dedup_key: "db-1",
      payload: { summary: "DB is gone", source: "db1", severity: "error", component: "database" },
    },
    read: [{ key: "db-1", name: "DB is gone", stands: true, severity: "fault", component: "database" }],
  },
  {
    situation: "resolve, with nothing but the key",
    format: "pagerduty",
    body: { event_action: "resolve", dedup_key: "db-1" },
    read: [{ key: "db-1", stands: false }],
  },
  {
    situation: "acknowledge begins and ends nothing",
    format: "pagerduty",
    body: { event_action: "acknowledge", dedup_key: "x" },
    read: [],
  },
  {
    situation: "an action that is none",
    format: "pagerduty",
    body: { event_action: "dance", dedup_key: "x" },
    read: /none of "trigger"/,
  },
  {
    situation: "PagerDuty's webhooks v3",
    format: "pagerduty",
    body: {
      event: {
        event_type: "incident.triggered",
        data: { id: "P1", title: "Fire", urgency: "low", service: { summary: "My Mail Service" } },
      },
    },
    read: [{ key: "P1", name: "Fire", stands: true, severity: "warning", component: "My Mail Service" }],
  },
  {
    situation: "resolved",
    format: "pagerduty",
    body: { event: { event_type: "incident.resolved", data: { id: "P1", title: "Fire" } } },
    read: [{ key: "P1", stands: false }],
  },
  {
    situation: "an event about something else",
    format: "pagerduty",
    body: { event: { event_type: "incident.annotated", data: { id: "P1" } } },
    read: [],
  },
  {
    situation: "JSON by path",
    format: "json",
    body: {
      checks: [
        { id: 1, title: "One", now: { state: "BAD" }, part: "API", how: "warning" },
        { id: 2, now: { state: "fine" } },
      ],
    },
    read: [
      { key: "1", name: "One", stands: true, severity: "warning", component: "API" },
      { key: "2", name: "Ours", stands: false, severity: "fault", component: null },
    ],
  },
  {
    situation: "JSON without a state",
    format: "json",
    body: { checks: [{ id: 1 }] },
    read: /nothing at now\.state/,
  },
  { situation: "JSON of another shape", format: "json", body: "text", read: /no list at checks/ },
  {
    situation: "a mail that says DOWN",
    format: "mail",
    body: "From: m@x.example\r\nSubject: [Nagios] PROBLEM: API is DOWN\r\n\r\nBody: OK",
    read: [{ key: "the-one", name: "Ours", stands: true, said: "[Nagios] PROBLEM: API is DOWN" }],
  },
  {
    situation: "a mail that says that it is over",
    format: "mail",
    body: "subject:\n RECOVERY: API was DOWN\n\n",
    read: [{ stands: false }],
  },
  {
    situation: "a mail that says neither",
    format: "mail",
    body: "Subject: Lunch?\n\nDOWN",
    read: /says neither/,
  },
  {
    situation: "a mail without a subject",
    format: "mail",
    body: "From: a\n\nSubject: DOWN",
    read: /no subject/,
  },
];

describe("monitor/ingest", () => {
  test.each(table.map((row) => [`${row.format}: ${row.situation}`, row] as const))(
    "%s",
    (_, { body, format, read }) => {
      const found = ingestFormats[format].read(body, source(format));
      if (read instanceof RegExp) expect(found).toEqual({ ok: false, reason: expect.stringMatching(read) });
      else {
        expect(found).toMatchObject({ ok: true, value: read });
        if (/any order/.test(_))
          expect(new Set(found.ok ? found.value.map(({ key }) => key) : []).size).toBe(1);
      }
    },
  );

  test("JSON without a key is one alert, and without places is refused", () => {
    const one = { ...places, list: null, key: null, name: null };
    expect(ingestFormats.json.read({ now: { state: "bad" } }, source("json", { places: one }))).toMatchObject(
      {
        value: [{ key: "the-one", name: "Ours", stands: true }],
      },
    );
    expect(ingestFormats.json.read({}, source("json", { places: null })).ok).toBe(false);
  });

  test("subjects are unfolded and decoded", () => {
    expect(subjectOf("Subject: =?utf-8?B?U3TDtnJ1bmc6IERPV04=?=\n\n")).toBe("Störung: DOWN");
    expect(subjectOf("Subject: =?iso-8859-1?Q?St=F6rung=3A?=\n =?iso-8859-1?Q?_DOWN?=\n\n")).toBe(
      "Störung: DOWN",
    );
  });

  test.each(Object.keys(ingestFormats) as SourceFormat[])(
    "%s: whatever comes is read or refused by a sentence",
    (format) => {
      const odd = [
        null,
        0,
        "",
        [],
        {},
        { alerts: {} },
        { alerts: [null] },
        { event: [] },
        { event: {} },
        { event_action: null },
        { ruleId: {}, state: {} },
        { checks: [null] },
      ];
      for (const body of odd) {
        const found = ingestFormats[format].read(body, source(format));
        if (!found.ok) expect(found.reason).toMatch(/\.$/);
      }
    },
  );
});
