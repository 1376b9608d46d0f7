// What must hold of what an import brings and no reader sees. In: view, bundle, the components that there will be. Out: sentences.
import { limits } from "../base/limits.ts";
import { withSecrets } from "./check-target.ts";
import { checkBody, checkId, checkMoment, checkName, checkWord, type Sentences } from "./checks.ts";
import type { ImportBundle, ImportedTemplate } from "./command.ts";
import { wrongInItself } from "./decide-check.ts";
import { checkImportedUpstream } from "./decide-upstream.ts";
import { anyIncidentStatuses } from "./entities.ts";
import { recordKey } from "./fold.ts";
import { goneName } from "./import-kept.ts";
import type { EntityKind } from "./op.ts";
import { checkRule } from "./rule.ts";
import { checkPlaceholders } from "./template-text.ts";
import { type PageView, type Recurrence, type TellingDraft, toldStatuses } from "./view.ts";

type Known = ReadonlyMap<string, { readonly group: boolean }>;

const dayMs = 86_400_000;

export function checkKept(view: PageView | null, bundle: ImportBundle, known: Known): Sentences {
  const { templates = [], recurrences = [], drafts = [], checks = [], upstreams = [], gone = [] } = bundle;
  const zone = bundle.page.timeZone ?? view?.page.timeZone ?? "Etc/UTC";
  return [
    ...twice(templates, "template"),
    ...twice(recurrences, "recurring maintenance"),
    ...twice(drafts, "draft"),
    ...twice(checks, "check"),
    ...twice(upstreams, "upstream"),
    ...tooMany(view?.templates, templates, limits.templatesPerPageMax, "templates"),
    ...tooMany(view?.recurrences, recurrences, limits.recurrencesPerPageMax, "recurring maintenances"),
    ...tooMany(view?.drafts, drafts, limits.draftsPerPageMax, "drafts"),
    ...templates.flatMap((it) => checkTemplate(it, known)),
    ...recurrences.flatMap((it) => checkRecurrence(it, zone)),
    ...drafts.flatMap(checkDraft),
    ...tooMany(view?.checks, checks, limits.checksPerPageMax, "checks"),
    ...checkChecks(view, bundle, known),
    ...tooMany(view?.upstreams, upstreams, limits.upstreamsPerPageMax, "upstreams"),
    ...upstreams.flatMap(checkImportedUpstream),
    ...upstreams
      .filter(({ componentId }) => componentId !== null && known.get(componentId)?.group !== false)
      .map(
        ({ id, componentId }) =>
          `The upstream "${id}" speaks for "${componentId}", which is no component of the page.`,
      ),
    ...gone
      .filter((key) => goneName(key) === null)
      .map((key) => `"${key}" in gone is not a kind and an id, such as component/api.`),
  ];
}

type Named = { readonly id: string };

export function twice(items: readonly Named[], what: string): Sentences {
  const seen = new Set<string>();
  return items.flatMap(({ id }) => {
    if (seen.has(id)) return [`The ${what} "${id}" is listed twice.`];
    seen.add(id);
    return [];
  });
}

function tooMany(
  held: readonly Named[] = [],
  wanted: readonly Named[],
  most: number,
  what: string,
): Sentences {
  const count = new Set([...held, ...wanted].map(({ id }) => id)).size;
  return count <= most ? [] : [`A page has at most ${most} ${what}; with the import it would have ${count}.`];
}

function checkTemplate(template: ImportedTemplate, known: Known): Sentences {
  const what = `template "${template.id}"`;
  return [
    ...checkId(template.id, what),
    ...checkName(template.name, what),
    ...checkName(template.title, `the incident in ${what}`),
    ...[
      ...checkBody(template.body),
      ...checkPlaceholders(template.title),
      ...checkPlaceholders(template.body),
      ...(typeof template.groupId === "string" ? checkId(template.groupId, "the template's group") : []),
      ...checkWord(template.updateStatus, toldStatuses, "status"),
      ...checkMoment(template.createdAt, "time of making"),
      ...checkMoment(template.updatedAt, "time of its last change"),
    ].map((sentence) => `The ${what}: ${sentence}`),
    ...(template.componentIds ?? [])
      .filter((id) => known.get(id)?.group !== false)
      .map((id) => `The ${what} names "${id}", which is no component of the page.`),
  ];
}

