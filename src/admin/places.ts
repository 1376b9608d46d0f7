// What screens reach of the control plane. In: its parts, handed in by the command that started them. Out: one value that screens read and write by.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { CheckDesk } from "../control/check-desk.ts";
import type { PopDesk } from "../control/install.ts";
import type { AlertDesk } from "../control/own-alert-sources.ts";
import type { DeliveryDesk } from "../control/own-deliveries.ts";
import type { ImportBundle } from "../model/command.ts";
import type { Accounts } from "../people/accounts.ts";
import type { ByHand } from "../publish/by-hand.ts";
import type { Audit } from "../store/audit.ts";
import type { Ledger } from "../store/ledger.ts";
import type { PageRows } from "../store/page-rows.ts";
import type { SeriesStore } from "../store/series.ts";
import type { Subscribers } from "../store/subscribers.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { UpstreamStore } from "../store/upstreams.ts";
import type { Held } from "./held.ts";

export interface PopPlace extends PopDesk {
  addToken(grant: {
    readonly name: string | null;
    readonly pages: readonly string[];
  }): Promise<{ readonly token: string; readonly expiresMs: number }>;
}

/** A document that is shown and not served. */
export interface PreviewDocument {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Places {
  readonly ledger: Pick<Ledger, "pages" | "view" | "submit" | "preview" | "opsAfter" | "position">;
  readonly accounts: Accounts;
  /** Who tells of alerts, and what they tell. */
  readonly rows: Pick<PageRows, "list" | "newId" | "write">;
  readonly alerts: AlertDesk;
  readonly series: SeriesStore;
  /** What vendors say; without it nothing is known of them. */
  readonly upstreams?: Pick<UpstreamStore, "results">;
  readonly pops: PopPlace;
  readonly snapshots: SnapshotStore;
  readonly byHand: Pick<ByHand, "rollback" | "release">;
  /** To how many something goes: to those of the page, or those whom this incident concerns; null where nobody counts them. */
  readonly subscriberCount:
    | ((
        page: string,
        incident?: { readonly id: string; readonly componentIds: readonly string[] },
      ) => Promise<number>)
    | null;
  /** Those who follow, one by one; null where nobody keeps them. */
  readonly subscribers: Pick<
    Subscribers,
    | "list"
    | "get"
    | "histogram"
    | "add"
    | "footings"
    | "change"
    | "ask"
    | "suppress"
    | "unsuppress"
    | "suppressions"
    | "suppressed"
    | "erase"
  > | null;
  /** How far they are told, and what could not be. */
  readonly deliveries: DeliveryDesk;
  /** What POPs found of checks. */
  readonly checks: CheckDesk;
  /** Pages as they would be, while somebody looks at them. Who asked for one with the next key that they press asks for another. */
  readonly previews: Held<PreviewDocument>;
  /** What an import read, until somebody agrees to it. */
  readonly imports: Held<ImportBundle>;
  /** What befell people and keys. */
  readonly audit: Pick<Audit, "newestFirst">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
