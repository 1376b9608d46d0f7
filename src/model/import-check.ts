// What must hold of an import before any of it is taken. In: view, bundle. Out: sentences, none when all is well.
import {
  checkBody,
  checkDate,
  checkGroup,
  checkId,
  checkName,
  checkWindow,
  checkWord,
  type Sentences,
} from "./checks.ts";
import type { ImportBundle, ImportedIncident } from "./command.ts";
import { checkMetric } from "./decide-metric.ts";
import { checkPage } from "./decide-page.ts";
import { anyIncidentStatuses } from "./entities.ts";
import { goneName } from "./import-kept.ts";
import { checkKept, twice } from "./import-kept-check.ts";
import { componentStatuses, impacts, type PageView } from "./view.ts";

/** Every reference must lead to something of the page or the bundle; every word and id must be of its kind. */
export function checkBundle(view: PageView | null, bundle: ImportBundle): Sentences {
  const known = new Map<string, { readonly group: boolean }>(view?.componentById ?? []);
  for (const { id, group } of bundle.components)
    known.set(id, { group: group ?? known.get(id)?.group ?? false });
  // What is over still names a component that was deleted.
  const named = new Set([...known.keys(), ...goneComponents(view?.gone), ...goneComponents(bundle.gone)]);
  return [
    ...checkId(bundle.page.id, "the page"),
    ...checkPage(bundle.page),
    ...(view === null && (bundle.page.name === undefined || bundle.page.url === undefined)
      ? ["The import has no name or address for its page, and there is no such page yet."]
      : []),
    ...twice(bundle.components, "component"),
    ...twice(bundle.incidents, "incident"),
    ...twice(
      bundle.incidents.flatMap((it) => it.updates),
      "update",
    ),
    ...twice(bundle.metrics ?? [], "metric"),
    ...(bundle.metrics ?? []).flatMap(({ id, ...fields }) => [
      ...checkId(id, "the metric"),
      ...checkMetric(fields, view?.metrics.find((metric) => metric.id === id) ?? null),
    ]),
    ...bundle.components.flatMap((component) => checkComponent(view, component, known)),
    ...bundle.incidents.flatMap((incident) => checkIncident(incident, named)),
    ...(bundle.transitions ?? []).flatMap(({ componentId, status }) => [
      ...(known.get(componentId)?.group === false
        ? []
        : [`The history names "${componentId}", which is no component of the page.`]),
      ...checkWord(status, componentStatuses, "status"),
    ]),
    ...checkKept(view, bundle, known),
  ];
}

function checkComponent(
  view: PageView | null,
  component: ImportBundle["components"][number],
  known: ReadonlyMap<string, { readonly group: boolean }>,
): Sentences {
  const { id, name, groupId } = component;
  const what = `component "${id}"`;
  const group = typeof groupId === "string" ? known.get(groupId) : undefined;
  return [
    ...checkId(id, what),
    ...(name === undefined && !view?.componentById.has(id) ? [`The ${what} has no name.`] : []),
    ...checkName(name, what),
    ...checkWord(component.status, componentStatuses, `status of ${what}`),
    ...checkDate(component.startDate, `start date of ${what}`),
    ...checkGroup(group, groupId),
    ...(known.get(id)?.group && typeof groupId === "string"
      ? [`The ${what} is a group and cannot be inside a group.`]
      : []),
  ];
}

function goneComponents(gone: Iterable<string> = []): readonly string[] {
  return [...gone].flatMap((key) => {
    const name = goneName(key);
    return name?.kind === "component" ? [name.id] : [];
  });
}

function checkIncident(incident: ImportedIncident, known: ReadonlySet<string>): Sentences {
  const what = `incident "${incident.id}"`;
  return [
    ...checkId(incident.id, what),
    ...checkName(incident.name, what),
    ...checkWord(incident.status, anyIncidentStatuses, `status of ${what}`),
    ...checkWord(incident.impact, impacts, `impact of ${what}`),
    ...checkWindow(incident.window).map((sentence) => `${what}: ${sentence}`),
    ...(incident.componentIds ?? [])
      .filter((id) => !known.has(id))
      .map((id) => `The ${what} names the component "${id}", which is not on the page.`),
    ...[incident.postmortem, incident.postmortemDraft].flatMap((it) =>
      checkBody(it?.body).map((sentence) => `Post-mortem of ${what}: ${sentence}`),
    ),
    ...incident.updates.flatMap((update) => [
      ...checkId(update.id, `an update of ${what}`),
      ...checkWord(update.status, anyIncidentStatuses, `status of update "${update.id}"`),
      ...checkBody(update.body).map((sentence) => `Update "${update.id}": ${sentence}`),
      ...(update.affectedComponents ?? []).flatMap(({ oldStatus, newStatus }) =>
        [oldStatus, newStatus].flatMap((word) => checkWord(word, componentStatuses, "component status")),
      ),
    ]),
  ];
}
