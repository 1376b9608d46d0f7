// One record to one object of the view. In: records. Out: Page, Component, Metric, IncidentUpdate, Incident, Transition; null while
// what makes the entity presentable (its first op) has not arrived, or when it is deleted.
import { inOrderOfAddition } from "../crdt/or-set.ts";
import { type Check, type CheckTarget, checkActs, checkKinds, checkUnset, outageStatuses } from "./check.ts";
import {
  type AnyRecord,
  flagOf,
  isDeleted,
  jsonOf,
  laterStamp,
  listOf,
  livingOf,
  numberOf,
  objectOf,
  oneOf,
  stampOf,
  textOf,
} from "./fields.ts";
import type { EntityRecord } from "./fold.ts";
import { type LanguageCode, languageCodes, languagesUnset } from "./language.ts";
import { looksIn } from "./looks.ts";
import type { Json } from "./op.ts";
import { type Upstream, type UpstreamSource, upstreamFormats } from "./upstream.ts";
import {
  type AffectedComponent,
  type Automation,
  automationFlags,
  type Component,
  componentStatuses,
  type DraftCommand,
  type Incident,
  type IncidentStatus,
  type IncidentUpdate,
  impacts,
  incidentStatuses,
  type MaintenanceStatus,
  type Metric,
  maintenanceStatuses,
  metricTransforms,
  noAutomation,
  type Page,
  type Postmortem,
  type PostmortemDraft,
  partialWeightUnset,
  type Recurrence,
  type TellingDraft,
  type Template,
  toldStatuses,
} from "./view.ts";

/** Statuses of both kinds of incident. */
export const anyIncidentStatuses: readonly (IncidentStatus | MaintenanceStatus)[] = [
  ...incidentStatuses,
  ...maintenanceStatuses,
];

export function pageFrom(record: EntityRecord): Page | null {
  const name = textOf(record, "name");
  const createdAt = numberOf(record, "createdAt");
  if (name === null || createdAt === null || isDeleted(record)) return null;
  return {
    id: record.id,
    name,
    url: textOf(record, "url") ?? "",
    hosts: (listOf(record, "hosts") ?? []).filter((host) => typeof host === "string"),
    timeZone: textOf(record, "timeZone") ?? "Etc/UTC",
    description: textOf(record, "description"),
    createdAt,
    updatedAt: numberOf(record, "updatedAt") ?? createdAt,
    indicatorRule: oneOf(record, "indicatorRule", ["components", "incidents"]) ?? "components",
    languages: languagesIn(listOf(record, "languages")),
    looks: looksIn(record),
    uptimeBadges: flagOf(record, "uptimeBadges", false),
    partialWeight: numberOf(record, "partialWeight") ?? partialWeightUnset,
    slaTarget: numberOf(record, "slaTarget"),
    version: settingsStamp(record),
  };
}

function settingsStamp({ fields }: EntityRecord): string {
  let latest = "";
  for (const [name, { stamp }] of Object.entries(fields))
    if (name !== "updatedAt" && stamp > latest) latest = stamp;
  return latest;
}

/** One that this release does not know (a later one wrote it) is left out. */
function languagesIn(codes: readonly Json[] | null): readonly LanguageCode[] {
  const known = languageCodes.filter((code) => codes?.includes(code));
  known.sort((a, b) => (codes?.indexOf(a) ?? 0) - (codes?.indexOf(b) ?? 0));
  return known.length === 0 ? languagesUnset : known;
}

/** A group's own status is not kept: `group.ts` derives it from its members. */
export function componentFrom(record: AnyRecord): Component | null {
  const name = textOf(record, "name");
  if (name === null || isDeleted(record)) return null;
  return {
    id: record.id,
    name,
    status: oneOf(record, "status", componentStatuses) ?? "operational",
    createdAt: numberOf(record, "createdAt"),
    updatedAt: numberOf(record, "updatedAt"),
    position: numberOf(record, "position") ?? 0,
    rank: numberOf(record, "rank") ?? 0,
    description: textOf(record, "description"),
    showcase: flagOf(record, "showcase", false),
    startDate: textOf(record, "startDate"),
    groupId: textOf(record, "groupId"),
    group: flagOf(record, "group", false),
    onlyShowIfDegraded: flagOf(record, "onlyShowIfDegraded", false),
    version: record.latest,
  };
}

