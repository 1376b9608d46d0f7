// Atlassian Statuspage, public API v2. In: summary.json, status.json or components.json. Out: how the page, or one of its components, is.
// | indicator | status               |  The indicator counts, as the page's owner set it up: components may be fine while an incident is open.
// | none      | operational          |  With maintenance in progress: under_maintenance.
// | minor     | degraded_performance |
// | major     | partial_outage       |
// | critical  | major_outage         |
import { worstOf } from "../model/group.ts";
import { type ComponentStatus, componentStatuses } from "../model/view.ts";
import { type Dict, dictOf, dictsOf, isNamed, latestOf, readJson, textOf, timeOf } from "./upstream-json.ts";
import { type FormatReader, type Read, under, unread } from "./upstream-types.ts";

const byIndicator: ReadonlyMap<string, ComponentStatus> = new Map([
  ["none", "operational"],
  ["minor", "degraded_performance"],
  ["major", "partial_outage"],
  ["critical", "major_outage"],
  ["maintenance", "under_maintenance"],
]);

export const statuspage: FormatReader = {
  asks: under("/api/v2/summary.json"),
  read: (text, { component }) =>
    readJson(text, (document) => {
      const page = dictOf(document);
      if (page === null) return unread("what came is no Statuspage summary");
      return component === undefined ? ofPage(page) : ofComponent(page, component);
    }),
};

function ofPage(page: Dict): Read {
  const status = statusOf(page);
  if (typeof status !== "string") return unread(status.why);
  const open = [...dictsOf(page.incidents).filter(isOpen), ...inProgress(page)];
  const own = timeOf(dictOf(page.page)?.updated_at);
  return { ok: true, status, said: textOf(open[0]?.name), updatedAt: own ?? latestTime(open) };
}

function statusOf(page: Dict): ComponentStatus | { readonly why: string } {
  const indicator = textOf(dictOf(page.status)?.indicator);
  if (indicator !== null) {
    const status = byIndicator.get(indicator);
    if (status === undefined) return { why: `the indicator ${JSON.stringify(indicator)} is unknown` };
    return status === "operational" && inProgress(page).length > 0 ? "under_maintenance" : status;
  }
  const components = dictsOf(page.components).filter(({ group }) => group !== true);
  if (components.length === 0) return { why: "what came has neither a status nor components" };
  const statuses = components.map(componentStatus);
  const wrong = statuses.indexOf(null);
  if (wrong >= 0)
    return { why: `the component status ${JSON.stringify(components[wrong]?.status)} is unknown` };
  return worstOf(statuses.filter((one) => one !== null));
}

function ofComponent(page: Dict, wanted: string): Read {
  const component = dictsOf(page.components).find(({ id, name }) => isNamed(wanted, id, name));
  if (component === undefined) return unread(`it has no component ${JSON.stringify(wanted)}`);
  const status = componentStatus(component);
  if (status === null) return unread(`the component status ${JSON.stringify(component.status)} is unknown`);
  const names = (incident: Dict): boolean =>
    dictsOf(incident.components).some(({ id }) => id === component.id);
  const open = [...dictsOf(page.incidents).filter(isOpen), ...inProgress(page)].filter(names);
  const updatedAt = timeOf(component.updated_at) ?? timeOf(dictOf(page.page)?.updated_at);
  return { ok: true, status, said: status === "operational" ? null : textOf(open[0]?.name), updatedAt };
}

const componentStatus = ({ status }: Dict): ComponentStatus | null =>
  componentStatuses.find((one) => one === status) ?? null;

const isOpen = ({ status }: Dict): boolean =>
  status !== "resolved" && status !== "postmortem" && status !== "completed";

const inProgress = (page: Dict): readonly Dict[] =>
  dictsOf(page.scheduled_maintenances).filter(
    ({ status }) => status === "in_progress" || status === "verifying",
  );

const latestTime = (some: readonly Dict[]): number | null =>
  latestOf(some.map(({ updated_at }) => timeOf(updated_at)));
