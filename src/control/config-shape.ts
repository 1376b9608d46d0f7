// What a page is as a file: its settings, components, metrics, templates and recurring maintenance. In: a view. Out: the same by the words of the file, and the table of
// those words. State (statuses, incidents, drafts, points), people and secrets are no part of it. An entity more is a row in `lists` and a line in `definitionOf`.

import { limits } from "../base/limits.ts";
import { brandOf } from "../model/brand.ts";
import { languageCodes, languagesUnset } from "../model/language.ts";
import type { Json } from "../model/op.ts";
import {
  metricTransforms,
  type PageView,
  partialWeightUnset,
  type Recurrence,
  toldStatuses,
} from "../model/view.ts";
import { automationNames } from "./automation-names.ts";
import { checkList, checkWords } from "./config-checks.ts";

/** `reference`: one of another list, by id or name; `references`: components. `picture`: {type, base64}, or {file}. `links`: a list of {name, url}. `headers`: a map, whose values may be left out. */
export type FieldKind =
  | "text"
  | "flag"
  | "whole"
  | "number"
  | "texts"
  | "links"
  | "picture"
  | "references"
  | "reference"
  | "headers";

export interface ConfigField {
  /** In the file. */
  readonly word: string;
  /** In a command. */
  readonly key: string;
  readonly kind: FieldKind;
  /** What it is when nothing is said: left out of what is exported. Null may be written where this is null. */
  readonly blank: Json;
  readonly allowed?: readonly string[];
  /** Of a `reference`: the list that it names one of. */
  readonly to?: ListWord;
  /** The form in which it is kept. */
  normal?(value: Json): Json;
}

export type ListWord = "components" | "metrics" | "templates" | "recurring_maintenance" | "checks";

/** Names stand by themselves: every entity has one. */
export interface ConfigList {
  readonly word: ListWord;
  /** One of them in a sentence, and in the kinds of its commands. */
  readonly one: string;
  readonly fields: readonly ConfigField[];
  /** The order of the file is that of the page. */
  readonly isOrdered: boolean;
  /** What a new one's command must have beside what is said: without it `decide` refuses, in its own words. */
  readonly made?: Readonly<Record<string, Json>>;
  /** Fields of a command, from those that changed, where a command has them in another form; `values` are all that there will be. */
  /** What is said and cannot be, in words behind the entity's name. */
  wrong?(values: ConfigValues, said: ConfigValues): readonly string[];
  toFields?(given: Readonly<Record<string, Json>>, values: ConfigValues): Record<string, Json>;
}

const text = (word: string, key = word): ConfigField => ({ word, key, kind: "text", blank: null });
const flag = (word: string, key: string, blank = false): ConfigField => ({ word, key, kind: "flag", blank });

export const pageFields: readonly ConfigField[] = [
  { word: "url", key: "url", kind: "text", blank: "" },
  {
    word: "hosts",
    key: "hosts",
    kind: "texts",
    blank: [],
    normal: (hosts) => (hosts as readonly string[]).map((host) => host.toLowerCase()),
  },
  { word: "time_zone", key: "timeZone", kind: "text", blank: "Etc/UTC" },
  text("description"),
  {
    word: "indicator_rule",
    key: "indicatorRule",
    kind: "text",
    blank: "components",
    allowed: ["components", "incidents"],
  },
  { word: "languages", key: "languages", kind: "texts", blank: languagesUnset, allowed: languageCodes },
  flag("uptime_badges", "uptimeBadges"),
  { word: "uptime_partial_weight", key: "partialWeight", kind: "number", blank: partialWeightUnset },
  { word: "sla_target", key: "slaTarget", kind: "number", blank: null },
  text("headline"),
  text("support_url", "supportUrl"),
  { ...text("brand"), normal: (colour) => brandOf(String(colour)) ?? colour },
  { word: "logo", key: "logo", kind: "picture", blank: null },
  { word: "favicon", key: "favicon", kind: "picture", blank: null },
  { word: "header_links", key: "headerLinks", kind: "links", blank: [] },
  text("footer_text", "footerText"),
  { word: "footer_links", key: "footerLinks", kind: "links", blank: [] },
];

const minuteMs = 60_000;
const minutesWord = "duration_minutes";
const usualMinutes = 60;
const verifyWord = "scheduled_auto_verifying_minutes";