export function metricFrom(record: EntityRecord): Metric | null {
  const name = textOf(record, "name");
  if (name === null || isDeleted(record)) return null;
  return {
    id: record.id,
    name,
    identifier: textOf(record, "identifier"),
    suffix: textOf(record, "suffix") ?? "",
    decimalPlaces: numberOf(record, "decimalPlaces") ?? 0,
    display: flagOf(record, "display", true),
    tooltipDescription: textOf(record, "tooltipDescription"),
    yAxisMin: numberOf(record, "yAxisMin"),
    yAxisMax: numberOf(record, "yAxisMax"),
    yAxisHidden: flagOf(record, "yAxisHidden", false),
    transform: oneOf(record, "transform", metricTransforms) ?? "average",
    providerId: textOf(record, "providerId"),
    position: numberOf(record, "position") ?? 0,
    rank: numberOf(record, "rank") ?? 0,
    createdAt: numberOf(record, "createdAt"),
    updatedAt: numberOf(record, "updatedAt"),
    version: record.latest,
  };
}

export function templateFrom(record: EntityRecord): Template | null {
  const name = textOf(record, "name");
  const createdAt = numberOf(record, "createdAt");
  if (name === null || createdAt === null || isDeleted(record)) return null;
  return {
    id: record.id,
    name,
    title: textOf(record, "title") ?? "",
    body: textOf(record, "body") ?? "",
    groupId: textOf(record, "groupId"),
    updateStatus: oneOf(record, "updateStatus", toldStatuses),
    shouldTweet: flagOf(record, "shouldTweet", false),
    shouldSendNotifications: flagOf(record, "shouldSendNotifications", false),
    componentIds: textsOf(record, "componentIds"),
    createdAt,
    updatedAt: numberOf(record, "updatedAt") ?? createdAt,
    version: record.latest,
  };
}

export function recurrenceFrom(record: EntityRecord): Recurrence | null {
  const [name, rule, start] = [textOf(record, "name"), textOf(record, "rule"), textOf(record, "start")];
  const [durationMs, createdAt] = [numberOf(record, "durationMs"), numberOf(record, "createdAt")];
  if (name === null || rule === null || start === null || durationMs === null) return null;
  if (createdAt === null || isDeleted(record)) return null;
  const { made, nextAt } = objectOf(record, "occurrences") ?? {};
  return {
    ...{ id: record.id, name, rule, start, durationMs, createdAt },
    body: textOf(record, "body") ?? "",
    componentIds: textsOf(record, "componentIds"),
    automation: { ...noAutomation, ...objectOf(record, "automation") },
    deliverNotifications: flagOf(record, "deliverNotifications", false),
    ahead: numberOf(record, "ahead") ?? 1,
    paused: flagOf(record, "paused", false),
    revision: numberOf(record, "revision") ?? 1,
    made: momentsIn(made),
    nextAt: typeof nextAt === "number" ? nextAt : null,
    skips: momentsIn(jsonOf(record, "skips")),
    updatedAt: numberOf(record, "updatedAt") ?? createdAt,
    version: record.latest,
  };
}

const momentsIn = (value: Json | undefined): readonly number[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "number") : [];

function textsOf(record: EntityRecord, name: string): readonly string[] {
  return (listOf(record, name) ?? []).filter((one) => typeof one === "string");
}

export function tellingFrom(record: EntityRecord): TellingDraft | null {
  const command = objectOf(record, "command");
  const createdAt = numberOf(record, "createdAt");
  if (command === null || createdAt === null || isDeleted(record)) return null;
  const refusal = textsOf(record, "refusal");
  return {
    id: record.id,
    publishAt: numberOf(record, "publishAt"),
    command: command as unknown as DraftCommand,
    refusal: refusal.length === 0 ? null : refusal,
    createdAt,
    updatedAt: numberOf(record, "updatedAt") ?? createdAt,
    version: record.latest,
  };
}

