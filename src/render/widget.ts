// The widget: /widget.js, a fixed path that other sites name, and /widget.json, what it shows. In: a scene. Out: both. The script knows no state and no
// language: shapes, colours and words come with the JSON, so that a script which is kept somewhere shows also what came after it.
import { overallStatus } from "../model/status.ts";
import type { Incident, PageView } from "../model/view.ts";
import { shapes } from "./icon.tsx";
import { keyOf } from "./key.ts";
import { voicesOf } from "./languages.ts";
import { sea } from "./palette.ts";
import { incidentPath, oneLine } from "./piece.tsx";
import { isActive, isUnresolved } from "./selection.ts";
import { indicatorMark } from "./severity.ts";
import type { Document, Scene } from "./types.ts";
import { widgetText } from "./widget-script-text.ts";

export const widgetScriptPath = "/widget.js";
/** What it shows: a few lines, not a page. */
const itemsMax = 3;

/** The script and its JSON. */
export function* widget({ view, since }: Scene): Iterable<Document> {
  const body = widgetJson(view);
  yield {
    path: "/widget.json",
    contentType: "application/json; charset=utf-8",
    cache: "page",
    slot: false,
    key: keyOf("widget-json", [body]),
    body: () => body,
  };
  if (since !== null) return;
  yield {
    path: widgetScriptPath,
    contentType: "text/javascript; charset=utf-8",
    cache: "feed",
    slot: false,
    key: keyOf("widget", [widgetText]),
    body: () => widgetText,
  };
}

/** What is open, and maintenance that goes on. No time stands in it: a bar that a visitor closed stays closed until there is something else to say. */
function widgetJson(view: PageView): string {
  const { indicator, description } = overallStatus(view);
  const mark = indicatorMark(indicator);
  const items: readonly Incident[] = [
    ...view.incidents.filter(isUnresolved),
    ...view.maintenances.filter(isActive),
  ].slice(0, itemsMax);
  const says = voicesOf(view.page).map(({ code, dir, words }) => [
    code,
    {
      state: words.overall[description],
      items: items.map(({ status }) => words.status[status]),
      details: words.widget.details,
      close: words.widget.close,
      asOf: words.widget.asOf,
      dir,
    },
  ]);
  return JSON.stringify({
    indicator,
    mark,
    shape: shapes[mark],
    colour: sea[mark],
    items: items.map((incident) => ({ name: oneLine(incident.name), path: incidentPath(incident) })),
    says: { ...Object.fromEntries(says), "": says[0]?.[1] },
  });
}