export const lists: readonly ConfigList[] = [
  {
    word: "components",
    one: "component",
    isOrdered: true,
    fields: [
      text("description"),
      text("start_date", "startDate"),
      flag("showcase", "showcase"),
      flag("only_show_if_degraded", "onlyShowIfDegraded"),
    ],
  },
  {
    word: "metrics",
    one: "metric",
    isOrdered: true,
    fields: [
      text("identifier"),
      { word: "suffix", key: "suffix", kind: "text", blank: "" },
      { word: "decimal_places", key: "decimalPlaces", kind: "whole", blank: 0 },
      flag("display", "display", true),
      text("tooltip_description", "tooltipDescription"),
      { word: "y_axis_min", key: "yAxisMin", kind: "number", blank: null },
      { word: "y_axis_max", key: "yAxisMax", kind: "number", blank: null },
      flag("y_axis_hidden", "yAxisHidden"),
      { word: "transform", key: "transform", kind: "text", blank: "average", allowed: metricTransforms },
      text("provider_id", "providerId"),
    ],
  },
  {
    word: "templates",
    one: "template",
    isOrdered: false,
    made: { title: "", body: "" },
    fields: [
      { word: "title", key: "title", kind: "text", blank: "" },
      { word: "body", key: "body", kind: "text", blank: "" },
      text("group_id", "groupId"),
      { word: "update_status", key: "updateStatus", kind: "text", blank: null, allowed: toldStatuses },
      flag("should_tweet", "shouldTweet"),
      flag("should_send_notifications", "shouldSendNotifications"),
      { word: "components", key: "componentIds", kind: "references", blank: [] },
    ],
  },
  {
    word: "recurring_maintenance",
    one: "recurrence",
    isOrdered: false,
    made: { rule: "", start: "", durationMs: usualMinutes * minuteMs },
    fields: [
      { word: "rule", key: "rule", kind: "text", blank: "" },
      { word: "start", key: "start", kind: "text", blank: "" },
      { word: minutesWord, key: minutesWord, kind: "number", blank: usualMinutes },
      { word: "body", key: "body", kind: "text", blank: "" },
      { word: "components", key: "componentIds", kind: "references", blank: [] },
      { word: "ahead", key: "ahead", kind: "whole", blank: limits.occurrencesAheadUsual },
      flag("paused", "paused"),
      flag("deliver_notifications", "deliverNotifications"),
      ...Object.entries(automationNames).map(([word, key]) =>
        flag(word, word, key === "begins" || key === "completes"),
      ),
      { word: verifyWord, key: verifyWord, kind: "whole", blank: null },
    ],
    toFields: recurrenceFields,
  },
  checkList,
];

/** A command says automation as a whole, and times in ms. */
function recurrenceFields(given: Readonly<Record<string, Json>>, values: ConfigValues): Record<string, Json> {
  const said = Object.entries(given);
  const words = [...Object.keys(automationNames), verifyWord];
  const plain = said.filter(([key]) => !words.includes(key) && key !== minutesWord);
  const minutes = given[minutesWord];
  const fields = Object.fromEntries(plain);
  if (typeof minutes === "number") fields.durationMs = Math.round(minutes * minuteMs);
  if (!said.some(([key]) => words.includes(key))) return fields;
  const flags = Object.entries(automationNames).map(([word, key]) => [key, values[word] === true]);
  const verify = values[verifyWord];
  const verifyMs = typeof verify === "number" ? verify * minuteMs : null;
  return { ...fields, automation: { ...Object.fromEntries(flags), verifyMs } };
}

function isOver({ maintenances }: PageView, { id, nextAt, paused }: Recurrence): boolean {
  if (nextAt !== null || paused) return false;
  return !maintenances.some(({ recurrence, status }) => recurrence?.id === id && status === "scheduled");
}

/** By the words of the file. */
function recurrenceWords({ automation, durationMs, ...of }: Recurrence) {
  const flags = Object.entries(automationNames).map(([word, key]) => [word, automation[key]]);
  const verify = automation.verifyMs === null ? null : automation.verifyMs / minuteMs;
  return { ...of, [minutesWord]: durationMs / minuteMs, ...Object.fromEntries(flags), [verifyWord]: verify };
}

/** Values by the words of the file, each field there. */
export type ConfigValues = Readonly<Record<string, Json>>;

export interface DefinedEntity {
  readonly id: string;
  readonly name: string;
  readonly values: ConfigValues;
  readonly position: number;
  /** Components alone: whether it is a group, and the id of the one that it is in. */
  readonly group: boolean;
  readonly groupId: string | null;
  /** A recurring maintenance of which nothing comes any more: no file names it, and none could make it again. */
  readonly isOver?: true;
}

/** A page as it is now. Lists stand in the page's order. */
export interface Definition {
  readonly id: string;
  readonly name: string;
  readonly values: ConfigValues;
  readonly lists: Readonly<Record<ListWord, readonly DefinedEntity[]>>;
}

export function definitionOf(view: PageView): Definition {
  const { page, components, metrics, templates, recurrences, checks, componentById } = view;
  const { looks, ...plain } = page;
  const [, ...others] = page.hosts;
  const isGroup = (id: string | null): boolean => id !== null && componentById.get(id)?.group === true;
  return {
    id: page.id,
    name: page.name,
    // The first host is that of the address.
    values: valuesOf({ ...plain, ...looks, hosts: others }, pageFields),
    lists: {
      components: components.map((it) => ({
        ...entityOf(it, "components", it.position),
        group: it.group,
        groupId: isGroup(it.groupId) ? it.groupId : null,
      })),
      metrics: metrics.map((it) => entityOf(it, "metrics", it.position)),
      templates: templates.map((it) => entityOf(it, "templates", 0)),
      recurring_maintenance: recurrences.map((it) => ({
        ...entityOf({ ...it, ...recurrenceWords(it) }, "recurring_maintenance", 0),
        ...(isOver(view, it) ? { isOver: true } : {}),
      })),
      checks: checks.map((it) => entityOf({ ...it, ...checkWords(it) }, "checks", it.position)),
    },
  };
}

function entityOf(
  from: { readonly id: string; readonly name: string },
  word: ListWord,
  position: number,
): DefinedEntity {
  const { id, name } = from;
  return { id, name, values: valuesOf(from, fieldsOf(word)), position, group: false, groupId: null };
}

export const listOf = (word: ListWord): ConfigList =>
  lists.find((it) => it.word === word) ?? (lists[0] as ConfigList);
export const fieldsOf = (word: ListWord): readonly ConfigField[] => listOf(word).fields;

function valuesOf(from: object, fields: readonly ConfigField[]): ConfigValues {
  const held = from as Readonly<Record<string, Json | undefined>>;
  return Object.fromEntries(fields.map(({ word, key, blank }) => [word, held[key] ?? blank]));
}