/** Null also where a later release's kind is not known here: what is kept is its own. */
export function checkFrom(record: EntityRecord): Check | null {
  const name = textOf(record, "name");
  const target = objectOf(record, "target");
  if (name === null || target === null || isDeleted(record)) return null;
  if (!checkKinds.some((kind) => kind === target.kind)) return null;
  const whole = (field: "everyMs" | "timeoutMs" | "failuresToOpen" | "successesToClose"): number =>
    numberOf(record, field) ?? checkUnset[field];
  return {
    ...{ id: record.id, name, target: target as unknown as CheckTarget },
    paused: flagOf(record, "paused", false),
    ...{ everyMs: whole("everyMs"), timeoutMs: whole("timeoutMs") },
    pops: textsOf(record, "pops"),
    ...{ componentId: textOf(record, "componentId"), parentId: textOf(record, "parentId") },
    latency: flagOf(record, "latency", false),
    slowMs: numberOf(record, "slowMs"),
    ...{ failuresToOpen: whole("failuresToOpen"), successesToClose: whole("successesToClose") },
    alone: flagOf(record, "alone", false),
    outageStatus: oneOf(record, "outageStatus", outageStatuses) ?? checkUnset.outageStatus,
    act: oneOf(record, "act", checkActs) ?? checkUnset.act,
    templateId: textOf(record, "templateId"),
    ...{ position: numberOf(record, "position") ?? 0, rank: numberOf(record, "rank") ?? 0 },
    ...{ createdAt: numberOf(record, "createdAt"), updatedAt: numberOf(record, "updatedAt") },
    version: record.latest,
  };
}

/** Null also where a later release's format is not known here. */
export function upstreamFrom(record: EntityRecord): Upstream | null {
  const name = textOf(record, "name");
  const vendor = textOf(record, "vendor");
  const source = objectOf(record, "source") as unknown as UpstreamSource | null;
  if (name === null || (vendor === null && source === null) || isDeleted(record)) return null;
  if (source !== null && !upstreamFormats.includes(source.format)) return null;
  return {
    ...{ id: record.id, name, vendor, source, url: textOf(record, "url") },
    componentId: textOf(record, "componentId"),
    ...{ position: numberOf(record, "position") ?? 0, rank: numberOf(record, "rank") ?? 0 },
    ...{ createdAt: numberOf(record, "createdAt"), updatedAt: numberOf(record, "updatedAt") },
    version: record.latest,
  };
}

/** What an update's record says in short; null where it shows nothing. */
function announcedIn(
  record: AnyRecord,
): Pick<IncidentUpdate, "incidentId" | "status" | "createdAt" | "displayAt"> | null {
  const incidentId = textOf(record, "incidentId");
  const status = oneOf(record, "status", anyIncidentStatuses);
  const createdAt = numberOf(record, "createdAt");
  if (incidentId === null || status === null || createdAt === null || isDeleted(record)) return null;
  return { incidentId, status, createdAt, displayAt: numberOf(record, "displayAt") ?? createdAt };
}

export function updateFrom(record: EntityRecord): IncidentUpdate | null {
  const announced = announcedIn(record);
  if (announced === null) return null;
  const { incidentId, status, createdAt, displayAt } = announced;
  return {
    id: record.id,
    incidentId,
    status,
    body: textOf(record, "body") ?? "",
    createdAt,
    updatedAt: numberOf(record, "updatedAt") ?? createdAt,
    displayAt,
    affectedComponents: listOf(record, "affectedComponents")?.filter(isAffected) ?? null,
    deliverNotifications: flagOf(record, "deliverNotifications", true),
    customTweet: textOf(record, "customTweet"),
    tweetId: textOf(record, "tweetId"),
  };
}

function isAffected(value: Json): value is Json & AffectedComponent {
  return typeof value === "object" && value !== null && "code" in value && "newStatus" in value;
}

/** The updates of an incident, newest first, and the greatest stamp of their records, of those that show nothing too. */
export interface Tellings {
  readonly updates: readonly IncidentUpdate[];
  /** Display time of the newest; known without reading them. */
  readonly toldAt: number | null;
  readonly latest: string;
}

export function incidentFrom(record: AnyRecord, { updates, toldAt, latest }: Tellings): Incident | null {
  const name = textOf(record, "name");
  const createdAt = numberOf(record, "createdAt");
  if (name === null || createdAt === null || isDeleted(record)) return null;
  const window = momentsFrom(record, "window", ["from", "until"]);
  const components = inOrderOfAddition(livingOf(record, "components"));
  return {
    id: record.id,
    name,
    status: oneOf(record, "status", anyIncidentStatuses) ?? (window === null ? "resolved" : "completed"),
    impact: oneOf(record, "impact", impacts) ?? "none",
    impactOverride: oneOf(record, "impactOverride", impacts),
    createdAt,
    updatedAt: numberOf(record, "updatedAt") ?? createdAt,
    startedAt: numberOf(record, "startedAt"),
    monitoringAt: numberOf(record, "monitoringAt"),
    resolvedAt: numberOf(record, "resolvedAt"),
    shortlink: textOf(record, "shortlink"),
    window,
    componentIds: components.map(([id]) => id),
    componentTags: components.map(([, tags]) => tags),
    updates,
    feedNumber: textOf(record, "feedNumber"),
    reminderIntervals: jsonOf(record, "reminderIntervals"),
    automation: automationFrom(record),
    reminded: momentsFrom(record, "reminded", ["at", "from"]),
    recurrence: occurrenceFrom(record),
    metadata: objectOf(record, "metadata") ?? noMetadata,
    postmortem: postmortemFrom(jsonOf(record, "postmortem")),
    postmortemDraft: draftFrom(jsonOf(record, "postmortemDraft")),
    born: stampOf(record, "createdAt"),
    version: laterStamp(record.latest, latest),
    toldAt,
  };
}

