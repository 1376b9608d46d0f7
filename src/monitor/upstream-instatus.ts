// Instatus. In: /summary.json, or /v2/components.json where one component is meant. Out: how the page, or the component, is.
// A page may say UP while an incident is open (seen): the worst of what it says counts.
import { severityOf } from "../model/group.ts";
import type { ComponentStatus } from "../model/view.ts";
import { type Dict, dictOf, dictsOf, isNamed, latestOf, readJson, textOf, timeOf } from "./upstream-json.ts";
import { type FormatReader, type Read, under, unread } from "./upstream-types.ts";

const byPage: ReadonlyMap<string, ComponentStatus> = new Map([
  ["UP", "operational"],
  ["HASISSUES", "degraded_performance"],
  ["UNDERMAINTENANCE", "under_maintenance"],
]);

const byWord: ReadonlyMap<string, ComponentStatus> = new Map([
  ["OPERATIONAL", "operational"],
  ["UNDERMAINTENANCE", "under_maintenance"],
  ["DEGRADEDPERFORMANCE", "degraded_performance"],
  ["MINOROUTAGE", "partial_outage"],
  ["PARTIALOUTAGE", "partial_outage"],
  ["MAJOROUTAGE", "major_outage"],
]);

export const instatus: FormatReader = {
  asks: (address, { component }) =>
    under(component === undefined ? "/summary.json" : "/v2/components.json")(address),
  read: (text, { component }) =>
    readJson(text, (document) => {
      const page = dictOf(document) ?? {};
      return component === undefined ? ofPage(page) : ofComponent(page, component);
    }),
};

function ofPage(page: Dict): Read {
  const word = dictOf(page.page)?.status;
  const own = byPage.get(textOf(word) ?? "");
  if (own === undefined) return unread(`the page's status ${JSON.stringify(word ?? null)} is unknown`);
  let [status, said]: [ComponentStatus, string | null] = [own, null];
  const incidents = dictsOf(page.activeIncidents).filter(({ status }) => status !== "RESOLVED");
  for (const { impact, name } of incidents) {
    const worse = byWord.get(textOf(impact) ?? "");
    if (worse === undefined) return unread(`the impact ${JSON.stringify(impact)} is unknown`);
    said ??= textOf(name);
    if (severityOf[worse] > severityOf[status]) [status, said] = [worse, textOf(name)];
  }
  const works = dictsOf(page.activeMaintenances).filter(({ status }) => status === "INPROGRESS");
  if (works.length > 0 && status === "operational")
    [status, said] = ["under_maintenance", textOf(works[0]?.name)];
  const updatedAt = latestOf([...incidents, ...works].map((one) => timeOf(one.updatedAt)));
  return { ok: true, status, said, updatedAt };
}

function ofComponent(page: Dict, wanted: string): Read {
  const component = dictsOf(page.components).find(({ id, name }) => isNamed(wanted, id, name));
  if (component === undefined) return unread(`it has no component ${JSON.stringify(wanted)}`);
  const status = byWord.get(textOf(component.status) ?? "");
  if (status === undefined)
    return unread(`the component status ${JSON.stringify(component.status)} is unknown`);
  return { ok: true, status, said: null, updatedAt: timeOf(component.updatedAt) };
}
