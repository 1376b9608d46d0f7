// The listener of operators and their programs, wired. In: the parts of a control plane. Out: one handler: the API, the admin pages, split by path.
import { createAdmin } from "../admin/admin.ts";
import { createHeld } from "../admin/held.ts";
import type { Places } from "../admin/places.ts";
import { limits } from "../base/limits.ts";
import type { Api } from "../control/api.ts";
import { createFront, type Part } from "../control/front.ts";
import { bodyBytesMaxOfAll } from "../control/table.ts";
import type { IngestDoor } from "../monitor/ingest-door.ts";
import { auditOf } from "../store/audit.ts";
import type { Store } from "../store/open.ts";
import type { Subscribers } from "../store/subscribers.ts";
import type { PopPlane } from "./pop-plane.ts";

/** What is read of a form is bounded by who reads it; what is larger than any of theirs is not taken at all. */
export const frontBodyBytesMax = Math.max(bodyBytesMaxOfAll, limits.adminImportBytesMax);

export interface FrontParts
  extends Pick<
    Places,
    | "ledger"
    | "series"
    | "upstreams"
    | "byHand"
    | "accounts"
    | "deliveries"
    | "checks"
    | "clock"
    | "random"
    | "log"
  > {
  readonly store: Store;
  readonly pops: PopPlane;
  readonly subscribers: Subscribers;
  readonly api: Api;
  readonly ingest: IngestDoor;
  readonly rows: Places["rows"];
  readonly alerts: Places["alerts"];
}

export function createControlFront({ store, api, ingest, subscribers, ...parts }: FrontParts): Part {
  const { random } = parts;
  const admin = createAdmin({
    ...parts,
    snapshots: store.snapshots,
    subscribers,
    subscriberCount: (page, incident) => subscribers.subscriberCount(page, incident),
    audit: auditOf(store),
    previews: createHeld(random, limits.adminPreviewsMax),
    imports: createHeld(random, limits.adminImportsMax),
  });
  return createFront(
    [
      { paths: ["/admin"], part: admin },
      // Its token is its key.
      { paths: ["/ingest"], part: ingest },
      // All other paths are the API's: its own, its reference, and what it says of those that nobody has.
      { paths: [""], part: api },
    ],
    "/admin/",
  );
}
