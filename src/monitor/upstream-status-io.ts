// status.io, public status API 1.0. In: its document, by page id. Out: how the page, a component or a container is.
// | code | status               |  600 is a security event: things work, and users are to look.
// | 100  | operational          |
// | 200  | under_maintenance    |
// | 300  | degraded_performance |
// | 400  | partial_outage       |
// | 500  | major_outage         |
// | 600  | degraded_performance |
import type { ComponentStatus } from "../model/view.ts";
import { type Dict, dictOf, dictsOf, isNamed, readJson, textOf, timeOf } from "./upstream-json.ts";
import { asNamed, type FormatReader, unread } from "./upstream-types.ts";

const byCode: ReadonlyMap<unknown, ComponentStatus> = new Map<unknown, ComponentStatus>([
  [100, "operational"],
  [200, "under_maintenance"],
  [300, "degraded_performance"],
  [400, "partial_outage"],
  [500, "major_outage"],
  [600, "degraded_performance"],
]);

export const statusIo: FormatReader = {
  asks: asNamed,
  read: (text, { component }) =>
    readJson(text, (document) => {
      const result = dictOf(dictOf(document)?.result) ?? {};
      const subject = component === undefined ? dictOf(result.status_overall) : named(result, component);
      if (subject === null)
        return unread(
          component === undefined
            ? "what came has no overall status"
            : `it has no component ${JSON.stringify(component)}`,
        );
      const status = byCode.get(subject.status_code);
      if (status === undefined)
        return unread(`the status code ${JSON.stringify(subject.status_code ?? null)} is unknown`);
      const said = status === "operational" ? null : saidOf(result, component === undefined ? null : subject);
      return { ok: true, status, said, updatedAt: timeOf(subject.updated) };
    }),
};

function named(result: Dict, wanted: string): Dict | null {
  const components = dictsOf(result.status);
  const all = [...components, ...components.flatMap(({ containers }) => dictsOf(containers))];
  return all.find(({ id, name }) => isNamed(wanted, id, name)) ?? null;
}

/** The first incident, else maintenance, that is going on, of a component where one is meant. */
function saidOf(result: Dict, subject: Dict | null): string | null {
  const concerns = (one: Dict): boolean =>
    subject === null ||
    [...dictsOf(one.components_affected), ...dictsOf(one.containers_affected)].some(
      ({ _id }) => _id === subject.id,
    );
  const open = [...dictsOf(result.incidents), ...dictsOf(dictOf(result.maintenance)?.active)].find(concerns);
  return textOf(open?.name);
}
