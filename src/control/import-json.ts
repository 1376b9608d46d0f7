// Statuspage's JSON into pictures. In: a document: summary, components, incidents, maintenances, or one incident. Out: a picture.
// incident.io's imitation is read too: ids of any shape, null for lists, fields left out. Unknown fields are left alone.
import type { ImportedIncident } from "../model/command.ts";
import { componentStatuses, impacts, incidentStatuses, maintenanceStatuses } from "../model/view.ts";
import { automationFlags, automationOf } from "./automation.ts";
import type { Picture, PicturedComponent, PicturedPage } from "./picture.ts";
import {
  at,
  entriesOf,
  flagOf,
  isSaid,
  isTable,
  jsonSpot,
  known,
  maybe,
  numberOf,
  refusedAt,
  type Spot,
  said,
  textOf,
  timeOf,
  wordOf,
} from "./spot.ts";

const anyStatus = [...incidentStatuses, ...maintenanceStatuses];
/** What the management API says of a maintenance, and the public one does not. */
const automationWords = [...automationFlags, "scheduled_auto_transition"];
const lists = ["components", "incidents", "scheduled_maintenances", "status"] as const;

/** Reads one JSON document. Throws Fault `import-refused`. */
export function pictureOfJson(file: string, text: string): Picture {
  const root = jsonSpot(file, text);
  if (isTable(root.value) && isSaid(at(root, "page"))) return pageDocument(root);
  const single = isTable(root.value) && isSaid(at(root, "incident")) ? at(root, "incident") : root;
  const incidents = Array.isArray(single.value) ? entriesOf(single) : [single];
  if (!incidents.every((it) => isTable(it.value) && Object.hasOwn(it.value, "incident_updates")))
    throw refusedAt(file, "", "this is no Statuspage document: it has neither page nor incident_updates.");
  return { ...incidentsOf(incidents), file, page: null, components: [], feed: null };
}

function pageDocument(root: Spot): Picture {
  if (!lists.some((name) => at(root, name).value !== undefined))
    throw refusedAt(root.file, "", `it has a page, but none of ${lists.join(", ")}.`);
  const listed = entriesOf(at(root, "components"));
  const incidents = [
    ...entriesOf(at(root, "incidents")),
    ...entriesOf(at(root, "scheduled_maintenances")).map((it) => {
      timeOf(at(it, "scheduled_for"));
      return it;
    }),
  ];
  const page = pageFrom(at(root, "page"));
  return {
    ...incidentsOf(incidents),
    file: root.file,
    page,
    pageId: page.id,
    components: withGroups(listed),
    feed: null,
  };
}

function incidentsOf(spots: readonly Spot[]): Pick<Picture, "incidents" | "copies" | "pageId"> {
  const first = spots[0];
  return {
    incidents: spots.map(incidentFrom),
    copies: spots.flatMap((it) => entriesOf(at(it, "components"))).map((it) => componentFrom(it)),
    pageId: first === undefined ? null : (said(at(first, "page_id"), textOf) ?? null),
  };
}

function pageFrom(spot: Spot): PicturedPage {
  return known({
    id: textOf(at(spot, "id")),
    name: textOf(at(spot, "name")),
    url: textOf(at(spot, "url")),
    timeZone: said(at(spot, "time_zone"), textOf),
    updatedAt: said(at(spot, "updated_at"), timeOf),
  });
}

/** A group's own list of members speaks where a member does not name its group. */
function withGroups(spots: readonly Spot[]): readonly PicturedComponent[] {
  const groupOf = new Map<string, string>();
  for (const spot of spots)
    for (const member of entriesOf(at(spot, "components")))
      groupOf.set(textOf(member), textOf(at(spot, "id")));
  return spots.map((spot, index) => {
    const component = componentFrom(spot);
    const groupId = component.groupId ?? groupOf.get(component.id);
    return { position: index, ...component, ...(groupId === undefined ? {} : { groupId }) };
  });
}

function componentFrom(spot: Spot): PicturedComponent {
  return known({
    id: textOf(at(spot, "id")),
    name: textOf(at(spot, "name")),
    status: wordOf(at(spot, "status"), componentStatuses),
    createdAt: maybe(at(spot, "created_at"), timeOf),
    updatedAt: maybe(at(spot, "updated_at"), timeOf),
    position: said(at(spot, "position"), numberOf),
    description: maybe(at(spot, "description"), textOf),
    showcase: said(at(spot, "showcase"), flagOf),
    startDate: maybe(at(spot, "start_date"), textOf),
    groupId: maybe(at(spot, "group_id"), textOf),
    group: said(at(spot, "group"), flagOf),
    onlyShowIfDegraded: said(at(spot, "only_show_if_degraded"), flagOf),
  });
}

function incidentFrom(spot: Spot): ImportedIncident {
  const id = textOf(at(spot, "id"));
  const createdAt = timeOf(at(spot, "created_at"));
  const status = wordOf(at(spot, "status"), anyStatus);
  const window = windowFrom(spot, status);
  const components = at(spot, "components");
  const intervals = at(spot, "reminder_intervals");
  return known({
    id,
    name: textOf(at(spot, "name")),
    status,
    impact: said(at(spot, "impact"), (it) => wordOf(it, impacts)),
    createdAt,
    updatedAt: said(at(spot, "updated_at"), timeOf) ?? createdAt,
    startedAt: maybe(at(spot, "started_at"), timeOf),
    monitoringAt: maybe(at(spot, "monitoring_at"), timeOf),
    resolvedAt: maybe(at(spot, "resolved_at"), timeOf),
    shortlink: maybe(at(spot, "shortlink"), textOf),
    window,
    componentIds: isSaid(components) ? entriesOf(components).map((it) => textOf(at(it, "id"))) : undefined,
    reminderIntervals: intervals.value,
    automation: automationOf(
      Object.fromEntries(automationWords.map((name) => [name, said(at(spot, name), flagOf)])),
    ),
    updates: entriesOf(at(spot, "incident_updates")).map(updateFrom),
  });
}

function windowFrom(spot: Spot, status: string): ImportedIncident["window"] {
  const [from, until] = [at(spot, "scheduled_for"), at(spot, "scheduled_until")];
  if (!isSaid(from) && !maintenanceStatuses.some((word) => word === status)) return null;
  return { from: timeOf(from), until: timeOf(until) };
}

type Update = ImportedIncident["updates"][number];

function updateFrom(spot: Spot): Update {
  const shown = at(spot, "display_at");
  const createdAt = said(at(spot, "created_at"), timeOf) ?? timeOf(shown);
  const affected = at(spot, "affected_components");
  return known({
    id: textOf(at(spot, "id")),
    status: wordOf(at(spot, "status"), anyStatus),
    body: maybe(at(spot, "body"), textOf) ?? "",
    createdAt,
    updatedAt: said(at(spot, "updated_at"), timeOf) ?? createdAt,
    displayAt: said(shown, timeOf) ?? createdAt,
    affectedComponents: maybe(affected, (it) => entriesOf(it).map(affectedFrom)),
    deliverNotifications: said(at(spot, "deliver_notifications"), flagOf),
    customTweet: maybe(at(spot, "custom_tweet"), textOf),
    tweetId: maybe(at(spot, "tweet_id"), (it) =>
      String(typeof it.value === "number" ? it.value : textOf(it)),
    ),
  });
}

function affectedFrom(spot: Spot) {
  return {
    code: textOf(at(spot, "code")),
    name: textOf(at(spot, "name")),
    oldStatus: wordOf(at(spot, "old_status"), componentStatuses),
    newStatus: wordOf(at(spot, "new_status"), componentStatuses),
  };
}
