// Every endpoint there is: the one source of routes, of validation and of the reference. A family more is a line here.
import { limits } from "../base/limits.ts";
import { accessGroupEndpoints } from "./access-groups.ts";
import { accessListEndpoints } from "./access-lists.ts";
import { accessUserEndpoints } from "./access-users.ts";
import { componentAccessEndpoints } from "./component-access.ts";
import { componentGroupEndpoints } from "./component-groups.ts";
import { componentEndpoints } from "./components.ts";
import { embedEndpoints } from "./embed.ts";
import type { Endpoint } from "./endpoint.ts";
import { incidentSubscriberEndpoints } from "./incident-subscribers.ts";
import { incidentTemplateEndpoints } from "./incident-templates.ts";
import { incidentUpdateEndpoints } from "./incident-updates.ts";
import { incidentEndpoints } from "./incidents.ts";
import { metricEndpoints } from "./metrics.ts";
import { metricsProviderEndpoints } from "./metrics-providers.ts";
import { organizationEndpoints } from "./organizations.ts";
import { ownAlertSourceEndpoints } from "./own-alert-sources.ts";
import { ownAuditEndpoints } from "./own-audit.ts";
import { ownBounceEndpoints } from "./own-bounces.ts";
import { ownCheckEndpoints } from "./own-checks.ts";
import { ownDeliveryEndpoints } from "./own-deliveries.ts";
import { ownDraftEndpoints } from "./own-drafts.ts";
import { ownGenerationEndpoints } from "./own-generations.ts";
import { ownListEndpoints } from "./own-lists.ts";
import { ownPageEndpoints } from "./own-pages.ts";
import { ownPersonEndpoints } from "./own-person.ts";
import { ownPopEndpoints } from "./own-pops.ts";
import { ownRecurrenceEndpoints } from "./own-recurrences.ts";
import { ownSubscriberEndpoints } from "./own-subscribers.ts";
import { ownSuppressionEndpoints } from "./own-suppressions.ts";
import { ownTokenEndpoints } from "./own-tokens.ts";
import { ownUpstreamEndpoints } from "./own-upstreams.ts";
import { ownUptimeEndpoints } from "./own-uptime.ts";
import { ownWebhookEndpoints } from "./own-webhooks.ts";
import { pageEndpoints } from "./pages.ts";
import { postmortemEndpoints } from "./postmortems.ts";
import { subscriberBatchEndpoints } from "./subscriber-batches.ts";
import { subscriberEndpoints } from "./subscribers.ts";
import { uptimeEndpoints } from "./uptime.ts";

/** Everything under /v1: Statuspage's management API. */
export const endpoints: readonly Endpoint[] = [
  ...pageEndpoints,
  ...componentEndpoints,
  ...componentGroupEndpoints,
  ...componentAccessEndpoints,
  ...uptimeEndpoints,
  ...incidentEndpoints,
  ...incidentUpdateEndpoints,
  ...incidentTemplateEndpoints,
  ...incidentSubscriberEndpoints,
  ...postmortemEndpoints,
  ...metricEndpoints,
  ...metricsProviderEndpoints,
  ...accessUserEndpoints,
  ...accessGroupEndpoints,
  ...accessListEndpoints,
  ...organizationEndpoints,
  ...embedEndpoints,
  ...subscriberEndpoints,
  ...subscriberBatchEndpoints,
];

/** Endpoints of one prefix, and what they are to a reader. */
export interface Table {
  readonly prefix: string;
  readonly title: string;
  readonly endpoints: readonly Endpoint[];
}

/** Everything under /api/pharos/v1: what Statuspage has no words for. */
const ownEndpoints: readonly Endpoint[] = [
  ...ownPageEndpoints,
  ...ownListEndpoints,
  ...ownSubscriberEndpoints,
  ...ownPersonEndpoints,
  ...ownSuppressionEndpoints,
  ...ownWebhookEndpoints,
  ...ownDraftEndpoints,
  ...ownRecurrenceEndpoints,
  ...ownCheckEndpoints,
  ...ownUptimeEndpoints,
  ...ownGenerationEndpoints,
  ...ownPopEndpoints,
  ...ownTokenEndpoints,
  ...ownAuditEndpoints,
  ...ownBounceEndpoints,
  ...ownDeliveryEndpoints,
  ...ownUpstreamEndpoints,
  ...ownAlertSourceEndpoints,
];

export const tables: readonly Table[] = [
  { prefix: "/v1", title: "Statuspage's management API", endpoints },
  { prefix: "/api/pharos/v1", title: "What is ours alone", endpoints: ownEndpoints },
];

/** How long a body may be, by path. */
export function bodyBytesMaxOf(path: string): number {
  return longer.get(path) ?? limits.apiBodyBytesMax;
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`);
}

interface Route {
  readonly pattern: RegExp;
  readonly methods: Endpoint["methods"];
  /** How many of its segments have a name in their place. */
  readonly names: number;
}

const routes: readonly Route[] = tables.flatMap(({ prefix, endpoints }) =>
  endpoints.map(({ path, methods }) => ({
    pattern: patternOf(prefix + path),
    methods,
    names: path.split(":").length,
  })),
);

/** The methods of an address, each once; none where no row has it. `incidents/unresolved` is no incident: a word that rows of their own have is theirs. */
export function methodsOf(path: string): readonly string[] {
  const found = routes.filter(({ pattern }) => pattern.test(path));
  const fewest = Math.min(...found.map(({ names }) => names));
  return [...new Set(found.flatMap(({ names, methods }) => (names === fewest ? methods : [])))];
}

/** The words that stand where an address of this row ends in a name: they are no such name. */
export function wordsAt(path: string, endpoints: readonly Endpoint[]): ReadonlySet<string> {
  const parent = path.slice(0, path.lastIndexOf("/") + 1);
  const ends = endpoints.map((other) => [
    other.path.slice(0, parent.length),
    other.path.slice(parent.length),
  ]);
  return new Set(
    ends.flatMap(([start, end = ""]) => (start === parent && /^[^:/]+$/.test(end) ? [end] : [])),
  );
}

/** Whether the body of a path is read line by line, by its row. */
export const takesLines = (path: string): boolean => lined.has(path);

const lined: ReadonlySet<string> = new Set(
  tables.flatMap((table) =>
    table.endpoints.flatMap(({ path, lines }) => (lines === "in" ? [table.prefix + path] : [])),
  ),
);

/** Whether the body of a path is a text. */
export const takesText = (path: string): boolean => texts.some((pattern) => pattern.test(path));

const texts: readonly RegExp[] = tables.flatMap(({ prefix, endpoints }) =>
  endpoints.flatMap(({ path, text }) => (text === undefined ? [] : [patternOf(prefix + path)])),
);

const longer: ReadonlyMap<string, number> = new Map(
  tables.flatMap((table) =>
    table.endpoints.flatMap(({ path, bodyBytesMax }) =>
      bodyBytesMax === undefined ? [] : [[table.prefix + path, bodyBytesMax] as const],
    ),
  ),
);

/** What the listener has to let through. */
export const bodyBytesMaxOfAll = Math.max(limits.apiBodyBytesMax, ...longer.values());
