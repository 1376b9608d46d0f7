// Every endpoint there is: the one source of routes, of validation and of the reference. A family more is a line here.
import { componentEndpoints } from "./components.ts";
import type { Endpoint } from "./endpoint.ts";
import { incidentEndpoints } from "./incidents.ts";
import { metricEndpoints } from "./metrics.ts";
import { pageEndpoints } from "./pages.ts";
import { postmortemEndpoints } from "./postmortems.ts";

/** Everything under /v1: Statuspage's management API. */
export const endpoints: readonly Endpoint[] = [
  ...pageEndpoints,
  ...componentEndpoints,
  ...incidentEndpoints,
  ...postmortemEndpoints,
  ...metricEndpoints,
];

/** Endpoints of one prefix, and what they are to a reader. */
export interface Table {
  readonly prefix: string;
  readonly title: string;
  readonly endpoints: readonly Endpoint[];
}

export const tables: readonly Table[] = [{ prefix: "/v1", title: "Statuspage's management API", endpoints }];
