// A page as one JSON value, as a schema. In: nothing. Out: what an import may be made of; the reference shows it. Times are ms since the epoch, names are
// the model's. What a later release adds may be left out, so that a file of an older one is still read.
import { type TSchema, t } from "elysia";
import { limits } from "../base/limits.ts";
import { languageCodes } from "../model/language.ts";
import {
  componentStatuses,
  impacts,
  incidentStatuses,
  maintenanceStatuses,
  metricTransforms,
  toldStatuses,
} from "../model/view.ts";
import type { RowKind } from "../store/page-rows.ts";
import { sourceInFile } from "./alert-source-shape.ts";
import { orNull } from "./answers.ts";
import { checkInFile } from "./check-shape.ts";
import { embedFields } from "./embed.ts";
import { oneOf, text } from "./fields.ts";
import { providerTypes } from "./metrics-providers.ts";
import { settingFields } from "./page-settings.ts";
import { upstreamInFile } from "./upstream-shape.ts";

export const pageFileFormat = "pharos/page/1";

const anyStatus = [...new Set([...incidentStatuses, ...maintenanceStatuses])];
const id = () => text(limits.idCharsMax, 1);
const ms = () => t.Number({ minimum: -8_640_000_000_000_000, maximum: 8_640_000_000_000_000 });
const words = () => text(limits.updateCharsMax);
const emblem = orNull(t.Object({ type: oneOf(["image/svg+xml", "image/png"]), base64: t.String() }));
const links = t.Array(t.Object({ name: text(1_000), url: text(4_000) }), { maxItems: 100 });
const maybe = t.Optional;
/** More than a request may say: what is made next stands one behind the last, and what was exported must be taken back. */
const positionMax = 1_000_000_000;
const ids = () => t.Array(id(), { maxItems: limits.componentsPerCommandMax });
const window = t.Object({ from: ms(), until: ms() });

const page = t.Object({
  id: id(),
  createdAt: maybe(ms()),
  updatedAt: maybe(ms()),
  name: maybe(text(limits.nameCharsMax)),
  url: maybe(text(2_000)),
  hosts: maybe(t.Array(text(253), { maxItems: 1_000 })),
  timeZone: maybe(text(100)),
  description: maybe(orNull(words())),
  indicatorRule: maybe(oneOf(["components", "incidents"])),
  languages: maybe(t.Array(oneOf(languageCodes), { maxItems: languageCodes.length })),
  uptimeBadges: maybe(t.Boolean()),
  partialWeight: maybe(t.Number({ minimum: 0, maximum: 1 })),
  slaTarget: maybe(orNull(t.Number({ minimum: 50, maximum: 100 }))),
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
  position: maybe(t.Number({ minimum: 0, maximum: positionMax })),
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
  // Where it had come to.
  state: maybe(
    t.Object({
      revision: t.Integer({ minimum: 1, maximum: 1_000_000_000 }),
      made: t.Array(ms(), { maxItems: 1_000 }),
      nextAt: orNull(ms()),
      skips: t.Array(ms(), { maxItems: 100_000 }),
      createdAt: ms(),
      updatedAt: ms(),
    }),
  ),
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
  postmortem: maybe(orNull(t.Object({ body: words(), updatedAt: ms(), publishedAt: ms() }))),
  // A text alone: as older releases wrote it.
  postmortemDraft: maybe(orNull(t.Union([t.Object({ body: words(), updatedAt: ms() }), words()]))),
});

const metric = t.Object({
  id: id(),
  createdAt: maybe(orNull(ms())),
  updatedAt: maybe(orNull(ms())),
  providerId: maybe(orNull(id())),
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
  position: maybe(t.Number({ minimum: 0, maximum: positionMax })),
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
  createdAt: maybe(ms()),
  updatedAt: maybe(ms()),
});

const told = {
  status: maybe(oneOf(anyStatus)),
  body: maybe(words()),
  impactOverride: maybe(orNull(oneOf(impacts))),
  componentIds: maybe(ids()),
  components: maybe(t.Record(id(), oneOf(componentStatuses))),
  window: maybe(window),
  deliverNotifications: maybe(t.Boolean()),
  automation: maybe(automation),
  reminderIntervals: maybe(t.Any()),
  metadata: maybe(t.Record(t.String(), t.Any())),
};
const title = () => text(limits.nameCharsMax, 1);

const draft = t.Object({
  id: id(),
  publishAt: orNull(ms()),
  command: t.Union([
    t.Object({ kind: t.Literal("incident.create"), fields: t.Object({ name: title(), ...told }) }),
    t.Object({
      kind: t.Literal("incident.update"),
      id: id(),
      fields: t.Object({ name: maybe(title()), ...told }),
    }),
  ]),
  refusal: orNull(t.Array(t.String(), { maxItems: 100 })),
  createdAt: ms(),
  updatedAt: ms(),
});

const transition = t.Object({ componentId: id(), at: ms(), status: oneOf(componentStatuses) });

const rowTimes = { createdAt: ms(), updatedAt: ms() };

/** What no page shows, by kind and id. */
export const rowShapes = {
  "access-user": t.Object({
    email: orNull(text(limits.emailCharsMax)),
    externalLogin: orNull(text(1_000)),
    ...{ groupIds: ids(), componentIds: ids(), metricIds: ids(), ...rowTimes },
  }),
  "access-group": t.Object({
    name: text(limits.nameCharsMax, 1),
    externalIdentifier: orNull(text(1_000)),
    ...{ componentIds: ids(), metricIds: ids(), ...rowTimes },
  }),
  "metrics-provider": t.Object({
    type: oneOf(providerTypes),
    metricBaseUri: orNull(text(2_000)),
    ...rowTimes,
  }),
  embed: t.Object(embedFields),
  "page-settings": t.Object(settingFields),
  "alert-source": t.Object({ ...sourceInFile, ...rowTimes }),
} satisfies Record<RowKind, TSchema>;

const rowsOf = <Shape extends TSchema>(shape: Shape) => maybe(t.Record(id(), shape));

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
    drafts: maybe(t.Array(draft, { maxItems: limits.draftsPerPageMax })),
    checks: maybe(t.Array(checkInFile, { maxItems: limits.checksPerPageMax })),
    upstreams: maybe(t.Array(upstreamInFile, { maxItems: limits.upstreamsPerPageMax })),
    gone: maybe(t.Array(text(200, 3), { maxItems: 1_000_000 })),
    rows: maybe(
      t.Object({
        "access-user": rowsOf(rowShapes["access-user"]),
        "access-group": rowsOf(rowShapes["access-group"]),
        "metrics-provider": rowsOf(rowShapes["metrics-provider"]),
        embed: rowsOf(rowShapes.embed),
        "page-settings": rowsOf(rowShapes["page-settings"]),
        "alert-source": rowsOf(rowShapes["alert-source"]),
      }),
    ),
  },
  { title: "PageFile" },
);

export type PageFile = (typeof pageFile)["static"];
