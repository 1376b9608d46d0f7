// A page as one JSON value: what an export gives and an import takes. In: a view. Out: the value, its schema. Times are ms since the epoch, names are
// the model's. Not in it: points of metrics, drafts, people and keys, subscribers.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { ImportBundle } from "../model/command.ts";
import { languageCodes } from "../model/language.ts";
import {
  componentStatuses,
  type Incident,
  impacts,
  incidentStatuses,
  maintenanceStatuses,
  metricTransforms,
  type PageView,
  type Recurrence,
  toldStatuses,
} from "../model/view.ts";
import { orNull } from "./answers.ts";
import { oneOf, text } from "./fields.ts";

export const pageFileFormat = "pharos/page/1";

const anyStatus = [...new Set([...incidentStatuses, ...maintenanceStatuses])];
const id = () => text(limits.idCharsMax, 1);
const ms = () => t.Number({ minimum: -8_640_000_000_000_000, maximum: 8_640_000_000_000_000 });
const words = () => text(limits.updateCharsMax);
const emblem = orNull(t.Object({ type: oneOf(["image/svg+xml", "image/png"]), base64: t.String() }));
const links = t.Array(t.Object({ name: text(1_000), url: text(4_000) }), { maxItems: 100 });
const maybe = t.Optional;
const ids = () => t.Array(id(), { maxItems: limits.componentsPerCommandMax });
const window = t.Object({ from: ms(), until: ms() });

const page = t.Object({
  id: id(),
  updatedAt: maybe(ms()),
  name: maybe(text(limits.nameCharsMax)),
  url: maybe(text(2_000)),
  hosts: maybe(t.Array(text(253), { maxItems: 1_000 })),
  timeZone: maybe(text(100)),
  description: maybe(orNull(words())),
  indicatorRule: maybe(oneOf(["components", "incidents"])),
  languages: maybe(t.Array(oneOf(languageCodes), { maxItems: languageCodes.length })),
  uptimeBadges: maybe(t.Boolean()),
  headline: maybe(orNull(words())),
  supportUrl: maybe(orNull(text(4_000))),
  brand: maybe(orNull(text(100))),
  logo: maybe(emblem),
  favicon: maybe(emblem),
  headerLinks: maybe(links),
  footerText: maybe(orNull(words())),
  footerLinks: maybe(links),
});

const component = t.Object({
  id: id(),
  createdAt: maybe(orNull(ms())),
  updatedAt: maybe(orNull(ms())),
  name: maybe(text(limits.nameCharsMax)),
  status: maybe(oneOf(componentStatuses)),
  description: maybe(orNull(words())),
  position: maybe(t.Number({ minimum: 0, maximum: 1_000_000 })),
  groupId: maybe(orNull(id())),
  group: maybe(t.Boolean()),
  showcase: maybe(t.Boolean()),
  startDate: maybe(orNull(text(10))),
  onlyShowIfDegraded: maybe(t.Boolean()),
});

const affected = t.Object({
  code: id(),
  name: text(limits.nameCharsMax),
  oldStatus: oneOf(componentStatuses),
  newStatus: oneOf(componentStatuses),
});

const automation = t.Object({
  begins: maybe(t.Boolean()),
  completes: maybe(t.Boolean()),
  verifyMs: maybe(orNull(ms())),
  tellsAtStart: maybe(t.Boolean()),
  tellsAtEnd: maybe(t.Boolean()),
  setsMaintenance: maybe(t.Boolean()),
  setsOperational: maybe(t.Boolean()),
  remindsPrior: maybe(t.Boolean()),
});

const recurrence = t.Object({
  id: id(),
  name: text(limits.nameCharsMax, 1),
  body: maybe(words()),
  rule: text(limits.ruleCharsMax, 1),
  start: text(32, 1),
  durationMs: ms(),
  componentIds: maybe(ids()),
  automation: maybe(automation),
  deliverNotifications: maybe(t.Boolean()),
  ahead: maybe(t.Integer({ minimum: 1, maximum: limits.occurrencesAheadMax })),
  paused: maybe(t.Boolean()),
});

const update = t.Object({
  id: id(),
  status: oneOf(anyStatus),
  body: words(),
  createdAt: ms(),
  updatedAt: ms(),
  displayAt: ms(),
  affectedComponents: maybe(orNull(t.Array(affected, { maxItems: limits.componentsPerCommandMax }))),
  deliverNotifications: maybe(t.Boolean()),
  customTweet: maybe(orNull(words())),
  tweetId: maybe(orNull(text(100))),
});

