// /api/v2/*.json of the page as a whole. In: a scene. Out: one document a path, in Statuspage's shapes.
import { limits } from "../base/limits.ts";
import { overallStatus } from "../model/status.ts";
import type { Incident, PageView } from "../model/view.ts";
import { affectedComponents, componentsJson, incidentShape, jsonType, pageShape } from "./json-shape.ts";
import { componentPrint, incidentPrint, keyOf, pagePrint } from "./key.ts";
import { isActive, isUnresolved, isUpcoming } from "./selection.ts";
import type { Document, Scene } from "./types.ts";

type Selection = (view: PageView) => readonly Incident[];

/** What a path holds besides `page`; keys of the body stand in this order. */
interface Endpoint {
  readonly path: string;
  readonly components?: true;
  readonly incidents?: Selection;
  readonly maintenances?: Selection;
  readonly status?: true;
}

const unresolved: Selection = (view) => view.incidents.filter(isUnresolved);
const upcoming: Selection = (view) => view.maintenances.filter(isUpcoming);
const active: Selection = (view) => view.maintenances.filter(isActive);
const open: Selection = (view) => view.maintenances.filter((it) => isUpcoming(it) || isActive(it));

const endpoints: readonly Endpoint[] = [
  { path: "/api/v2/summary.json", components: true, incidents: unresolved, maintenances: open, status: true },
  { path: "/api/v2/status.json", status: true },
  { path: "/api/v2/components.json", components: true },
  { path: "/api/v2/incidents.json", incidents: (view) => view.incidents },
  { path: "/api/v2/incidents/unresolved.json", incidents: unresolved },
  { path: "/api/v2/scheduled-maintenances.json", maintenances: (view) => view.maintenances.toReversed() },
  { path: "/api/v2/scheduled-maintenances/upcoming.json", maintenances: upcoming },
  { path: "/api/v2/scheduled-maintenances/active.json", maintenances: active },
];

/** An object of values that are JSON already; keys without one are left out. */
function objectJson(values: Readonly<Record<string, string | undefined>>): string {
  const members = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : `${JSON.stringify(key)}:${value}`,
  );
  return `{${members.join(",")}}`;
}

/** Documents of the table above. */
export function* pageJson({ view }: Scene): Iterable<Document> {
  const overall = overallStatus(view);
  const page = pagePrint(view.page);
  for (const endpoint of endpoints) {
    const incidents = endpoint.incidents?.(view).slice(0, limits.listIncidentsMax);
    const maintenances = endpoint.maintenances?.(view).slice(0, limits.listIncidentsMax);
    const listed = [...(incidents ?? []), ...(maintenances ?? [])];
    const shape = (incident: Incident) =>
      incidentShape(incident, view.page, affectedComponents(view, incident));
    yield {
      path: endpoint.path,
      contentType: jsonType,
      cache: "page",
      slot: false,
      key: keyOf(endpoint.path, [
        page,
        ...(endpoint.components ? view.components.map(componentPrint) : []),
        ...listed.flatMap((it) => [incidentPrint(it), ...affectedComponents(view, it).map(componentPrint)]),
        ...(endpoint.status ? [overall.indicator, overall.description] : []),
      ]),
      body: () =>
        objectJson({
          page: JSON.stringify(pageShape(view.page)),
          components: endpoint.components && componentsJson(view),
          incidents: incidents && JSON.stringify(incidents.map(shape)),
          scheduled_maintenances: maintenances && JSON.stringify(maintenances.map(shape)),
          status: endpoint.status && JSON.stringify(overall),
        }),
    };
  }
}
