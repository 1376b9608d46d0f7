// The operator's address of a POP. In: requests on the ops listener. Out: metrics, health, readiness, the door for signed documents.

import type { Clock } from "../base/clock.ts";
import { requestPath } from "../host/request-path.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { Ingest } from "./ingest.ts";

export interface OpsOptions {
  readonly store: SnapshotStore;
  readonly clock: Clock;
  readonly ingest: Ingest;
  /** The whole POP's metrics as Prometheus text. */
  metricsText(): string;
}

/** GET /metrics, /healthz, /readyz; POST /ingest. */
export function createOps(options: OpsOptions): (request: Request) => Response | Promise<Response> {
  return (request) => {
    const path = requestPath(request.url);
    if (path === "/ingest") {
      return request.method === "POST" ? options.ingest(request) : notAllowed("POST");
    }
    if (request.method !== "GET" && request.method !== "HEAD") return notAllowed("GET, HEAD");
    switch (path) {
      case "/metrics":
        return text(200, options.metricsText(), "text/plain; version=0.0.4; charset=utf-8");
      case "/healthz":
        return text(200, "alive\n");
      case "/readyz":
        return ready(options);
      default:
        return text(404, "This address has /metrics, /healthz, /readyz and POST /ingest.\n");
    }
  };
}

/** Ready once there is a page to serve, however old; its age is said, so that a balancer may decide for itself. */
function ready({ store, clock }: OpsOptions): Response {
  store.refresh();
  const pages = store.heads().length;
  const freshness = store.freshness();
  return Response.json(
    {
      ready: pages > 0,
      pages,
      level: freshness?.level ?? 1,
      confirmed_at: freshness === null ? null : new Date(freshness.confirmedMs).toISOString(),
      source_age_ms: freshness === null ? null : Math.max(0, clock.wallMs() - freshness.acceptedMs),
    },
    { status: pages > 0 ? 200 : 503 },
  );
}

function notAllowed(allow: string): Response {
  return new Response(`This address answers ${allow}.\n`, { status: 405, headers: { allow } });
}

function text(status: number, body: string, contentType = "text/plain; charset=utf-8"): Response {
  return new Response(body, {
    status,
    headers: { "content-type": contentType, "cache-control": "no-store" },
  });
}