/** What orders an update among those of its incident. */
export interface Heard {
  readonly id: string;
  /** Null where it shows nothing. */
  readonly displayAt: number | null;
  readonly born: string;
  readonly latest: string;
}

export function heardFrom(record: AnyRecord): Heard {
  const displayAt = announcedIn(record)?.displayAt ?? null;
  return { id: record.id, displayAt, born: bornOf(record), latest: record.latest };
}

/** The same with all that it says. */
export interface Told extends Heard {
  readonly update: IncidentUpdate | null;
}

export function toldFrom(record: EntityRecord): Told {
  const update = updateFrom(record);
  const displayAt = update?.displayAt ?? null;
  return { id: record.id, update, displayAt, born: bornOf(record), latest: record.latest };
}

/** Of two updates of one moment the greater was written later. */
export const bornOf = (record: AnyRecord): string => stampOf(record, "createdAt") + record.id;

export const noTellings: Tellings = { updates: [], toldAt: null, latest: "" };

/** By `displayAt`, the later written first when two were shown at one moment. */
export function newestFirst(told: readonly Told[]): Tellings {
  if (told.length === 0) return noTellings;
  const { shown, latest } = inOrder(told);
  return tellingsOf(
    shown.flatMap(({ update }) => update ?? []),
    latest,
  );
}

/** `updates` are in order. */
export function tellingsOf(updates: readonly IncidentUpdate[], latest: string): Tellings {
  return { updates, toldAt: updates[0]?.displayAt ?? null, latest };
}

/** Those that show something, newest first, the others, and the greatest stamp of all. */
export function inOrder<One extends Heard>(
  heard: readonly One[],
): { readonly shown: readonly One[]; readonly others: readonly One[]; readonly latest: string } {
  const shown = heard.filter(({ displayAt }) => displayAt !== null);
  shown.sort((a, b) => (b.displayAt ?? 0) - (a.displayAt ?? 0) || (a.born < b.born ? 1 : -1));
  return {
    shown,
    others: shown.length === heard.length ? [] : heard.filter(({ displayAt }) => displayAt === null),
    latest: heard.reduce((most, { latest }) => laterStamp(latest, most), ""),
  };
}

const noMetadata: Incident["metadata"] = {};

/** Most incidents have none: they share one object. */
function automationFrom(record: AnyRecord): Automation {
  const verifyMs = numberOf(record, "verifyMs");
  const flags = automationFlags.filter((name) => flagOf(record, name, false));
  if (flags.length === 0 && verifyMs === null) return noAutomation;
  return { ...noAutomation, verifyMs, ...Object.fromEntries(flags.map((name) => [name, true])) };
}

/** A field of moments that change together; null unless all of them are there. */
function momentsFrom<Name extends string>(
  record: AnyRecord,
  field: string,
  names: readonly Name[],
): Readonly<Record<Name, number>> | null {
  const value = objectOf(record, field);
  if (value === null || names.some((name) => typeof value[name] !== "number")) return null;
  return Object.fromEntries(names.map((name) => [name, value[name]])) as Record<Name, number>;
}

function occurrenceFrom(record: AnyRecord): Incident["recurrence"] {
  const { id, at } = objectOf(record, "recurrence") ?? {};
  return typeof id === "string" && typeof at === "number" ? { id, at } : null;
}

function draftFrom(value: Json): PostmortemDraft | null {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  const { body, updatedAt } = value as { readonly [key: string]: Json };
  return typeof body === "string" && typeof updatedAt === "number" ? { body, updatedAt } : null;
}

function postmortemFrom(value: Json): Postmortem | null {
  const draft = draftFrom(value);
  const { publishedAt } = (draft === null ? {} : value) as { readonly publishedAt?: Json };
  return draft === null || typeof publishedAt !== "number" ? null : { ...draft, publishedAt };
}