/** Its rule may be over: then nothing comes of it any more, here as where it came from. */
function checkRecurrence(of: Omit<Recurrence, "version">, zone: string): Sentences {
  const { id, rule, start, durationMs, ahead, automation, made, skips, nextAt } = of;
  const what = `recurring maintenance "${id}"`;
  const wrongMoment = [...made, ...skips, nextAt, of.createdAt, of.updatedAt].flatMap((at) =>
    checkMoment(at, "time"),
  );
  return [
    ...checkId(id, what),
    ...checkName(of.name, what),
    ...[
      ...checkBody(of.body),
      ...wrongMoment.slice(0, 1),
      ...(Number.isSafeInteger(ahead) && ahead >= 1 && ahead <= limits.occurrencesAheadMax
        ? []
        : [`From 1 to ${limits.occurrencesAheadMax} occurrences can be ahead.`]),
      ...(automation.verifyMs !== null && !(automation.verifyMs > 0 && automation.verifyMs < durationMs)
        ? ["Verifying begins within an occurrence."]
        : []),
      ...checkRule(rule, start, durationMs, zone, Date.parse(`${start}:00Z`) - 2 * dayMs),
    ].map((sentence) => `The ${what}: ${sentence}`),
  ];
}

function checkChecks(view: PageView | null, bundle: ImportBundle, known: Known): Sentences {
  const { checks = [], templates = [] } = bundle;
  const named = (...lists: readonly (readonly Named[])[]): ReadonlySet<string> =>
    new Set(lists.flat().map(({ id }) => id));
  const allChecks = named(view?.checks ?? [], checks);
  const allTemplates = named(view?.templates ?? [], templates);
  const isThere = (names: ReadonlySet<string>, kind: EntityKind, id: string | null): boolean =>
    id === null || names.has(id) || view?.gone.has(recordKey(kind, id)) === true;
  const parents = new Map([...(view?.checks ?? []), ...checks].map((one) => [one.id, one.parentId]));
  const isDeep = (id: string): boolean => {
    let above = parents.get(id) ?? null;
    for (let steps = 0; above !== null; steps++) {
      if (steps >= limits.checkParentsMax) return true;
      above = parents.get(above) ?? null;
    }
    return false;
  };
  return checks.flatMap(({ target, ...said }) => {
    const { id, componentId, parentId, templateId } = said;
    const wanted = { ...said, target: withSecrets(target, null), rank: 0, version: "" };
    return [
      ...checkId(id, `check "${id}"`),
      ...wrongInItself(wanted).map((sentence) => `The check "${id}": ${sentence}`),
      ...(componentId !== null && known.get(componentId)?.group !== false
        ? [`The check "${id}" speaks for "${componentId}", which is no component of the page.`]
        : []),
      ...(isThere(allChecks, "check", parentId)
        ? []
        : [`The check "${id}" is below "${parentId}", which is no check.`]),
      ...(isDeep(id)
        ? [`The check "${id}" has over ${limits.checkParentsMax} checks above it, or is above itself.`]
        : []),
      ...(isThere(allTemplates, "template", templateId)
        ? []
        : [`The check "${id}" names a template "${templateId}" that is not there.`]),
    ];
  });
}

/** Whether it can be told is asked when it is to be told. */
function checkDraft({
  id,
  publishAt,
  command,
  createdAt,
  updatedAt,
}: Omit<TellingDraft, "version">): Sentences {
  const what = `draft "${id}"`;
  const { name, body, status } = command.fields;
  return [
    ...checkId(id, what),
    ...checkName(name, `the incident in ${what}`),
    ...[
      ...checkBody(body),
      ...checkWord(status, anyIncidentStatuses, "status"),
      ...checkMoment(publishAt, "time of publishing"),
      ...checkMoment(createdAt, "time of making"),
      ...checkMoment(updatedAt, "time of its last change"),
    ].map((sentence) => `The ${what}: ${sentence}`),
  ];
}