const incident = t.Object({
  id: id(),
  name: text(limits.nameCharsMax),
  status: maybe(oneOf(anyStatus)),
  impact: maybe(oneOf(impacts)),
  createdAt: ms(),
  updatedAt: ms(),
  startedAt: maybe(orNull(ms())),
  monitoringAt: maybe(orNull(ms())),
  resolvedAt: maybe(orNull(ms())),
  shortlink: maybe(orNull(text(2_000))),
  window: maybe(orNull(window)),
  componentIds: maybe(ids()),
  feedNumber: maybe(orNull(text(100))),
  impactOverride: maybe(orNull(oneOf(impacts))),
  automation: maybe(automation),
  reminderIntervals: maybe(t.Any()),
  metadata: maybe(t.Record(t.String(), t.Any())),
  reminded: maybe(orNull(t.Object({ at: ms(), from: ms() }))),
  recurrence: maybe(orNull(t.Object({ id: id(), at: ms() }))),
  updates: t.Array(update, { maxItems: 10_000 }),
  postmortemDraft: maybe(orNull(words())),
});

const metric = t.Object({
  id: id(),
  createdAt: maybe(orNull(ms())),
  name: maybe(text(limits.nameCharsMax)),
  identifier: maybe(orNull(text(limits.nameCharsMax))),
  suffix: maybe(text(limits.seriesSuffixCharsMax)),
  decimalPlaces: maybe(t.Number({ minimum: 0, maximum: 5 })),
  display: maybe(t.Boolean()),
  tooltipDescription: maybe(orNull(text(limits.nameCharsMax))),
  yAxisMin: maybe(orNull(t.Number())),
  yAxisMax: maybe(orNull(t.Number())),
  yAxisHidden: maybe(t.Boolean()),
  transform: maybe(oneOf(metricTransforms)),
  position: maybe(t.Number({ minimum: 0, maximum: 1_000_000 })),
});

const template = t.Object({
  id: id(),
  name: text(limits.nameCharsMax, 1),
  title: text(limits.nameCharsMax, 1),
  body: text(limits.updateCharsMax, 1),
  groupId: maybe(orNull(id())),
  updateStatus: maybe(orNull(oneOf(toldStatuses))),
  shouldTweet: maybe(t.Boolean()),
  shouldSendNotifications: maybe(t.Boolean()),
  componentIds: maybe(ids()),
});

const transition = t.Object({ componentId: id(), at: ms(), status: oneOf(componentStatuses) });

export const pageFile = t.Object(
  {
    format: t.Literal(pageFileFormat),
    page,
    components: t.Array(component, { maxItems: 10_000 }),
    incidents: t.Array(incident, { maxItems: 100_000 }),
    metrics: maybe(t.Array(metric, { maxItems: limits.seriesPerPageMax })),
    transitions: maybe(t.Array(transition, { maxItems: 1_000_000 })),
    templates: maybe(t.Array(template, { maxItems: 10_000 })),
    recurrences: maybe(t.Array(recurrence, { maxItems: limits.recurrencesPerPageMax })),
  },
  { title: "PageFile" },
);

export type PageFile = (typeof pageFile)["static"];

/** What the import command takes of it. */
export function bundleIn({ page, components, incidents, metrics, transitions }: PageFile): ImportBundle {
  return {
    page,
    components,
    incidents: incidents.map(({ postmortemDraft: _, ...told }) => told),
    ...(metrics === undefined ? {} : { metrics }),
    ...(transitions === undefined ? {} : { transitions }),
  };
}

export function pageFileOf({
  page,
  components,
  templates,
  metrics,
  transitions,
  ...view
}: PageView): PageFile {
  const { createdAt: _, version: _version, looks, ...told } = page;
  return JSON.parse(
    JSON.stringify({
      format: pageFileFormat,
      page: { ...told, ...looks },
      components: components.map(({ rank: _rank, version: _version, ...component }) => component),
      incidents: [...view.incidents, ...view.maintenances].map(incidentIn),
      metrics: metrics.map(({ rank, version, updatedAt, providerId, ...metric }) => metric),
      transitions: [...transitions].flatMap(([componentId, history]) =>
        history.map((one) => ({ componentId, ...one })),
      ),
      templates: templates.map(({ createdAt, updatedAt, version, ...template }) => template),
      recurrences: view.recurrences.map(recurrenceIn),
    }),
  );
}

function recurrenceIn(of: Recurrence) {
  const { id, name, body, rule, start, durationMs, componentIds, automation, deliverNotifications } = of;
  return {
    ...{ id, name, body, rule, start, durationMs, componentIds, automation, deliverNotifications },
    ahead: of.ahead,
    ...(of.paused ? { paused: true } : {}),
  };
}

function incidentIn(incident: Incident) {
  const { id, name, status, impact, createdAt, updatedAt, startedAt, monitoringAt, resolvedAt } = incident;
  const { shortlink, window, componentIds, feedNumber, updates, postmortemDraft } = incident;
  const { impactOverride, automation, reminderIntervals, metadata, reminded, recurrence } = incident;
  return {
    ...{ id, name, status, impact, createdAt, updatedAt, startedAt, monitoringAt, resolvedAt },
    ...{ shortlink, window, componentIds, feedNumber },
    ...{ impactOverride, automation, reminderIntervals, metadata, reminded, recurrence },
    updates: updates.map(({ incidentId: _, ...update }) => update),
    postmortemDraft: postmortemDraft?.body ?? null,
  };
}
