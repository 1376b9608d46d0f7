// A view that equal views equal. In: a view. Out: the same with lists of entries, sorted by key, for its maps: a map in layers hides what it has.
import { wholeIncident } from "../../src/model/recall.ts";
import type { PageView } from "../../src/model/view.ts";

export function plainView(view: PageView | null) {
  if (view === null) return null;
  const { componentById, incidentById, transitions, gone, incidents, maintenances, ...lists } = view;
  const entries = <Value>(map: ReadonlyMap<string, Value>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...lists,
    incidents: incidents.map(wholeIncident),
    maintenances: maintenances.map(wholeIncident),
    componentById: entries(componentById),
    incidentById: entries(incidentById).map(([id, incident]) => [id, wholeIncident(incident)] as const),
    transitions: entries(transitions),
    gone: [...gone].sort(),
    sizes: [componentById.size, incidentById.size, transitions.size],
  };
}
