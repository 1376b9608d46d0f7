// Better Stack. In: /index.json (JSON:API). Out: how the page, or one of its resources, is.
import type { ComponentStatus } from "../model/view.ts";
import { type Dict, dictOf, dictsOf, isNamed, latestOf, readJson, textOf, timeOf } from "./upstream-json.ts";
import { type FormatReader, type Read, under, unread } from "./upstream-types.ts";

const byWord: ReadonlyMap<string, ComponentStatus> = new Map([
  ["operational", "operational"],
  ["degraded", "degraded_performance"],
  ["downtime", "major_outage"],
  ["maintenance", "under_maintenance"],
]);

export const betterStack: FormatReader = {
  asks: under("/index.json"),
  read: (text, { component }) =>
    readJson(text, (document) => {
      const root = dictOf(document) ?? {};
      const included = dictsOf(root.included);
      const page = attributesOf(dictOf(root.data) ?? {});
      if (component === undefined) return readAs(page.aggregate_state, included);
      const resource = included.find(
        ({ type, id, attributes }) =>
          type === "status_page_resource" && isNamed(component, id, dictOf(attributes)?.public_name),
      );
      if (resource === undefined) return unread(`it has no resource ${JSON.stringify(component)}`);
      return readAs(attributesOf(resource).status, included, textOf(resource.id));
    }),
};

const attributesOf = ({ attributes }: Dict): Dict => dictOf(attributes) ?? {};

function readAs(word: unknown, included: readonly Dict[], resource: string | null = null): Read {
  const status = byWord.get(textOf(word) ?? "");
  if (status === undefined) return unread(`the state ${JSON.stringify(word ?? null)} is unknown`);
  const of = (type: string): readonly Dict[] => included.filter((one) => one.type === type).map(attributesOf);
  const concerns = ({ affected_resources }: Dict): boolean =>
    resource === null ||
    dictsOf(affected_resources).some(({ status_page_resource_id }) => status_page_resource_id === resource);
  const open = of("status_report").find(
    (report) => report.aggregate_state !== "resolved" && timeOf(report.ends_at) === null && concerns(report),
  );
  const updatedAt = latestOf(
    of("status_update")
      .filter(concerns)
      .map(({ published_at }) => timeOf(published_at)),
  );
  return { ok: true, status, said: status === "operational" ? null : textOf(open?.title), updatedAt };
}
